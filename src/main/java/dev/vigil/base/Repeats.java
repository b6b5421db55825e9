package dev.vigil.base;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/**
 * Which of many events are told: each cause at once when it comes first, then, while it comes again and again, at growing intervals
 * with the count of those in between. One that has stayed away for its interval is new again. A bounded number of causes is kept;
 * of those that came longest ago only the count is. This class is not threadsafe.
 *
 * @param <K> a cause, with {@code equals}
 */
public final class Repeats<K> {
    private static final long[] INTERVALS_NS = {
        TimeUnit.SECONDS.toNanos(5),
        TimeUnit.SECONDS.toNanos(30),
        TimeUnit.MINUTES.toNanos(2),
        TimeUnit.MINUTES.toNanos(10)
    };

    /** A number that stands alone, such as that of a frame, and not as a part of a name or an address. */
    private static final Pattern NUMBER = Pattern.compile("(?<=[\\s(])\\d+(?:\\.\\d+)?(?=[,.:;)]*(?:\\s|$))");

    /** A text as a cause, or as a part of one: equal to those that differ from it in their numbers alone. */
    public record Text(String text, String bare) {
        public static Text of(String text) {
            return new Text(text, NUMBER.matcher(text).replaceAll("#"));
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Text same && bare.equals(same.bare);
        }

        @Override
        public int hashCode() {
            return bare.hashCode();
        }
    }

    /**
     * Events of one cause that were not told.
     *
     * @param overNs the time from the one that was told before
     */
    public record Untold(long count, long overNs) {
        /** {@code 412 times more in 5 min}; empty for none. */
        public String words() {
            return count == 0 ? "" : count + (count == 1 ? " time more in " : " times more in ") + time(overNs);
        }

        private static String time(long ns) {
            long s = TimeUnit.NANOSECONDS.toSeconds(ns);
            return s < 1
                    ? "less than 1 s"
                    : s < 120
                            ? s + " s"
                            : s < 7200 ? s / 60 + " min" : String.format(Locale.ROOT, "%.1f h", s / 3600.0);
        }
    }

    /** A cause that has not come again, and what of it was not told. */
    public record Left<K>(K cause, Untold untold) {}

    private static final class State {
        private int step;
        private long toldNs;
        private long untold;

        private boolean isDue(long nowNs) {
            return nowNs - toldNs >= INTERVALS_NS[step];
        }

        private Untold tell(long nowNs) {
            Untold told = new Untold(untold, nowNs - toldNs);
            step = untold == 0 ? 0 : Math.min(step + 1, INTERVALS_NS.length - 1);
            toldNs = nowNs;
            untold = 0;
            return told;
        }
    }

    private final int causesMax;
    /** That which came longest ago is first. */
    private final Map<K, State> states = new LinkedHashMap<>(16, 0.75f, true);

    private long forgotten;

    public Repeats(int causesMax) {
        this.causesMax = causesMax;
    }

    /**
     * Notes an event.
     *
     * @return what was not told before it; null when it is not to be told itself
     */
    public Untold note(K cause, long nowNs) {
        State state = states.get(cause);
        if (state == null) {
            makeRoom();
            state = new State();
            state.toldNs = nowNs;
            states.put(cause, state);
            return new Untold(0, 0);
        }
        if (!state.isDue(nowNs)) {
            state.untold++;
            return null;
        }
        return state.tell(nowNs);
    }

    private void makeRoom() {
        if (states.size() >= causesMax) {
            Iterator<State> eldest = states.values().iterator();
            forgotten += eldest.next().untold;
            eldest.remove();
        }
    }

    /** @return causes that have come without being told, now that it is time to; they are told with that */
    public List<Left<K>> left(long nowNs) {
        List<Left<K>> left = new ArrayList<>();
        Iterator<Map.Entry<K, State>> all = states.entrySet().iterator();
        while (all.hasNext()) {
            Map.Entry<K, State> entry = all.next();
            if (entry.getValue().isDue(nowNs)) {
                if (entry.getValue().untold > 0) {
                    left.add(new Left<>(entry.getKey(), entry.getValue().tell(nowNs)));
                } else {
                    all.remove();
                }
            }
        }
        return left;
    }

    /** @return how many events were not told whose causes are kept no more; they are told with that */
    public long forgotten() {
        long count = forgotten;
        forgotten = 0;
        return count;
    }
}
