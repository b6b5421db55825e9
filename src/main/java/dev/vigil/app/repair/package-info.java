/**
 * What keeps a daemon going that nobody looks after: one thread looks several times a second whether every part moves, and whether
 * what the process takes only ever grows; what is in trouble is restarted alone, and when that does not help, the process is given
 * up.
 *
 * <pre>
 *  Watch ─┬─ pulses: what is silent for too long ──────────► told
 *         ├─ TimeWatch: the process stood still, a clock set ► told
 *         ├─ LeakWatch: more and more of a Resource ─► renews one Part after the other, until one gives it back
 *         └─ Repair: a Part in trouble ──────────────► restarts it, as often as Restarts allows
 * </pre>
 */
package dev.vigil.app.repair;
