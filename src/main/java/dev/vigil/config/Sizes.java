package dev.vigil.config;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Map;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Amounts of bytes as people write them: a number and its unit, such as {@code 256MiB}, {@code 1.5 GB} or {@code 64KB}. */
final class Sizes {
    private static final Map<String, Long> UNITS = Map.of(
            "B", 1L,
            "KB", 1_000L,
            "MB", 1_000_000L,
            "GB", 1_000_000_000L,
            "KiB", 1L << 10,
            "MiB", 1L << 20,
            "GiB", 1L << 30);
    private static final Pattern FORM = Pattern.compile("(\\d{1,9}(?:\\.\\d{1,9})?) ?([KMG]i?B|B)");

    private Sizes() {}

    /** @return empty if it is no size; a part of a byte is cut */
    static OptionalLong parse(String text) {
        Matcher matcher = FORM.matcher(text.strip());
        return matcher.matches()
                ? OptionalLong.of(new BigDecimal(matcher.group(1))
                        .multiply(BigDecimal.valueOf(UNITS.get(matcher.group(2))))
                        .setScale(0, RoundingMode.DOWN)
                        .longValueExact())
                : OptionalLong.empty();
    }

    /** @return in the largest unit of 1024 that needs no fraction */
    static String format(long bytes) {
        for (String unit : new String[] {"GiB", "MiB", "KiB"}) {
            if (bytes > 0 && bytes % UNITS.get(unit) == 0) {
                return bytes / UNITS.get(unit) + unit;
            }
        }
        return bytes + "B";
    }
}
