package dev.vigil.workshop.accuracy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.vigil.detect.Detections;
import dev.vigil.workshop.accuracy.MeanPrecision.Summary;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Cases that were computed by hand, and cases that were computed by pycocotools or by its loops. */
class MeanPrecisionTest {
    private static final Offset<Double> EXACT = within(1e-12);
    /** Of 101 points of recall, those up to a half: 0.00 to 0.50. */
    private static final double HALF = 51 / 101.0;

    private final MeanPrecision precision = new MeanPrecision();

    @Test
    void shouldBeOneWhenEveryObjectHasItsBoxAndNoOther() {
        precision.add(List.of(object(0, 10, 10, 100)), boxes(box(0, 0.9, 10, 10, 100)));
        Summary figures = precision.summary();
        assertThat(figures.map()).isCloseTo(1, EXACT);
        assertThat(figures.map50()).isCloseTo(1, EXACT);
        assertThat(figures.map75()).isCloseTo(1, EXACT);
        assertThat(figures.large()).as("100² is more than 96²").isCloseTo(1, EXACT);
        assertThat(figures.small()).isNaN();
        assertThat(figures.medium()).isNaN();
        assertThat(figures.recall()).containsExactly(1, 1, 1);
        assertThat(figures.ofClass()).containsExactly(Map.entry(0, figures.map()));
    }

    @Test
    void shouldTakeThePrecisionOfEachRecallWhenAWrongBoxLiesBetweenRightOnes() {
        precision.add(
                List.of(object(0, 0, 0, 50), object(0, 200, 0, 50)),
                boxes(box(0, 0.9, 0, 0, 50), box(0, 0.8, 400, 400, 50), box(0, 0.7, 200, 0, 50)));
        // Recall up to a half at precision 1, the other 50 points at 2 of 3.
        assertThat(precision.summary().map()).isCloseTo((51 + 50 * 2 / 3.0) / 101, EXACT);
    }

    @Test
    void shouldCountTheThresholdsThatAnOverlapReachesWhenABoxIsOff() {
        // 10 x 10 within 10 x 20, exactly half of it: enough for 0.50 and no other.
        precision.add(List.of(new Truth(0, 0, 0, 10, 20, 200, false)), boxes(new float[] {0, 0.9f, 0, 0, 10, 10}));
        assertThat(precision.summary().map50()).isCloseTo(1, EXACT);
        assertThat(precision.summary().map75()).isZero();
        assertThat(precision.summary().map()).isCloseTo(0.1, EXACT);
    }

    /** Its thresholds are those of numpy's linspace: 0.85 is just 17/20, and its 0.9 a little less than nine tenths. */
    @ParameterizedTest
    @ValueSource(ints = {11, 12, 13, 14, 15, 16, 17, 18, 19})
    void shouldReachAThresholdWhenTheOverlapIsJustThat(int twentieths) {
        precision.add(
                List.of(new Truth(0, 0, 0, 10, 20, 200, false)), boxes(new float[] {0, 0.9f, 0, 0, 10, twentieths}));
        assertThat(precision.summary().map()).isCloseTo((twentieths - 9) / 10.0, EXACT);
    }

    @Test
    void shouldNotCountBoxesInACrowdWhenTheyLieInIt() {
        Truth crowd = new Truth(0, 0, 0, 400, 400, 160_000, true);
        precision.add(
                List.of(crowd, object(0, 500, 0, 50)),
                boxes(
                        box(0, 0.9, 10, 10, 50), // in the crowd
                        box(0, 0.8, 100, 100, 50), // in the crowd too, which takes any number
                        box(0, 0.7, 500, 0, 50)));
        assertThat(precision.summary().map()).isCloseTo(1, EXACT);
        assertThat(precision.summary().recall()[2]).isCloseTo(1, EXACT);
        // With one box a picture it is the crowd's, so that the object is not found.
        assertThat(precision.summary().recall()[0]).isZero();
    }

