package dev.vigil.publish;

import static dev.vigil.publish.JsonBytes.number;

import dev.vigil.detect.Detections;
import dev.vigil.detect.Labels;
import io.netty.buffer.ByteBuf;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * How many objects of each label one camera sees: those of its latest frame, but no fewer than any frame of the last second
 * showed, so that one frame in which the model missed something does not flicker.
 *
 * <p>The second is counted in steps of 200 ms: what was seen counts for 1.0 to 1.2 s after. Nothing is allocated for a frame.
 * Not threadsafe.
 */
final class ObjectCounts {
    /** How long at least what was seen still counts. */
    static final long HOLD_NS = TimeUnit.SECONDS.toNanos(1);

    private static final int STEPS = 5;
    private static final long STEP_NS = HOLD_NS / STEPS;

    /** Several classes may share a name; they are counted together. */
    private final int[] labelOfClass;

    private final byte[][] quoted;
    private final Map<String, Integer> indexOf = new LinkedHashMap<>();
    /** Labels that are told of even when there is none. */
    private final boolean[] always;

    private final int[] latest;
    /** The most of each label in each step, the current one included; a ring over the step's number. */
    private final int[][] mostInStep;

    private long step = Long.MIN_VALUE;

    /**
     * @param always names that are told of even when there is none; each one of {@code labels}
     */
    ObjectCounts(Labels labels, Collection<String> always) {
        labelOfClass = new int[labels.count()];
        for (int i = 0; i < labelOfClass.length; i++) {
            Integer known = indexOf.putIfAbsent(labels.name(i), indexOf.size());
            labelOfClass[i] = known == null ? indexOf.size() - 1 : known;
        }
        quoted = indexOf.keySet().stream().map(JsonBytes::quoted).toArray(byte[][]::new);
        latest = new int[quoted.length];
        mostInStep = new int[STEPS + 1][quoted.length];
        this.always = new boolean[quoted.length];
        always(always);
    }

    /** @param names that are told of even when there is none, from here on; each one of the model's */
    final void always(Collection<String> names) {
        Arrays.fill(always, false);
        names.forEach(name -> always[indexOf.get(name)] = true);
    }

    /** @return room for a count of each label */
    int[] room() {
        return new int[latest.length];
    }

    /** Takes a frame's detections in. */
    void seen(Detections detections, long nowNs) {
        advance(nowNs);
        Arrays.fill(latest, 0);
        for (int i = 0; i < detections.count(); i++) {
            latest[labelOfClass[detections.classId(i)]] += isSeenAgain(detections, i) ? 0 : 1;
        }
        int[] most = mostInStep[ring(step)];
        for (int label = 0; label < latest.length; label++) {
            most[label] = Math.max(most[label], latest[label]);
        }
    }

    /** Whether a box is of the same label as one that it was found in: the same object, looked at by another model. */
    private boolean isSeenAgain(Detections detections, int i) {
        int label = labelOfClass[detections.classId(i)];
        for (int p = detections.parent(i); p != Detections.NONE; p = detections.parent(p)) {
            if (labelOfClass[detections.classId(p)] == label) {
                return true;
            }
        }
        return false;
    }

    /** Forgets all that was seen: the camera tells nothing any more. */
    void forget() {
        Arrays.fill(latest, 0);
        for (int[] most : mostInStep) {
            Arrays.fill(most, 0);
        }
    }

    /** @param counts takes how many there are of each label at this moment */
    void into(int[] counts, long nowNs) {
        advance(nowNs);
        System.arraycopy(latest, 0, counts, 0, counts.length);
        for (int[] most : mostInStep) {
            for (int label = 0; label < counts.length; label++) {
                counts[label] = Math.max(counts[label], most[label]);
            }
        }
    }

    private void advance(long nowNs) {
        long now = Math.floorDiv(nowNs, STEP_NS);
        for (long passed = Math.max(step + 1, now - STEPS); passed <= now; passed++) {
            Arrays.fill(mostInStep[ring(passed)], 0);
        }
        step = Math.max(step, now);
    }

    private static int ring(long step) {
        return (int) Math.floorMod(step, STEPS + 1L);
    }

    /** Appends {@code {"person":2,"car":0}}: the labels that there are, and those that are always told of. */
    void write(int[] counts, ByteBuf out) {
        out.writeByte('{');
        boolean first = true;
        for (int label = 0; label < counts.length; label++) {
            if (counts[label] > 0 || always[label]) {
                if (!first) {
                    out.writeByte(',');
                }
                first = false;
                out.writeBytes(quoted[label]).writeByte(':');
                number(out, counts[label]);
            }
        }
        out.writeByte('}');
    }
}
