package dev.vigil.app.log;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.spi.ILoggingEvent;
import dev.vigil.base.Clock;
import dev.vigil.base.Repeats;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Bounds what the log is flooded with. A warning or an error that comes again and again is told at growing intervals, see
 * {@link Repeats}; and of lines that come from the same place in the code, whatever they say, so many at once and then so many a
 * minute pass. What is left out is counted and told. Below INFO everything passes: somebody asked for it. Threadsafe.
 */
final class Limiter {
    static final int BURST = 30;
    static final long REFILL_NS = TimeUnit.SECONDS.toNanos(2);

    private static final int CAUSES_MAX = 256;
    /** Places are as many as the code has; more than that is a library that puts values into its patterns. */
    private static final int PLACES_MAX = 1024;

    /** A line to be told: what was left out. */
    record Told(Level level, String logger, String text) {}

    private record Cause(Level level, String logger, Repeats.Text text) {}

    private record Place(Level level, String logger, String pattern) {}

    private static final class Bucket {
        private double tokens = BURST;
        private long atNs;
        private long leftOut;
        private long toldNs;
    }

    private final Clock clock;
    private final Repeats<Cause> causes = new Repeats<>(CAUSES_MAX);
    private final Map<Place, Bucket> buckets = new HashMap<>();

    Limiter(Clock clock) {
        this.clock = clock;
    }

    /** @return what is told with the event, mostly nothing; null when the event is not told itself */
    synchronized String pass(ILoggingEvent event) {
        Level level = event.getLevel();
        if (!level.isGreaterOrEqual(Level.INFO)) {
            return "";
        }
        long nowNs = clock.monotonicNs();
        String and = "";
        if (level.isGreaterOrEqual(Level.WARN)) {
            Repeats.Text text = Repeats.Text.of(event.getFormattedMessage());
            Repeats.Untold untold = causes.note(new Cause(level, event.getLoggerName(), text), nowNs);
            if (untold == null) {
                return null;
            }
            and = untold.count() == 0 ? "" : " (and " + untold.words() + ")";
        }
        return hasRoom(new Place(level, event.getLoggerName(), event.getMessage()), nowNs) ? and : null;
    }

    private boolean hasRoom(Place place, long nowNs) {
        Place at = buckets.size() < PLACES_MAX || buckets.containsKey(place)
                ? place
                : new Place(place.level, place.logger, "");
        Bucket bucket = buckets.computeIfAbsent(at, p -> {
            Bucket made = new Bucket();
            made.atNs = nowNs;
            made.toldNs = nowNs;
            return made;
        });
        bucket.tokens = Math.min(BURST, bucket.tokens + (double) (nowNs - bucket.atNs) / REFILL_NS);
        bucket.atNs = nowNs;
        if (bucket.tokens < 1) {
            bucket.leftOut++;
            return false;
        }
        bucket.tokens--;
        return true;
    }

    /** @return what was left out and has not come since, and what floods have left out, now that it is time to tell */
    synchronized List<Told> left() {
        long nowNs = clock.monotonicNs();
        List<Told> told = new ArrayList<>();
        for (Repeats.Left<Cause> left : causes.left(nowNs)) {
            Cause cause = left.cause();
            told.add(new Told(
                    cause.level,
                    cause.logger,
                    cause.text.text() + " (" + left.untold().words() + ")"));
        }
        buckets.forEach((place, bucket) -> {
            if (bucket.leftOut > 0 && nowNs - bucket.toldNs >= TimeUnit.SECONDS.toNanos(10)) {
                long s = Math.max(1, TimeUnit.NANOSECONDS.toSeconds(nowNs - bucket.toldNs));
                told.add(new Told(
                        place.level,
                        place.logger,
                        bucket.leftOut + " more lines like \"" + place.pattern + "\" were left out in " + s + " s"));
                bucket.leftOut = 0;
                bucket.toldNs = nowNs;
            }
        });
        // One that is full again needs no memory.
        buckets.values()
                .removeIf(bucket ->
                        bucket.leftOut == 0 && bucket.tokens + (double) (nowNs - bucket.atNs) / REFILL_NS >= BURST);
        return told;
    }
}
