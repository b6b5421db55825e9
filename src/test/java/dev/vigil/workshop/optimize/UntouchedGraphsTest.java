package dev.vigil.workshop.optimize;

import static dev.vigil.OnnxFile.attribute;
import static dev.vigil.workshop.optimize.BeforeAfter.operators;
import static dev.vigil.workshop.optimize.BeforeAfter.optimised;
import static org.assertj.core.api.Assertions.assertThat;

import dev.vigil.OnnxFile;
import dev.vigil.graph.Bodies;
import dev.vigil.graph.OnnxModel;
import java.nio.file.Path;
import java.util.List;
import onnx.Onnx.ModelProto;
import onnx.Onnx.OperatorSetIdProto;
import onnx.Onnx.TensorProto.DataType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What the optimiser does not understand stays as it is. */
@Timeout(60)
class UntouchedGraphsTest {
    @TempDir
    private Path folder;

    @Test
    void shouldLeaveBodiesAndWhatTheyReadWhenAGraphBranches() throws Exception {
        OnnxFile yes =
                OnnxFile.empty().node("Add", "yes", List.of("same", "w")).declareOutput("yes", DataType.FLOAT, 3);
        OnnxFile no = OnnxFile.empty().node("Identity", "no", List.of("same")).declareOutput("no", DataType.FLOAT, 3);
        OnnxFile file = OnnxFile.empty()
                .input("x", DataType.FLOAT, 3)
                .input("which", DataType.BOOL, 1)
                .floats("w", new float[] {1, 2, 3}, 3)
                .floats("v", new float[] {1, 2, 3}, 3)
                .node("Identity", "same", List.of("x"))
                .node("Mul", "scaled", List.of("x", "v"))
                .node("If", "chosen", List.of("which"), attribute("then_branch", yes), attribute("else_branch", no))
                .node("Add", "y", List.of("chosen", "scaled"))
                .declareOutput("y", DataType.FLOAT, 3);
        OnnxModel model = optimised(folder, file);
        assertThat(operators(model)).containsExactlyInAnyOrder("Mul", "If", "Add");
        assertThat(model.graph().nodes().stream()
                        .filter(node -> node.getOpType().equals("If"))
                        .toList())
                .allSatisfy(node -> assertThat(Bodies.of(node)).hasSize(2));
        assertThat(model.graph().initializers()).hasSize(1); // the body reads the one that is left
    }

    @Test
    void shouldLeaveOperatorsOfOtherDomainsWhenTheyStandBetween() throws Exception {
        ModelProto.Builder model = OnnxFile.empty()
                .input("x", DataType.FLOAT, 2, 3)
                .node("Identity", "a", List.of("x"))
                .node("QuickGelu", "b", List.of("a"))
                .node("QuickGelu", "c", List.of("a"))
                .node("Add", "y", List.of("b", "c"))
                .declareOutput("y", DataType.FLOAT, 2, 3)
                .model()
                .addOpsetImport(OperatorSetIdProto.newBuilder()
                        .setDomain("com.microsoft")
                        .setVersion(1));
        for (int i = 1; i <= 2; i++) {
            model.getGraphBuilder().getNodeBuilder(i).setDomain("com.microsoft");
        }
        OnnxModel optimised = optimised(folder, model.build().toByteArray());
        assertThat(operators(optimised)).containsExactly("QuickGelu", "QuickGelu", "Add");
    }
}
