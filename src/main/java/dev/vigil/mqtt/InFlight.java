package dev.vigil.mqtt;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.util.collection.IntObjectHashMap;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * Messages of QoS 1 and 2 that were written and await the broker's last word (MQTT 5, sections 4.3, 4.4 and 4.9). Confined to
 * the event loop.
 *
 * <pre>
 *  QoS 1: PUBLISH ──────────────────────────► PUBACK
 *  QoS 2: PUBLISH ──► PUBREC, PUBREL ───────► PUBCOMP
 *            │                  │
 *            │ connection lost  │ connection lost
 *            ▼                  ▼
 *      back to the outbox   stays here: PUBREL again, or done if the broker lost the session
 * </pre>
 */
final class InFlight {
    /** A broker that leaves acknowledgements open this long, without any coming, is as good as gone. */
    static final long ACK_DEADLINE_NS = TimeUnit.SECONDS.toNanos(60);

    /** After so many connections in a row that the broker ended without acknowledging anything, messages go one at a time. */
    private static final int BARREN_SINGLE = 2;
    /** After so many, what each of them ended on is given up: it would hold up all others for ever. */
    private static final int BARREN_MAX = 6;

    private final Counters counters;
    private final PacketIds packetIds;
    private final Faults faults;

    // For the client's life.
    /** By {@link #key} of the packet id. */
    private final IntObjectHashMap<OutboundMessage> open = new IntObjectHashMap<>();

    private long sequence;
    /** Connections in a row that the broker ended with messages in flight and none acknowledged. */
    private int barren;

    /** Messages that this broker takes with QoS 0 only, until the socket has taken them. */
    private final Set<OutboundMessage> unanswerable = Collections.newSetFromMap(new IdentityHashMap<>());

    // For the session.
    /** Packet ids of QoS 2 that the broker may still know: a new message under one of them would pass for a repeated one. */
    private final BitSet abandoned = new BitSet();
    /** The session is of an earlier process, which may have left messages of QoS 2 open under any packet id. */
    private boolean inherited;
    /** Packet ids under which such a message was ended, by a PUBREL before their first use. */
    private final BitSet cleared = new BitSet();
    /** Packet ids whose next PUBCOMP is the answer to such a PUBREL. */
    private final BitSet clearing = new BitSet();

    private boolean metBefore;

    // For one connection.
    private Channel channel;
    private int receiveMax;
    private int receiveMaxQos2;
    private boolean v5;
    /** Messages written to this connection, PUBREL included, whose last answer has not come. */
    private int here;

    private int hereQos2;
    /** When the oldest open answer began to be waited for, or the latest came. */
    private long progressNs;

    InFlight(Counters counters, PacketIds packetIds, Faults faults) {
        this.counters = counters;
        this.packetIds = packetIds;
        this.faults = faults;
    }

    /** Whether the broker takes one more of this QoS, 1 or 2. */
    boolean hasRoom(int qos) {
        return here < (barren < BARREN_SINGLE ? receiveMax : 1)
                && (qos == 1 || hereQos2 < receiveMaxQos2)
                && packetIds.hasFree();
    }

    /**
     * Scatters packet ids, one to one. They are taken in turn, and the map keeps neighbours side by side: to remove one of
     * them it would move up all that follow.
     */
    private static int key(int packetId) {
        return packetId * 0x9E37 & 0xFFFF;
    }

    /** A message is about to be written; gives it its packet id if it has none. */
    void add(OutboundMessage message) {
        if (message.sequence == 0) {
            message.sequence = ++sequence;
        }
        if (message.qosHere == 0) {
            unanswerable.add(message);
            return;
        }
        if (message.packetId == 0) {
            message.packetId = packetIds.take();
        }
        open.put(key(message.packetId), message);
        count(message);
        if (inherited && message.qosHere == 2 && !cleared.get(message.packetId)) {
            // Or the broker would take it for the one that it knows by this id.
            cleared.set(message.packetId);
            clearing.set(message.packetId);
            Wire.reply(channel, Wire.PUBREL, message.packetId, 0);
        }
    }

    private void count(OutboundMessage message) {
        hereQos2 += message.qosHere == 2 ? 1 : 0;
        if (here++ == 0) {
            progressNs = System.nanoTime();
        }
    }

    /** The socket took a message that the broker takes with QoS 0 only: no more will be known of it. */
    void unanswered(OutboundMessage message) {
        if (unanswerable.remove(message)) {
            message.done(counters);
        }
    }

    /**
     * PUBACK came.
     *
     * @param code 0 or an MQTT 5 reason code
     * @param words what the broker said, for people
     * @throws MqttFault when it answers a message of QoS 2
     */
    void acknowledged(int packetId, int code, String words) throws MqttFault {
        OutboundMessage message = find(packetId);
        if (message != null) {
            demand(message.qosHere == 1, "PUBACK", packetId);
            end(message, code, words);
        }
    }

    /**
     * PUBREC came; answers it, without flushing.
     *
     * @throws MqttFault when it answers a message of QoS 1
     */
    void received(int packetId, int code, String words) throws MqttFault {
        OutboundMessage message = find(packetId);
        if (message == null) {
            // An id that is in use waits to be sent again, and is answered then.
            if (code < 0x80 && !packetIds.isUsed(packetId)) {
                Wire.reply(channel, Wire.PUBREL, packetId, v5 ? ReasonCodes.PACKET_ID_NOT_FOUND : 0);
            }
            return;
        }
        demand(message.qosHere == 2, "PUBREC", packetId);
        if (code >= 0x80) {
            end(message, code, words);
            return;
        }
        if (!message.released) {
            message.released = true;
            message.leaveSpool(); // The broker answers for it from here on.
            // PUBREL goes in the order of PUBREC, in a resend too (section 4.6).
            message.sequence = ++sequence;
            message.payload.release();
            message.payload = Unpooled.EMPTY_BUFFER;
            progress();
        }
        Wire.reply(channel, Wire.PUBREL, packetId, 0);
    }

