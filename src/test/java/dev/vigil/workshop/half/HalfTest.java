package dev.vigil.workshop.half;

import static dev.vigil.OnnxFile.attribute;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vigil.OnnxFile;
import dev.vigil.config.Surroundings;
import dev.vigil.detect.ModelDescription;
import dev.vigil.graph.GraphException;
import dev.vigil.graph.OnnxModel;
import dev.vigil.graph.shape.Fact;
import dev.vigil.workshop.trial.Bound;
import dev.vigil.workshop.trial.Reference;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import onnx.Onnx.ModelProto;
import onnx.Onnx.NodeProto;
import onnx.Onnx.StringStringEntryProto;
import onnx.Onnx.TensorProto;
import onnx.Onnx.TensorProto.DataLocation;
import onnx.Onnx.TensorProto.DataType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What stays in FP32 and what does not, on graphs of a few nodes that ONNX Runtime runs before and after. */
@Timeout(120)
class HalfTest {
    private static final Path CACHE = Surroundings.ofProcess().cacheDir();
    private static final int PIXELS = 3 * 4 * 4;
    private static final Half.Options USUAL = options(false);

    @TempDir
    private Path folder;

    private static Half.Options options(boolean weightsOnly, String... keep) {
        return new Half.Options(
                List.of(keep).stream().map(KeepPattern::new).toList(), false, false, weightsOnly, new Bound(0.01, 1));
    }

    /** A picture of 4 by 4, as a row. */
    private static OnnxFile row() {
        return OnnxFile.ofPicture(4);
    }

    private static OnnxFile out(OnnxFile file, String name) {
        return file.declareOutput(name, DataType.FLOAT, 1, PIXELS);
    }

    private Half.Report half(OnnxFile file, Half.Options options) throws Exception {
        return half(file.write(folder.resolve("in.onnx")), options);
    }

    /** Writes {@code out.onnx}; that it runs and is near enough is what the class sees to itself. */
    private Half.Report half(Path in, Half.Options options) throws Exception {
        Reference reference = Reference.of(in, ModelDescription.EMPTY, null, 0.4f, options.bound(), CACHE, line -> {});
        Half.Report report = new Half(CACHE, line -> {})
                .write(in, folder.resolve("out.onnx"), ModelDescription.EMPTY, reference, options);
        assertThat(report.here().outputs()).isLessThanOrEqualTo(options.bound().score());
        assertThat(report.duel().afterMs()).isPositive();
        return report;
    }

    private OnnxModel made() throws GraphException {
        return OnnxModel.read(folder.resolve("out.onnx"));
    }

    private long count(String operator) throws GraphException {
        return made().graph().nodes().stream()
                .filter(node -> node.getOpType().equals(operator))
                .count();
    }

    private int type(String initializer) throws GraphException {
        return made().graph().initializers().get(initializer).getDataType();
    }

    @Test
    void shouldCastOnlyAtTheEdgesWhenEveryNodeTakesHalves() throws Exception {
        OnnxFile file = row().floats("a", new float[] {0.3f}, 1).floats("b", new float[] {1.7f}, 1);
        file.node("Mul", "m", List.of("row", "a"));
        file.node("Add", "n", List.of("m", "b"));
        file.node("Sigmoid", "s", List.of("n"));

        Half.Report report = half(out(file, "s"), USUAL);

        assertThat(report.halfNodes()).isEqualTo(4);
        assertThat(report.kept()).isEmpty();
        assertThat(report.casts()).isEqualTo(2);
        assertThat(count("Cast")).isEqualTo(2);
        assertThat(type("a")).isEqualTo(DataType.FLOAT16_VALUE);
        assertThat(report.rounded().outputs())
                .as("rounding to eleven binary digits is seen")
                .isBetween(1e-5, 2e-3);
        assertThat(made().metadata()).containsEntry("vigil_half", "FP16, but for 0 of 4 nodes");
    }

    @Test
    void shouldGiveHalvesAtTheEdgesWhenAskedTo() throws Exception {
        OnnxFile file = row().floats("a", new float[] {0.3f}, 1);
        file.node("Mul", "m", List.of("row", "a"));
        file.node("Add", "n", List.of("m", "row"));
        out(out(file, "m"), "n");

        Half.Report report = half(file, new Half.Options(List.of(), true, true, false, new Bound(0.01, 1)));

        assertThat(report.casts()).isZero();
        OnnxModel made = made();
        assertThat(Fact.of(made.graph().inputs().get(0).getType()).type()).isEqualTo(DataType.FLOAT16_VALUE);
        assertThat(made.graph().outputs())
                .extracting(output ->
                        output.getName() + " " + Fact.of(output.getType()).type())
                .containsExactly("m " + DataType.FLOAT16_VALUE, "n " + DataType.FLOAT16_VALUE);
    }

