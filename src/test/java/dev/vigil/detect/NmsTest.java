package dev.vigil.detect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vigil.detect.NmsReference.Box;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class NmsTest {
    private static final int ALL = Candidates.MAX;

    private final Nms nms = new Nms();

    @ParameterizedTest
    @CsvSource({
        "0, 1, 10",
        "1, 1, 10",
        "2, 1, 1",
        "40, 1, 3",
        "300, 1, 1000",
        "300, 80, 1000",
        "1500, 3, 50",
        "1500, 20, 1",
    })
    void shouldKeepWhatTheDefinitionKeepsWhenBoxesAreRandom(int count, int classes, int scoreSteps) {
        Random random = new Random(count * 31L + classes);
        for (float iouMax : new float[] {0, 0.3f, 0.45f, 0.7f, 1}) {
            for (int boxesMax : new int[] {1, 20, 300, ALL}) {
                List<Box> boxes = NmsReference.random(random, count, classes, scoreSteps);

                assertThat(NmsReference.runOurs(nms, boxes, iouMax, boxesMax))
                        .as("iou %s, at most %s", iouMax, boxesMax)
                        .isEqualTo(NmsReference.indices(NmsReference.run(boxes, 0, iouMax, boxesMax)));
            }
        }
    }

    @Test
    void shouldGiveASortedSubsetWithoutOverlapsWhenRunAndTheSameWhenRunAgain() {
        Random random = new Random(7);
        for (int round = 0; round < 50; round++) {
            List<Box> boxes = NmsReference.random(random, 400, 5, 40);
            List<Integer> kept = NmsReference.runOurs(nms, boxes, 0.45f, ALL);

            assertThat(kept).doesNotHaveDuplicates().allMatch(i -> i >= 0 && i < boxes.size());
            for (int i = 1; i < kept.size(); i++) {
                Box better = boxes.get(kept.get(i - 1));
                Box worse = boxes.get(kept.get(i));
                assertThat(worse.score()).isLessThanOrEqualTo(better.score());
                if (worse.score() == better.score()) {
                    assertThat(worse.index()).isGreaterThan(better.index());
                }
            }
            List<Box> keptBoxes = kept.stream().map(boxes::get).toList();
            for (Box a : keptBoxes) {
                for (Box b : keptBoxes) {
                    assertThat(a.index() == b.index() || a.classId() != b.classId() || a.iou(b) <= 0.45f)
                            .as("%s and %s", a, b)
                            .isTrue();
                }
            }
            assertThat(NmsReference.runOurs(nms, keptBoxes, 0.45f, ALL))
                    .isEqualTo(IntStream.range(0, keptBoxes.size()).boxed().toList());
        }
    }

    @Test
    void shouldKeepTheSameBoxesWhenScoresDifferAndTheirOrderIsChanged() {
        List<Box> boxes = new ArrayList<>();
        for (Box box : NmsReference.random(new Random(3), 200, 4, 1)) {
            float score = (box.index() + 1) / 256f;
            boxes.add(new Box(box.index(), box.x1(), box.y1(), box.x2(), box.y2(), score, box.classId()));
        }
        List<Box> kept = NmsReference.runOurs(nms, boxes, 0.45f, ALL).stream()
                .map(boxes::get)
                .toList();

        Collections.shuffle(boxes, new Random(4));

        assertThat(NmsReference.runOurs(nms, boxes, 0.45f, ALL).stream()
                        .map(boxes::get)
                        .toList())
                .isEqualTo(kept);
    }

    @Test
    void shouldKeepTheFirstWhenAllBoxesAreEqual() {
        List<Box> boxes = IntStream.range(0, 1_000)
                .mapToObj(i -> new Box(i, 10, 10, 50, 50, 0.5f, 2))
                .toList();

        assertThat(NmsReference.runOurs(nms, boxes, 0.45f, ALL)).containsExactly(0);
        assertThat(NmsReference.runOurs(nms, boxes, 1, 5)).containsExactly(0, 1, 2, 3, 4);
    }

    @Test
    void shouldKeepBothWhenTheIouIsExactlyAtTheThreshold() {
        // Intersection 20x10, union 40x10.
        List<Box> halves = List.of(new Box(0, 0, 0, 40, 10, 0.9f, 0), new Box(1, 0, 0, 20, 10, 0.8f, 0));

        assertThat(halves.get(0).iou(halves.get(1))).isEqualTo(0.5f);
        assertThat(NmsReference.runOurs(nms, halves, 0.5f, ALL)).containsExactly(0, 1);
        assertThat(NmsReference.runOurs(nms, halves, Math.nextDown(0.5f), ALL)).containsExactly(0);
    }

    @Test
    void shouldKeepBothWhenEqualBoxesAreOfDifferentClasses() {
        List<Box> boxes = List.of(new Box(0, 0, 0, 40, 10, 0.8f, 7), new Box(1, 0, 0, 40, 10, 0.9f, 3));

        assertThat(NmsReference.runOurs(nms, boxes, 0, ALL)).containsExactly(1, 0);
    }

    @Test
    void shouldCompareWithinTheClassWhenCoordinatesAreLarge() {
        // An offset of class * side in floats would lose these pixels.
        float far = 4_000_000;
        List<Box> boxes = List.of(
                new Box(0, far, far, far + 10, far + 10, 0.9f, 79),
                new Box(1, far + 9, far, far + 19, far + 10, 0.8f, 79));

        assertThat(NmsReference.runOurs(nms, boxes, 0.45f, ALL)).containsExactly(0, 1);
    }

    @Test
    void shouldNeitherSuppressNorBeSuppressedWhenABoxHasNoArea() {
        List<Box> boxes = List.of(
                new Box(0, 10, 10, 10, 10, 0.9f, 0),
                new Box(1, 0, 0, 20, 20, 0.8f, 0),
                new Box(2, 5, 5, 15, 5, 0.7f, 0),
                new Box(3, 10, 10, 10, 10, 0.6f, 0));

        assertThat(NmsReference.runOurs(nms, boxes, 0, ALL)).containsExactly(0, 1, 2, 3);
    }

    @ParameterizedTest
    @ValueSource(floats = {Float.MAX_VALUE, 1e30f, 1e-40f, Float.MIN_VALUE})
    void shouldKeepABoxWhenItsAreaOverflowsOrVanishes(float side) {
        List<Box> boxes = List.of(new Box(0, 0, 0, side, side, 0.9f, 0), new Box(1, 0, 0, 20, 20, 0.8f, 0));

        assertThat(NmsReference.runOurs(nms, boxes, 0.45f, ALL)).contains(0);
    }

    @Test
    void shouldTakeReversedCornersAsTheSameBox() {
        Candidates candidates = new Candidates();
        candidates.start(0);
        candidates.add(50, 60, 10, 20, 0.9f, 0);
        candidates.add(10, 20, 50, 60, 0.8f, 0);

        assertThat(nms.run(candidates, Rules.of(new Suppression(Suppression.Kind.BY_CLASS, 0.99f)), ALL))
                .isEqualTo(1);
        assertThat(candidates.x1[0]).isEqualTo(10);
        assertThat(candidates.y2[0]).isEqualTo(60);
    }

    @Test
    void shouldStartAfreshWhenRunAfterAnotherImage() {
        List<Box> first = List.of(new Box(0, 0, 0, 40, 10, 0.9f, 90));
        NmsReference.runOurs(nms, first, 0.45f, ALL);

        assertThat(NmsReference.runOurs(nms, List.of(), 0.45f, ALL)).isEmpty();
        assertThat(NmsReference.runOurs(nms, first, 0.45f, ALL)).containsExactly(0);
        assertThatThrownBy(() -> nms.candidate(1)).isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Test
    void shouldEndSoonWhenEveryCandidateIsOfOneClassAndNoneOverlaps() {
        List<Box> boxes = IntStream.range(0, 2 * Candidates.MAX)
                .mapToObj(i -> new Box(i, i, 0, i + 1, 1, 0.5f, 0))
                .toList();

        assertThat(NmsReference.runOurs(nms, boxes, 0.45f, 300))
                .isEqualTo(IntStream.range(0, 300).boxed().toList());
    }
}
