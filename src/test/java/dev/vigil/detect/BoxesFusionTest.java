package dev.vigil.detect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.vigil.detect.NmsReference.Box;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Weighted boxes fusion on boxes whose means are known; what holds of every kind is in {@link NmsKindsTest}. */
class BoxesFusionTest {
    private static final BoxRules RULES = DetectOptions.DEFAULT
            .withScoreMin(0)
            .rules(new Suppression(Suppression.Kind.WBF, 0.45f), Labels.numbered(2));

    /** The third overlaps the first too little, but enough of the mean of the first two; the fourth is of another class. */
    @Test
    void shouldGatherAroundTheMeanWhenFused() {
        List<Box> row = List.of(
                new Box(0, 0, 0, 40, 10, 0.75f, 0),
                new Box(1, 12, 0, 52, 10, 0.75f, 0),
                new Box(2, 18, 0, 58, 10, 0.25f, 0),
                new Box(3, 24, 0, 64, 10, 0.5f, 1));

        List<Box> fused = run(row);

        assertThat(NmsReference.indices(fused)).containsExactly(0, 3);
        // (0.75 * 0 + 0.75 * 12 + 0.25 * 18) / 1.75
        assertThat(fused.get(0).x1()).isCloseTo(13.5f / 1.75f, within(1e-5f));
        assertThat(fused.get(0).x2()).isCloseTo(40 + 13.5f / 1.75f, within(1e-5f));
        assertThat(fused.get(0).score()).isCloseTo(1.75f / 3, within(1e-6f));
        assertThat(fused.get(1)).isEqualTo(row.get(3));
    }

    /** Two clusters that both overlap it by enough. */
    @Test
    void shouldJoinTheClusterThatItOverlapsMostWhenFused() {
        List<Box> row = List.of(
                new Box(0, 0, 0, 40, 10, 0.9f, 0),
                new Box(1, 20, 0, 60, 10, 0.8f, 0),
                new Box(2, 12, 0, 52, 10, 0.7f, 0));

        List<Box> fused = run(row);

        assertThat(NmsReference.indices(fused)).containsExactly(0, 1);
        assertThat(fused.get(0)).isEqualTo(row.get(0));
        assertThat(fused.get(1).x1()).isCloseTo((0.8f * 20 + 0.7f * 12) / 1.5f, within(1e-4f));
        assertThat(fused.get(1).score()).isCloseTo(0.75f, within(1e-6f));
    }

    /** Who has more weak boxes falls behind one that was found but once. */
    @Test
    void shouldOrderByTheMeanScoreWhenFused() {
        List<Box> boxes = List.of(
                new Box(0, 0, 0, 40, 10, 0.9f, 0),
                new Box(1, 0, 0, 40, 10, 0.3f, 0),
                new Box(2, 90, 0, 130, 10, 0.7f, 0));

        assertThat(NmsReference.indices(run(boxes))).containsExactly(2, 0);
        assertThat(NmsReference.indices(NmsReference.runOurs(new Nms(), boxes, RULES, 1)))
                .containsExactly(2);
    }

    @Test
    void shouldFuseKeypointsToo() {
        Candidates candidates = new Candidates(1);
        candidates.start(0);
        candidates.add(0, 0, 40, 40, 0.75f, 0);
        candidates.keypoint(0, 10, 20);
        candidates.add(8, 4, 44, 40, 0.25f, 0);
        candidates.keypoint(0, 14, 12);
        Nms nms = new Nms();

        assertThat(nms.run(candidates, RULES, 10)).isEqualTo(1);
        assertThat(candidates.score(0)).isEqualTo(0.5f);
        assertThat(candidates.x1(0)).isEqualTo(2);
        assertThat(candidates.keypointX(0, 0)).isEqualTo(11);
        assertThat(candidates.keypointY(0, 0)).isEqualTo(18);
    }

    private static List<Box> run(List<Box> boxes) {
        return NmsReference.runOurs(new Nms(), boxes, RULES, Candidates.MAX);
    }
}
