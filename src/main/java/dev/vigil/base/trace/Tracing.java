package dev.vigil.base.trace;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The process's switch for recordings, and the names that events go by. It is the process's and handed to nobody, because every
 * part has something to tell: when it is off, each of them pays for a read and a comparison. Threadsafe.
 */
public final class Tracing {
    /** The name of what has none. */
    public static final int NAMELESS = 0;

    private static final int NAMES_MAX = 1 << 16;
    private static volatile Recording current;

    /** Guarded by the class, as the next is. */
    private static final List<String> NAMES = new ArrayList<>(List.of(""));

    private static final Map<String, Integer> NUMBERS = new HashMap<>(Map.of("", NAMELESS));

    private Tracing() {}

    /** Where events go; null when nothing is recorded. */
    public static Recording current() {
        return current;
    }

    /**
     * Begins a recording.
     *
     * @param eventsMax more are lost, and counted
     * @return null when another one is on
     */
    public static synchronized Recording begin(int eventsMax) {
        if (current != null) {
            return null;
        }
        Recording recording = new Recording(eventsMax);
        current = recording;
        return recording;
    }

    /** Ends a recording; events of threads that are just writing one may still come for a moment. */
    public static synchronized void end(Recording recording) {
        if (current == recording) {
            current = null;
        }
    }

    /**
     * The number of a name, the same each time; kept for as long as the process lives, so for names of cameras, models and
     * things that are done, and not for what is counted.
     */
    public static synchronized int name(String name) {
        Integer known = NUMBERS.get(name);
        if (known != null) {
            return known;
        }
        if (NAMES.size() == NAMES_MAX) {
            return NAMELESS;
        }
        NAMES.add(name);
        NUMBERS.put(name, NAMES.size() - 1);
        return NAMES.size() - 1;
    }

    /** The name of a number that {@link #name(String)} gave. */
    public static synchronized String name(int number) {
        return NAMES.get(number);
    }
}
