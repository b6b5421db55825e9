package dev.vigil.workshop;

import static dev.vigil.OnnxFile.attribute;
import static dev.vigil.workshop.NmsGraphs.ANCHORS;
import static dev.vigil.workshop.NmsGraphs.CLASSES;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vigil.OnnxFile;
import dev.vigil.config.Surroundings;
import dev.vigil.detect.DetectOptions;
import dev.vigil.detect.Detections;
import dev.vigil.detect.LabelFilters;
import dev.vigil.detect.ModelDescription;
import dev.vigil.detect.Suppression;
import dev.vigil.frame.Placement;
import dev.vigil.graph.GraphException;
import dev.vigil.infer.Engine;
import dev.vigil.infer.InferOptions;
import dev.vigil.infer.TensorRing;
import dev.vigil.pipeline.LoadedModel;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import onnx.Onnx.TensorProto.DataType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A cut model with our NMS gives the boxes that ONNX Runtime gives with the whole graph. */
@Timeout(120)
class NmsOnCpuTest {
    private static final Path CACHE = Surroundings.ofProcess().cacheDir();
    private static final InferOptions CPU = InferOptions.DEFAULT.withDevice(InferOptions.Device.CPU);
    private static final int SIDE = 8;
    private static final int PICTURES = 12;
    private static final NmsOnCpu.Options CORNERS = new NmsOnCpu.Options(BoxForm.XYXY, true, null);
    private static final DetectOptions ALL =
            new DetectOptions(0, Suppression.Override.NONE, DetectOptions.BOXES_MAX, LabelFilters.NONE);

    @TempDir
    private Path folder;

    private final NmsOnCpu nmsOnCpu = new NmsOnCpu(CACHE);

    /** A box as NMS leaves it: class and place among the anchors. */
    private record Kept(int classId, int anchor) {}

    /** Corners in pixels of the input and the score, as far as a float goes. */
    private record Box(int classId, float x1, float y1, float x2, float y2, float score) {}

    /** What the whole graph gives for some pictures, with its raw values to look the boxes up. */
    private List<List<Box>> whole(Path model, boolean centered) throws Exception {
        List<List<Box>> pictures = new ArrayList<>();
        try (Engine engine = Engine.open(model, CPU, CACHE);
                TensorRing ring = new TensorRing(engine, 1, new long[] {3, SIDE, SIDE});
                TensorRing.Runner runner = ring.runner()) {
            List<String> names =
                    engine.outputs().stream().map(output -> output.name()).toList();
            for (int picture = 0; picture < PICTURES; picture++) {
                fill(ring.inputFloats(0), picture);
                runner.run(0, 1);
                FloatBuffer[] outputs = ring.outputs(0);
                FloatBuffer b = outputs[names.indexOf("b")];
                FloatBuffer s = outputs[names.indexOf("s")];
                List<Box> boxes = new ArrayList<>();
                for (Kept kept : kept(outputs, names)) {
                    boxes.add(box(b, s.get(kept.anchor * CLASSES + kept.classId), kept, centered));
                }
                pictures.add(sorted(boxes));
            }
        }
        return pictures;
    }

    private static List<Kept> kept(FloatBuffer[] outputs, List<String> names) {
        FloatBuffer selected = outputs[names.indexOf("selected")];
        FloatBuffer s = outputs[names.indexOf("s")];
        boolean chosen = names.contains("boxes_0_at");
        List<Kept> kept = new ArrayList<>();
        for (int row = 0; row < selected.limit() / 3; row++) {
            int classId = (int) selected.get(3 * row + 1);
            int anchor = (int) selected.get(3 * row + 2);
            if (chosen) {
                anchor = (int) outputs[names.indexOf("boxes_0_at")].get(anchor);
            }
            kept.add(new Kept(names.contains("best") ? best(s, anchor) : classId, anchor));
        }
        return kept;
    }

