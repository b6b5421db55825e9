package dev.vigil.detect;

import static dev.vigil.detect.Tensors.direct;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.sun.management.ThreadMXBean;
import dev.vigil.detect.family.Families;
import dev.vigil.frame.Placement;
import java.lang.management.ManagementFactory;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PostProcessorTest {
    private final Placement placement = new Placement();
    private final Detections detections = new Detections(300);

    @BeforeEach
    void placeFrame() {
        // 200x100 letterboxed into 100x100: half the size, 25 rows free above and below.
        placement.set(200, 100, 0.5f, 0.5f, 0, 25);
    }

    @Test
    void shouldGiveBoxesInFramePixelsWhenTheFrameWasLetterboxed() throws ModelException {
        process(DetectOptions.DEFAULT, direct(0.35f, 0.1f, 0.45f, 0.3f), direct(0.9f));

        assertThat(detections.count()).isEqualTo(1);
        assertBox(0, 20, 20, 60, 40);
        assertThat(detections.score(0)).isEqualTo(0.9f);
        assertThat(detections.classId(0)).isZero();
        assertThat(detections).hasToString("[0 0.90 (20.0, 20.0, 60.0, 40.0)]");
    }

    @Test
    void shouldClipToTheFrameAndDropWhatLiesOutsideWhenABoxReachesOver() throws ModelException {
        process(
                DetectOptions.DEFAULT,
                direct(
                        // over all sides
                        -1,
                        -1,
                        2,
                        2,
                        // in the letterbox's free rows
                        0,
                        0.5f,
                        0.2f,
                        0.6f,
                        // left of the frame
                        0.4f,
                        -0.5f,
                        0.6f,
                        -0.1f,
                        // without height
                        0.5f,
                        0.5f,
                        0.5f,
                        0.7f),
                direct(0.9f, 0.8f, 0.7f, 0.6f));

        assertThat(detections.count()).isEqualTo(1);
        assertBox(0, 0, 0, 200, 100);
    }

    @Test
    void shouldGiveTheBestWhenThereAreMoreThanWantedOrFit() throws ModelException {
        int anchors = 50;
        float[] boxes = new float[4 * anchors];
        float[] scores = new float[anchors];
        for (int i = 0; i < anchors; i++) {
            float x = 0.02f * i;
            System.arraycopy(new float[] {0.4f, x, 0.5f, x + 0.01f}, 0, boxes, 4 * i, 4);
            scores[i] = 0.5f + 0.008f * i;
        }
        process(new DetectOptions(0.4f, 0.45f, 3), direct(boxes), direct(scores));
        assertThat(detections.count()).isEqualTo(3);
        assertThat(detections.score(0)).isEqualTo(scores[49]);
        assertThat(detections.score(2)).isEqualTo(scores[47]);

        Detections small = new Detections(2);
        new PostProcessor(Families.named("ssd").orElseThrow().decoder(Tensors.ssd(100, anchors, 1)))
                .process(
                        new FloatBuffer[] {direct(boxes), direct(scores)},
                        placement,
                        Rules.of(DetectOptions.DEFAULT, 1),
                        small);
        assertThat(small.count()).isEqualTo(2);
        assertThat(small.add(0, 0, 1, 1, 1, 0)).isFalse();
    }

    /** Class 0 is wanted above 0.7, class 1 above what holds for all, class 2 not at all. */
    @Test
    void shouldGiveWhatIsAboveTheScoreOfItsLabelWhenLabelsDiffer() throws ModelException {
        LabelFilters filters = new LabelFilters(
                List.of("0", "1"), BoxFilter.NONE, Map.of("0", new BoxFilter(0.7f, null, null, null, null, null)));
        float[] box = {0.35f, 0.1f, 0.45f, 0.3f};
        filter(filters, 0.3f, box, new float[] {0.6f, 0.5f, 0.9f});
        assertThat(detections).hasToString("[1 0.50 (20.0, 20.0, 60.0, 40.0)]");

        filter(filters, 0.55f, box, new float[] {0.8f, 0.5f, 0.9f});
        assertThat(detections).hasToString("[0 0.80 (20.0, 20.0, 60.0, 40.0)]");

        // A label's own threshold may be the lower one, too.
        filter(
                new LabelFilters(
                        List.of(), BoxFilter.NONE, Map.of("1", new BoxFilter(0.1f, null, null, null, null, null))),
                0.7f,
                box,
                new float[] {0.6f, 0.2f, 0.6f});
        assertThat(detections).hasToString("[1 0.20 (20.0, 20.0, 60.0, 40.0)]");
    }

    @Test
    void shouldNotHaveASmallBoxSuppressedWhenTheLargeOneIsFilteredOut() throws ModelException {
        float[] large = {0.25f, 0, 0.75f, 1};
        float[] small = {0.3f, 0, 0.75f, 1};
        float[] both = new float[8];
        System.arraycopy(large, 0, both, 0, 4);
        System.arraycopy(small, 0, both, 4, 4);
        float[] scores = {0.9f, 0, 0, 0.8f, 0, 0};

        filter(LabelFilters.NONE, 0.4f, both, scores);
        assertThat(detections).hasToString("[0 0.90 (0.0, 0.0, 200.0, 100.0)]");

        BoxFilter notAll = new BoxFilter(null, null, 0.95f, null, null, null);
        filter(new LabelFilters(List.of(), notAll, Map.of()), 0.4f, both, scores);
        assertThat(detections).hasToString("[0 0.80 (0.0, 10.0, 200.0, 100.0)]");
    }

    /** Boxes of 40x20 in a frame of 200x100: 0.04 of it, ratio 2. */
    @ParameterizedTest
    @CsvSource({
        "0.039, 0.041, 1.9, 2.1, true",
        "0.041, 1, 0.1, 10, false",
        "0, 0.039, 0.1, 10, false",
        "0, 1, 2.1, 10, false",
        "0, 1, 0.1, 1.9, false",
    })
    void shouldGiveWhatHasTheAreaAndRatioInTheFrameThatAreWanted(
            float areaMin, float areaMax, float ratioMin, float ratioMax, boolean wanted) throws ModelException {
        BoxFilter filter = new BoxFilter(null, areaMin, areaMax, ratioMin, ratioMax, null);
        float[] box = {0.35f, 0.1f, 0.45f, 0.3f};
        filter(new LabelFilters(List.of(), filter, Map.of()), 0.4f, box, new float[] {0.9f, 0, 0});
        assertThat(detections.count()).isEqualTo(wanted ? 1 : 0);

        filter(new LabelFilters(List.of(), BoxFilter.NONE, Map.of("0", filter)), 0.4f, box, new float[] {0.9f, 0, 0});
        assertThat(detections.count()).isEqualTo(wanted ? 1 : 0);

        filter(new LabelFilters(List.of(), BoxFilter.NONE, Map.of("1", filter)), 0.4f, box, new float[] {0.9f, 0, 0});
        assertThat(detections.count()).isEqualTo(1);
    }

    @Test
    void shouldCountABoxAsMalformedWhenItsClassHasNoLabel() throws ModelException {
        new PostProcessor(Families.named("ssd").orElseThrow().decoder(Tensors.ssd(100, 1, 3)))
                .process(
                        new FloatBuffer[] {direct(0.35f, 0.1f, 0.45f, 0.3f), direct(0.6f, 0.5f, 0.9f)},
                        placement,
                        Rules.of(DetectOptions.DEFAULT, 2),
                        detections);
        assertThat(detections.count()).isEqualTo(2);
        assertThat(detections.malformed()).isEqualTo(1);
    }

    /** Half of it lies left of the frame: what is seen is 20x20. */
    @Test
    void shouldMeasureWhatIsSeenWhenABoxReachesOverTheFrame() throws ModelException {
        BoxFilter square = new BoxFilter(null, null, 0.021f, null, 1.1f, null);
        filter(
                new LabelFilters(List.of(), square, Map.of()),
                0.4f,
                new float[] {0.35f, -0.1f, 0.45f, 0.1f},
                new float[] {0.9f, 0, 0});
        assertThat(detections.count()).isEqualTo(1);
        assertBox(0, 0, 20, 20, 40);
    }

    private void filter(LabelFilters filters, float scoreMin, float[] boxes, float[] scores) throws ModelException {
        DetectOptions options = new DetectOptions(scoreMin, Suppression.Override.NONE, 300, filters);
        new PostProcessor(Families.named("ssd").orElseThrow().decoder(Tensors.ssd(100, boxes.length / 4, 3)))
                .process(
                        new FloatBuffer[] {direct(boxes), direct(scores)}, placement, Rules.of(options, 3), detections);
    }

    @Test
    void shouldForgetTheFrameBeforeWhenUsedAgain() throws ModelException {
        process(DetectOptions.DEFAULT, direct(0.35f, 0.1f, 0.45f, 0.3f), direct(Float.NaN));
        assertThat(detections.malformed()).isEqualTo(1);
        assertThat(detections.count()).isZero();

        process(DetectOptions.DEFAULT, direct(0.35f, 0.1f, 0.45f, 0.3f), direct(0.9f));
        assertThat(detections.malformed()).isZero();
        assertThat(detections.count()).isEqualTo(1);
    }

    @Test
    void shouldGiveNoBoxWithNanWhenOutputsAreAnyBits() throws ModelException {
        Random random = new Random(11);
        PostProcessor ssd =
                new PostProcessor(Families.named("ssd").orElseThrow().decoder(Tensors.ssd(100, 500, 3)));
        PostProcessor yolox =
                new PostProcessor(Families.named("yolox").orElseThrow().decoder(Tensors.yolox(96, 64, 3)));
        for (int round = 0; round < 200; round++) {
            ssd.process(
                    new FloatBuffer[] {bits(random, 2_000), bits(random, 1_500)},
                    placement,
                    Rules.of(new DetectOptions(0, 0.45f, 300), 3),
                    detections);
            assertSound();
            yolox.process(
                    new FloatBuffer[] {bits(random, 126 * 8)},
                    placement,
                    Rules.of(new DetectOptions(0, 1, 300), 3),
                    detections);
            assertSound();
        }
    }

    @Test
    void shouldAllocateNothingWhenItHasSeenSuchAFrameBefore() throws ModelException {
        Random random = new Random(5);
        float[] scores = new float[1917 * 90];
        for (int i = 0; i < 400; i++) {
            scores[random.nextInt(scores.length)] = 0.4f + 0.6f * random.nextFloat();
        }
        float[] boxes = new float[1917 * 4];
        for (int i = 0; i < boxes.length; i++) {
            boxes[i] = random.nextFloat();
        }
        PostProcessor processor =
                new PostProcessor(Families.named("ssd").orElseThrow().decoder(Tensors.ssd(300, 1917, 90)));
        FloatBuffer[] outputs = {direct(boxes), direct(scores)};
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        BoxRules rules = Rules.of(DetectOptions.DEFAULT, 90);
        for (int i = 0; i < 20; i++) {
            processor.process(outputs, placement, rules, detections);
        }

        int frames = 200;
        long before = threads.getCurrentThreadAllocatedBytes();
        for (int i = 0; i < frames; i++) {
            processor.process(outputs, placement, rules, detections);
        }
        long bytesPerFrame = (threads.getCurrentThreadAllocatedBytes() - before) / frames;

        assertThat(detections.count()).isGreaterThan(50);
        assertThat(bytesPerFrame).isLessThan(16);
    }

    @ParameterizedTest
    @CsvSource({"-0.1, 0.5, 1", "1.1, 0.5, 1", "NaN, 0.5, 1", "0.5, -1, 1", "0.5, 2, 1", "0.5, NaN, 1", "0.5, 0.5, 0"})
    void shouldRefuseOptionsWhenTheyAreOutOfRange(float scoreMin, float iouMax, int boxesMax) {
        assertThatThrownBy(() -> new DetectOptions(scoreMin, iouMax, boxesMax))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("allowed is");
    }

    private void process(DetectOptions options, FloatBuffer boxes, FloatBuffer scores) throws ModelException {
        new PostProcessor(Families.named("ssd").orElseThrow().decoder(Tensors.ssd(100, scores.capacity(), 1)))
                .process(new FloatBuffer[] {boxes, scores}, placement, Rules.of(options, 1), detections);
    }

    /** Half of it any 32 bits, NaN and infinities of all kinds among them, half of it plausible. */
    private static FloatBuffer bits(Random random, int count) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = random.nextBoolean() ? Float.intBitsToFloat(random.nextInt()) : random.nextFloat();
        }
        return direct(values);
    }

    private void assertSound() {
        for (int i = 0; i < detections.count(); i++) {
            assertThat(detections.x1(i)).isBetween(0f, 200f).isLessThan(detections.x2(i));
            assertThat(detections.y1(i)).isBetween(0f, 100f).isLessThan(detections.y2(i));
            assertThat(detections.x2(i)).isLessThanOrEqualTo(200);
            assertThat(detections.y2(i)).isLessThanOrEqualTo(100);
            assertThat(detections.score(i)).isFinite();
            assertThat(detections.classId(i)).isBetween(0, 2);
        }
        assertThat(detections.malformed()).isPositive();
    }

    private void assertBox(int index, float x1, float y1, float x2, float y2) {
        assertThat(detections.x1(index)).isCloseTo(x1, within(1e-3f));
        assertThat(detections.y1(index)).isCloseTo(y1, within(1e-3f));
        assertThat(detections.x2(index)).isCloseTo(x2, within(1e-3f));
        assertThat(detections.y2(index)).isCloseTo(y2, within(1e-3f));
    }
}
