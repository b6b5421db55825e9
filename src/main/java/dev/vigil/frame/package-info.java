/**
 * What belongs to a frame, whoever handles it: its pixels, its times, its place in a tensor, and its camera's account.
 *
 * <pre>
 *  Feed (one camera) ─┬─ Ledger    read = published + dropped by cause + in flight
 *                     ├─ Mailbox   the newest Picture, waiting for its turn
 *                     └─ Warnings  what is not as it should be, while it lasts
 * </pre>
 *
 * <p>A frame's account is closed exactly once, by whoever owns the frame then: published, or dropped under a
 * {@link dev.vigil.frame.DropCause}.
 */
package dev.vigil.frame;