    private static int best(FloatBuffer s, int anchor) {
        int best = 0;
        for (int c = 1; c < CLASSES; c++) {
            best = s.get(anchor * CLASSES + c) > s.get(anchor * CLASSES + best) ? c : best;
        }
        return best;
    }

    private static Box box(FloatBuffer b, float score, Kept kept, boolean centered) {
        float a0 = b.get(4 * kept.anchor) * SIDE;
        float a1 = b.get(4 * kept.anchor + 1) * SIDE;
        float a2 = b.get(4 * kept.anchor + 2) * SIDE;
        float a3 = b.get(4 * kept.anchor + 3) * SIDE;
        float[] c = centered
                ? new float[] {a0 - a2 / 2, a1 - a3 / 2, a0 + a2 / 2, a1 + a3 / 2}
                : new float[] {Math.min(a0, a2), Math.min(a1, a3), Math.max(a0, a2), Math.max(a1, a3)};
        for (int i = 0; i < 4; i++) {
            c[i] = Math.max(0, Math.min(SIDE, c[i]));
        }
        return new Box(kept.classId, round(c[0]), round(c[1]), round(c[2]), round(c[3]), round(score));
    }

    private static float round(float value) {
        return Math.round(value * 1e4f) / 1e4f;
    }

    private static List<Box> sorted(List<Box> boxes) {
        boxes.sort(Comparator.comparing(Box::classId).thenComparing(Box::score).thenComparing(Box::x1));
        return boxes;
    }

    /** What the cut graph and our NMS give for the same pictures, without any configuration. */
    private static List<List<Box>> cut(Path model) throws Exception {
        List<List<Box>> pictures = new ArrayList<>();
        try (LoadedModel loaded = LoadedModel.load(model, ModelDescription.EMPTY, CPU, CACHE);
                TensorRing.Runner runner = loaded.tensors().runner()) {
            assertThat(loaded.detection().family().id()).isEqualTo("raw-boxes");
            Placement placement = new Placement();
            placement.set(SIDE, SIDE, 1, 1, 0, 0);
            for (int picture = 0; picture < PICTURES; picture++) {
                fill(loaded.tensors().inputFloats(0), picture);
                runner.run(0, 1);
                Detections found = new Detections(DetectOptions.BOXES_MAX);
                loaded.detection()
                        .postProcessor()
                        .process(
                                loaded.tensors().outputs(0),
                                placement,
                                loaded.detection().rules(ALL),
                                found);
                List<Box> boxes = new ArrayList<>();
                for (int i = 0; i < found.count(); i++) {
                    boxes.add(new Box(
                            found.classId(i),
                            round(found.x1(i)),
                            round(found.y1(i)),
                            round(found.x2(i)),
                            round(found.y2(i)),
                            round(found.score(i))));
                }
                pictures.add(sorted(boxes));
            }
        }
        return pictures;
    }

    private static void fill(FloatBuffer input, int picture) {
        Random random = new Random(picture);
        for (int i = 0; i < input.limit(); i++) {
            input.put(i, (float) random.nextGaussian());
        }
    }

    private void assertSame(OnnxFile graph, boolean centered) throws Exception {
        Path model = graph.write(folder.resolve("whole.onnx"));
        Path out = folder.resolve("cut.onnx");
        nmsOnCpu.split(model, out, CORNERS);
        List<List<Box>> expected = whole(model, centered);
        assertThat(expected.stream().mapToInt(List::size).sum())
                .as("boxes at all")
                .isGreaterThanOrEqualTo(3 * PICTURES);
        List<List<Box>> found = cut(out);
        for (int picture = 0; picture < PICTURES; picture++) {
            assertSame(found.get(picture), expected.get(picture), picture);
        }
    }

