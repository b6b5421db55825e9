package dev.vigil.detect;

import java.util.concurrent.TimeUnit;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.opencv.global.opencv_dnn;
import org.bytedeco.opencv.opencv_core.Rect;
import org.bytedeco.opencv.opencv_core.Rect2dVector;
import org.bytedeco.opencv.opencv_core.RectVector;
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

/** OpenCV's NMS on the boxes of {@link NmsBenchmark}, which were copied into its vectors before. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class OpenCvNmsBenchmark {
    private static final int LINEAR = 1;
    private static final int GAUSSIAN = 2;

    private Boxes survivors;
    private Boxes crowd;

    @Setup
    public void setUp() {
        survivors = new Boxes(NmsBenchmark.scattered(300, 80));
        crowd = new Boxes(NmsBenchmark.scattered(3_000, 1));
    }

    /** As BY_CLASS. */
    @Benchmark
    public long nms300() {
        return survivors.byClass();
    }

    @Benchmark
    public long nmsCrowd3000() {
        return crowd.byClass();
    }

    /** As SOFT_LINEAR, but over all classes. */
    @Benchmark
    public long softLinear300() {
        return survivors.soft(LINEAR);
    }

    @Benchmark
    public long softLinearCrowd3000() {
        return crowd.soft(LINEAR);
    }

    /** As SOFT_GAUSSIAN, but over all classes. */
    @Benchmark
    public long softGaussian300() {
        return survivors.soft(GAUSSIAN);
    }

    @Benchmark
    public long softGaussianCrowd3000() {
        return crowd.soft(GAUSSIAN);
    }

    @TearDown
    public void tearDown() {
        survivors.close();
        crowd.close();
    }

    private static final class Boxes implements AutoCloseable {
        private final Rect2dVector boxes;
        private final RectVector wholeBoxes;
        private final FloatPointer scores;
        private final IntPointer classIds;
        private final IntPointer indices = new IntPointer();
        private final FloatPointer newScores = new FloatPointer();

        Boxes(Candidates candidates) {
            int count = candidates.count();
            boxes = new Rect2dVector(count);
            wholeBoxes = new RectVector(count);
            scores = new FloatPointer(count);
            classIds = new IntPointer(count);
            for (int i = 0; i < count; i++) {
                float x = candidates.x1[i];
                float y = candidates.y1[i];
                float width = candidates.x2[i] - x;
                float height = candidates.y2[i] - y;
                boxes.get(i).x(x).y(y).width(width).height(height);
                Rect whole = wholeBoxes.get(i);
                whole.x((int) x).y((int) y).width((int) width).height((int) height);
                scores.put(i, candidates.score[i]);
                classIds.put(i, candidates.classId[i]);
            }
        }

        long byClass() {
            opencv_dnn.NMSBoxesBatched(
                    boxes, scores, classIds, NmsBenchmark.SCORE_MIN, NmsBenchmark.IOU_MAX, indices, 1f, 0);
            return indices.limit();
        }

        long soft(int method) {
            opencv_dnn.softNMSBoxes(
                    wholeBoxes,
                    scores,
                    newScores,
                    NmsBenchmark.SCORE_MIN,
                    NmsBenchmark.IOU_MAX,
                    indices,
                    0,
                    Suppression.USUAL_SIGMA,
                    method);
            return indices.limit();
        }

        @Override
        public void close() {
            boxes.close();
            wholeBoxes.close();
            scores.close();
            classIds.close();
            indices.close();
            newScores.close();
        }
    }
}
