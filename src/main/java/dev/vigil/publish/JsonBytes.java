package dev.vigil.publish;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;

/** JSON straight into network buffers, without a String or a boxed number on the way. */
final class JsonBytes {
    private static final long[] POWERS = {1, 10, 100, 1_000};

    private JsonBytes() {}

    /** ASCII text as it is, made once. */
    static byte[] raw(String ascii) {
        return ascii.getBytes(StandardCharsets.US_ASCII);
    }

    /** A quoted, escaped JSON string, made once. */
    static byte[] quoted(String text) {
        return ("\"" + new String(JsonStringEncoder.getInstance().quoteAsString(text)) + "\"")
                .getBytes(StandardCharsets.UTF_8);
    }

    static void number(ByteBuf out, long value) {
        if (value < 0) {
            out.writeByte('-');
        }
        // Counted below zero, where the range is larger by one.
        long rest = value < 0 ? value : -value;
        int digits = 1;
        for (long bound = -10; digits < 19 && rest <= bound; bound *= 10) {
            digits++;
        }
        int end = out.writerIndex() + digits;
        out.ensureWritable(digits).writerIndex(end);
        for (int at = end - 1; digits > 0; digits--, at--) {
            out.setByte(at, '0' - (int) (rest % 10));
            rest /= 10;
        }
    }

    /** A number with a fixed count of decimals, 1 to 3, rounded half up; the nearest there is room for where it is too large. */
    static void decimal(ByteBuf out, float value, int decimals) {
        // The lowest long has no opposite.
        long scaled = Math.max(-Long.MAX_VALUE, Math.round((double) value * POWERS[decimals]));
        if (scaled < 0) {
            out.writeByte('-');
            scaled = -scaled;
        }
        number(out, scaled / POWERS[decimals]);
        out.writeByte('.');
        long fraction = scaled % POWERS[decimals];
        for (int d = decimals - 1; d >= 0; d--) {
            out.writeByte('0' + (int) (fraction / POWERS[d] % 10));
        }
    }
}
