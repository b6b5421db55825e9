package dev.vigil.mqtt;

import dev.vigil.mqtt.disk.MessageLog;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/**
 * A message as it lies in the outbox on disk.
 *
 * <pre>
 *  u8 format | u8 qos and retain | u16 + topic | u32 message expiry (s, 0 for none) | u32 + other properties | payload
 * </pre>
 *
 * This class is not threadsafe.
 */
final class StoredMessage {
    private static final byte FORMAT = 1;
    private static final int QOS = 0x03;
    private static final int RETAIN = 0x04;
    /** Topics that are kept decoded; more than any box has. */
    private static final int TOPICS_MAX = 4_096;

    private final Map<String, MqttTopic> topics = new HashMap<>();

    /** @return to be released by the caller */
    ByteBuf encode(OutboundMessage message) {
        byte[] topic = message.topic.encoded();
        byte[] properties = message.properties.encoded();
        Duration expiry = message.properties.messageExpiry();
        int payloadBytes = message.payload.readableBytes();
        ByteBuf body = PooledByteBufAllocator.DEFAULT.directBuffer(
                1 + 1 + topic.length + 4 + 4 + properties.length + payloadBytes);
        body.writeByte(FORMAT).writeByte(message.qos | (message.retain ? RETAIN : 0));
        body.writeBytes(topic);
        body.writeInt(expiry == null ? 0 : (int) expiry.toSeconds());
        body.writeInt(properties.length).writeBytes(properties);
        body.writeBytes(message.payload, message.payload.readerIndex(), payloadBytes);
        return body;
    }

    /**
     * @param body not released here; the message takes a part of it
     * @throws IllegalArgumentException when it is of no known format
     */
    OutboundMessage decode(ByteBuf body, PublishCallback callback) {
        byte format = body.readByte();
        if (format != FORMAT) {
            throw new IllegalArgumentException("has the unknown format " + format);
        }
        int flags = body.readByte();
        byte[] name = new byte[body.readUnsignedShort()];
        body.readBytes(name);
        MqttTopic topic = topic(new String(name, StandardCharsets.UTF_8));
        long expiryS = body.readUnsignedInt();
        byte[] encoded = new byte[body.readInt()];
        body.readBytes(encoded);
        PublishProperties properties = expiryS == 0 && encoded.length == 0
                ? PublishProperties.NONE
                : PublishProperties.stored(encoded, expiryS == 0 ? null : Duration.ofSeconds(expiryS));
        return OutboundMessage.of(
                topic,
                body.readRetainedSlice(body.readableBytes()),
                flags & QOS,
                (flags & RETAIN) != 0,
                properties,
                callback);
    }

    private MqttTopic topic(String name) {
        MqttTopic topic = topics.get(name);
        if (topic == null) {
            if (topics.size() >= TOPICS_MAX) {
                topics.clear();
            }
            topic = MqttTopic.of(name);
            topics.put(name, topic);
        }
        return topic;
    }

    /** Takes the body of a record that is read. */
    static final class Room implements MessageLog.Reader {
        private ByteBuf body;

        @Override
        public ByteBuffer room(int bytes) {
            body = PooledByteBufAllocator.DEFAULT.directBuffer(bytes, bytes);
            body.writerIndex(bytes);
            return body.nioBuffer(0, bytes);
        }

        ByteBuf body() {
            return body;
        }

        void release() {
            if (body != null) {
                body.release();
                body = null;
            }
        }
    }
}
