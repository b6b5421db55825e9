package dev.vigil.mqtt;

import dev.vigil.base.FullHeap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.util.Recycler;
import java.util.concurrent.TimeUnit;

/**
 * A message on its way to the broker; reused, so that publishing leaves little garbage. The publishing thread fills it and
 * hands it over; from then on it belongs to the event loop.
 */
final class OutboundMessage implements ChannelFutureListener {
    /** Kept for reuse, in all clients together. */
    private static final int RECYCLED_MAX = 4_096;

    /** One for all threads: Netty's pools by thread pool nothing for a thread that is not Netty's. */
    private static final Recycler<OutboundMessage> RECYCLER = new Recycler<>(RECYCLED_MAX, false) {
        @Override
        protected OutboundMessage newObject(Handle<OutboundMessage> handle) {
            return new OutboundMessage(handle);
        }
    };

    private static final int PUBLISH = 0x30;
    private static final int DUP = 0x08;
    private static final int RETAIN = 0x01;
    private static final int MESSAGE_EXPIRY = 0x02;
    private static final int TOPIC_ALIAS = 0x23;
    private static final int TOPIC_ALIAS_BYTES = 1 + 2;
    /** In place of a topic that an alias stands for. */
    private static final byte[] NO_NAME = {0, 0};

    private final Recycler.Handle<OutboundMessage> handle;

    // Set by the publishing thread.
    MqttTopic topic;
    ByteBuf payload;
    int qos;
    boolean retain;
    PublishProperties properties;
    PublishCallback callback;
    /** When its message expiry began to run, by {@link System#nanoTime()}; 0 for a message without one. */
    long publishedNs;

    // The event loop's.
    /** Whose it is, once it was written. */
    Outbox outbox;
    /** The connection it was written to last; null before. */
    Channel channel;
    /** The quality it was written with last: that of {@link #qos}, or less where the broker takes no more. */
    int qosHere;
    /** 0 while it has none; kept over a lost connection until it is known whether the broker kept the session. */
    int packetId;
    /** The order of first sending, and once it is released that of releasing; for a resend in the same order. */
    long sequence;
    /** In the outbox on disk; {@link Spool#NOT_STORED} on its way past the disk, 0 for a message that never goes there. */
    long number;

    /** Where it came from, until it is over; null for one that was not on disk. */
    private Spool spool;

    private int spooledBytes;
    /** Written to {@link #channel}, whose word on it has not come yet. */
    boolean writing;
    /** QoS 2: the broker has it (PUBREC came), and only PUBREL is sent from now on; the payload is gone. */
    boolean released;
    /** The callback has been told. */
    boolean reported;
    /** Nothing more is to come for it, but perhaps the socket's word on what was written. */
    boolean answered;

    private OutboundMessage(Recycler.Handle<OutboundMessage> handle) {
        this.handle = handle;
    }

    static OutboundMessage of(
            MqttTopic topic,
            ByteBuf payload,
            int qos,
            boolean retain,
            PublishProperties properties,
            PublishCallback callback) {
        OutboundMessage message = RECYCLER.get();
        message.topic = topic;
        message.payload = payload;
        message.qos = qos;
        message.retain = retain;
        message.properties = properties;
        message.publishedNs = properties.messageExpiry() == null ? 0 : System.nanoTime();
        message.callback = callback;
        return message;
    }

    /** The last part of it was written, or will never be. */
    @Override
    public void operationComplete(ChannelFuture future) {
        Outbox owner = outbox;
        if (owner != null) {
            try {
                owner.written(this, future);
            } catch (OutOfMemoryError unmet) {
                FullHeap.end(unmet); // nobody would learn what has become of it
            }
        }
    }

    /** It lay on disk for so long already. */
    void waited(long ms) {
        publishedNs -= TimeUnit.MILLISECONDS.toNanos(ms);
    }

    /** It goes on from the outbox on disk, which is to be told when it is over. */
    void from(Spool owner) {
        spool = owner;
        spooledBytes = payload.readableBytes();
    }

    /** Whether it stays on disk when the client ends now. */
    boolean staysOnDisk() {
        return number > 0 && !released;
    }

