package dev.vigil.app.chaos;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.util.BitSet;
import java.util.Map;
import java.util.TreeMap;

/** One camera's frames of one process of the daemon, as its messages tell of them. Not threadsafe. */
final class RunAccount {
    private final BitSet frames = new BitSet();
    private final Map<String, Long> told = new TreeMap<>();
    private long duplicates;
    /** As the last status told it; null when none has. */
    private JsonNode ledger;

    /** @return false when it came before */
    boolean message(int frame, JsonNode dropped) {
        if (frames.get(frame)) {
            duplicates++;
            return false;
        }
        frames.set(frame);
        dropped.properties()
                .forEach(cause -> told.merge(cause.getKey(), cause.getValue().longValue(), Long::sum));
        return true;
    }

    void ledger(JsonNode now) {
        ledger = now;
    }

    /** Whether a status that tells of {@code read} frames can be of this process. */
    boolean canHaveRead(long read) {
        return ledger == null || read >= ledger.path("read").longValue();
    }

    Map<String, Long> told() {
        return new TreeMap<>(told);
    }

    /** What is known of it when all that was to come has come. */
    Sum sum(String camera, String run, boolean killed) {
        long droppedByLedger = 0;
        JsonNode last = ledger == null ? MissingNode.getInstance() : ledger;
        for (JsonNode count : last.path("dropped")) {
            droppedByLedger += count.longValue();
        }
        return new Sum(
                camera,
                run,
                killed,
                frames.cardinality(),
                duplicates,
                frames.length() - 1L,
                told.values().stream().mapToLong(Long::longValue).sum(),
                last.path("read").longValue(),
                last.path("published").longValue(),
                droppedByLedger,
                last.path("in_flight").longValue());
    }

    /**
     * A run's frames.
     *
     * @param killed its last status is of a moment before its end
     * @param came messages of different frames
     * @param newest the highest number of a frame that came
     * @param told dropped frames that the messages tell of
     * @param read as the last status told it, as {@code published}, {@code dropped} and {@code inFlight}
     */
    record Sum(
            String camera,
            String run,
            boolean killed,
            long came,
            long duplicates,
            long newest,
            long told,
            long read,
            long published,
            long dropped,
            long inFlight) {
        /** Frames of which nothing is known: that neither came nor were told of as dropped, or were published and did not come. */
        long lost() {
            long gaps = Math.abs(newest - came - told);
            long missing = killed ? Math.max(0, published - came) : Math.abs(read - came - dropped);
            return Math.max(gaps, missing);
        }

        /** Frames that a killed process had read when it told its status last, and that nobody heard of again. */
        long inFlightAtKill() {
            return killed ? Math.max(0, read - newest) : 0;
        }
    }
}
