package dev.vigil.mqtt;

import dev.vigil.base.Sabotage;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.EventLoop;
import java.util.ArrayDeque;
import java.util.List;

/**
 * Messages on their way to the broker. {@link #publish} is for any thread; everything else belongs to the event loop.
 *
 * <pre>
 *  publish ─┬─────────────► inbox ──► waiting, QoS 0 apart ─────────► socket ──► InFlight (QoS 1, 2) ──► done
 *           └─► Spool ──────┘         while away (QoS 1, 2), unwritable,            │
 *  any thread   (QoS 1, 2: on disk)  or the broker's window is full   ◄────────────┘ connection lost
 * </pre>
 *
 * One bound holds for all of it together, and for what comes from the spool once more: {@link MqttOptions#queueMessages()}.
 */
final class Outbox implements Spool.Exit {
    private final Counters counters;
    private final Faults faults;
    private final int messagesMax;

    // For any thread.
    private final Inbox inbox;
    private volatile boolean taking = true;

    private volatile boolean closed;
    /** Lets publishing threads refuse at once what could not be sent anyway. */
    private volatile boolean away = true;

    // For the client's life; the event loop's.
    private final ArrayDeque<OutboundMessage> waitingQos0 = new ArrayDeque<>();
    /** QoS 1 and 2 together, so that they keep their order. */
    private final ArrayDeque<OutboundMessage> waitingReliable = new ArrayDeque<>();

    private final InFlight inFlight;
    /** Null without an outbox on disk. */
    private final Spool spool;

    // For one connection; the event loop's.
    private Channel channel;
    private BrokerLimits limits;
    private PublishWriter writer;

    Outbox(EventLoop loop, Counters counters, InFlight inFlight, Faults faults, int messagesMax, OutboxOptions onDisk) {
        this.counters = counters;
        this.inFlight = inFlight;
        this.faults = faults;
        this.messagesMax = messagesMax;
        this.inbox = new Inbox(loop, 2 * messagesMax, this::drain, this::refuseInbox);
        this.spool = onDisk.onDisk() ? new Spool(onDisk, messagesMax, this) : null;
    }

    void start() {
        if (spool != null) {
            spool.start();
        }
    }

    /** What waits on disk; null without. */
    Spool spool() {
        return spool;
    }

    /** Takes a message that lies on disk, or that the disk could not take. */
    @Override
    public void enter(OutboundMessage message) {
        counters.waiting.incrementAndGet();
        inbox.add(message);
    }

    @Override
    public void stored(PublishCallback callback) {
        try {
            callback.stored();
        } catch (RuntimeException e) {
            faults.thrown("a publish callback", e);
        }
    }

    @Override
    public void refuse(PublishCallback callback, Refusal cause) {
        report(callback, cause);
    }

    /**
     * Takes a message, whose payload passes to the outbox, from any thread; false if it was refused at once.
     *
     * @param mayWaitOnDisk of QoS 1 or 2 it goes there first, where there is an outbox on disk
     */
    boolean publish(
            MqttTopic topic,
            ByteBuf payload,
            int qos,
            boolean retain,
            PublishProperties properties,
            boolean mayWaitOnDisk,
            PublishCallback callback) {
        boolean byDisk = mayWaitOnDisk && qos > 0 && spool != null;
        Refusal refusal = !taking ? Refusal.CLOSED : byDisk ? null : qos == 0 && away ? Refusal.BROKER_AWAY : admit();
        if (refusal == null) {
            OutboundMessage message = message(topic, payload, qos, retain, properties, callback, !byDisk);
            if (!byDisk) {
                inbox.add(message);
                return true;
            }
            if (spool.offer(message)) {
                return true;
            }
            message.recycle();
            refusal = taking ? Refusal.QUEUE_FULL : Refusal.CLOSED;
        }
        payload.release();
        counters.refused(refusal);
        callback.refused(refusal);
        return false;
    }

    /** @param admitted it has its place in the queue, which it gives back when there is no memory for it */
    private OutboundMessage message(
            MqttTopic topic,
            ByteBuf payload,
            int qos,
            boolean retain,
            PublishProperties properties,
            PublishCallback callback,
            boolean admitted) {
        try {
            return OutboundMessage.of(topic, payload, qos, retain, properties, callback);
        } catch (OutOfMemoryError unmet) {
            payload.release();
            if (admitted) {
                counters.waiting.decrementAndGet();
            }
            throw unmet;
        }
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
        Sabotage.at("mqtt");
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
        return qos == 0 ? waitingQos0 : waitingReliable;
    }

    private boolean maySend(OutboundMessage message) {
        return channel != null && channel.isWritable() && waiting(message.qos).isEmpty() && hasRoom(message.qos);
    }