    private static void assertSame(List<Box> found, List<Box> expected, int picture) {
        assertThat(found).as("picture %d", picture).hasSameSizeAs(expected);
        for (int i = 0; i < found.size(); i++) {
            Box a = found.get(i);
            Box b = expected.get(i);
            assertThat(a.classId)
                    .as("class of %s and %s in picture %d", a, b, picture)
                    .isEqualTo(b.classId);
            assertThat(new float[] {a.x1, a.y1, a.x2, a.y2, a.score})
                    .as("box %d of picture %d", i, picture)
                    .containsExactly(
                            new float[] {b.x1, b.y1, b.x2, b.y2, b.score}, org.assertj.core.data.Offset.offset(3e-4f));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3, 1_000_000})
    void shouldGiveTheSameBoxesWhenEveryClassIsSuppressedByItself(int most) throws Exception {
        assertSame(NmsGraphs.byClass(most), false);
    }

    @Test
    void shouldGiveTheSameBoxesWhenTheyAreCentreAndSize() throws Exception {
        assertSame(NmsGraphs.centered(), true);
    }

    @Test
    void shouldGiveTheSameBoxesWhenTheyWereMovedApartByTheirClass() throws Exception {
        assertSame(NmsGraphs.bestClass(true).declareOutput("best", DataType.FLOAT, 1, ANCHORS, 1), false);
    }

    @Test
    void shouldGiveTheSameBoxesWhenClassesSuppressEachOther() throws Exception {
        assertSame(NmsGraphs.bestClass(false).declareOutput("best", DataType.FLOAT, 1, ANCHORS, 1), false);
    }

    @Test
    void shouldGiveTheSameBoxesWhenTheyWereChosenByTheirScoresFirst() throws Exception {
        assertSame(NmsGraphs.masked().declareOutput("best", DataType.FLOAT, 1, ANCHORS), false);
    }

    @Test
    void shouldFindRawBoxesWhenTheNmsIsInALoopWithANodeForEachClass() throws Exception {
        Path model = NmsGraphs.loop().write(folder.resolve("whole.onnx"));
        Path out = folder.resolve("cut.onnx");

        NmsOnCpu.Split split = nmsOnCpu.split(model, out, CORNERS);

        assertThat(split.nms().nodes()).hasSize(CLASSES);
        Path direct = NmsGraphs.byClass(1_000_000).write(folder.resolve("direct.onnx"));
        List<List<Box>> found = cut(out);
        List<List<Box>> expected = whole(direct, false);
        for (int picture = 0; picture < PICTURES; picture++) {
            assertSame(found.get(picture), expected.get(picture), picture);
        }
    }

    @Test
    void shouldGiveWhatThePluginWouldWhenItIsTensorRts() throws Exception {
        Path model = NmsGraphs.efficient(
                        attribute("box_coding", 0),
                        NmsGraphs.number("iou_threshold", NmsGraphs.IOU),
                        NmsGraphs.number("score_threshold", NmsGraphs.SCORE))
                .write(folder.resolve("whole.onnx"));
        assertThatThrownBy(() -> Engine.open(model, CPU, CACHE)).hasMessageContaining("nms: cpu");
        Path out = folder.resolve("cut.onnx");

        nmsOnCpu.split(model, out, CORNERS);

        List<List<Box>> expected = whole(NmsGraphs.byClass(1_000_000).write(folder.resolve("direct.onnx")), false);
        List<List<Box>> found = cut(out);
        for (int picture = 0; picture < PICTURES; picture++) {
            assertSame(found.get(picture), expected.get(picture), picture);
        }
    }

