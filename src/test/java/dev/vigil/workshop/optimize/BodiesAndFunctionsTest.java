package dev.vigil.workshop.optimize;

import static dev.vigil.OnnxFile.attribute;
import static dev.vigil.workshop.optimize.BeforeAfter.operators;
import static dev.vigil.workshop.optimize.BeforeAfter.optimised;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.vigil.OnnxFile;
import dev.vigil.graph.Bodies;
import dev.vigil.graph.OnnxModel;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.List;
import onnx.Onnx.FunctionProto;
import onnx.Onnx.ModelProto;
import onnx.Onnx.NodeProto;
import onnx.Onnx.OperatorSetIdProto;
import onnx.Onnx.SparseTensorProto;
import onnx.Onnx.TensorProto;
import onnx.Onnx.TensorProto.DataType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What bodies, functions of the model and sparse weights read is still there, and says the same, when all around it changed. */
@Timeout(60)
class BodiesAndFunctionsTest {
    @TempDir
    private Path folder;

    /** {@code same = x}, {@code w = v}, {@code doubled = w + w}: all of it goes, for whatever else is there. */
    private static OnnxFile around() {
        return OnnxFile.empty()
                .input("x", DataType.FLOAT, 3)
                .floats("w", new float[] {1, 2, 3}, 3)
                .floats("v", new float[] {1, 2, 3}, 3)
                .node("Identity", "same", List.of("x"))
                .node("Add", "doubled", List.of("w", "w"));
    }