    @Test
    void shouldKeepNodesInFp32WhenTheirWeightsDoNotFit() throws Exception {
        OnnxFile file = row().floats("large", new float[] {1e6f}, 1).floats("small", new float[] {3e-9f}, 1);
        file.floats("back", new float[] {300}, 1);
        file.node("Mul", "up", List.of("row", "large"));
        file.node("Mul", "down", List.of("up", "small"));
        file.node("Mul", "again", List.of("down", "back"));

        Half.Report report = half(out(file, "again"), USUAL);

        assertThat(report.kept())
                .containsEntry("node node_up (Mul)", "of its weights large 1 of 1 values overflow")
                .containsEntry("node node_down (Mul)", "of its weights small 1 of 1 values are too small for FP16")
                .hasSize(2);
        assertThat(type("large")).isEqualTo(DataType.FLOAT_VALUE);
        assertThat(type("back")).isEqualTo(DataType.FLOAT16_VALUE);
    }

    @Test
    void shouldKeepNodesInFp32WhenTheirValuesOverflowOnTheFrames() throws Exception {
        OnnxFile file = row().floats("up", new float[] {400}, 1).floats("down", new float[] {0.001f}, 1);
        file.node("Mul", "large", List.of("row", "up"));
        file.node("Mul", "larger", List.of("large", "up"));
        file.node("Mul", "smaller", List.of("larger", "down"));
        file.node("Mul", "small", List.of("smaller", "down"));

        Half.Report report = half(out(file, "small"), USUAL);

        assertThat(report.kept()).containsOnlyKeys("node node_larger (Mul)", "node node_smaller (Mul)");
        assertThat(report.kept().get("node node_larger (Mul)")).startsWith("values of larger reach 1");
        assertThat(report.halfNodes()).isEqualTo(3);
        assertThat(made().graph().initializers())
                .as("what both precisions read is there for each")
                .containsKeys("up", "up_half", "down", "down_half");
    }

    @Test
    void shouldTakeTheLargestHalfWhenALimitIsBeyondIt() throws Exception {
        OnnxFile file = row().floats("zero", new float[] {0}).floats("none", new float[] {Float.MAX_VALUE});
        file.node("Clip", "c", List.of("row", "zero", "none"));

        Half.Report report = half(out(file, "c"), USUAL);

        assertThat(report.kept()).isEmpty();
        assertThat(report.rounded().outputs()).isLessThan(1e-3);
    }

    @Test
    void shouldKeepWhatCostsTooMuchWhenTheBoundIsBroken() throws Exception {
        OnnxFile file = row().floats("far", new float[] {2000}, 1).floats("a", new float[] {0.7f}, 1);
        file.node("Mul", "m", List.of("row", "a"));
        file.node("Sigmoid", "s", List.of("m"));
        file.node("Add", "moved", List.of("s", "far"));
        file.node("Sub", "back", List.of("moved", "far"));
        file.node("Mul", "n", List.of("back", "a"));

        Half.Report report = half(out(file, "n"), USUAL);

        assertThat(report.kept()).containsOnlyKeys("node node_moved (Add)", "node node_back (Sub)");
        assertThat(report.kept().values())
                .allSatisfy(reason -> assertThat(reason).startsWith("FP16 costs "));
        assertThat(report.rounded().outputs()).isLessThan(0.002);
    }

    @Test
    void shouldRefuseAndNameTheNodesWhenTheBoundCanNotHold() throws Exception {
        OnnxFile file = row().floats("far", new float[] {2000}, 1);
        file.node("Add", "moved", List.of("row", "far"));
        file.node("Sub", "back", List.of("moved", "far"));

        assertThatThrownBy(() -> half(out(file, "back"), USUAL))
                .isInstanceOf(GraphException.class)
                .hasMessageContaining("loses too much in FP16, even with half of its nodes kept in FP32");
        assertThat(folder.resolve("out.onnx")).doesNotExist();
    }

    @Test
    void shouldLeaveBodiesAsTheyAreWhenNodesHoldSome() throws Exception {
        OnnxFile yes = OnnxFile.empty();
        yes.node("Add", "sum", List.of("m", "a"));
        yes.declareOutput("sum", DataType.FLOAT, 1, PIXELS);
        OnnxFile no = OnnxFile.empty();
        no.node("Mul", "product", List.of("m", "a"));
        no.declareOutput("product", DataType.FLOAT, 1, PIXELS);
        OnnxFile file = row().floats("a", new float[] {0.5f}, 1).floats("half", new float[] {0.4f}, 1);
        file.node("Mul", "m", List.of("row", "a"));
        file.node("ReduceMean", "mean", List.of("row"), attribute("keepdims", 0));
        file.node("Greater", "bright", List.of("mean", "half"));
        file.node("Reshape", "condition", List.of("bright", "one"));
        file.longs("one", 1);
        file.node("If", "chosen", List.of("condition"), attribute("then_branch", yes), attribute("else_branch", no));
        file.node("Sigmoid", "s", List.of("chosen"));

        Half.Report report = half(out(file, "s"), USUAL);

        assertThat(report.kept()).containsEntry("node node_chosen (If)", "it holds graphs of its own");
        assertThat(report.halfNodes()).isGreaterThanOrEqualTo(4);
        assertThat(type("a")).as("a body reads it").isEqualTo(DataType.FLOAT_VALUE);
        assertThat(type("a_half")).isEqualTo(DataType.FLOAT16_VALUE);
    }