    @Test
    void shouldGiveABoxToTheObjectThatCountsWhenACrowdHoldsItMore() {
        Truth crowd = new Truth(0, 0, 0, 400, 400, 160_000, true);
        // All of the box is in the crowd, and it overlaps the object by 0.6 only: it is the object's.
        Truth counts = new Truth(0, 0, 0, 10, 6, 60, false);
        precision.add(List.of(crowd, counts), boxes(new float[] {0, 0.9f, 0, 0, 10, 10}));
        assertThat(precision.summary().map50()).isCloseTo(1, EXACT);
        assertThat(precision.summary().map()).isCloseTo(0.3, EXACT);
    }

    @Test
    void shouldNotTellAFigureWhenThereIsNothingButACrowd() {
        precision.add(List.of(new Truth(0, 0, 0, 400, 400, 160_000, true)), boxes(box(0, 0.9, 10, 10, 50)));
        assertThat(precision.summary().map()).isNaN();
        assertThat(precision.summary().recall()).containsOnly(Double.NaN);
        assertThat(precision.summary().ofClass()).isEmpty();
    }

    @Test
    void shouldJudgeEachAreaByItsOwnWhenObjectsAreOfAllSizes() {
        precision.add(
                List.of(object(0, 0, 0, 20), object(0, 100, 0, 60), object(0, 300, 0, 200)),
                boxes(
                        box(0, 0.9, 0, 0, 20),
                        box(0, 0.8, 300, 300, 60), // wrong, and of medium size
                        box(0, 0.7, 300, 0, 200)));
        Summary figures = precision.summary();
        assertThat(figures.small()).as("the wrong box is outside of the range").isCloseTo(1, EXACT);
        assertThat(figures.medium()).isZero();
        assertThat(figures.large()).isCloseTo(1, EXACT);
        // One of one up to 0.33, then two of three up to 0.66; the third object is not found.
        assertThat(figures.map()).isCloseTo((34 + 33 * 2 / 3.0) / 101, EXACT);
    }

    @Test
    void shouldCountABorderToBothAreasWhenAnObjectIsJustThatLarge() {
        precision.add(List.of(object(0, 0, 0, 32)), boxes(box(0, 0.9, 0, 0, 32)));
        assertThat(precision.summary().small()).isCloseTo(1, EXACT);
        assertThat(precision.summary().medium()).isCloseTo(1, EXACT);
        assertThat(precision.summary().large()).isNaN();
    }

    @Test
    void shouldGoByTheObjectsAreaWhenItDoesNotFillItsBox() {
        precision.add(List.of(new Truth(0, 0, 0, 100, 100, 900, false)), boxes(box(0, 0.9, 0, 0, 100)));
        assertThat(precision.summary().small()).isCloseTo(1, EXACT);
        assertThat(precision.summary().large()).isNaN();
    }

    @Test
    void shouldKeepTheOrderWhenScoresAreEqual() {
        precision.add(List.of(object(0, 0, 0, 50)), boxes(box(0, 0.5, 300, 300, 50), box(0, 0.5, 0, 0, 50)));
        assertThat(precision.summary().map()).as("the wrong one came first").isCloseTo(0.5, EXACT);
    }

    @Test
    void shouldKeepTheOrderOfPicturesWhenScoresAreEqual() {
        precision.add(List.of(object(0, 0, 0, 50)), boxes(box(0, 0.5, 0, 0, 50)));
        precision.add(List.of(), boxes(box(0, 0.5, 0, 0, 50)));
        assertThat(precision.summary().map()).isCloseTo(1, EXACT);
    }

    @Test
    void shouldAverageTheClassesThatHaveObjectsWhenThereAreSeveral() {
        precision.add(
                List.of(object(0, 0, 0, 50), object(3, 100, 0, 50), object(3, 200, 0, 50)),
                boxes(box(0, 0.9, 0, 0, 50), box(3, 0.8, 100, 0, 50), box(7, 0.7, 0, 0, 50)));
        Summary figures = precision.summary();
        assertThat(figures.ofClass().keySet()).containsExactly(0, 3);
        assertThat(figures.ofClass().get(0)).isCloseTo(1, EXACT);
        assertThat(figures.ofClass().get(3)).isCloseTo(HALF, EXACT);
        assertThat(figures.of50Class().get(3)).isCloseTo(HALF, EXACT);
        assertThat(figures.map()).isCloseTo((1 + HALF) / 2, EXACT);
        assertThat(figures.recall()[2]).isCloseTo(0.75, EXACT);
    }

