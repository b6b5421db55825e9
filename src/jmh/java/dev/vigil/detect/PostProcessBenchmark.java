package dev.vigil.detect;

import dev.vigil.detect.family.Families;
import dev.vigil.frame.Placement;
import dev.vigil.frame.TensorInfo;
import dev.vigil.frame.TensorInfo.ElementType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * One frame's raw outputs into boxes. After
 * {@code mvn package}:
 *
 * <pre>
 * java -cp target/classes:target/test-classes:$(cat target/classpath/test) org.openjdk.jmh.Main PostProcessBenchmark
 * </pre>
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class PostProcessBenchmark {
    private static final int SURVIVORS = 300;
    private static final int CLASSES = 80;

    private final DetectOptions options = new DetectOptions(0.25f, 0.45f, 300);
    private final BoxRules rules = options.rules(Suppression.USUAL, Labels.numbered(90));
    private final Placement placement = new Placement();
    private final Detections detections = new Detections(300);
    private final Random random = new Random(1);

    private PostProcessor yolox;
    private FloatBuffer[] yoloxOutputs;
    private PostProcessor yolov8;
    private PostProcessor yolov8Transposed;
    private FloatBuffer[] yolov8Outputs;
    private FloatBuffer[] yolov8TransposedOutputs;
    private PostProcessor dense8400;
    private FloatBuffer[] dense8400Outputs;
    private PostProcessor ssd;
    private FloatBuffer[] ssdOutputs;

    @Setup
    public void setUp() throws ModelException {
        placement.set(1920, 1080, 640 / 1920f, 640 / 1920f, 0, 0);
        yolox = new PostProcessor(Families.named("yolox")
                .orElseThrow()
                .decoder(model(416, new TensorInfo("output", ElementType.FLOAT32, new long[] {1, 3549, 85}))));
        yoloxOutputs = new FloatBuffer[] {yoloxOutput(3549)};
        yolov8 = yolov8(84, 8400);
        yolov8Transposed = yolov8(8400, 84);
        yolov8Outputs = new FloatBuffer[] {direct(84 * 8400)};
        yolov8TransposedOutputs = new FloatBuffer[] {direct(84 * 8400)};
        fillYolov8();
        dense8400 = new PostProcessor(Families.named("ssd").orElseThrow().decoder(ssdModel(8400, CLASSES)));
        dense8400Outputs = ssdOutputs(8400, CLASSES);
        ssd = new PostProcessor(Families.named("ssd").orElseThrow().decoder(ssdModel(1917, 90)));
        ssdOutputs = ssdOutputs(1917, 90);
    }

    /** YOLOX at 416x416 from its raw tensor: 3549 cells of 85, 300 of them above the threshold. */
    @Benchmark
    public int postprocessYolox3549x80() {
        yolox.process(yoloxOutputs, placement, rules, detections);
        return detections.count();
    }

    /** YOLOv8 at 640x640 from its raw tensor of a row for each class: 672,000 scores, 300 cells above the threshold. */
    @Benchmark
    public int postprocessYolov8x84x8400() {
        yolov8.process(yolov8Outputs, placement, rules, detections);
        return detections.count();
    }

    /** The same with a row for each cell. */
    @Benchmark
    public int postprocessYolov8x8400x84() {
        yolov8Transposed.process(yolov8TransposedOutputs, placement, rules, detections);
        return detections.count();
    }

    /** 672,000 raw scores, each looked at, 300 above the threshold. */
    @Benchmark
    public int postprocessDense8400x80() {
        dense8400.process(dense8400Outputs, placement, rules, detections);
        return detections.count();
    }

    /** The default model: 172,530 raw scores, 300 above the threshold. */
    @Benchmark
    public int postprocessSsd1917x90() {
        ssd.process(ssdOutputs, placement, rules, detections);
        return detections.count();
    }

    private static ModelInfo model(int sidePx, TensorInfo... outputs) {
        return new ModelInfo(
                List.of(new TensorInfo("images", ElementType.FLOAT32, new long[] {1, 3, sidePx, sidePx})),
                List.of(outputs),
                Map.of());
    }

    private static ModelInfo ssdModel(int anchors, int classes) {
        return model(
                640,
                new TensorInfo("boxes", ElementType.FLOAT32, new long[] {1, anchors, 4}),
                new TensorInfo("scores", ElementType.FLOAT32, new long[] {1, anchors, classes}));
    }

    private FloatBuffer[] ssdOutputs(int anchors, int classes) {
        FloatBuffer boxes = direct(anchors * 4);
        for (int i = 0; i < anchors; i++) {
            float y = random.nextFloat();
            float x = random.nextFloat();
            boxes.put(4 * i, y).put(4 * i + 1, x);
            boxes.put(4 * i + 2, y + 0.2f * random.nextFloat()).put(4 * i + 3, x + 0.2f * random.nextFloat());
        }
        FloatBuffer scores = direct(anchors * classes);
        for (int i = 0; i < scores.capacity(); i++) {
            scores.put(i, 0.2f * random.nextFloat());
        }
        for (int i = 0; i < SURVIVORS; i++) {
            scores.put(random.nextInt(scores.capacity()), 0.3f + 0.7f * random.nextFloat());
        }
        return new FloatBuffer[] {boxes, scores};
    }

    private FloatBuffer yoloxOutput(int cells) {
        FloatBuffer output = direct(cells * (5 + CLASSES));
        for (int i = 0; i < output.capacity(); i++) {
            output.put(i, random.nextFloat());
        }
        for (int cell = 0; cell < cells; cell++) {
            output.put(cell * (5 + CLASSES) + 4, 0.2f * random.nextFloat());
        }
        for (int i = 0; i < SURVIVORS; i++) {
            output.put(random.nextInt(cells) * (5 + CLASSES) + 4, 0.3f + 0.7f * random.nextFloat());
        }
        return output;
    }

    private static PostProcessor yolov8(int rows, int columns) throws ModelException {
        TensorInfo output = new TensorInfo("output0", ElementType.FLOAT32, new long[] {1, rows, columns});
        return new PostProcessor(Families.named("yolov8").orElseThrow().decoder(model(640, output)));
    }

    private void fillYolov8() {
        int cells = 8400;
        FloatBuffer output = yolov8Outputs[0];
        for (int cell = 0; cell < cells; cell++) {
            output.put(cell, 640 * random.nextFloat()).put(cells + cell, 640 * random.nextFloat());
            output.put(2 * cells + cell, 10 + 100 * random.nextFloat());
            output.put(3 * cells + cell, 10 + 100 * random.nextFloat());
        }
        for (int i = 4 * cells; i < output.capacity(); i++) {
            output.put(i, 0.2f * random.nextFloat());
        }
        for (int i = 0; i < SURVIVORS; i++) {
            output.put((4 + random.nextInt(CLASSES)) * cells + random.nextInt(cells), 0.3f + 0.7f * random.nextFloat());
        }
        for (int i = 0; i < output.capacity(); i++) {
            yolov8TransposedOutputs[0].put(i % cells * 84 + i / cells, output.get(i));
        }
    }

    private static FloatBuffer direct(int floats) {
        return ByteBuffer.allocateDirect(4 * floats)
                .order(ByteOrder.nativeOrder())
                .asFloatBuffer();
    }
}
