package dev.vigil.detect;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.vigil.detect.NmsReference.Box;
import java.io.IOException;
import java.io.InputStream;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.opencv.global.opencv_dnn;
import org.bytedeco.opencv.opencv_core.Rect2dVector;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** NMS beside ONNX Runtime's operator and OpenCV's function: the same boxes stay. */
class NmsPeersTest {
    private static final float SCORE_MIN = 0.25f;

    private final Nms nms = new Nms();

    @ParameterizedTest
    @CsvSource({"1, 1, 0.45", "50, 1, 0.5", "300, 80, 0.45", "1000, 5, 0.3", "1000, 1, 0.7", "1000, 1, 0", "500, 2, 1"})
    void shouldKeepWhatOnnxRuntimeKeepsWhenBoxesAreRandom(int count, int classes, float iouMax) throws Exception {
        // Few different scores: ONNX Runtime too gives the lower index first.
        for (int scoreSteps : new int[] {100_000, 25}) {
            List<Box> boxes = NmsReference.random(new Random(count + classes), count, classes, scoreSteps);

            assertThat(ours(boxes, iouMax)).isEqualTo(onnxRuntime(boxes, classes, iouMax));
        }
    }

    @ParameterizedTest
    @CsvSource({"1, 1, 0.45", "50, 1, 0.5", "300, 80, 0.45", "1000, 5, 0.3", "1000, 1, 0.7"})
    void shouldKeepWhatOpenCvKeepsWhenBoxesAreRandom(int count, int classes, float iouMax) {
        for (int scoreSteps : new int[] {100_000, 25}) {
            List<Box> boxes = NmsReference.random(new Random(count + classes), count, classes, scoreSteps);

            assertThat(ours(boxes, iouMax)).isEqualTo(openCv(boxes, classes, iouMax));
        }
    }

    /** For each class with its number, the places of the boxes that stay, best first. */
    private Map<Integer, List<Integer>> ours(List<Box> boxes, float iouMax) {
        Candidates candidates = new Candidates();
        candidates.start(SCORE_MIN);
        List<Box> taken = new ArrayList<>();
        for (Box box : boxes) {
            int before = candidates.count();
            candidates.add(box.x1(), box.y1(), box.x2(), box.y2(), box.score(), box.classId());
            if (candidates.count() > before) {
                taken.add(box);
            }
        }
        int kept = nms.run(candidates, Rules.of(new Suppression(Suppression.Kind.BY_CLASS, iouMax)), Candidates.MAX);
        Map<Integer, List<Integer>> byClass = new HashMap<>();
        for (int rank = 0; rank < kept; rank++) {
            Box box = taken.get(nms.candidate(rank));
            byClass.computeIfAbsent(box.classId(), c -> new ArrayList<>()).add(box.index());
        }
        return byClass;
    }

    /** The operator takes a matrix of scores: a box has one of its class, and 0 of all others. */
    private static Map<Integer, List<Integer>> onnxRuntime(List<Box> boxes, int classes, float iouMax)
            throws OrtException, IOException {
        int count = boxes.size();
        FloatBuffer corners = FloatBuffer.allocate(4 * count);
        FloatBuffer scores = FloatBuffer.allocate(classes * count);
        for (Box box : boxes) {
            corners.put(box.y1()).put(box.x1()).put(box.y2()).put(box.x2());
            scores.put(box.classId() * count + box.index(), box.score());
        }
        corners.rewind();
        OrtEnvironment environment = OrtEnvironment.getEnvironment();
        try (InputStream model = NmsPeersTest.class.getResourceAsStream("nms.onnx");
                OrtSession session = environment.createSession(model.readAllBytes());
                OnnxTensor cornersTensor = OnnxTensor.createTensor(environment, corners, new long[] {1, count, 4});
                OnnxTensor scoresTensor = OnnxTensor.createTensor(environment, scores, new long[] {1, classes, count});
                OnnxTensor most = OnnxTensor.createTensor(environment, new long[] {count});
                OnnxTensor iou = OnnxTensor.createTensor(environment, new float[] {iouMax});
                OnnxTensor score = OnnxTensor.createTensor(environment, new float[] {SCORE_MIN});
                OrtSession.Result result = session.run(Map.of(
                        "boxes", cornersTensor,
                        "scores", scoresTensor,
                        "max_output_boxes_per_class", most,
                        "iou_threshold", iou,
                        "score_threshold", score))) {
            Map<Integer, List<Integer>> byClass = new HashMap<>();
            // Rows of batch, class, box.
            for (long[] row : (long[][]) result.get(0).getValue()) {
                byClass.computeIfAbsent((int) row[1], c -> new ArrayList<>()).add((int) row[2]);
            }
            return byClass;
        }
    }

    private static Map<Integer, List<Integer>> openCv(List<Box> boxes, int classes, float iouMax) {
        Map<Integer, List<Integer>> byClass = new HashMap<>();
        for (int classId = 0; classId < classes; classId++) {
            int id = classId;
            List<Box> ofClass =
                    boxes.stream().filter(box -> box.classId() == id).toList();
            int[] kept = openCv(ofClass, iouMax);
            if (kept.length > 0) {
                byClass.put(
                        id,
                        Arrays.stream(kept)
                                .mapToObj(i -> ofClass.get(i).index())
                                .toList());
            }
        }
        return byClass;
    }

    private static int[] openCv(List<Box> boxes, float iouMax) {
        int count = boxes.size();
        try (Rect2dVector rectangles = new Rect2dVector(count);
                FloatPointer scores = new FloatPointer((long) count);
                IntPointer indices = new IntPointer()) {
            for (int i = 0; i < count; i++) {
                Box box = boxes.get(i);
                rectangles
                        .get(i)
                        .x(box.x1())
                        .y(box.y1())
                        .width(box.x2() - box.x1())
                        .height(box.y2() - box.y1());
                scores.put(i, box.score());
            }
            opencv_dnn.NMSBoxes(rectangles, scores, SCORE_MIN, iouMax, indices);
            // A vector without elements comes back as a null pointer.
            int[] kept = new int[(int) indices.limit()];
            if (kept.length > 0) {
                indices.get(kept);
            }
            return kept;
        }
    }
}
