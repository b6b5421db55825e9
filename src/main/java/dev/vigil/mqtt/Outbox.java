package dev.vigil.mqtt;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.EventLoop;
import io.netty.util.collection.IntObjectHashMap;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Messages on their way to the broker. {@link #publish} is for any thread; everything else belongs to the event loop.
 *
 * <pre>
 *  publish ──► inbox ──► waiting, one queue per QoS ──► socket ──► in flight (QoS 1) ──► done
 *  any thread            while away (QoS 1), unwritable,               │
 *                        or the broker's window is full   ◄────────────┘ connection lost
 * </pre>
 *
 * One bound holds for all of it together: {@link MqttOptions#queueMessages()}.
 */
final class Outbox {
    /** A broker that leaves acknowledgements open this long, without any coming, is as good as gone. */
    static final long ACK_DEADLINE_NS = TimeUnit.SECONDS.toNanos(60);

    /** After so many connections in a row that the broker ended without acknowledging anything, messages go one at a time. */
    private static final int BARREN_SINGLE = 2;
    /** After so many, the one message that each of them ended on is given up: it would hold up all others for ever. */
    private static final int BARREN_MAX = 6;

    private final EventLoop loop;
    private final Counters counters;
    private final PacketIds packetIds;
    private final FaultLog faults;
    private final int messagesMax;

    // For any thread.
    private final ArrayBlockingQueue<OutboundMessage> inbox;
    private final AtomicBoolean wakeQueued = new AtomicBoolean();
    private final Runnable drain = this::drain;
    private volatile boolean taking = true;

    private volatile boolean closed;
    /** Lets publishing threads refuse at once what could not be sent anyway. */
    private volatile boolean away = true;

    // For the client's life; the event loop's.
    private final ArrayDeque<OutboundMessage> waitingQos0 = new ArrayDeque<>();
    private final ArrayDeque<OutboundMessage> waitingQos1 = new ArrayDeque<>();
    private final IntObjectHashMap<OutboundMessage> inFlight = new IntObjectHashMap<>();
    private long sequence;
    /** Connections in a row that the broker ended with messages in flight and none acknowledged. */
    private int barren;

    // For one connection; the event loop's.
    private Channel channel;
    private BrokerLimits limits;
    /** Messages of QoS 1 written to this connection and not acknowledged. */
    private int inFlightHere;
    /** When the oldest open acknowledgement began to be waited for, or the latest came. */
    private long ackProgressNs;

    Outbox(EventLoop loop, Counters counters, PacketIds packetIds, FaultLog faults, int messagesMax) {
        this.loop = loop;
        this.counters = counters;
        this.packetIds = packetIds;
        this.faults = faults;
        this.messagesMax = messagesMax;
        this.inbox = new ArrayBlockingQueue<>(messagesMax);
    }

    /** Takes a message, whose payload passes to the outbox, from any thread; false if it was refused at once. */
    boolean publish(
            MqttTopic topic,
            ByteBuf payload,
            int qos,
            boolean retain,
            PublishProperties properties,
            PublishCallback callback) {
        Refusal refusal = !taking ? Refusal.CLOSED : qos == 0 && away ? Refusal.BROKER_AWAY : admit();
        if (refusal != null) {
            payload.release();
            counters.refused(refusal);
            callback.refused(refusal);
            return false;
        }
        inbox.add(OutboundMessage.of(topic, payload, qos, retain, properties, callback));
        if (wakeQueued.compareAndSet(false, true)) {
            try {
                loop.execute(drain);
            } catch (RejectedExecutionException closed) {
                // The event loop has ended, so nobody else empties the inbox; drain would find the outbox closed.
                wakeQueued.set(false);
                refuseInbox();
            }
        }
        return true;
    }

    private Refusal admit() {
        int before = counters.waiting.getAndIncrement();
        if (before >= messagesMax) {
            counters.waiting.decrementAndGet();
            return Refusal.QUEUE_FULL;
        }
        return null;
    }

    private void drain() {
        wakeQueued.set(false);
        if (closed) {
            refuseInbox();
            return;
        }
        boolean wrote = false;
        for (OutboundMessage message = inbox.poll(); message != null; message = inbox.poll()) {
            if (message.qos == 0 && channel == null) {
                refuse(message, Refusal.BROKER_AWAY);
            } else if (maySend(message)) {
                wrote |= send(message);
            } else {
                waiting(message.qos).add(message);
            }
        }
        if (wrote) {
            channel.flush();
        }
    }

    private ArrayDeque<OutboundMessage> waiting(int qos) {
        return qos == 0 ? waitingQos0 : waitingQos1;
    }

    private boolean maySend(OutboundMessage message) {
        return channel != null && channel.isWritable() && waiting(message.qos).isEmpty() && windowOpen(message.qos);
    }

    private boolean windowOpen(int qos) {
        return qos == 0 || inFlightHere < (barren < BARREN_SINGLE ? limits.receiveMax() : 1);
    }

    /** Sends what waits, as far as the socket and the broker's window let it. */
    void pump() {
        if (channel == null) {
            return;
        }
        boolean wrote = pump(waitingQos1);
        wrote |= pump(waitingQos0);
        if (wrote) {
            channel.flush();
        }
    }

    private boolean pump(ArrayDeque<OutboundMessage> waiting) {
        boolean wrote = false;
        while (channel.isWritable() && !waiting.isEmpty() && windowOpen(waiting.peek().qos)) {
            wrote |= send(waiting.poll());
        }
        return wrote;
    }

    /** Writes a message, without flushing; false if it had to be refused. */
    private boolean send(OutboundMessage message) {
        Refusal refusal = limits.refusal(message, faults);
        if (refusal != null) {
            refuse(message, refusal);
            return false;
        }
        boolean again = message.packetId != 0;
        ByteBuf payload = message.payload;
        if (message.qos > 0) {
            if (!again) {
                message.packetId = packetIds.take();
            }
            if (message.sequence == 0) {
                message.sequence = ++sequence;
            }
            inFlight.put(message.packetId, message);
            if (inFlightHere++ == 0) {
                ackProgressNs = System.nanoTime();
            }
            // Kept for a resend; the socket gets its own view of the same bytes.
            payload = payload.retainedDuplicate();
        }
        message.outbox = this;
        message.channel = channel;
        message.writing = true;
        Wire.write(channel, message.header(channel.alloc(), limits.v5(), again));
        channel.write(payload).addListener(message);
        return true;
    }

    /** The socket took a message's last byte, or its connection broke before. */
    void written(OutboundMessage message, ChannelFuture future) {
        if (message.channel != future.channel()) {
            return; // It has gone on to a newer connection.
        }
        message.writing = false;
        PublishCallback callback = message.callback;
        boolean first = !message.reported;
        boolean sent = future.isSuccess();
        boolean lost = !sent && message.qos == 0;
        message.reported |= sent;
        if (message.qos == 0) {
            counters.waiting.decrementAndGet();
            message.recycle(); // The socket released the payload, written or not.
        } else if (message.answered) {
            message.recycle();
        }
        // A message of QoS 1 that failed is still in flight, and comes back with the connection's end.
        if (sent && first) {
            counters.sent.increment();
            sent(callback);
        } else if (sent) {
            counters.resent.increment();
        } else if (lost) {
            report(callback, closed ? Refusal.CLOSED : Refusal.BROKER_AWAY);
        }
    }

    /**
     * The broker answered a message of QoS 1.
     *
     * @param code 0 or an MQTT 5 reason code
     * @param words what the broker said, for people
     */
    void acknowledged(int packetId, int code, String words) {
        OutboundMessage message = inFlight.get(packetId);
        if (message == null || message.channel != channel) {
            return; // An answer to nothing that is open; harmless.
        }
        inFlight.remove(packetId);
        inFlightHere--;
        barren = 0;
        ackProgressNs = System.nanoTime();
        packetIds.free(packetId);
        if (code < 0x80) {
            counters.acknowledged.increment();
        } else {
            counters.rejected.increment();
            faults.note("the broker rejected a message to " + message.topic + ": " + words);
        }
        done(message);
    }

    private void done(OutboundMessage message) {
        message.payload.release();
        counters.waiting.decrementAndGet();
        message.answered = true;
        if (!message.writing) {
            message.recycle();
        }
    }

    /** A connection stands: what waits may go, what was in flight goes first, again. */
    void connected(Channel to, BrokerLimits brokerLimits, boolean sessionPresent) {
        channel = to;
        limits = brokerLimits;
        inFlightHere = 0;
        if (!sessionPresent) {
            // The broker knows nothing of the old packet ids: what it did not acknowledge is sent as new.
            for (OutboundMessage message : waitingQos1) {
                forgetId(message);
            }
        }
        away = false;
        pump();
    }

    private void forgetId(OutboundMessage message) {
        if (message.packetId != 0) {
            packetIds.free(message.packetId);
            message.packetId = 0;
        }
    }

    /**
     * The connection is gone. QoS 0 is refused, QoS 1 waits for the next.
     *
     * @param byBroker the broker ended it, and did not just fall silent
     */
    void disconnected(boolean byBroker) {
        away = true;
        channel = null;
        if (byBroker && inFlightHere > 0) {
            barren++;
        }
        List<OutboundMessage> again = new ArrayList<>(inFlight.values());
        again.sort(Comparator.comparingLong((OutboundMessage m) -> m.sequence).reversed());
        inFlight.clear();
        inFlightHere = 0;
        again.forEach(waitingQos1::addFirst);
        if (barren >= BARREN_MAX) {
            giveUp(waitingQos1.poll());
        }
        for (OutboundMessage message = waitingQos0.poll(); message != null; message = waitingQos0.poll()) {
            refuse(message, Refusal.BROKER_AWAY);
        }
    }

    /** An MQTT 3.1.1 broker can not say that it will not have a message; it just hangs up, each time. */
    private void giveUp(OutboundMessage message) {
        barren = BARREN_SINGLE;
        counters.rejected.increment();
        faults.note("gave up a message to " + message.topic + ": the broker hung up on it " + BARREN_MAX + " times");
        forgetId(message);
        done(message);
    }

    /** What the broker owes for too long, for people; null when nothing. */
    String overdue(long nowNs) {
        return inFlightHere > 0 && nowNs - ackProgressNs > ACK_DEADLINE_NS
                ? "acknowledged none of " + inFlightHere + " messages for "
                        + TimeUnit.NANOSECONDS.toSeconds(nowNs - ackProgressNs) + " s"
                : null;
    }

    /** Refuses what comes from now on; what came before is still sent. For any thread. */
    void stopTaking() {
        taking = false;
    }

    /** Whether nothing is left to send or to be acknowledged. */
    boolean isDone() {
        return counters.waiting.get() == 0;
    }

    /** Refuses all that is left and all that comes; returns how many were sent and never acknowledged. */
    int close() {
        taking = false;
        closed = true;
        away = true;
        refuseInbox();
        int unacknowledged = inFlight.size();
        List<OutboundMessage> left = new ArrayList<>(inFlight.values());
        inFlight.clear();
        left.addAll(waitingQos1);
        left.addAll(waitingQos0);
        waitingQos1.clear();
        waitingQos0.clear();
        for (OutboundMessage message : left) {
            forgetId(message);
            if (message.reported) {
                done(message);
            } else {
                refuse(message, Refusal.CLOSED);
            }
        }
        channel = null;
        return unacknowledged;
    }

    /** Refuses what is in the inbox of a closed outbox; the inbox is threadsafe, so that each message is refused once. */
    private void refuseInbox() {
        for (OutboundMessage message = inbox.poll(); message != null; message = inbox.poll()) {
            refuse(message, Refusal.CLOSED);
        }
    }

    private void refuse(OutboundMessage message, Refusal cause) {
        message.payload.release();
        forgetId(message);
        counters.waiting.decrementAndGet();
        PublishCallback callback = message.callback;
        boolean reported = message.reported;
        message.reported = true;
        message.answered = true;
        if (!message.writing) {
            message.recycle();
        }
        if (!reported) {
            report(callback, cause);
        }
    }

    private void sent(PublishCallback callback) {
        try {
            callback.sent(System.nanoTime());
        } catch (RuntimeException e) {
            faults.thrown("a publish callback", e);
        }
    }

    private void report(PublishCallback callback, Refusal cause) {
        counters.refused(cause);
        try {
            callback.refused(cause);
        } catch (RuntimeException e) {
            faults.thrown("a publish callback", e);
        }
    }
}
