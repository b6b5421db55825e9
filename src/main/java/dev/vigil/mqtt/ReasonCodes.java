package dev.vigil.mqtt;

import io.netty.handler.codec.mqtt.MqttProperties;
import java.util.Locale;

/** Words for the reason codes of MQTT 5 (section 2.4) and the return codes of MQTT 3.1.1 (table 3.1). */
final class ReasonCodes {
    static final int UNSUPPORTED_VERSION = 0x84;
    static final int CLIENT_ID_NOT_VALID = 0x85;
    static final int BAD_USER_OR_PASSWORD = 0x86;
    static final int NOT_AUTHORIZED = 0x87;
    static final int MALFORMED_PACKET = 0x81;
    static final int PROTOCOL_ERROR = 0x82;
    static final int SERVER_UNAVAILABLE = 0x88;
    static final int SERVER_BUSY = 0x89;
    static final int SESSION_TAKEN_OVER = 0x8E;
    static final int PACKET_ID_NOT_FOUND = 0x92;
    static final int RECEIVE_MAX_EXCEEDED = 0x93;
    static final int PACKET_TOO_LARGE = 0x95;
    static final int QUOTA_EXCEEDED = 0x97;
    static final int TOPIC_ALIAS_INVALID = 0x94;
    static final int SHARED_NOT_SUPPORTED = 0x9E;
    static final int WILDCARDS_NOT_SUPPORTED = 0xA2;
    static final int USE_ANOTHER_SERVER = 0x9C;
    static final int SERVER_MOVED = 0x9D;
    static final int CONNECTION_RATE_EXCEEDED = 0x9F;

    private ReasonCodes() {}

    /** The words of a code, with the broker's own explanation where it gave one. */
    static String describe(int code, MqttProperties properties) {
        StringBuilder text = new StringBuilder(words(code));
        text.append(String.format(Locale.ROOT, " (0x%02x)", code));
        append(text, ": ", property(properties, MqttProperties.REASON_STRING));
        append(text, ", use ", property(properties, MqttProperties.SERVER_REFERENCE));
        return text.toString();
    }

    private static void append(StringBuilder text, String before, String value) {
        if (value != null) {
            // It goes into a log line: what a broker sends must not start a new one.
            text.append(before).append(value.replaceAll("\\p{Cntrl}", " ").strip());
        }
    }

    static String property(MqttProperties properties, int id) {
        return properties != null && properties.getProperty(id) instanceof MqttProperties.StringProperty property
                ? property.value()
                : null;
    }

    /** Whether the client is at fault, or the broker's setup, so that trying again soon is of no use. */
    static boolean lasting(int code) {
        return switch (code) {
            case SERVER_UNAVAILABLE, SERVER_BUSY, QUOTA_EXCEEDED, CONNECTION_RATE_EXCEEDED, 0x80, 0x8B, 0x8D, 0x98, 0 ->
                false;
            default -> true;
        };
    }

    /** Whether it is the user or the password that the broker does not take. */
    static boolean login(int code) {
        return code == BAD_USER_OR_PASSWORD || code == NOT_AUTHORIZED;
    }

    /** Whether the broker sends its clients elsewhere. */
    static boolean redirects(int code) {
        return code == USE_ANOTHER_SERVER || code == SERVER_MOVED;
    }

    /** The MQTT 5 code that says what an MQTT 3.1.1 CONNACK's return code says. */
    static int fromConnAck311(int returnCode) {
        return switch (returnCode) {
            case 0 -> 0;
            case 1 -> UNSUPPORTED_VERSION;
            case 2 -> CLIENT_ID_NOT_VALID;
            case 3 -> SERVER_UNAVAILABLE;
            case 4 -> BAD_USER_OR_PASSWORD;
            case 5 -> NOT_AUTHORIZED;
            default -> 0x80;
        };
    }

    private static String words(int code) {
        return switch (code) {
            case 0x00 -> "normal disconnection";
            case 0x80 -> "unspecified error";
            case MALFORMED_PACKET -> "malformed packet";
            case PROTOCOL_ERROR -> "protocol error";
            case 0x83 -> "implementation specific error";
            case UNSUPPORTED_VERSION -> "unsupported protocol version";
            case CLIENT_ID_NOT_VALID -> "client identifier not valid";
            case BAD_USER_OR_PASSWORD -> "bad user name or password";
            case NOT_AUTHORIZED -> "not authorized";
            case SERVER_UNAVAILABLE -> "server unavailable";
            case SERVER_BUSY -> "server busy";
            case 0x8A -> "banned";
            case 0x8B -> "server shutting down";
            case 0x8C -> "bad authentication method";
            case 0x8D -> "keep-alive timeout";
            case SESSION_TAKEN_OVER -> "session taken over by another client with the same client id";
            case 0x8F -> "topic filter invalid";
            case 0x90 -> "topic name invalid";
            case 0x91 -> "packet identifier in use";
            case PACKET_ID_NOT_FOUND -> "packet identifier not found";
            case RECEIVE_MAX_EXCEEDED -> "receive maximum exceeded";
            case TOPIC_ALIAS_INVALID -> "topic alias invalid";
            case PACKET_TOO_LARGE -> "packet too large";
            case 0x96 -> "message rate too high";
            case QUOTA_EXCEEDED -> "quota exceeded";
            case 0x98 -> "administrative action";
            case 0x99 -> "payload format invalid";
            case 0x9A -> "retain not supported";
            case 0x9B -> "QoS not supported";
            case USE_ANOTHER_SERVER -> "use another server";
            case SERVER_MOVED -> "server moved";
            case SHARED_NOT_SUPPORTED -> "shared subscriptions not supported";
            case CONNECTION_RATE_EXCEEDED -> "connection rate exceeded";
            case 0xA0 -> "maximum connect time";
            case 0xA1 -> "subscription identifiers not supported";
            case WILDCARDS_NOT_SUPPORTED -> "wildcard subscriptions not supported";
            default -> "unknown reason";
        };
    }
}