    @Test
    void shouldKeepWhatTheUserNamesWhenAPatternFits() throws Exception {
        OnnxFile file = row().floats("a", new float[] {0.3f}, 1);
        file.node("Mul", "m", List.of("row", "a"));
        file.node("Add", "n", List.of("m", "a"));

        Half.Report report = half(out(file, "n"), options(false, "*_m"));

        assertThat(report.kept()).containsOnlyKeys("node node_m (Mul)");
        assertThatThrownBy(() -> half(out(row(), "row"), options(false, "Sig*")))
                .hasMessage("has no node and no operator that fits --keep Sig*");
    }

    @Test
    void shouldStoreHalvesBehindCastsWhenOnlyWeightsAreWanted() throws Exception {
        float[] weights = new float[PIXELS * PIXELS];
        for (int i = 0; i < weights.length; i++) {
            weights[i] = (float) Math.sin(i) / 7;
        }
        OnnxFile file = row().floats("w", weights, PIXELS, PIXELS).floats("a", new float[] {0.3f}, 1);
        file.node("MatMul", "m", List.of("row", "w"));
        file.node("Mul", "n", List.of("m", "a"));

        Half.Report report = half(out(file, "n"), options(true));

        assertThat(report.halfTensors()).isEqualTo(1);
        assertThat(report.rounded()).isNull();
        assertThat(type("w_half")).isEqualTo(DataType.FLOAT16_VALUE);
        assertThat(type("a")).as("too small to gain anything").isEqualTo(DataType.FLOAT_VALUE);
        assertThat(report.bytesAfter()).isLessThan(report.bytesBefore() * 6 / 10);
    }

    @Test
    void shouldKeepWeightsInAFileOfTheirOwnWhenTheyLieInOne() throws Exception {
        Path in = external();

        Half.Report report = half(in, USUAL);

        assertThat(report.bytesBefore()).isGreaterThan(4 * PIXELS * PIXELS);
        assertThat(report.bytesAfter()).isLessThan(report.bytesBefore() * 6 / 10);
        assertThat(type("w")).isEqualTo(DataType.FLOAT16_VALUE);
        assertThat(Files.list(folder).map(file -> file.getFileName().toString()))
                .containsExactlyInAnyOrder("in.onnx", "w.bin", "out.onnx", "out.onnx.data");
        assertThat(folder.resolve("out.onnx.data")).hasSize(2 * PIXELS * PIXELS);
    }

    private Path external() throws Exception {
        ByteBuffer raw = ByteBuffer.allocate(4 * PIXELS * PIXELS).order(ByteOrder.LITTLE_ENDIAN);
        while (raw.hasRemaining()) {
            raw.putFloat((float) Math.cos(raw.position()) / 5);
        }
        Files.write(folder.resolve("w.bin"), raw.array());
        OnnxFile file = row();
        file.node("MatMul", "m", List.of("row", "w"));
        ModelProto.Builder model = out(file, "m").model();
        model.getGraphBuilder()
                .addInitializer(TensorProto.newBuilder()
                        .setName("w")
                        .setDataType(DataType.FLOAT_VALUE)
                        .addDims(PIXELS)
                        .addDims(PIXELS)
                        .setDataLocation(DataLocation.EXTERNAL)
                        .addExternalData(StringStringEntryProto.newBuilder()
                                .setKey("location")
                                .setValue("w.bin")));
        return Files.write(folder.resolve("in.onnx"), model.build().toByteArray());
    }

    @Test
    void shouldRefuseWhenThereIsNothingToConvert() throws Exception {
        OnnxFile file = OnnxFile.empty().input("image", DataType.FLOAT, 1, 3, 4, 4);
        file.node("Shape", "shape", List.of("image"));
        file.declareOutput("shape", DataType.INT64, 4);

        assertThatThrownBy(() -> half(file, options(false, "Shape")))
                .hasMessageContaining("has no node that could compute in FP16");
        assertThatThrownBy(() -> half(file, options(true)))
                .hasMessageContaining("has no weights in float32 that FP16 could take");
    }

    @Test
    void shouldNotTouchOperatorsWhenTheyWorkWithCoordinates() {
        NodeProto nms = NodeProto.newBuilder().setOpType("NonMaxSuppression").build();
        NodeProto resize = NodeProto.newBuilder().setOpType("Resize").build();
        NodeProto sum = NodeProto.newBuilder().setOpType("CumSum").build();

        assertThat(HalfRules.refusal(nms, 13)).isEqualTo("it works with coordinates or orders by value");
        assertThat(HalfRules.refusal(resize, 13)).isNull();
        assertThat(HalfRules.staysFloat(resize, 0)).isFalse();
        assertThat(HalfRules.staysFloat(resize, 2)).as("scales").isTrue();
        assertThat(HalfRules.refusal(sum, 13)).contains("from opset 14 on only");
        assertThat(HalfRules.refusal(sum, 14)).isNull();
    }
}