    /**
     * PUBCOMP came. One that says that the broker does not know the id is as good: it had the message.
     *
     * @throws MqttFault when there was no PUBREL
     */
    void completed(int packetId) throws MqttFault {
        OutboundMessage message = find(packetId);
        if (message != null && clearing.get(packetId)) {
            clearing.clear(packetId);
        } else if (message != null) {
            demand(message.released, "PUBCOMP", packetId);
            end(message, 0, "");
        }
    }

    /** Null for an answer to nothing that is open on this connection; harmless. */
    private OutboundMessage find(int packetId) {
        OutboundMessage message = open.get(key(packetId));
        return message == null || message.channel != channel ? null : message;
    }

    private static void demand(boolean right, String answer, int packetId) throws MqttFault {
        if (!right) {
            throw MqttFault.protocol(
                    "sent " + answer + " for packet id " + packetId + ", which awaits another answer",
                    ReasonCodes.PROTOCOL_ERROR);
        }
    }

    private void progress() {
        barren = 0;
        progressNs = System.nanoTime();
    }

    private void end(OutboundMessage message, int code, String words) {
        open.remove(key(message.packetId));
        here--;
        hereQos2 -= message.qosHere == 2 ? 1 : 0;
        progress();
        packetIds.free(message.packetId);
        if (code < 0x80) {
            counters.acknowledged.increment();
        } else {
            counters.rejected.increment();
            faults.note("the broker rejected a message to " + message.topic + ": " + words);
        }
        message.done(counters);
        MqttTrace.acknowledged(code < 0x80, counters.waiting.get());
    }

    /** A connection stands; says again, without flushing, what was released and not completed. Returns whether it wrote. */
    boolean connected(Channel to, BrokerLimits limits, boolean sessionPresent) {
        channel = to;
        receiveMax = limits.receiveMax();
        receiveMaxQos2 = limits.receiveMaxQos2();
        v5 = limits.v5();
        here = 0;
        hereQos2 = 0;
        inherited = sessionPresent && (inherited || !metBefore);
        metBefore = true;
        // Unanswered, it may not have arrived: rather a message twice than not at all.
        cleared.andNot(clearing);
        clearing.clear();
        List<OutboundMessage> released = oldestFirst();
        if (!sessionPresent) {
            abandoned.stream().forEach(packetIds::free);
            abandoned.clear();
        }
        for (OutboundMessage message : released) {
            message.channel = channel;
            count(message);
            if (sessionPresent) {
                message.writing = false;
                Wire.reply(channel, Wire.PUBREL, message.packetId, 0);
            } else {
                // The broker took it, and lost what would have told a repeated one: sent again it could arrive twice.
                end(message, 0, "");
            }
        }
        return sessionPresent && !released.isEmpty();
    }

    /**
     * The connection is gone.
     *
     * @param byBroker the broker ended it, and did not just fall silent
     * @return what is to be sent again, the oldest first
     */
    List<OutboundMessage> disconnected(boolean byBroker) {
        channel = null;
        if (byBroker && here > 0) {
            barren++;
        }
        here = 0;
        List<OutboundMessage> again = oldestFirst();
        List<OutboundMessage> released = again.stream().filter(m -> m.released).toList();
        again.removeIf(message -> message.released);
        again.forEach(message -> open.remove(key(message.packetId)));
        unanswerable.clear();
        if (barren >= BARREN_MAX) {
            barren = BARREN_SINGLE;
            if (released.isEmpty()) {
                giveUp(again.remove(0));
            } else {
                released.forEach(this::giveUp);
            }
        }
        return again;
    }

    private List<OutboundMessage> oldestFirst() {
        List<OutboundMessage> messages = new ArrayList<>(open.values());
        messages.addAll(unanswerable);
        messages.sort(Comparator.comparingLong(message -> message.sequence));
        return messages;
    }

    /** An MQTT 3.1.1 broker can not say that it will not have a message; it just hangs up, each time. */
    private void giveUp(OutboundMessage message) {
        open.remove(key(message.packetId));
        counters.rejected.increment();
        faults.note("gave up a message to " + message.topic + ": the broker hung up on it " + BARREN_MAX + " times");
        forget(message);
        message.done(counters);
    }

    /** A message will not be sent again, in a session that may go on. */
    void forget(OutboundMessage message) {
        if (message.packetId == 0) {
            return;
        }
        if (message.qosHere == 2) {
            abandoned.set(message.packetId);
        } else {
            packetIds.free(message.packetId);
        }
        message.packetId = 0;
    }

    /** The broker's session is gone: a message that waits to be sent again is as new. */
    void renew(OutboundMessage message) {
        if (message.packetId != 0) {
            packetIds.free(message.packetId);
            message.packetId = 0;
        }
    }

    /** What the broker owes for too long, for people; null when nothing. */
    String overdue(long nowNs) {
        return here > 0 && nowNs - progressNs > ACK_DEADLINE_NS
                ? "acknowledged none of " + here + " messages for " + TimeUnit.NANOSECONDS.toSeconds(nowNs - progressNs)
                        + " s"
                : null;
    }

    /** Hands over all that is open, the oldest first; the client's end. */
    List<OutboundMessage> close() {
        List<OutboundMessage> left = oldestFirst();
        open.clear();
        unanswerable.clear();
        here = 0;
        channel = null;
        return left;
    }
}