    @Test
    void shouldLookAtTheBestHundredWhenThereAreMoreBoxesOfAClass() {
        List<float[]> found = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            found.add(box(0, 0.9 - i / 1000.0, 300, 300, 10));
        }
        found.add(box(0, 0.1, 0, 0, 50)); // right, and the 101st
        found.add(box(1, 0.1, 100, 100, 50)); // of another class, which has its own hundred
        precision.add(List.of(object(0, 0, 0, 50), object(1, 100, 100, 50)), boxes(found.toArray(float[][]::new)));
        assertThat(precision.summary().ofClass()).containsEntry(0, 0.0);
        assertThat(precision.summary().ofClass().get(1)).isCloseTo(1, EXACT);
        assertThat(precision.summary().recall()).containsExactly(0.5, 0.5, 0.5);
    }

    @Test
    void shouldCountABoxAsWrongWhenItsPictureIsEmpty() {
        precision.add(List.of(), boxes(box(0, 0.9, 0, 0, 50)));
        assertThat(precision.summary().map()).as("no object at all").isNaN();
        precision.add(List.of(object(0, 0, 0, 50)), boxes(box(0, 0.8, 0, 0, 50)));
        assertThat(precision.summary().map()).isCloseTo(0.5, EXACT);
    }

    @Test
    void shouldBeNoneWhenNothingWasFound() {
        precision.add(List.of(object(0, 0, 0, 50)), boxes());
        assertThat(precision.summary().map()).isZero();
        assertThat(precision.summary().recall()).containsOnly(0);
        assertThat(new MeanPrecision().summary().map()).isNaN();
    }

    @Test
    void shouldGiveAnObjectToOneBoxWhenSeveralAreOnIt() {
        precision.add(
                List.of(object(0, 0, 0, 50), object(0, 200, 0, 50)),
                boxes(box(0, 0.9, 0, 0, 50), box(0, 0.8, 0, 0, 50), box(0, 0.7, 200, 0, 50)));
        assertThat(precision.summary().map()).isCloseTo((51 + 50 * 2 / 3.0) / 101, EXACT);
    }

    /** 35 of 100 is a recall that numpy's point 0.35 lies a rounding above: only the 36th right box has that point. */
    @Test
    void shouldRoundRecallAsNumpyWhenItIsJustAtAPoint() {
        for (int i = 0; i < 100; i++) {
            boolean right = i < 35 || i == 99;
            precision.add(
                    List.of(object(0, 0, 0, 50)),
                    boxes(right ? box(0, 0.9 - i / 1000.0, 0, 0, 50) : box(0, 0.9 - i / 1000.0, 300, 300, 50)));
        }
        // 35 * 0.01 is more than 35 / 100: points 0.00 to 0.34 at precision 1, 0.35 and 0.36 at 36 of 100.
        assertThat(precision.summary().map()).isCloseTo((35 + 2 * 0.36) / 101, EXACT);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void shouldTellWhatPycocotoolsTellsWhenBoxesAreRandom(JsonNode one) {
        for (JsonNode picture : one.get("pictures")) {
            precision.add(objects(picture.get("objects")), found(picture.get("boxes")));
        }
        JsonNode wanted = one.get("figures");
        Summary figures = precision.summary();
        requireSame(figures.map(), wanted.get("map"));
        requireSame(figures.map50(), wanted.get("map50"));
        requireSame(figures.map75(), wanted.get("map75"));
        requireSame(figures.small(), wanted.get("small"));
        requireSame(figures.medium(), wanted.get("medium"));
        requireSame(figures.large(), wanted.get("large"));
        for (int i = 0; i < 3; i++) {
            requireSame(figures.recall()[i], wanted.get("recall").get(i));
        }
        assertThat(figures.ofClass()).hasSize(wanted.get("of_class").size());
        figures.ofClass()
                .forEach((id, map) -> requireSame(map, wanted.get("of_class").get(id.toString())));
    }

    /** pycocotools says -1 where there is nothing that a figure is about. */
    private static void requireSame(double figure, JsonNode wanted) {
        assertThat(Double.isNaN(figure) ? -1 : figure).isCloseTo(wanted.doubleValue(), EXACT);
    }

    static List<JsonNode> cases() throws IOException {
        try (InputStream in = MeanPrecisionTest.class.getResourceAsStream("pycocotools-figures.json")) {
            List<JsonNode> cases = new ArrayList<>();
            new ObjectMapper().readTree(in).forEach(cases::add);
            assertThat(cases).hasSizeGreaterThan(20);
            return cases;
        }
    }

    private static List<Truth> objects(JsonNode rows) {
        List<Truth> objects = new ArrayList<>();
        for (JsonNode row : rows) {
            double x = row.get(1).doubleValue();
            double y = row.get(2).doubleValue();
            objects.add(new Truth(
                    row.get(0).intValue(),
                    x,
                    y,
                    x + row.get(3).doubleValue(),
                    y + row.get(4).doubleValue(),
                    row.get(5).doubleValue(),
                    row.get(6).intValue() != 0));
        }
        return objects;
    }

    private static Detections found(JsonNode rows) {
        float[][] boxes = new float[rows.size()][];
        for (int i = 0; i < boxes.length; i++) {
            JsonNode row = rows.get(i);
            float x = row.get(1).floatValue();
            float y = row.get(2).floatValue();
            boxes[i] = new float[] {
                row.get(0).floatValue(),
                row.get(5).floatValue(),
                x,
                y,
                x + row.get(3).floatValue(),
                y + row.get(4).floatValue()
            };
        }
        return boxes(boxes);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12})
    void shouldTellWhatTheLoopsTellWhenManyPicturesAreRandom(long seed) {
        Random random = new Random(seed);
        CocoLoops loops = new CocoLoops();
        int classes = 1 + random.nextInt(6);
        for (int picture = 0; picture < 40; picture++) {
            List<Truth> objects = new ArrayList<>();
            for (int i = random.nextInt(7); i > 0; i--) {
                double width = 4 + random.nextInt(200);
                double height = 4 + random.nextInt(200);
                double x = random.nextInt(400);
                double y = random.nextInt(300);
                boolean crowd = random.nextInt(8) == 0;
                double area = width * height * (random.nextBoolean() ? 1 : 0.6);
                objects.add(new Truth(random.nextInt(classes), x, y, x + width, y + height, area, crowd));
            }
            float[][] found = IntStream.range(0, random.nextInt(seed % 3 == 0 ? 300 : 20))
                    .mapToObj(i -> randomBox(random, objects, classes))
                    .sorted(Comparator.comparingDouble(box -> -box[1]))
                    .toArray(float[][]::new);
            precision.add(objects, boxes(found));
            loops.add(objects, found);
        }
        Summary figures = precision.summary();
        double[] wanted = loops.figures();
        assertThat(new double[] {
                    figures.map(), figures.map50(), figures.map75(), figures.small(), figures.medium(), figures.large()
                })
                .usingComparatorWithPrecision(1e-12)
                .containsExactly(wanted);
    }

    private static float[] randomBox(Random random, List<Truth> objects, int classes) {
        float score = random.nextInt(50) / 50f;
        if (objects.isEmpty() || random.nextInt(3) == 0) {
            float x = random.nextInt(400);
            float y = random.nextInt(300);
            return new float[] {
                random.nextInt(classes), score, x, y, x + 1 + random.nextInt(200), y + 1 + random.nextInt(200)
            };
        }
        Truth near = objects.get(random.nextInt(objects.size()));
        float dx = random.nextInt(9) - 4;
        float dy = random.nextInt(9) - 4;
        return new float[] {
            near.classId(), score, (float) near.x1() + dx, (float) near.y1() + dy, (float) near.x2(), (float) near.y2()
        };
    }

    private static Truth object(int classId, double x, double y, double side) {
        return Truth.of(classId, x, y, x + side, y + side);
    }

    private static float[] box(int classId, double score, float x, float y, float side) {
        return new float[] {classId, (float) score, x, y, x + side, y + side};
    }

    /** @param rows class, score, x1, y1, x2, y2 */
    private static Detections boxes(float[]... rows) {
        Detections boxes = new Detections(Math.max(1, rows.length));
        Arrays.stream(rows).forEach(b -> assertThat(boxes.add(b[2], b[3], b[4], b[5], b[1], (int) b[0]))
                .isTrue());
        return boxes;
    }
}