    private boolean hasRoom(int qos) {
        int qosHere = Math.min(qos, limits.qosMax());
        return qosHere == 0 || inFlight.hasRoom(qosHere);
    }

    /** Sends what waits, as far as the socket and the broker's window let it. */
    void pump() {
        if (channel == null) {
            return;
        }
        boolean wrote = pump(waitingReliable);
        wrote |= pump(waitingQos0);
        if (wrote) {
            channel.flush();
        }
    }

    private boolean pump(ArrayDeque<OutboundMessage> waiting) {
        boolean wrote = false;
        while (channel.isWritable() && !waiting.isEmpty() && hasRoom(waiting.peek().qos)) {
            wrote |= send(waiting.poll());
        }
        return wrote;
    }

    /** Writes a message, without flushing; false if it had to be refused. */
    private boolean send(OutboundMessage message) {
        boolean again = message.packetId != 0;
        // What the broker may have seen already is sent again, late as it is: the protocol demands it (section 4.4).
        Refusal refusal = !again && message.hasExpired() ? Refusal.EXPIRED : limits.refusal(message, faults);
        if (refusal != null) {
            refuse(message, refusal);
            return false;
        }
        int qos = writer.qos(message);
        if (again && qos != message.qosHere) {
            inFlight.forget(message);
            again = false;
        }
        message.qosHere = qos;
        if (message.qos > 0) {
            inFlight.add(message);
        }
        message.outbox = this;
        writer.write(message, again);
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
            message.recycle(); // The payload was released with its writing.
        } else if (message.answered) {
            message.recycle();
        } else if (sent && message.qosHere == 0) {
            inFlight.unanswered(message);
        }
        // A message of QoS 1 or 2 that failed is still in flight, and comes back with the connection's end.
        if (sent && first) {
            counters.sent.increment();
            MqttTrace.sent(false, counters.waiting.get());
            sent(callback);
        } else if (sent) {
            counters.resent.increment();
            MqttTrace.sent(true, counters.waiting.get());
        } else if (lost) {
            report(callback, closed ? Refusal.CLOSED : Refusal.BROKER_AWAY);
        }
    }

    /** A connection stands: what waits may go, what was in flight goes first, again. */
    void connected(Channel to, BrokerLimits brokerLimits, boolean sessionPresent) {
        channel = to;
        limits = brokerLimits;
        writer = new PublishWriter(to, brokerLimits, faults);
        if (inFlight.connected(to, brokerLimits, sessionPresent)) {
            channel.flush();
        }
        if (!sessionPresent) {
            waitingReliable.forEach(inFlight::renew);
        }
        away = false;
        pump();
    }

    /**
     * The connection is gone. QoS 0 is refused, what awaits an answer waits for the next connection.
     *
     * @param byBroker the broker ended it, and did not just fall silent
     */
    void disconnected(boolean byBroker) {
        away = true;
        channel = null;
        List<OutboundMessage> again = inFlight.disconnected(byBroker);
        for (int i = again.size() - 1; i >= 0; i--) {
            waitingReliable.addFirst(again.get(i));
        }
        for (OutboundMessage message = waitingQos0.poll(); message != null; message = waitingQos0.poll()) {
            refuse(message, Refusal.BROKER_AWAY);
        }
    }

    /** What was written and awaits the broker's answer. */
    InFlight inFlight() {
        return inFlight;
    }

    /** What the broker owes for too long, for people; null when nothing. */
    String overdue(long nowNs) {
        return inFlight.overdue(nowNs);
    }

    /** Refuses what comes from now on; what came before is still sent. For any thread. */
    void stopTaking() {
        taking = false;
    }

    /** Whether nothing is left to send or to be acknowledged. */
    boolean isDone() {
        return (spool == null || spool.isEmpty()) && counters.waiting.get() == 0;
    }

    /** Refuses all that is left and all that comes; returns how many were sent and never acknowledged. */
    int close() {
        taking = false;
        closed = true;
        away = true;
        refuseInbox();
        List<OutboundMessage> left = inFlight.close();
        int unacknowledged = left.size();
        left.addAll(waitingReliable);
        left.addAll(waitingQos0);
        waitingReliable.clear();
        waitingQos0.clear();
        for (OutboundMessage message : left) {
            inFlight.forget(message);
            if (message.reported && !message.staysOnDisk()) {
                message.done(counters);
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
        inFlight.forget(message);
        counters.waiting.decrementAndGet();
        PublishCallback callback = message.callback;
        // What stays on disk when the client is closed is not over.
        boolean stays = cause == Refusal.CLOSED && message.staysOnDisk();
        boolean reported = message.reported || stays;
        if (!stays) {
            message.leaveSpool();
        }
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
