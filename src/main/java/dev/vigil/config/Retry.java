package dev.vigil.config;

import dev.vigil.base.Durations;
import java.time.Duration;

/** The bounds of a backoff, {@code retry: {min, max}}, which brokers and cameras have alike; {@code slow} is the cameras' own. */
record Retry(Duration min, Duration max, Duration slow) {
    private static final Duration LEAST = Duration.ofMillis(10);
    private static final Duration MOST = Duration.ofHours(1);

    static Retry of(Section owner, Duration minFallback, Duration maxFallback) {
        return of(owner, minFallback, maxFallback, null);
    }

    /** @param slowFallback null where there is no such key */
    static Retry of(Section owner, Duration minFallback, Duration maxFallback, Duration slowFallback) {
        Section section = owner.section("retry");
        Duration min = section.duration("min", LEAST, MOST, minFallback);
        Duration max = section.duration("max", LEAST, MOST, maxFallback);
        if (min.compareTo(max) > 0) {
            String other = section.has("min") && section.has("max") ? "" : ", its default";
            String message = section.has("min")
                    ? Durations.format(min) + " is more than max (" + Durations.format(max) + other + ")"
                    : Durations.format(max) + " is less than min (" + Durations.format(min) + other + ")";
            section.problem(section.has("min") ? "min" : "max", message);
        }
        Duration slow = slowFallback == null ? max : section.duration("slow", LEAST, MOST, slowFallback);
        section.finish();
        return new Retry(min, max, slow);
    }
}
