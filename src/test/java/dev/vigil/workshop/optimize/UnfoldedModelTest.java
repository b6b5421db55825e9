package dev.vigil.workshop.optimize;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vigil.detect.ModelDescription;
import dev.vigil.graph.OnnxModel;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.zip.GZIPInputStream;
import onnx.Onnx.NodeProto;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The default model's graph as TensorFlow's exporters write it before anything is folded. */
@Timeout(240)
class UnfoldedModelTest {
    private static final int NODES_BEFORE = 1250;

    @TempDir
    private Path folder;

    private Path unfolded() throws Exception {
        Path file = folder.resolve("unfolded.onnx");
        try (InputStream in =
                        UnfoldedModelTest.class.getResourceAsStream("/dev/vigil/workshop/ssdlite-unfolded.onnx.gz");
                GZIPInputStream out = new GZIPInputStream(in)) {
            Files.copy(out, file);
        }
        return file;
    }

    @Test
    void shouldHaveFarFewerNodesAndGiveTheSameWhenItIsOptimised() throws Exception {
        Path out = folder.resolve("folded.onnx");
        Optimization.Report report = new Optimization(BeforeAfter.CACHE, line -> {})
                .run(
                        unfolded(),
                        out,
                        new Optimization.Request(ModelDescription.EMPTY, null, 0, false, Set.of(), 0),
                        null,
                        "test");
        assertThat(report.outcome().before().nodes()).isEqualTo(NODES_BEFORE);
        assertThat(report.outcome().after().nodes()).isLessThan(NODES_BEFORE / 4);
        assertThat(report.outcome().after().bytes())
                .isLessThan(report.outcome().before().bytes());
        assertThat(report.difference()).isLessThan(Proof.DIFFERENCE_MAX);
        OnnxModel model = OnnxModel.read(out);
        List<String> operators =
                model.graph().nodes().stream().map(NodeProto::getOpType).toList();
        assertThat(operators).doesNotContain("BatchNormalization", "Identity", "Constant");
        assertThat(operators.stream().filter("Conv"::equals)).hasSize(88);
        assertThat(model.metadata().get("optimized")).startsWith("test: ").contains("affine-after", "transposes");
    }

    @Test
    void shouldComputeAllShapesBeforehandWhenTheBatchIsSettled() throws Exception {
        Path out = folder.resolve("folded.onnx");
        new Optimization(BeforeAfter.CACHE, line -> {})
                .run(
                        unfolded(),
                        out,
                        new Optimization.Request(ModelDescription.EMPTY, null, 2, false, Set.of(), 0),
                        null,
                        "test");
        OnnxModel model = OnnxModel.read(out);
        assertThat(model.graph().nodes().stream().map(NodeProto::getOpType)).doesNotContain("Shape", "Cast", "Tile");
        assertThat(model.graph()
                        .realInputs()
                        .get(0)
                        .getType()
                        .getTensorType()
                        .getShape()
                        .getDim(0)
                        .getDimValue())
                .isEqualTo(2);
    }
}
