package dev.vigil.workshop.quantize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.vigil.OnnxFile;
import dev.vigil.config.Surroundings;
import dev.vigil.frame.TensorInfo.ElementType;
import dev.vigil.graph.GraphException;
import dev.vigil.graph.Nodes;
import dev.vigil.graph.OnnxModel;
import dev.vigil.infer.ort.OrtGraph;
import dev.vigil.workshop.ModelShapes;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import onnx.Onnx.AttributeProto;
import onnx.Onnx.AttributeProto.AttributeType;
import onnx.Onnx.TensorProto.DataType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Nodes of old operator sets, run by ONNX Runtime as they are and raised. */
class Opset13Test {
    private static final Path CACHE = Surroundings.ofProcess().cacheDir();

    @TempDir
    private Path folder;

    static Stream<Arguments> old() {
        return Stream.of(
                Arguments.of(7, "Clip", List.of(Nodes.number("min", -0.5f), Nodes.number("max", 0.25f))),
                Arguments.of(10, "Clip", List.of(Nodes.number("max", 0.25f))),
                Arguments.of(10, "Clip", List.of()),
                Arguments.of(
                        7, "Pad", List.of(Nodes.integers("pads", 0, 0, 1, 2, 0, 0, 0, 1), Nodes.number("value", 3))),
                Arguments.of(
                        9,
                        "Slice",
                        List.of(
                                Nodes.integers("starts", 1, 0),
                                Nodes.integers("ends", 4, -1),
                                Nodes.integers("axes", 2, 3))),
                Arguments.of(9, "Slice", List.of(Nodes.integers("starts", 0, 1), Nodes.integers("ends", 1, 3))),
                Arguments.of(7, "Upsample", List.of(floats("scales", 1, 1, 2, 2), text("mode", "nearest"))),
                Arguments.of(7, "Upsample", List.of(floats("scales", 1, 1, 2, 3), text("mode", "linear"))),
                Arguments.of(11, "ReduceSum", List.of(Nodes.integers("axes", 1), Nodes.integer("keepdims", 0))),
                Arguments.of(11, "Squeeze", List.of(Nodes.integers("axes", 0))),
                Arguments.of(11, "Unsqueeze", List.of(Nodes.integers("axes", 0))),
                Arguments.of(11, "Softmax", List.of(Nodes.integer("axis", 3))),
                Arguments.of(8, "Dropout", List.of(Nodes.number("ratio", 0.3f))));
    }

    @ParameterizedTest
    @MethodSource("old")
    void shouldGiveTheSameWhenRaised(int opset, String operator, List<AttributeProto> attributes) throws Exception {
        OnnxFile file = OnnxFile.empty().input("x", DataType.FLOAT, 1, 3, 4, 5);
        file.node(operator, "y", List.of("x"), attributes.toArray(AttributeProto[]::new));
        Path old = write(file, opset);
        OnnxModel model = OnnxModel.read(old);
        Opset13.raise(model, ModelShapes.of(model, null).facts());
        assertThat(model.opset("")).isEqualTo(13);
        Path raised = folder.resolve("raised.onnx");
        model.write(raised);
        FloatBuffer before = run(old);
        FloatBuffer after = run(raised);
        assertThat(after.limit()).isEqualTo(before.limit());
        for (int i = 0; i < before.limit(); i++) {
            assertThat(after.get(i)).isCloseTo(before.get(i), within(1e-6f));
        }
    }

    @Test
    void shouldLeaveAModelAloneWhenItIsNewEnough() throws Exception {
        OnnxFile file = OnnxFile.empty().input("x", DataType.FLOAT, 1, 3, 4, 5);
        file.node("Softmax", "y", List.of("x"), Nodes.integer("axis", 1));
        OnnxModel model = OnnxModel.read(write(file, 15));
        Opset13.raise(model, Map.of());
        assertThat(model.opset("")).isEqualTo(15);
    }

    @Test
    void shouldRefuseWithTheNodeWhenItHasNoEqual() throws Exception {
        OnnxFile file = OnnxFile.empty().input("x", DataType.FLOAT, 1, 3, 4, 5);
        file.node("Softmax", "y", List.of("x"), Nodes.integer("axis", 1));
        OnnxModel model = OnnxModel.read(write(file, 11));
        assertThatThrownBy(
                        () -> Opset13.raise(model, ModelShapes.of(model, null).facts()))
                .isInstanceOf(GraphException.class)
                .hasMessageContaining("operator set 11")
                .hasMessageContaining("y (Softmax)")
                .hasMessageContaining("all dimensions from the axis 1 on");
    }

    @Test
    void shouldRefuseWhenTheOperatorSetIsTooOld() throws Exception {
        OnnxFile file = OnnxFile.empty().input("x", DataType.FLOAT, 1, 3, 4, 5);
        file.node("Relu", "y", List.of("x"));
        OnnxModel model = OnnxModel.read(write(file, 6));
        assertThatThrownBy(() -> Opset13.raise(model, Map.of()))
                .isInstanceOf(GraphException.class)
                .hasMessageContaining("operator set 6")
                .hasMessageContaining("7 at least");
    }

    private Path write(OnnxFile file, int opset) throws Exception {
        file.declareOutput("y", DataType.FLOAT);
        var model = onnx.Onnx.ModelProto.parseFrom(file.bytes()).toBuilder();
        model.getOpsetImportBuilder(0).setVersion(opset);
        // Of any shape, which an output without dimensions would not be.
        model.getGraphBuilder()
                .getOutputBuilder(0)
                .getTypeBuilder()
                .getTensorTypeBuilder()
                .clearShape();
        return java.nio.file.Files.write(
                folder.resolve("old.onnx"), model.build().toByteArray());
    }

    private static FloatBuffer run(Path model) throws Exception {
        ByteBuffer input = ByteBuffer.allocateDirect(Float.BYTES * 60).order(ByteOrder.nativeOrder());
        for (int i = 0; i < 60; i++) {
            input.putFloat(Float.BYTES * i, (float) Math.sin(i));
        }
        try (OrtGraph graph = OrtGraph.open(model, OrtGraph.Optimizing.NONE, 1, CACHE)) {
            return graph.run(Map.of("x", new OrtGraph.Tensor(ElementType.FLOAT32, new long[] {1, 3, 4, 5}, input)))
                    .get("y")
                    .bytes()
                    .asFloatBuffer();
        }
    }

    private static AttributeProto floats(String name, float... values) {
        AttributeProto.Builder attribute =
                AttributeProto.newBuilder().setName(name).setType(AttributeType.FLOATS);
        for (float value : values) {
            attribute.addFloats(value);
        }
        return attribute.build();
    }

    private static AttributeProto text(String name, String value) {
        return AttributeProto.newBuilder()
                .setName(name)
                .setType(AttributeType.STRING)
                .setS(com.google.protobuf.ByteString.copyFromUtf8(value))
                .build();
    }
}
