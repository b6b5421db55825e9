/**
 * An MQTT 3.1.1 and 5 client on Netty's codec, of use without the rest of Vigil. One event loop owns all of a connection; each
 * handler has one concern.
 *
 * <pre>
 *   MqttClient ── any thread: publish, subscribe, status, close
 *       │
 *   ┌───▼──────────────── event loop ─────────────────────────────────────────────┐
 *   │ Outbox ─────────┐                                                            │
 *   │ Subscriptions ──┼─► [TLS] ─ [WebSocketFrames] ─ PacketFramer ─ MqttDecoder   │
 *   │ Connector ──────┘       ─ MqttEncoder ─ KeepAliveHandler                     │
 *   │     │ ▲                 ─ HandshakeHandler, later SessionHandler             │
 *   │     ▼ │                 ─ FaultHandler                                       │
 *   │  Attempt ◄── one end, one reason ◄──┘                                        │
 *   └──────────────────────────────────────────────────────────────────────────────┘
 * </pre>
 *
 * PUBLISH does not pass through the encoder: its header and its payload are written as two buffers, so that no payload is
 * copied.
 */
package dev.vigil.mqtt;
