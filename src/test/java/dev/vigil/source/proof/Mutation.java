package dev.vigil.source.proof;

import java.util.Arrays;
import java.util.Random;

/** Bytes as a broken or malicious camera could send them. */
public final class Mutation {
    private Mutation() {}

    /** Flips, cuts, repeats and inserts, one to four at a time. */
    public static byte[] of(byte[] seed, Random random) {
        byte[] bytes = seed.clone();
        for (int i = random.nextInt(4); i >= 0 && bytes.length > 0; i--) {
            int at = random.nextInt(bytes.length);
            switch (random.nextInt(6)) {
                case 0 -> bytes[at] = (byte) random.nextInt(256);
                case 1 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
                case 2 -> bytes[at] = (byte) (random.nextBoolean() ? 0xff : 0);
                case 3 -> bytes = Arrays.copyOf(bytes, at);
                case 4 -> bytes = inserted(bytes, at, Arrays.copyOfRange(bytes, at, bytes.length));
                default -> {
                    byte[] junk = new byte[random.nextInt(20)];
                    random.nextBytes(junk);
                    bytes = inserted(bytes, at, junk);
                }
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
