/**
 * {@code vigil soak}: whether the daemon gets over faults. It runs as a process of its own on simulated cameras and a broker,
 * at which faults are thrown by a seed, and is judged by what a subscriber sees and the kernel counts.
 *
 * <pre>
 *  Injector ──► CameraFault ──► RtspCameraServer (one a camera) ──► daemon ──► BrokerProxy ──► broker ──► Witness
 *     │    └──► BrokerFault ──► SoakBroker ────────────────────────────────────────┘             │            │
 *     └───────── begin and end of each fault ──► Recoveries, CameraWatch ◄── what came, and when ─────────────┘
 * </pre>
 */
package dev.vigil.app.soak;