    /** The outbox on disk need not keep it. */
    void leaveSpool() {
        if (spool != null) {
            spool.done(number, spooledBytes);
            spool = null;
        }
    }

    /** It is over: frees its payload and its place in the queue. */
    void done(Counters counters) {
        payload.release();
        counters.waiting.decrementAndGet();
        leaveSpool();
        answered = true;
        if (!writing) {
            recycle();
        }
    }

    /** Gives it back for reuse. The payload must have been released or written away. */
    void recycle() {
        topic = null;
        payload = null;
        properties = null;
        callback = null;
        outbox = null;
        channel = null;
        qosHere = 0;
        packetId = 0;
        sequence = 0;
        number = 0;
        spool = null;
        spooledBytes = 0;
        writing = false;
        released = false;
        reported = false;
        answered = false;
        handle.recycle(this);
    }

    /** Whether nobody wants it any more. */
    boolean hasExpired() {
        return properties.messageExpiry() != null
                && System.nanoTime() - publishedNs >= properties.messageExpiry().toNanos();
    }

    /** What is left of its message expiry, in seconds, at least one. */
    private int expiryLeftS() {
        long waitedS = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - publishedNs);
        return (int) Math.max(1, properties.messageExpiry().toSeconds() - waitedS);
    }

    /** Length of the properties, without the length before them; MQTT 5 only. */
    private int propertiesBytes(boolean withAlias) {
        return properties.encoded().length
                + (properties.messageExpiry() == null ? 0 : 1 + 4)
                + (withAlias ? TOPIC_ALIAS_BYTES : 0);
    }

    /** What follows the packet's fixed header, the payload included, in bytes. */
    private long remainingBytes(boolean v5, byte[] name, boolean withId, boolean withAlias) {
        int ofProperties = v5 ? lengthBytes(propertiesBytes(withAlias)) + propertiesBytes(withAlias) : 0;
        return (long) name.length + (withId ? 2 : 0) + ofProperties + payload.readableBytes();
    }

    /**
     * Size of the whole packet in bytes, with its topic in full.
     *
     * @param withAlias and with a number that shall stand for the topic from then on
     */
    long packetBytes(boolean v5, boolean withAlias) {
        long remaining = remainingBytes(v5, topic.encoded(), qos > 0, withAlias);
        return 1 + lengthBytes(remaining) + remaining;
    }

    private static int lengthBytes(long remaining) {
        return remaining < 1 << 7 ? 1 : remaining < 1 << 14 ? 2 : remaining < 1 << 21 ? 3 : 4;
    }

    /**
     * PUBLISH up to its payload (MQTT 5, section 3.3).
     *
     * @param alias number of the topic for the broker; 0 for none
     * @param aliasKnown the broker knows the alias already, so that it stands in the name's place
     * @param room to leave behind it, in bytes
     */
    ByteBuf header(ByteBufAllocator allocator, boolean v5, boolean dup, int alias, boolean aliasKnown, int room) {
        byte[] name = aliasKnown ? NO_NAME : topic.encoded();
        int remaining = (int) remainingBytes(v5, name, qosHere > 0, alias != 0);
        ByteBuf header = allocator.ioBuffer(1 + 4 + remaining - payload.readableBytes() + room);
        header.writeByte(PUBLISH | (dup ? DUP : 0) | qosHere << 1 | (retain ? RETAIN : 0));
        length(header, remaining);
        header.writeBytes(name);
        if (qosHere > 0) {
            header.writeShort(packetId);
        }
        if (v5) {
            length(header, propertiesBytes(alias != 0));
            header.writeBytes(properties.encoded());
            if (properties.messageExpiry() != null) {
                header.writeByte(MESSAGE_EXPIRY);
                header.writeInt(expiryLeftS());
            }
            if (alias != 0) {
                header.writeByte(TOPIC_ALIAS);
                header.writeShort(alias);
            }
        }
        return header;
    }

    /** A variable byte integer (MQTT 5, section 1.5.5). */
    private static void length(ByteBuf out, int value) {
        int rest = value;
        do {
            int low = rest & 0x7F;
            rest >>>= 7;
            out.writeByte(rest > 0 ? low | 0x80 : low);
        } while (rest > 0);
    }
}
