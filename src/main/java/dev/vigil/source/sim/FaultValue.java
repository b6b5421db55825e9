package dev.vigil.source.sim;

import dev.vigil.base.Durations;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.random.RandomGenerator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What the value of a fault means: how it is written, and what is allowed. */
enum FaultValue {
    NONE("") {
        @Override
        double parse(String text) {
            throw new IllegalArgumentException("it takes no value");
        }

        @Override
        double draw(double usual, RandomGenerator random) {
            return 0;
        }

        @Override
        String format(double value) {
            return "";
        }
    },
    /** From 0 (excluded) to 1. */
    SHARE("SHARE") {
        @Override
        double parse(String text) {
            boolean percent = text.endsWith("%");
            double share = number(percent ? text.substring(0, text.length() - 1) : text, this) / (percent ? 100 : 1);
            if (!(share > 0 && share <= 1)) {
                throw new IllegalArgumentException(
                        "'" + text + "' is no share: allowed is above 0% to 100%, such as 5%");
            }
            return share;
        }

        @Override
        String format(double value) {
            return plain(value * 100) + "%";
        }
    },
    /** Bytes a second. */
    BYTES("BYTES") {
        @Override
        double parse(String text) {
            double bytes = number(text, this);
            if (!(bytes >= 1 && bytes <= 1e9)) {
                throw new IllegalArgumentException(
                        "'" + text + "' is no rate: allowed is 1 to 1000000000 bytes a second");
            }
            return bytes;
        }
    },
    /** An RTSP status code; which request it is the answer to is the fault's method. */
    ANSWER("[METHOD:]CODE") {
        @Override
        double parse(String text) {
            String code = text.substring(text.indexOf(':') + 1);
            if (!code.matches("[3-5]\\d\\d")) {
                throw new IllegalArgumentException("'" + text
                        + "' is no wrong answer: allowed is a code from 300 to 599, such as 503 or SETUP:453");
            }
            return Integer.parseInt(code);
        }

        @Override
        double draw(double usual, RandomGenerator random) {
            return CODES.get(random.nextInt(CODES.size()));
        }
    },
    /** Parts per million, with a sign. */
    PPM("±PPM") {
        @Override
        double parse(String text) {
            double ppm = number(text, this);
            if (ppm == 0 || Math.abs(ppm) > 100_000) {
                throw new IllegalArgumentException("'" + text + "' is no drift: allowed is -100000 to 100000, but 0");
            }
            return ppm;
        }

        @Override
        double draw(double usual, RandomGenerator random) {
            return super.draw(usual, random) * (random.nextBoolean() ? 1 : -1);
        }
    },
    /** Nanoseconds, with a sign. */
    TIME("±TIME") {
        @Override
        double parse(String text) {
            boolean minus = text.startsWith("-");
            Optional<Duration> time = Durations.parse(minus || text.startsWith("+") ? text.substring(1) : text);
            if (time.isEmpty() || time.get().isZero()) {
                throw new IllegalArgumentException(
                        "'" + text + "' is no step: allowed is a time with or without a sign, such as +5s or -500ms");
            }
            return time.get().toNanos() * (minus ? -1.0 : 1.0);
        }

        @Override
        double draw(double usual, RandomGenerator random) {
            return super.draw(usual, random) * (random.nextBoolean() ? 1 : -1);
        }

        @Override
        String format(double value) {
            return (value < 0 ? "-" : "+") + Durations.format(Duration.ofNanos((long) Math.abs(value)));
        }
    };

    private static final List<Integer> CODES = List.of(400, 404, 453, 454, 500, 503);
    private static final Pattern NUMBER = Pattern.compile("[+-]?\\d{1,12}(\\.\\d{1,9})?");

    private final String form;

    FaultValue(String form) {
        this.form = form;
    }

    /** How help and errors write it. */
    String form() {
        return form;
    }

    /** @throws IllegalArgumentException that says what is allowed */
    abstract double parse(String text);

    /** One by chance: from half to twice of what is usual. */
    double draw(double usual, RandomGenerator random) {
        return usual * random.nextDouble(0.5, 2);
    }

    String format(double value) {
        return plain(value);
    }

    private static String plain(double value) {
        String text = String.format(Locale.ROOT, "%.3f", value);
        return text.replaceFirst("\\.?0+$", "");
    }

    private static double number(String text, FaultValue value) {
        Matcher matcher = NUMBER.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException("'" + text + "' is no " + value.form);
        }
        return Double.parseDouble(text);
    }
}
