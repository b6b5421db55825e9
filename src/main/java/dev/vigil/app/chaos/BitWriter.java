package dev.vigil.app.chaos;

import java.io.ByteArrayOutputStream;

/** Writes fields of bits, the highest first, as video headers have them. */
final class BitWriter {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private int bits;
    private int count;

    BitWriter u(int width, long value) {
        for (int bit = width - 1; bit >= 0; bit--) {
            bits = bits << 1 | (int) (value >> bit & 1);
            if (++count == 8) {
                out.write(bits);
                bits = 0;
                count = 0;
            }
        }
        return this;
    }

    /** Exponential Golomb codes of values from 0 on. */
    BitWriter ue(int... values) {
        for (int value : values) {
            int length = 32 - Integer.numberOfLeadingZeros(value + 1);
            u(length - 1, 0).u(length, value + 1L);
        }
        return this;
    }

    /** The stop bit, and zeros up to the next byte. */
    byte[] trailing() {
        u(1, 1);
        while (count != 0) {
            u(1, 0);
        }
        return out.toByteArray();
    }
}