    @Test
    void shouldNameTheNodeWhenItCanNotBeCut() throws Exception {
        assertRefused(NmsGraphs.raw(), "has no NMS inside that could be cut");
        OnnxFile twoStages = NmsGraphs.byClass(10).floats("weights", new float[3 * 400], 3, 400);
        twoStages.node("Cast", "rows", List.of("selected"), attribute("to", DataType.FLOAT_VALUE));
        twoStages.node("MatMul", "second", List.of("rows", "weights")).declareOutput("second", DataType.FLOAT, -1, 400);
        assertRefused(
                twoStages,
                "node node_second (MatMul) works on the boxes that it leaves, as in a detector of two stages");
        assertRefused(NmsGraphs.byClass(0), "node node_selected (NonMaxSuppression) lets no box through");
        OnnxFile moved = NmsGraphs.raw();
        moved.node("ReduceMax", "best", List.of("s"), NmsGraphs.ints("axes", 2), attribute("keepdims", 1));
        moved.node("Transpose", "best_first", List.of("best"), NmsGraphs.ints("perm", 0, 2, 1));
        moved.node("Add", "moved", List.of("b", "best"));
        assertRefused(
                NmsGraphs.nms(moved, "moved", "best_first", "all"),
                "node node_moved (Add) adds something to its boxes");
        OnnxFile chosen = NmsGraphs.raw().floats("limit", new float[] {0.5f}, 1);
        chosen.node("ReduceMean", "width", List.of("b"), NmsGraphs.ints("axes", 0, 2), attribute("keepdims", 0));
        chosen.node("Greater", "wide", List.of("width", "limit"));
        chosen.node("Compress", "some_boxes", List.of("b", "wide"), attribute("axis", 1));
        chosen.node("Compress", "some_scores", List.of("s", "wide"), attribute("axis", 1));
        chosen.node("Transpose", "some_by_class", List.of("some_scores"), NmsGraphs.ints("perm", 0, 2, 1));
        assertRefused(
                NmsGraphs.nms(chosen, "some_boxes", "some_by_class", "all"),
                "its boxes are chosen by wide, which is not a limit of their scores");
    }

    private void assertRefused(OnnxFile graph, String words) throws Exception {
        Path model = graph.write(folder.resolve("refused.onnx"));
        assertThatThrownBy(() -> nmsOnCpu.split(model, folder.resolve("out.onnx"), CORNERS))
                .isInstanceOf(GraphException.class)
                .hasMessageContaining(words);
        assertThat(folder.resolve("out.onnx")).doesNotExist();
    }

    @Test
    void shouldBeMadeOnceAndAnewWhenTheFileChanges() throws Exception {
        Path cache = folder.resolve("cache");
        NmsOnCpu own = new NmsOnCpu(cache);
        Path model = gridded(false).write(folder.resolve("mine.onnx"));

        Path first = own.cached(model, null, "1");
        assertThat(first).isRegularFile().hasFileName("mine.onnx");
        assertThat(own.cached(model, null, "1")).isEqualTo(first);
        assertThat(own.cached(model, null, "2")).isNotEqualTo(first);
        gridded(true).write(model);
        Path second = own.cached(model, null, "2");
        assertThat(second).isRegularFile().isNotEqualTo(first);
        assertThat(first).as("what was made of the file before").doesNotExist();
    }

    /** Boxes in the rows of a grid of 6 by 10 over the picture, in pixels. */
    private static OnnxFile gridded(boolean yFirst) {
        float[] grid = new float[4 * ANCHORS];
        for (int i = 0; i < ANCHORS; i++) {
            float x = i % 10 * 0.8f;
            float y = i / 10 * 1.3f;
            float[] box = yFirst ? new float[] {y, x, y + 2, x + 2} : new float[] {x, y, x + 2, y + 2};
            System.arraycopy(box, 0, grid, 4 * i, 4);
        }
        OnnxFile file = NmsGraphs.raw().floats("grid", grid, 1, ANCHORS, 4);
        file.node("Add", "placed", List.of("b", "grid"));
        file.node("Transpose", "by_class", List.of("s"), NmsGraphs.ints("perm", 0, 2, 1));
        return NmsGraphs.nms(file, "placed", "by_class", "all");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldSeeTheFormOfTheBoxesWhenAnchorsStandInRows(boolean yFirst) throws Exception {
        Path model = gridded(yFirst).write(folder.resolve("whole.onnx"));

        NmsOnCpu.Split split = nmsOnCpu.split(model, folder.resolve("cut.onnx"), NmsOnCpu.Options.NONE);

        assertThat(split.form()).isEqualTo(yFirst ? BoxForm.YXYX : BoxForm.XYXY);
        assertThat(split.unit()).isFalse();
    }
}
