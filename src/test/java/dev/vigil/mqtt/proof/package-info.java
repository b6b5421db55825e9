/**
 * Proofs of the MQTT client, as programs that print figures and end with 1 when what is claimed does not hold: {@code ./vigil
 * prove mqtt-chaos}, {@code mqtt-speed} and {@code mqtt-fuzz}. The test suite runs short versions of the same programs.
 *
 * <pre>
 *  Prove ─┬─ ChaosCommand ► ChaosRun ── Mosquitto ◄── TcpProxy ◄── ChaosPublisher (a process of its own)
 *         │                    └─ Witness (HiveMQ's client, not behind the proxy) ► Arrivals
 *         ├─ SpeedCommand ► SpeedRun ── SpeedPublisher, SpeedSubscriber (processes of their own)
 *         └─ FuzzCommand ► PipelineFuzz, SocketFuzz, with Mutator's bytes
 * </pre>
 */
package dev.vigil.mqtt.proof;
