package dev.vigil.workshop.distill;

import dev.vigil.detect.TileOptions;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * How a set is made.
 *
 * @param pool frames that are looked at, at most
 * @param count frames of the set, at most
 * @param liveFor how long a source that is live is looked at
 * @param val share of frames to validate with, 0..0.9
 * @param seed all that is left to chance goes by it
 * @param scoreMin boxes of at least this score are labels
 * @param unsureLow boxes from here to {@code unsureHigh} are unsure
 * @param unsureHigh at most {@code scoreMin}
 * @param tiles into which pictures are cut for the teacher
 * @param flip whether it sees all mirrored as well
 * @param renamed the set's label by the teacher's
 * @param only the set's labels; empty for all
 * @param png whether pictures are kept exactly, as PNG; else as JPEG
 */
public record DistillOptions(
        int pool,
        int count,
        Duration liveFor,
        double val,
        long seed,
        float scoreMin,
        float unsureLow,
        float unsureHigh,
        TileOptions tiles,
        boolean flip,
        Map<String, String> renamed,
        List<String> only,
        boolean png) {
    private static final double VAL_MAX = 0.9;

    public DistillOptions {
        // Written so that NaN is refused too.
        require(pool >= 1, "pool is " + pool + ", allowed is 1 and more");
        require(count >= 1, "count is " + count + ", allowed is 1 and more");
        require(val >= 0 && val <= VAL_MAX, "val is " + val + ", allowed is 0.." + VAL_MAX);
        require(scoreMin > 0 && scoreMin <= 1, "score is " + scoreMin + ", allowed is above 0 and up to 1");
        require(
                unsureLow >= 0 && unsureLow <= unsureHigh && unsureHigh <= scoreMin,
                "unsure is " + unsureLow + ".." + unsureHigh + ", allowed is from 0 to score, " + scoreMin);
        renamed = Map.copyOf(renamed);
        only = List.copyOf(only);
    }

    private static void require(boolean holds, String otherwise) {
        if (!holds) {
            throw new IllegalArgumentException(otherwise);
        }
    }
}
