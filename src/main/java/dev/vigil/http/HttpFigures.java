package dev.vigil.http;

import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/** What the port has had to do; goes on when the port changes. Threadsafe. */
public final class HttpFigures {
    private final Map<Integer, LongAdder> answers = new ConcurrentHashMap<>();
    private final LongAdder turnedAway = new LongAdder();

    void answered(int status) {
        answers.computeIfAbsent(status, s -> new LongAdder()).increment();
    }

    void turnedAway() {
        turnedAway.increment();
    }

    /** How many answers there were of each status of HTTP. */
    public Map<Integer, Long> answers() {
        Map<Integer, Long> counts = new TreeMap<>();
        answers.forEach((status, count) -> counts.put(status, count.sum()));
        return counts;
    }

    /** Connections that were closed at once, as there were too many. */
    public long turnedAwayTotal() {
        return turnedAway.sum();
    }
}
