/**
 * {@code vigil chaos}: whether a daemon gets over what happens to a box in a year. It runs as a process of its own on the soak's
 * simulated cameras and broker; faults of all kinds come one after the other, in an order that the seed decides.
 *
 * <pre>
 *  Deck ──► ChaosFault ──► Scene: cameras, broker, disk, processes, Sabotage ──► daemon ──► broker ──► Witness ──► Hearing
 *               │                                                                  │                                 │
 *               └──────────── begin and end ──► ChaosRun ◄── LogTail ◄── its log ──┘         what came, and when ────┘
 * </pre>
 */
package dev.vigil.app.chaos;
