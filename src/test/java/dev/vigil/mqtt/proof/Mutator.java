package dev.vigil.mqtt.proof;

import dev.vigil.mqtt.proof.Packets.Packet;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** Makes bytes that a broken or malicious broker could send. Not threadsafe. */
final class Mutator {
    private static final int REMAINING_MAX = 268_435_455;
    /** Of those in use by a client that has just begun. */
    private static final int PACKET_IDS = 12;

    private final Random random;
    private final List<Packet> own;
    private final List<Packet> other;
    private final List<Packet> accepting;

    Mutator(Random random, boolean v5) {
        this.random = random;
        this.own = Packets.all(v5);
        this.other = Packets.all(!v5);
        this.accepting = Packets.accepting(v5);
    }

    /** CONNACK that is well formed and accepts. */
    byte[] accepting() {
        return accepting.get(random.nextInt(accepting.size())).bytes();
    }

    /** Up to six packets, or what they became; sometimes noise. */
    byte[] next() {
        var out = new ByteArrayOutputStream();
        if (random.nextInt(20) == 0) {
            out.writeBytes(junk(200));
        }
        for (int i = random.nextInt(6); i >= 0; i--) {
            List<Packet> from = random.nextInt(10) == 0 ? other : own;
            Packet packet = renumbered(from.get(random.nextInt(from.size())));
            out.writeBytes(
                    switch (random.nextInt(8)) {
                        case 0, 1, 2 -> packet.bytes();
                        // The length stays right, so that what is wrong is read.
                        case 3, 4, 5 -> new Packet(packet.first(), mutated(packet.body())).bytes();
                        case 6 -> packet.bytes(wrongLength(packet.body().length));
                        default -> mutated(packet.bytes());
                    });
        }
        return out.toByteArray();
    }

    /** With a packet id that may be open, where one stands first. */
    private Packet renumbered(Packet packet) {
        int type = packet.first() >>> 4;
        boolean answer = type >= 4 && type <= 11;
        if (!answer || packet.body().length < 2) {
            return packet;
        }
        byte[] body = packet.body().clone();
        body[1] = (byte) (1 + random.nextInt(PACKET_IDS));
        return new Packet(packet.first(), body);
    }

    private int wrongLength(int right) {
        return switch (random.nextInt(4)) {
            case 0 -> random.nextInt(right + 1);
            case 1 -> right + random.nextInt(300);
            case 2 -> random.nextInt(REMAINING_MAX);
            default -> REMAINING_MAX;
        };
    }

    private byte[] junk(int most) {
        byte[] junk = new byte[random.nextInt(most)];
        random.nextBytes(junk);
        return junk;
    }

    private byte[] mutated(byte[] seed) {
        byte[] bytes = seed.clone();
        for (int i = random.nextInt(3); i >= 0; i--) {
            if (bytes.length == 0) {
                return junk(8);
            }
            int at = random.nextInt(bytes.length);
            switch (random.nextInt(6)) {
                case 0 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
                case 1 -> bytes[at] = (byte) random.nextInt(256);
                case 2 -> bytes[at] = (byte) (random.nextBoolean() ? 0xFF : 0);
                case 3 -> bytes = Arrays.copyOf(bytes, at);
                case 4 -> bytes = inserted(bytes, at, Arrays.copyOfRange(bytes, at, bytes.length));
                default -> bytes = inserted(bytes, at, junk(20));
            }
        }
        return bytes;
    }

    private static byte[] inserted(byte[] bytes, int at, byte[] middle) {
        byte[] joined = Arrays.copyOf(bytes, bytes.length + middle.length);
        System.arraycopy(middle, 0, joined, at, middle.length);
        System.arraycopy(bytes, at, joined, at + middle.length, bytes.length - at);
        return joined;
    }
}
