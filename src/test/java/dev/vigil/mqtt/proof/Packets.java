package dev.vigil.mqtt.proof;

import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;

/** Well-formed packets of every type, to be mutated: what brokers send, and what only clients may send. Hexadecimal. */
final class Packets {
    /** Types and flags, a colon, and what follows the remaining length. */
    private static final String[] V5 = {
        // CONNACK: accepted; session present
        "20: 00 00 00",
        "20: 01 00 00",
        // CONNACK: session expiry, receive maximum, maximum QoS, retain, packet size, assigned client id
        "20: 00 00 19 11 00000e10 21 000a 24 01 25 01 27 00100000 12 0003 616263",
        // CONNACK: alias maximum, reason string, user property, wildcard, subscription ids, shared, server keep alive
        "20: 00 00 18 22 000a 1f 0002 6f6b 26 0001 61 0001 62 28 01 29 01 2a 01 13 003c",
        // CONNACK: authentication method and data, response information
        "20: 00 00 0f 15 0002 6f6b 16 0002 0102 1a 0002 6f6b",
        // CONNACK: not authorized, with a reason; use another server
        "20: 00 87 05 1f 0002 6e6f",
        "20: 00 9c 0e 1c 000b 3132372e302e302e313a31",
        // PUBLISH: QoS 0, 1, 2; retained
        "30: 0003 612f62 00 68656c6c6f",
        "31: 0003 612f62 00",
        "32: 0003 612f62 0001 00 68656c6c6f",
        "34: 0003 612f62 0002 00 68656c6c6f",
        "3c: 0003 612f62 0002 00 68656c6c6f",
        // PUBLISH: payload format, expiry, content type, response topic, correlation data, subscription id, user
        // property
        "32: 0003 612f62 0003 24 01 01 02 0000003c 03 0003 612f62 08 0003 612f62 09 0002 0102 0b 81 01 26 0001 61 0001 62 0b 05 7b7d",
        // PUBLISH: topic alias, with and without its name
        "30: 0003 612f62 03 23 0001 68",
        "30: 0000 03 23 0001 68",
        // PUBACK: short, with a code, with code and reason
        "40: 0001",
        "40: 0001 10",
        "40: 0001 87 05 1f 0002 6e6f",
        // PUBREC, PUBREL, PUBCOMP
        "50: 0001",
        "50: 0001 97 00",
        "62: 0001",
        "62: 0001 92 05 1f 0002 6e6f",
        "70: 0001",
        "70: 0001 92 00",
        // SUBACK of one and of two filters, refused
        "90: 0001 00 01",
        "90: 0001 05 1f 0002 6e6f 87",
        "90: 0001 00 00 01",
        // UNSUBACK
        "b0: 0001 00 00",
        "b0: 0001 00 11",
        // PINGRESP, DISCONNECT, AUTH
        "d0:",
        "e0:",
        "e0: 8e",
        "e0: 8b 05 1f 0002 6e6f",
        "f0: 18 06 15 0003 616263",
        // What only clients send: CONNECT, SUBSCRIBE, UNSUBSCRIBE, PINGREQ
        "10: 0004 4d515454 05 02 003c 00 0003 616263",
        "82: 0001 00 0003 612f62 01",
        "a2: 0001 00 0003 612f62",
        "c0:"
    };

    private static final String[] V3 = {
        // CONNACK: accepted; session present; bad user name or password
        "20: 00 00",
        "20: 01 00",
        "20: 00 04",
        // PUBLISH: QoS 0, 1, 2
        "30: 0003 612f62 68656c6c6f",
        "33: 0003 612f62 0001 68656c6c6f",
        "34: 0003 612f62 0002 68656c6c6f",
        // PUBACK, PUBREC, PUBREL, PUBCOMP
        "40: 0001",
        "50: 0001",
        "62: 0001",
        "70: 0001",
        // SUBACK, granted and refused; UNSUBACK; PINGRESP
        "90: 0001 01",
        "90: 0001 80",
        "b0: 0001",
        "d0:",
        // What only clients send: CONNECT, SUBSCRIBE, UNSUBSCRIBE, PINGREQ, DISCONNECT
        "10: 0004 4d515454 04 02 003c 0003 616263",
        "82: 0001 0003 612f62 01",
        "a2: 0001 0003 612f62",
        "c0:",
        "e0:"
    };

    /** The CONNACKs that accept are the first two of each list. */
    private static final int ACCEPTING = 2;

    private Packets() {}

    /** A packet's first byte, and what follows its remaining length. */
    record Packet(int first, byte[] body) {
        private static Packet parse(String text) {
            String[] parts = text.split(":", -1);
            HexFormat hex = HexFormat.of();
            return new Packet(Integer.parseInt(parts[0], 16), hex.parseHex(parts[1].replace(" ", "")));
        }

        /** As on the wire. */
        byte[] bytes() {
            return bytes(body.length);
        }

        /** As on the wire, with a remaining length that need not be right. */
        byte[] bytes(int remaining) {
            byte[] out = new byte[1 + 4 + body.length];
            int at = 0;
            out[at++] = (byte) first;
            int rest = remaining;
            do {
                out[at++] = (byte) (rest > 0x7F ? rest & 0x7F | 0x80 : rest);
                rest >>>= 7;
            } while (rest > 0);
            System.arraycopy(body, 0, out, at, body.length);
            return java.util.Arrays.copyOf(out, at + body.length);
        }
    }

    static List<Packet> all(boolean v5) {
        return Stream.of(v5 ? V5 : V3).map(Packet::parse).toList();
    }

    /** CONNACKs after which the connection stands. */
    static List<Packet> accepting(boolean v5) {
        return all(v5).subList(0, ACCEPTING);
    }
}