    private static NodeProto only(OnnxModel model, String operator) {
        return model.graph().nodes().stream()
                .filter(node -> node.getOpType().equals(operator))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void shouldGiveTheSameWhenALoopReadsWhatIsFoldedAroundIt() throws Exception {
        OnnxFile body = OnnxFile.empty()
                .input("turn", DataType.INT64)
                .input("going", DataType.BOOL)
                .input("sum", DataType.FLOAT, 3)
                .node("Identity", "on", List.of("going"))
                .node("Mul", "more", List.of("same", "v"))
                .node("Add", "part", List.of("more", "doubled"))
                .node("Add", "next", List.of("sum", "part"))
                .declareOutput("on", DataType.BOOL)
                .declareOutput("next", DataType.FLOAT, 3);
        OnnxFile file = around().longs("turns", 4)
                .node("Add", "start", List.of("same", "w"))
                .node("Loop", "y", List.of("turns", "", "start"), attribute("body", body))
                .declareOutput("y", DataType.FLOAT, 3);

        OnnxModel model = optimised(folder, file);

        assertThat(operators(model)).containsExactly("Add", "Loop");
        assertThat(Bodies.reads(only(model, "Loop"))).contains("x");
        assertThat(model.graph().initializers()).as("equal ones are one").hasSize(3);
    }

    @Test
    void shouldGiveTheSameWhenAScanReadsWhatIsFoldedAroundIt() throws Exception {
        OnnxFile body = OnnxFile.empty()
                .input("sum", DataType.FLOAT, 3)
                .input("row", DataType.FLOAT, 3)
                .node("Mul", "weighed", List.of("row", "v"))
                .node("Add", "next", List.of("sum", "weighed"))
                .node("Add", "shifted", List.of("next", "doubled"))
                .declareOutput("next", DataType.FLOAT, 3)
                .declareOutput("shifted", DataType.FLOAT, 3);
        OnnxFile file = around().input("rows", DataType.FLOAT, 5, 3)
                .node("Identity", "sameRows", List.of("rows"))
                .node(
                        "Scan",
                        List.of("last", "all"),
                        List.of("same", "sameRows"),
                        attribute("body", body),
                        attribute("num_scan_inputs", 1))
                .node("Identity", "y", List.of("all"))
                .declareOutput("last", DataType.FLOAT, 3)
                .declareOutput("y", DataType.FLOAT, 5, 3);

        OnnxModel model = optimised(folder, file);

        assertThat(operators(model)).containsExactly("Scan");
        assertThat(only(model, "Scan").getInputList()).containsExactly("x", "rows");
    }

    @Test
    void shouldGiveTheSameWhenBodiesLieInBodies() throws Exception {
        OnnxFile inner = OnnxFile.empty()
                .node("Sub", "less", List.of("same", "doubled"))
                .declareOutput("less", DataType.FLOAT, 3);
        OnnxFile other = OnnxFile.empty()
                .floats("own", new float[] {7, 8, 9}, 3)
                .node("Mul", "more", List.of("own", "v"))
                .declareOutput("more", DataType.FLOAT, 3);
        OnnxFile yes = OnnxFile.empty()
                .node("Not", "not", List.of("which"))
                .node("If", "found", List.of("not"), attribute("then_branch", inner), attribute("else_branch", other))
                .declareOutput("found", DataType.FLOAT, 3);
        OnnxFile no = OnnxFile.empty().node("Neg", "minus", List.of("w")).declareOutput("minus", DataType.FLOAT, 3);
        OnnxFile file = around().input("which", DataType.BOOL, 1)
                .node("If", "chosen", List.of("which"), attribute("then_branch", yes), attribute("else_branch", no))
                .node("Add", "y", List.of("chosen", "same"))
                .declareOutput("y", DataType.FLOAT, 3);

        assertThat(operators(optimised(folder, file))).containsExactly("If", "Add");
    }

    @Test
    void shouldKeepFunctionsOfTheModelWhenNodesAroundTheirCallsGo() throws Exception {
        ModelProto.Builder model = around().node("Shifted", "a", List.of("same", "v"))
                .node("Shifted", "b", List.of("same", "w"))
                .node("Mul", "c", List.of("a", "b"))
                .node("Add", "y", List.of("c", "doubled"))
                .declareOutput("y", DataType.FLOAT, 3)
                .model()
                .setIrVersion(8);
        for (NodeProto.Builder node : model.getGraphBuilder().getNodeBuilderList()) {
            if (node.getOpType().equals("Shifted")) {
                node.setDomain("local");
            }
        }
        model.addOpsetImport(OperatorSetIdProto.newBuilder().setDomain("local").setVersion(1));
        model.addFunctions(FunctionProto.newBuilder()
                .setName("Shifted")
                .setDomain("local")
                .addInput("x")
                .addInput("by")
                .addOutput("shifted")
                .addNode(NodeProto.newBuilder()
                        .setOpType("Identity")
                        .addInput("x")
                        .addOutput("same"))
                .addNode(NodeProto.newBuilder()
                        .setOpType("Add")
                        .addInput("same")
                        .addInput("by")
                        .addOutput("shifted"))
                .addOpsetImport(OperatorSetIdProto.newBuilder()
                        .setVersion(model.getOpsetImport(0).getVersion())));

        OnnxModel optimised = optimised(folder, model.build().toByteArray());

        assertThat(operators(optimised)).containsExactly("Shifted", "Shifted", "Mul", "Add");
        assertThat(optimised.header().getFunctionsList()).hasSize(1);
        assertThat(optimised.graph().nodes().get(1).getInput(0)).isEqualTo("x");
    }

    @Test
    void shouldKeepSparseWeightsWhenTheirNamesAreThoseOfNewConstants() throws Exception {
        // What is folded beside a convolution is called like what it makes; a sparse one has such a name already.
        ModelProto.Builder model = OnnxFile.empty()
                .input("x", DataType.FLOAT, 1, 3, 4, 4)
                .floats("w", BeforeAfter.random(27, 1), 9, 3, 1, 1)
                .floats("shift", BeforeAfter.random(9, 2), 1, 9, 1, 1)
                .node("Conv", "c", List.of("x", "w"))
                .node("Add", "s", List.of("c", "shift"))
                .node("Reshape", "rows", List.of("s", "rowShape"))
                .longs("rowShape", 16, 9)
                .node("MatMul", "y", List.of("rows", "c/bias"))
                .declareOutput("y", DataType.FLOAT, 16, 2)
                .model()
                .setIrVersion(8);
        model.getGraphBuilder().addSparseInitializer(sparse("c/bias"));

        OnnxModel optimised = optimised(folder, model.build().toByteArray());

        assertThat(operators(optimised)).containsExactly("Conv", "Reshape", "MatMul");
        assertThat(optimised.graph().toProto().getSparseInitializerList()).hasSize(1);
    }

    /** Nine rows of two, with 0.5 and 2 at places 3 and 16. */
    private static SparseTensorProto sparse(String name) {
        ByteBuffer values = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
        values.putFloat(0.5f).putFloat(2).flip();
        ByteBuffer indices = ByteBuffer.allocate(16).order(ByteOrder.LITTLE_ENDIAN);
        indices.putLong(3).putLong(16).flip();
        return SparseTensorProto.newBuilder()
                .setValues(TensorProto.newBuilder()
                        .setName(name)
                        .setDataType(DataType.FLOAT_VALUE)
                        .addDims(2)
                        .setRawData(ByteString.copyFrom(values)))
                .setIndices(TensorProto.newBuilder()
                        .setDataType(DataType.INT64_VALUE)
                        .addDims(2)
                        .setRawData(ByteString.copyFrom(indices)))
                .addDims(9)
                .addDims(2)
                .build();
    }
}
