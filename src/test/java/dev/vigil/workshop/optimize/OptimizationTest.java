package dev.vigil.workshop.optimize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vigil.OnnxFile;
import dev.vigil.detect.ModelDescription;
import dev.vigil.graph.GraphException;
import dev.vigil.graph.OnnxModel;
import dev.vigil.workshop.optimize.Optimization.Report;
import dev.vigil.workshop.optimize.Optimization.Request;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import onnx.Onnx.TensorProto.DataType;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The proof that comes before anything is written. */
@Timeout(60)
class OptimizationTest {
    @TempDir
    private Path folder;

    private Path in;
    private Path out;
    private Path cache;

    /**
     * A bias of 10⁸ leaves no digit of the sum of one: (x·w + 10⁸) − 10⁸ is a multiple of 8, and with both constants folded into
     * one bias of 0 it is x·w.
     */
    @BeforeEach
    void writeModelThatFoldingChanges() throws Exception {
        in = folder.resolve("in.onnx");
        out = folder.resolve("out.onnx");
        cache = folder.resolve("cache");
        OnnxFile file = OnnxFile.empty()
                .input("x", DataType.FLOAT, 1, 1, 2, 2)
                .floats("w", new float[] {1, 1}, 2, 1, 1, 1)
                .floats("b", new float[] {1e8f, 1e8f}, 2)
                .floats("c", new float[] {1e8f, 1e8f}, 1, 2, 1, 1)
                .node("Conv", "sum", List.of("x", "w", "b"))
                .node("Identity", "same", List.of("sum"))
                .node("Sub", "y", List.of("same", "c"))
                .declareOutput("y", DataType.FLOAT, 1, 2, 2, 2);
        Files.write(in, file.bytes());
    }

    private Report optimise(Set<String> skipped) throws Exception {
        Request request = new Request(ModelDescription.EMPTY, null, 0, false, skipped, 0.01);
        return new Optimization(cache, line -> {}).run(in, out, request, null, "test");
    }

    @Test
    void shouldNameThePassAndWriteNothingWhenTheResultDiffers() {
        assertThatThrownBy(() -> optimise(Set.of()))
                .isInstanceOf(GraphException.class)
                .hasMessageContaining("output y differs by")
                .hasMessageContaining("It is pass affine-after that does it: --skip affine-after leaves it out")
                .hasMessageContaining("Nothing was written");
        assertThat(out).doesNotExist();
    }

    @Test
    void shouldWriteWhenThePassThatChangesTheResultIsLeftOut() throws Exception {
        Report report = optimise(Set.of("affine-after"));
        assertThat(report.difference()).isZero();
        assertThat(report.outcome().effective()).contains("identities");
        assertThat(OnnxModel.read(out).graph().nodes())
                .extracting(node -> node.getOpType())
                .containsExactly("Conv", "Sub");
        assertThat(OnnxModel.read(out).metadata().get("optimized")).startsWith("test: ");
    }
}
