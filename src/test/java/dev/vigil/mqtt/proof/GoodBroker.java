package dev.vigil.mqtt.proof;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** The answers that a client's packets deserve. */
final class GoodBroker {
    private static final int PUBLISH = 3;
    private static final int PUBREL = 6;
    private static final int SUBSCRIBE = 8;
    private static final int UNSUBSCRIBE = 10;
    private static final int PINGREQ = 12;

    private GoodBroker() {}

    /** @param written whole packets of a client, one after the other */
    static List<byte[]> answers(byte[] written, boolean v5) {
        List<byte[]> answers = new ArrayList<>();
        ByteBuffer in = ByteBuffer.wrap(written);
        while (in.hasRemaining()) {
            int first = in.get() & 0xFF;
            int remaining = 0;
            int shift = 0;
            byte digit;
            do {
                digit = in.get();
                remaining |= (digit & 0x7F) << shift;
                shift += 7;
            } while (digit < 0);
            byte[] answer = answer(first, in.slice(in.position(), remaining), v5);
            if (answer != null) {
                answers.add(answer);
            }
            in.position(in.position() + remaining);
        }
        return answers;
    }

    /** Null when it deserves none. */
    private static byte[] answer(int first, ByteBuffer body, boolean v5) {
        int qos = first >>> 1 & 3;
        return switch (first >>> 4) {
            case PUBLISH -> {
                body.position(2 + body.getShort(0));
                if (qos == 0) {
                    yield null;
                }
                yield packet(qos == 1 ? 0x40 : 0x50, body.getShort());
            }
            case PUBREL -> packet(0x70, body.getShort());
            case SUBSCRIBE -> {
                // One filter, whose options stand last and begin with the QoS.
                int granted = body.get(body.limit() - 1) & 3;
                yield v5 ? packet(0x90, body.getShort(), 0, granted) : packet(0x90, body.getShort(), granted);
            }
            case UNSUBSCRIBE -> v5 ? packet(0xB0, body.getShort(), 0, 0) : packet(0xB0, body.getShort());
            case PINGREQ -> new byte[] {(byte) 0xD0, 0};
            default -> null;
        };
    }

    private static byte[] packet(int first, short packetId, int... more) {
        byte[] packet = new byte[4 + more.length];
        packet[0] = (byte) first;
        packet[1] = (byte) (2 + more.length);
        packet[2] = (byte) (packetId >>> 8);
        packet[3] = (byte) packetId;
        for (int i = 0; i < more.length; i++) {
            packet[4 + i] = (byte) more[i];
        }
        return packet;
    }
}
