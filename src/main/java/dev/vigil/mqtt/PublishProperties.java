package dev.vigil.mqtt;

import io.netty.handler.codec.mqtt.MqttProperties;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * What MQTT 5 can say about a message beside its topic and payload (MQTT 5, section 3.3.2.3), checked and encoded once, to be
 * kept and published with again and again. MQTT 3.1.1 can not express any of it: it is left out there. Immutable.
 */
public final class PublishProperties {
    /** Nothing is said. */
    public static final PublishProperties NONE = builder().build();

    private static final int U16_MAX = 65_535;
    private static final byte CONTENT_TYPE = 0x03;
    private static final byte RESPONSE_TOPIC = 0x08;
    private static final byte CORRELATION_DATA = 0x09;
    private static final byte USER_PROPERTY = 0x26;

    private final String contentType;
    private final String responseTopic;
    private final byte[] correlationData;
    private final Duration messageExpiry;
    private final List<UserProperty> userProperties;
    /** All but the message expiry, which shrinks while a message waits; without the length before it. */
    private final byte[] encoded;

    private PublishProperties(Builder from) {
        this.contentType = from.contentType;
        this.responseTopic = from.responseTopic;
        this.correlationData = from.correlationData;
        this.messageExpiry = from.messageExpiry;
        this.userProperties = List.copyOf(from.userProperties);
        this.encoded = encode();
    }

    /** A name and a value of the application's own; names may occur several times. */
    public record UserProperty(String name, String value) {}

    /** Collects what is to be said. */
    public static final class Builder {
        private String contentType;
        private String responseTopic;
        private byte[] correlationData;
        private Duration messageExpiry;
        private final List<UserProperty> userProperties = new ArrayList<>();

        private Builder() {}

        /** MIME type of the payload. */
        public Builder contentType(String type) {
            contentType = checked("contentType", type);
            return this;
        }

        /** Where an answer to this message is expected. */
        public Builder responseTopic(String topic) {
            String problem = MqttTopic.problemOfName(topic);
            if (problem != null) {
                throw new IllegalArgumentException("responseTopic " + problem);
            }
            responseTopic = topic;
            return this;
        }

        /** What the answer repeats, so that it can be told which message it answers; at most 65535 bytes. */
        public Builder correlationData(byte[] data) {
            if (data.length > U16_MAX) {
                throw new IllegalArgumentException("correlationData is longer than 65535 bytes");
            }
            correlationData = data.clone();
            return this;
        }

        /** After which the broker need not pass the message on any more; counted from publishing. */
        public Builder messageExpiry(Duration expiry) {
            if (expiry.toSeconds() < 1 || expiry.toSeconds() > 0xFFFF_FFFFL) {
                throw new IllegalArgumentException("messageExpiry must be 1 s to 4294967295 s, is " + expiry);
            }
            messageExpiry = expiry;
            return this;
        }

        public Builder userProperty(String name, String value) {
            userProperties.add(new UserProperty(checked("name", name), checked("value", value)));
            return this;
        }

        public PublishProperties build() {
            return new PublishProperties(this);
        }

        private static String checked(String what, String text) {
            Objects.requireNonNull(text, what);
            if (text.indexOf('\0') >= 0
                    || !StandardCharsets.UTF_8.newEncoder().canEncode(text)
                    || text.getBytes(StandardCharsets.UTF_8).length > U16_MAX) {
                throw new IllegalArgumentException(what + " has a NUL or no UTF-8 form, or is longer than 65535 bytes");
            }
            return text;
        }
    }

    /** For sending only, from what {@link #encoded} gave: nothing of it can be asked for. */
    static PublishProperties stored(byte[] encoded, Duration messageExpiry) {
        return new PublishProperties(encoded, messageExpiry);
    }

    private PublishProperties(byte[] encoded, Duration messageExpiry) {
        this.contentType = null;
        this.responseTopic = null;
        this.correlationData = null;
        this.messageExpiry = messageExpiry;
        this.userProperties = List.of();
        this.encoded = encoded;
    }

    /**
     * What the broker passed on of a message, as Netty decoded it. Others wrote it: it is taken as it is, but for a response
     * topic that nobody can publish to, which is left out.
     */
    static PublishProperties of(MqttProperties decoded) {
        if (decoded.isEmpty()) {
            return NONE;
        }
        Builder builder = builder();
        builder.contentType = text(decoded, CONTENT_TYPE);
        String responseTopic = text(decoded, RESPONSE_TOPIC);
        builder.responseTopic =
                responseTopic == null || MqttTopic.problemOfName(responseTopic) != null ? null : responseTopic;
        if (decoded.getProperty(CORRELATION_DATA) instanceof MqttProperties.BinaryProperty data) {
            builder.correlationData = data.value();
        }
        if (decoded.getProperty(MqttProperties.PUBLICATION_EXPIRY_INTERVAL)
                instanceof MqttProperties.IntegerProperty expiry) {
            // Netty decodes four-byte properties as signed.
            builder.messageExpiry = Duration.ofSeconds(Integer.toUnsignedLong(expiry.value()));
        }
        for (MqttProperties.MqttProperty<?> property : decoded.getProperties(USER_PROPERTY)) {
            MqttProperties.StringPair pair = (MqttProperties.StringPair) property.value();
            builder.userProperties.add(new UserProperty(pair.key, pair.value));
        }
        return builder.build();
    }

    private static String text(MqttProperties decoded, int id) {
        return decoded.getProperty(id) instanceof MqttProperties.StringProperty property ? property.value() : null;
    }

    public static Builder builder() {
        return new Builder();
    }

    /** Null when not said. */
    public String contentType() {
        return contentType;
    }

    /** Null when no answer is expected. */
    public String responseTopic() {
        return responseTopic;
    }

    /** Null when not said. */
    public byte[] correlationData() {
        return correlationData == null ? null : correlationData.clone();
    }

    /** Null for no end. */
    public Duration messageExpiry() {
        return messageExpiry;
    }

    public List<UserProperty> userProperties() {
        return userProperties;
    }

    /** All but the message expiry, as it stands in a packet; not to be written to. */
    byte[] encoded() {
        return encoded;
    }

    private byte[] encode() {
        var out = new ByteArrayOutputStream();
        text(out, CONTENT_TYPE, contentType);
        text(out, RESPONSE_TOPIC, responseTopic);
        if (correlationData != null) {
            out.write(CORRELATION_DATA);
            bytes(out, correlationData);
        }
        for (UserProperty property : userProperties) {
            out.write(USER_PROPERTY);
            bytes(out, property.name().getBytes(StandardCharsets.UTF_8));
            bytes(out, property.value().getBytes(StandardCharsets.UTF_8));
        }
        return out.toByteArray();
    }

    private static void text(ByteArrayOutputStream out, byte id, String text) {
        if (text != null) {
            out.write(id);
            bytes(out, text.getBytes(StandardCharsets.UTF_8));
        }
    }

    private static void bytes(ByteArrayOutputStream out, byte[] bytes) {
        out.write(bytes.length >>> 8);
        out.write(bytes.length);
        out.writeBytes(bytes);
    }
}
