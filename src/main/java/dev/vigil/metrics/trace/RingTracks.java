package dev.vigil.metrics.trace;

import java.io.IOException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
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

    private final int process;
    private final ChromeTrace chrome;
    private final Map<String, Ring> rings = new HashMap<>();

    private static final class Ring {
        /** By stage, the last sequence that it has left. */
        final long[] left = new long[STAGES.size()];

        /** Where sequences count from, so that they begin near 0. */
        long first = UNKNOWN;

        Ring() {
            Arrays.fill(left, UNKNOWN);
        }
    }

    RingTracks(int process, ChromeTrace chrome) {
        this.process = process;
        this.chrome = chrome;
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
        Ring ring = rings.computeIfAbsent(name.group(1), model -> new Ring());
        int stage = STAGES.indexOf(name.group(2));
        ring.left[stage] = Math.max(ring.left[stage], sequence);
        ring.first = ring.first == UNKNOWN ? sequence : ring.first;
        chrome.counter(process, name.group(1) + " frames in the ring", atUs, json -> {
            long before = ring.left[0];
            for (int i = 1; i < ring.left.length; i++) {
                if (ring.left[i] != UNKNOWN && before != UNKNOWN) {
                    json.writeNumberField(STAGES.get(i), Math.max(0, before - ring.left[i]));
                    before = ring.left[i];
                }
            }
        });
        chrome.counter(
                process,
                name.group(1) + " sequence: " + name.group(2),
                atUs,
                json -> json.writeNumberField("frames", ring.left[stage] - ring.first));
    }
}
