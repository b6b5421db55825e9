package dev.vigil.metrics.trace;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Counters of rings: how many frames wait for or are in each stage, and how far each has come. Stages are known by their
 * threads' names, {@code MODEL-STAGE} with a number behind it where a stage has several. Not threadsafe.
 */
final class RingTracks {
    private static final Pattern THREAD =
            Pattern.compile("(.+)-(ingress|convert|infer|post|cascade|publish)(?:-\\d+)?");
    private static final List<String> STAGES = List.of("ingress", "convert", "infer", "post", "cascade", "publish");
    private static final long UNKNOWN = Long.MIN_VALUE;

    private final ChromeTrace chrome;
    private final Map<String, Ring> rings = new TreeMap<>();

    private static final class Ring {
        /** By stage, the last sequence that it has left. */
        final long[] left = new long[STAGES.size()];

        final int process;

        /** By stage, whether the ring has it. */
        final boolean[] has = new boolean[STAGES.size()];

        /** Where sequences count from, so that they begin near 0. */
        long first = UNKNOWN;

        Ring(int process) {
            this.process = process;
            Arrays.fill(left, UNKNOWN);
        }
    }

    /**
     * Names them.
     *
     * @param threads names of all that have told something
     * @param firstProcess the group of the first ring's counters; those of the others follow it
     */
    RingTracks(Collection<String> threads, int firstProcess, ChromeTrace chrome) throws IOException {
        this.chrome = chrome;
        for (String thread : threads) {
            Matcher name = THREAD.matcher(thread);
            if (name.matches()) {
                rings.computeIfAbsent(name.group(1), model -> new Ring(firstProcess + rings.size()))
                        .has[STAGES.indexOf(name.group(2))] = true;
            }
        }
        for (Map.Entry<String, Ring> ring : rings.entrySet()) {
            chrome.process(ring.getValue().process, "ring " + ring.getKey());
        }
    }

    /** Which of the stages a thread belongs to, in the order of the ring; -1 for none. */
    static int stage(String thread) {
        Matcher name = THREAD.matcher(thread);
        return name.matches() ? STAGES.indexOf(name.group(2)) : -1;
    }

    /** A stage has come to a sequence. */
    void moved(String thread, long sequence, long atUs) throws IOException {
        Matcher name = THREAD.matcher(thread);
        if (!name.matches()) {
            return;
        }
        Ring ring = rings.get(name.group(1));
        int stage = STAGES.indexOf(name.group(2));
        ring.left[stage] = Math.max(ring.left[stage], sequence);
        ring.first = ring.first == UNKNOWN ? sequence : ring.first;
        if (ring.left[0] != UNKNOWN) {
            chrome.counter(ring.process, "frames inside", atUs, json -> waiting(ring, json));
        }
        chrome.counter(
                ring.process,
                "sequence: " + name.group(2),
                atUs,
                json -> json.writeNumberField("frames", ring.left[stage] - ring.first));
    }

    /** A viewer wants every series each time; a stage that has not moved yet has nothing to show. */
    private static void waiting(Ring ring, JsonGenerator json) throws IOException {
        long before = ring.left[0];
        for (int i = 1; i < ring.left.length; i++) {
            if (ring.has[i]) {
                long left = ring.left[i] == UNKNOWN ? before : ring.left[i];
                json.writeNumberField(STAGES.get(i), Math.max(0, before - left));
                before = left;
            }
        }
    }
}
