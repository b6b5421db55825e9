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
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.opencv.global.opencv_dnn;
import org.bytedeco.opencv.opencv_core.Rect2dVector;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * One frame's raw outputs into boxes, with NMS alone and OpenCV's NMSBoxes on the same boxes beside it. After
 * {@code mvn package}:
 *
 * <pre>
 * java -cp target/classes:target/test-classes:$(cat target/classpath/test) org.openjdk.jmh.Main NmsBenchmark
 * </pre>
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class NmsBenchmark {
    private static final int SURVIVORS = 300;
    private static final int CLASSES = 80;

    private final DetectOptions options = new DetectOptions(0.25f, 0.45f, 300);
    private final Placement placement = new Placement();
    private final Detections detections = new Detections(300);
    private final Random random = new Random(1);

    private PostProcessor yolox;
    private FloatBuffer[] yoloxOutputs;
    private PostProcessor dense8400;
    private FloatBuffer[] dense8400Outputs;
    private PostProcessor ssd;
    private FloatBuffer[] ssdOutputs;

    private final Nms nms = new Nms();
    private final Candidates survivors = new Candidates();
    private final Candidates crowd = new Candidates();
    private final Candidates flood = new Candidates();
    private OpenCvNms openCvSurvivors;
    private OpenCvNms openCvCrowd;

    @Setup
    public void setUp() throws ModelException {
        placement.set(1920, 1080, 640 / 1920f, 640 / 1920f, 0, 0);
        yolox = new PostProcessor(
                Families.named("yolox")
                        .orElseThrow()
                        .decoder(model(416, new TensorInfo("output", ElementType.FLOAT32, new long[] {1, 3549, 85}))),
                Suppression.Kind.BY_CLASS);
        yoloxOutputs = new FloatBuffer[] {yoloxOutput(3549)};
        dense8400 = new PostProcessor(
                Families.named("ssd").orElseThrow().decoder(ssdModel(8400, CLASSES)), Suppression.Kind.BY_CLASS);
        dense8400Outputs = ssdOutputs(8400, CLASSES);
        ssd = new PostProcessor(
                Families.named("ssd").orElseThrow().decoder(ssdModel(1917, 90)), Suppression.Kind.BY_CLASS);
        ssdOutputs = ssdOutputs(1917, 90);

        fill(survivors, SURVIVORS, CLASSES);
        fill(crowd, 3_000, 1);
        fillPlaces(flood, Candidates.MAX, 290);
        openCvSurvivors = new OpenCvNms(survivors);
        openCvCrowd = new OpenCvNms(crowd);
    }

    /** YOLOX at 416x416 from its raw tensor: 3549 cells of 85, 300 of them above the threshold. */
    @Benchmark
    public int postprocessYolox3549x80() {
        yolox.process(yoloxOutputs, placement, options, detections);
        return detections.count();
    }

    /** 672,000 raw scores, each looked at, 300 above the threshold. */
    @Benchmark
    public int postprocessDense8400x80() {
        dense8400.process(dense8400Outputs, placement, options, detections);
        return detections.count();
    }

    /** The default model: 172,530 raw scores, 300 above the threshold. */
    @Benchmark
    public int postprocessSsd1917x90() {
        ssd.process(ssdOutputs, placement, options, detections);
        return detections.count();
    }

    /** 300 boxes of 80 classes. */
    @Benchmark
    public int nms300() {
        return nms.run(survivors, options.iouMax(), options.boxesMax());
    }

    @Benchmark
    public long nms300OpenCv() {
        return openCvSurvivors.run(options);
    }

    /** 3000 boxes of one class, and no limit to how many stay. */
    @Benchmark
    public int nmsCrowd3000() {
        return nms.run(crowd, options.iouMax(), Candidates.MAX);
    }

    @Benchmark
    public long nmsCrowd3000OpenCv() {
        return openCvCrowd.run(options);
    }

    /**
     * Near the worst there can be with 300 boxes wanted: as many candidates as are let in, of one class, around 290 places,
     * so that the 300th never comes and each candidate is compared with half of what stayed.
     */
    @Benchmark
    public int nmsFlood30000() {
        return nms.run(flood, options.iouMax(), options.boxesMax());
    }

    @TearDown
    public void tearDown() {
        openCvSurvivors.close();
        openCvCrowd.close();
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

    private static FloatBuffer direct(int floats) {
        return ByteBuffer.allocateDirect(4 * floats)
                .order(ByteOrder.nativeOrder())
                .asFloatBuffer();
    }

    private void fill(Candidates candidates, int count, int classes) {
        candidates.start(0);
        for (int i = 0; i < count; i++) {
            float x = 600 * random.nextFloat();
            float y = 600 * random.nextFloat();
            candidates.add(
                    x,
                    y,
                    x + 10 + 100 * random.nextFloat(),
                    y + 10 + 100 * random.nextFloat(),
                    0.3f + 0.7f * random.nextFloat(),
                    random.nextInt(classes));
        }
    }

    /** Boxes of one class that nearly cover one of {@code places} squares which do not touch. */
    private void fillPlaces(Candidates candidates, int count, int places) {
        candidates.start(0);
        for (int i = 0; i < count; i++) {
            int place = random.nextInt(places);
            float x = 30f * (place % 20) + random.nextFloat();
            float y = 30f * (place / 20) + random.nextFloat();
            candidates.add(x, y, x + 25, y + 25, 0.3f + 0.7f * random.nextFloat(), 0);
        }
    }

    /** NMSBoxesBatched, which goes by class, on boxes that were copied into its vectors before. */
    private static final class OpenCvNms implements AutoCloseable {
        private final Rect2dVector boxes;
        private final FloatPointer scores;
        private final IntPointer classIds;
        private final IntPointer indices = new IntPointer();

        OpenCvNms(Candidates candidates) {
            int count = candidates.count();
            boxes = new Rect2dVector(count);
            scores = new FloatPointer(count);
            classIds = new IntPointer(count);
            for (int i = 0; i < count; i++) {
                boxes.get(i)
                        .x(candidates.x1[i])
                        .y(candidates.y1[i])
                        .width(candidates.x2[i] - candidates.x1[i])
                        .height(candidates.y2[i] - candidates.y1[i]);
                scores.put(i, candidates.score[i]);
                classIds.put(i, candidates.classId[i]);
            }
        }

        long run(DetectOptions options) {
            opencv_dnn.NMSBoxesBatched(boxes, scores, classIds, options.scoreMin(), options.iouMax(), indices, 1f, 0);
            return indices.limit();
        }

        @Override
        public void close() {
            boxes.close();
            scores.close();
            classIds.close();
            indices.close();
        }
    }
}
