package dev.vigil.detect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.sun.management.ThreadMXBean;
import dev.vigil.detect.NmsReference.Box;
import dev.vigil.detect.Suppression.Kind;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What holds for NMS of every kind, and what is each one's own. */
class NmsKindsTest {
    private static final int ALL = Candidates.MAX;
    private static final float IOU_MAX = 0.45f;

    private final Nms nms = new Nms();

    @ParameterizedTest
    @EnumSource
    void shouldKeepWhatTheDefinitionKeepsWhenBoxesAreRandom(Kind kind) {
        Random random = new Random(17);
        for (int round = 0; round < 60; round++) {
            int classes = 1 + random.nextInt(round % 3 == 0 ? 1 : 20);
            List<Box> boxes = NmsReference.random(random, random.nextInt(500), classes, round % 2 == 0 ? 12 : 100_000);
            float iouMax = random.nextInt(10) / 10f + 0.03f;
            Suppression suppression = new Suppression(kind, iouMax, 0.1f + random.nextFloat());
            float scoreMin = round % 4 / 10f;
            int boxesMax = round % 5 == 0 ? 20 : ALL;

            List<Box> above =
                    boxes.stream().filter(box -> box.score() > scoreMin).toList();
            List<Box> numbered = numbered(above);
            List<Box> ours = NmsReference.runOurs(nms, numbered, rules(suppression, scoreMin), boxesMax);
            List<Box> expected = NmsReference.run(numbered, suppression, scoreMin, boxesMax);

            if (kind == Kind.WEIGHTED || kind == Kind.WBF) {
                assertSame(ours, expected);
            } else {
                assertThat(ours).as("%s, round %s", suppression, round).isEqualTo(expected);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void shouldGiveAScoreSortedSubsetWithoutOverlapsWhenRun(Kind kind) {
        Random random = new Random(23);
        for (int round = 0; round < 30; round++) {
            List<Box> boxes = NmsReference.random(random, 400, 5, 40);
            List<Box> kept = run(kind, boxes);

            assertThat(NmsReference.indices(kept)).doesNotHaveDuplicates();
            assertThat(kept)
                    .isSortedAccordingTo(Comparator.comparing(Box::score).reversed());
            for (Box box : kept) {
                Box before = boxes.get(box.index());
                assertThat(box.classId()).isEqualTo(before.classId());
                if (kind == Kind.SOFT_LINEAR || kind == Kind.SOFT_GAUSSIAN) {
                    assertThat(box.score()).isPositive().isLessThanOrEqualTo(before.score());
                    assertThat(box.withScore(before.score())).isEqualTo(before);
                } else if (kind != Kind.WEIGHTED && kind != Kind.WBF) {
                    assertThat(box).isEqualTo(before);
                }
            }
            assertThat(overlapping(kind, kept)).isEmpty();
        }
    }

    /** Kept boxes that should have suppressed one another; of the kinds that promise that there are none. */
    private static List<Box> overlapping(Kind kind, List<Box> kept) {
        List<Box> worse = new ArrayList<>();
        for (int a = 0; a < kept.size(); a++) {
            for (int b = a + 1; b < kept.size(); b++) {
                Box one = kept.get(a);
                Box other = kept.get(b);
                boolean compared = one.classId() == other.classId() || kind == Kind.ALL_CLASSES;
                double overlap = kind == Kind.DIOU ? one.iou(other) - one.distance(other) : one.iou(other);
                boolean promised = kind == Kind.BY_CLASS || kind == Kind.ALL_CLASSES || kind == Kind.DIOU;
                if (promised && compared && overlap > IOU_MAX) {
                    worse.add(other);
                }
            }
        }
        return worse;
    }

    /** The soft ones and those of means are not: the first lower scores again, the others have moved the boxes. */
    @ParameterizedTest
    @EnumSource(names = {"NONE", "BY_CLASS", "ALL_CLASSES", "DIOU"})
    void shouldKeepAllWhenRunOnWhatItKept(Kind kind) {
        for (int seed = 0; seed < 20; seed++) {
            List<Box> kept = numbered(run(kind, NmsReference.random(new Random(seed), 300, 4, 30)));

            assertThat(run(kind, kept)).isEqualTo(kept);
        }
    }

    @ParameterizedTest
    @EnumSource
    void shouldGiveTheSameWhenScoresDifferAndTheirOrderIsChanged(Kind kind) {
        List<Box> boxes = new ArrayList<>();
        for (Box box : NmsReference.random(new Random(3), 200, 4, 1)) {
            boxes.add(box.withScore((float) Math.sqrt((box.index() + 1) / 256.0))); // means of them differ, too
        }
        List<Box> kept = run(kind, boxes);
        Collections.shuffle(boxes, new Random(4));

        List<Box> again = run(kind, boxes);

        assertThat(again).hasSameSizeAs(kept);
        for (int i = 0; i < kept.size(); i++) {
            assertThat(boxes.get(again.get(i).index()).index())
                    .isEqualTo(kept.get(i).index());
            assertThat(again.get(i).score()).isEqualTo(kept.get(i).score());
        }
    }

    @ParameterizedTest
    @EnumSource
    void shouldGiveTheEarlierFirstWhenScoresAreEqual(Kind kind) {
        List<Box> apart = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            apart.add(new Box(i, 100 * i, 0, 100 * i + 50, 50, 0.5f, i % 3));
        }

        assertThat(run(kind, apart)).isEqualTo(apart);
    }

    @ParameterizedTest
    @EnumSource
    void shouldGiveFiniteBoxesWhenAreasOverflowOrVanish(Kind kind) {
        Random random = new Random(9);
        float[] sides = {Float.MAX_VALUE, 1e30f, 1, 1e-40f, Float.MIN_VALUE, 0};
        for (int round = 0; round < 50; round++) {
            List<Box> boxes = new ArrayList<>();
            for (int i = 0; i < 60; i++) {
                float x = sides[random.nextInt(sides.length)] * (random.nextBoolean() ? -1 : 1);
                float y = sides[random.nextInt(sides.length)];
                float score = Math.max(Float.MIN_VALUE, random.nextFloat());
                boxes.add(new Box(i, Math.min(0, x), 0, Math.max(0, x), y, score, i % 2));
            }
            assertThat(run(kind, boxes)).isNotEmpty().allSatisfy(box -> {
                assertThat(box.x1()).isFinite().isLessThanOrEqualTo(box.x2());
                assertThat(box.y1()).isFinite().isLessThanOrEqualTo(box.y2());
                assertThat(box.x2()).isFinite();
                assertThat(box.y2()).isFinite();
                assertThat(box.score()).isPositive().isLessThanOrEqualTo(1);
            });
        }
    }

    @ParameterizedTest
    @EnumSource
    void shouldKeepTheBestOfALabelWhenItsCountIsLimited(Kind kind) {
        List<Box> boxes = NmsReference.random(new Random(12), 400, 3, 1_000);
        BoxFilter two = new BoxFilter(null, null, null, null, null, 2);
        LabelFilters filters = new LabelFilters(List.of(), BoxFilter.NONE, Map.of("1", two));
        DetectOptions options = new DetectOptions(0, Suppression.Override.NONE, 1, filters);
        BoxRules limited = options.rules(new Suppression(kind, IOU_MAX), Labels.numbered(3));

        List<Box> kept = NmsReference.runOurs(nms, boxes, limited, 40);

        assertThat(kept.stream().filter(box -> box.classId() == 1)).hasSize(2);
        assertThat(kept).hasSize(40);
        if (kind != Kind.ALL_CLASSES) { // there the third of a label would have suppressed some of another
            List<Box> all = run(kind, boxes);
            List<Box> bestOfLabel =
                    all.stream().filter(box -> box.classId() == 1).limit(2).toList();
            assertThat(kept)
                    .isEqualTo(all.stream()
                            .filter(box -> box.classId() != 1 || bestOfLabel.contains(box))
                            .limit(40)
                            .toList());
        }
    }

    @ParameterizedTest
    @EnumSource
    void shouldAllocateNothingWhenItHasSeenSuchAnImageBefore(Kind kind) {
        List<Box> boxes = NmsReference.random(new Random(5), 600, 10, 1_000);
        Candidates candidates = new Candidates(3);
        BoxRules rules = rules(new Suppression(kind, IOU_MAX), 0);
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        int images = 200;
        long allocated = Long.MAX_VALUE;
        for (int round = 0; round < 2; round++) {
            long before = threads.getCurrentThreadAllocatedBytes();
            for (int image = 0; image < images; image++) {
                candidates.start(0);
                for (int i = 0; i < boxes.size(); i++) {
                    Box box = boxes.get(i);
                    candidates.add(box.x1(), box.y1(), box.x2(), box.y2(), box.score(), box.classId());
                    candidates.keypoint(0, box.x1(), box.y1());
                    candidates.keypoint(1, box.x1(), box.y1());
                    candidates.keypoint(2, box.x1(), box.y1());
                }
                nms.run(candidates, rules, ALL);
            }
            allocated = threads.getCurrentThreadAllocatedBytes() - before;
        }

        assertThat(allocated / images).isLessThan(16);
    }

    @Test
    void shouldCompareNothingWhenThereIsNoSuppression() {
        List<Box> equal = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            equal.add(new Box(i, 10, 10, 20, 20, 0.5f, 0));
        }

        assertThat(run(Kind.NONE, equal)).isEqualTo(equal);
    }

    @Test
    void shouldDropTheWorseOfTwoClassesWhenAllAreCompared() {
        List<Box> boxes = List.of(new Box(0, 0, 0, 40, 10, 0.8f, 7), new Box(1, 0, 0, 40, 10, 0.9f, 3));

        assertThat(NmsReference.indices(run(Kind.ALL_CLASSES, boxes))).containsExactly(1);
        assertThat(NmsReference.indices(run(Kind.BY_CLASS, boxes))).containsExactly(1, 0);
    }

    /** Figure: two of equal size, and two around the same centre, with the same IoU of 0.5. */
    @Test
    void shouldKeepTheOneWhoseCentreIsApartWhenJudgedByDistance() {
        List<Box> boxes = List.of(
                new Box(0, 0, 0, 30, 10, 0.9f, 0),
                new Box(1, 10, 0, 40, 10, 0.8f, 0),
                new Box(2, 7.5f, 0, 22.5f, 10, 0.7f, 0));

        // Box 1: IoU 20/40, distance 10² over 40² + 10².  Box 2: IoU 15/30, distance 0.
        assertThat(boxes.get(0).distance(boxes.get(1))).isEqualTo(100 / 1700.0);
        assertThat(NmsReference.indices(run(Kind.DIOU, boxes))).containsExactly(0, 1);
        assertThat(NmsReference.indices(run(Kind.BY_CLASS, boxes))).containsExactly(0);
    }

    @Test
    void shouldLowerTheScoreByTheOverlapWhenSoft() {
        // Half of each other's union.
        List<Box> boxes = List.of(
                new Box(0, 0, 0, 40, 10, 0.8f, 0),
                new Box(1, 0, 0, 20, 10, 0.6f, 0),
                new Box(2, 90, 0, 99, 9, 0.4f, 0),
                new Box(3, 0, 0, 40, 10, 0.7f, 1));

        List<Box> linear = run(Kind.SOFT_LINEAR, boxes);
        List<Box> gaussian = run(Kind.SOFT_GAUSSIAN, boxes);

        assertThat(NmsReference.indices(linear)).containsExactly(0, 3, 2, 1);
        assertThat(linear.get(3).score()).isEqualTo(0.6f * 0.5f);
        assertThat(NmsReference.indices(gaussian)).containsExactly(0, 3, 2, 1);
        assertThat(gaussian.get(3).score()).isCloseTo(0.6f * (float) Math.exp(-0.25 / 0.5), within(1e-6f));
    }

    @Test
    void shouldDropWhatIsLeftBelowTheThresholdWhenSoft() {
        List<Box> boxes = List.of(new Box(0, 0, 0, 40, 10, 0.8f, 0), new Box(1, 0, 0, 20, 10, 0.6f, 0));

        List<Box> kept = NmsReference.runOurs(nms, boxes, rules(new Suppression(Kind.SOFT_LINEAR, IOU_MAX), 0.3f), ALL);

        assertThat(NmsReference.indices(kept)).containsExactly(0);
    }

    @Test
    void shouldLookAtTheBestOnlyWhenSoftAndThereAreVeryMany() {
        Candidates candidates = new Candidates();
        candidates.start(0);
        for (int i = 0; i < Candidates.MAX; i++) {
            candidates.add(10 * i, 0, 10 * i + 5, 5, (i + 1f) / Candidates.MAX, 0);
        }

        assertThat(nms.run(candidates, rules(new Suppression(Kind.SOFT_GAUSSIAN, IOU_MAX), 0), ALL))
                .isEqualTo(Nms.SOFT_MAX);
        assertThat(nms.candidate(0)).isEqualTo(Candidates.MAX - 1);
        assertThat(nms.candidate(Nms.SOFT_MAX - 1)).isEqualTo(Candidates.MAX - Nms.SOFT_MAX);
    }

    @Test
    void shouldGiveTheMeanOfBoxesAndKnownKeypointsWhenWeighted() {
        Candidates candidates = new Candidates(2);
        candidates.start(0);
        candidates.add(0, 0, 40, 40, 0.75f, 0);
        candidates.keypoint(0, 10, 20);
        candidates.keypoint(1, Float.NaN, 5);
        candidates.add(8, 4, 44, 40, 0.25f, 0);
        candidates.keypoint(0, 14, 12);
        candidates.keypoint(1, 7, 9);
        candidates.add(100, 0, 140, 40, 0.5f, 0);
        candidates.keypoint(0, 110, 10);
        candidates.keypoint(1, Float.NaN, Float.NaN);

        int kept = nms.run(candidates, rules(new Suppression(Kind.WEIGHTED, IOU_MAX), 0), ALL);

        assertThat(kept).isEqualTo(2);
        assertThat(nms.candidate(0)).isZero();
        assertThat(candidates.x1(0)).isEqualTo(2);
        assertThat(candidates.y1(0)).isEqualTo(1);
        assertThat(candidates.x2(0)).isEqualTo(41);
        assertThat(candidates.y2(0)).isEqualTo(40);
        assertThat(candidates.score(0)).isEqualTo(0.75f);
        assertThat(candidates.keypointX(0, 0)).isEqualTo(11);
        assertThat(candidates.keypointY(0, 0)).isEqualTo(18);
        assertThat(candidates.keypointX(0, 1)).isEqualTo(7);
        assertThat(candidates.keypointY(0, 1)).isEqualTo(9);
        assertThat(nms.candidate(1)).isEqualTo(2);
        assertThat(candidates.keypointX(2, 1)).isNaN();
    }

    /** The third overlaps the second enough, but the second has gone to the first. */
    @Test
    void shouldGatherAroundTheBestAsItWasWhenWeighted() {
        List<Box> row = List.of(
                new Box(0, 0, 0, 40, 10, 0.9f, 0),
                new Box(1, 10, 0, 50, 10, 0.8f, 0),
                new Box(2, 20, 0, 60, 10, 0.7f, 0));

        assertThat(NmsReference.indices(run(Kind.WEIGHTED, row))).containsExactly(0, 2);
        assertThat(run(Kind.WEIGHTED, row).get(1)).isEqualTo(row.get(2));
    }

    private List<Box> run(Kind kind, List<Box> boxes) {
        return NmsReference.runOurs(nms, boxes, rules(new Suppression(kind, IOU_MAX), 0), ALL);
    }

    private static BoxRules rules(Suppression suppression, float scoreMin) {
        return DetectOptions.DEFAULT.withScoreMin(scoreMin).rules(suppression, Labels.numbered(20));
    }

    /** The same with the places that they have in the list. */
    private static List<Box> numbered(List<Box> boxes) {
        List<Box> numbered = new ArrayList<>();
        for (Box box : boxes) {
            numbered.add(new Box(numbered.size(), box.x1(), box.y1(), box.x2(), box.y2(), box.score(), box.classId()));
        }
        return numbered;
    }

    private static void assertSame(List<Box> ours, List<Box> expected) {
        assertThat(NmsReference.indices(ours)).isEqualTo(NmsReference.indices(expected));
        for (int i = 0; i < ours.size(); i++) {
            Box box = ours.get(i);
            Box other = expected.get(i);
            assertThat(box.score()).isCloseTo(other.score(), within(1e-6f));
            assertThat(box.x1()).isCloseTo(other.x1(), within(1e-3f));
            assertThat(box.y1()).isCloseTo(other.y1(), within(1e-3f));
            assertThat(box.x2()).isCloseTo(other.x2(), within(1e-3f));
            assertThat(box.y2()).isCloseTo(other.y2(), within(1e-3f));
        }
    }
}
