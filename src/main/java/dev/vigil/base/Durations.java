package dev.vigil.base;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Durations as people write them, in the configuration and on the command line: a number and its unit, {@code ms}, {@code s},
 * {@code m}, {@code h} or {@code d}, such as {@code 500ms}, {@code 20s}, {@code 1.5m} or {@code 1 h}.
 */
public final class Durations {
    private static final Pattern FORM = Pattern.compile("(\\d{1,9}(?:\\.\\d{1,9})?) ?(ms|s|m|h|d)");

    private Durations() {}

    /** @return empty if it is no duration; a part below a nanosecond is cut */
    public static Optional<Duration> parse(String text) {
        Matcher matcher = FORM.matcher(text.strip());
        if (!matcher.matches()) {
            return Optional.empty();
        }
        BigDecimal ns = new BigDecimal(matcher.group(1)).multiply(BigDecimal.valueOf(nsOf(matcher.group(2))));
        BigDecimal wholeNs = ns.setScale(0, RoundingMode.DOWN);
        return wholeNs.toBigInteger().bitLength() > 63
                ? Optional.empty()
                : Optional.of(Duration.ofNanos(wholeNs.longValueExact()));
    }

    /** @return in the largest unit up to hours that needs no fraction, from milliseconds on */
    public static String format(Duration duration) {
        for (String unit : new String[] {"h", "m", "s"}) {
            long ns = nsOf(unit);
            if (!duration.isZero() && duration.toNanos() % ns == 0) {
                return duration.toNanos() / ns + unit;
            }
        }
        return duration.isZero() ? "0s" : duration.toMillis() + "ms";
    }

    private static long nsOf(String unit) {
        return switch (unit) {
            case "ms" -> 1_000_000L;
            case "s" -> 1_000_000_000L;
            case "m" -> 60_000_000_000L;
            case "h" -> 3_600_000_000_000L;
            default -> 86_400_000_000_000L;
        };
    }
}
