package dev.vigil.app.chaos;

import java.io.IOException;
import java.time.Duration;
import java.util.function.Predicate;

/**
 * Something that goes wrong, and later is over.
 *
 * @param kind for people, and what {@code --only} names by its first word
 * @param lasts from when time begins to count, or the begin, to the end; zero for what is over as it begins
 * @param notices whether what was said tells of it: a line of the log, {@code cam1 dropped as CAUSE} of a message, {@code status of
 *     cam1: ERROR}, or {@code availability: offline}
 * @param from when time begins to count until it must be told of
 * @param excused whether what is over without anybody having missed a picture needs not be told of
 * @param stepsClock the times in messages say nothing while it lasts
 */
record ChaosFault(
        String kind,
        Duration lasts,
        Predicate<String> notices,
        From from,
        boolean excused,
        boolean stepsClock,
        Act begin,
        Act end) {
    /** When time begins to count. */
    enum From {
        BEGIN,
        /** What is to hang comes by the place where it will only later, and the log tells of it. */
        STRUCK,
        /** Nobody in the process could tell of it before. */
        END
    }

    /** What is done to the scene. */
    interface Act {
        Act NONE = scene -> {};

        void on(Scene scene) throws IOException, InterruptedException;
    }

    static ChaosFault of(String kind, Duration lasts, Predicate<String> notices, Act begin, Act end) {
        return new ChaosFault(kind, lasts, notices, From.BEGIN, false, false, begin, end);
    }

    ChaosFault noticedFromStrike() {
        return new ChaosFault(kind, lasts, notices, From.STRUCK, excused, stepsClock, begin, end);
    }

    ChaosFault noticedFromEnd() {
        return new ChaosFault(kind, lasts, notices, From.END, excused, stepsClock, begin, end);
    }

    /** Where nothing is missing, nothing needs to be told. */
    ChaosFault excusedWhenUnharmed() {
        return new ChaosFault(kind, lasts, notices, from, true, stepsClock, begin, end);
    }

    ChaosFault steppingClock() {
        return new ChaosFault(kind, lasts, notices, from, excused, true, begin, end);
    }
}
