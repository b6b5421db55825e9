package dev.vigil;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import onnx.Onnx.AttributeProto;
import onnx.Onnx.AttributeProto.AttributeType;
import onnx.Onnx.GraphProto;
import onnx.Onnx.ModelProto;
import onnx.Onnx.NodeProto;
import onnx.Onnx.OperatorSetIdProto;
import onnx.Onnx.StringStringEntryProto;
import onnx.Onnx.TensorProto;
import onnx.Onnx.TensorProto.DataType;
import onnx.Onnx.TensorShapeProto;
import onnx.Onnx.TypeProto;
import onnx.Onnx.ValueInfoProto;

/**
 * Writes small ONNX models (IR version 8, operator set 13), so that a test can have a model of any inputs and outputs without a
 * tool of its own. A dimension of {@link #OPEN} is left open.
 */
public final class OnnxFile {
    public static final int OPEN = -1;

    private final GraphProto.Builder graph = GraphProto.newBuilder().setName("graph");
    private final ModelProto.Builder model = ModelProto.newBuilder()
            .setIrVersion(8)
            .setProducerName("vigil tests")
            .addOpsetImport(OperatorSetIdProto.newBuilder().setDomain("").setVersion(13));
    private final Random random = new Random(1);
    private int rowLength;

    private OnnxFile() {}

    /** A model without inputs or outputs yet. */
    public static OnnxFile empty() {
        return new OnnxFile();
    }

    /** A model whose only input is a picture, {@code image float32 (1, 3, size, size)}, as one row: {@code (1, 3·size²)}. */
    public static OnnxFile ofPicture(int sizePx) {
        OnnxFile file = new OnnxFile().input("image", DataType.FLOAT, 1, 3, sizePx, sizePx);
        file.node("Flatten", "row", List.of("image"));
        file.rowLength = 3 * sizePx * sizePx;
        return file;
    }

    /** What family {@code ssd} knows: boxes and scores over the same anchors. */
    public static byte[] ssd(int anchors, int classes) {
        return ofPicture(2)
                .output("boxes", "Sigmoid", 1, anchors, 4)
                .output("scores", "Sigmoid", 1, anchors, classes)
                .bytes();
    }

    /** Declares an input. */
    public OnnxFile input(String name, DataType type, int... shape) {
        graph.addInput(value(name, type, shape));
        return this;
    }

    /** Declares an output that a node or an initialiser makes. */
    public OnnxFile declareOutput(String name, DataType type, int... shape) {
        graph.addOutput(value(name, type, shape));
        return this;
    }

    /**
     * An output that depends on every pixel: the row of {@link #ofPicture} times random weights, in a shape, through an operator.
     *
     * @param operator one of one input, such as {@code Sigmoid}
     */
    public OnnxFile output(String name, String operator, int... shape) {
        int length = count(shape);
        float[] weights = new float[rowLength * length];
        for (int i = 0; i < weights.length; i++) {
            weights[i] = (float) random.nextGaussian() * 0.1f;
        }
        floats(name + "_w", weights, rowLength, length);
        longs(name + "_shape", Arrays.stream(shape).asLongStream().toArray());
        node("MatMul", name + "_product", List.of("row", name + "_w"));
        node("Reshape", name + "_shaped", List.of(name + "_product", name + "_shape"));
        node(operator, name, List.of(name + "_shaped"));
        return declareOutput(name, DataType.FLOAT, shape);
    }

    /** An output that always has the same values, whatever the input is, in any type. */
    public OnnxFile constantOutput(String name, DataType type, float[] values, int... shape) {
        floats(name + "_values", values, shape);
        node("Cast", name, List.of(name + "_values"), attribute("to", type.getNumber()));
        return declareOutput(name, type, shape);
    }

    /** An initialiser. */
    public OnnxFile floats(String name, float[] values, int... shape) {
        ByteBuffer raw = ByteBuffer.allocate(Float.BYTES * values.length).order(ByteOrder.LITTLE_ENDIAN);
        raw.asFloatBuffer().put(values);
        graph.addInitializer(tensor(name, DataType.FLOAT, raw, shape));
        return this;
    }

    /** An initialiser of one dimension. */
    public OnnxFile longs(String name, long... values) {
        ByteBuffer raw = ByteBuffer.allocate(Long.BYTES * values.length).order(ByteOrder.LITTLE_ENDIAN);
        raw.asLongBuffer().put(values);
        graph.addInitializer(tensor(name, DataType.INT64, raw, values.length));
        return this;
    }

    /** A node of one output, which names it. */
    public OnnxFile node(String operator, String output, List<String> inputs, AttributeProto... attributes) {
        return node(operator, List.of(output), inputs, attributes);
    }

    /** A node. An input named by the empty string is left out. */
    public OnnxFile node(String operator, List<String> outputs, List<String> inputs, AttributeProto... attributes) {
        graph.addNode(NodeProto.newBuilder()
                .setName("node_" + outputs.get(0))
                .setOpType(operator)
                .addAllInput(inputs)
                .addAllOutput(outputs)
                .addAllAttribute(List.of(attributes)));
        return this;
    }

    public static AttributeProto attribute(String name, long value) {
        return AttributeProto.newBuilder()
                .setName(name)
                .setType(AttributeType.INT)
                .setI(value)
                .build();
    }

    public static AttributeProto attribute(String name, OnnxFile body) {
        return AttributeProto.newBuilder()
                .setName(name)
                .setType(AttributeType.GRAPH)
                .setG(body.graph)
                .build();
    }

    /** A pair of the file's own metadata. */
    public OnnxFile metadata(String key, String value) {
        model.addMetadataProps(StringStringEntryProto.newBuilder().setKey(key).setValue(value));
        return this;
    }

    /** The model, for tests that change it in other ways. */
    public ModelProto.Builder model() {
        return model.clone().setGraph(graph);
    }

    public byte[] bytes() {
        return model().build().toByteArray();
    }

    public Path write(Path file) throws IOException {
        return Files.write(file, bytes());
    }

    private static int count(int... shape) {
        return Arrays.stream(shape).reduce(1, Math::multiplyExact);
    }

    private static TensorProto tensor(String name, DataType type, ByteBuffer raw, int... shape) {
        return TensorProto.newBuilder()
                .setName(name)
                .setDataType(type.getNumber())
                .addAllDims(Arrays.stream(shape).asLongStream().boxed().toList())
                .setRawData(ByteString.copyFrom(raw.rewind()))
                .build();
    }

    private static ValueInfoProto value(String name, DataType type, int... shape) {
        TensorShapeProto.Builder dimensions = TensorShapeProto.newBuilder();
        for (int extent : shape) {
            dimensions.addDim(
                    extent == OPEN
                            ? TensorShapeProto.Dimension.newBuilder().setDimParam("N")
                            : TensorShapeProto.Dimension.newBuilder().setDimValue(extent));
        }
        TypeProto.Tensor tensor = TypeProto.Tensor.newBuilder()
                .setElemType(type.getNumber())
                .setShape(dimensions)
                .build();
        return ValueInfoProto.newBuilder()
                .setName(name)
                .setType(TypeProto.newBuilder().setTensorType(tensor))
                .build();
    }
}
