package dev.vigil.infer.opencv;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.WireFormat;
import dev.vigil.frame.TensorInfo;
import dev.vigil.frame.TensorInfo.ElementType;
import dev.vigil.infer.InferException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What a graph in protobuf's encoding wants and gives, read without its weights: numbers of fields are those of onnx.proto, and
 * of graph.proto, node_def.proto and attr_value.proto of tensorflow/core/framework.
 */
final class GraphHeader {
    private final CodedInputStream in;

    /** What becomes of a field that was met; it must be consumed. */
    private interface Field {
        void read(int number, int tag) throws IOException;
    }

    private GraphHeader(CodedInputStream in) {
        this.in = in;
    }

    private static GraphHeader of(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file)) {
            ByteBuffer bytes = channel.map(MapMode.READ_ONLY, 0, channel.size());
            return new GraphHeader(CodedInputStream.newInstance(bytes));
        }
    }

    private void message(Field field) throws IOException {
        int limit = in.pushLimit(in.readRawVarint32());
        fields(field);
        in.popLimit(limit);
    }

    private void fields(Field field) throws IOException {
        for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
            field.read(WireFormat.getTagFieldNumber(tag), tag);
        }
    }

    private void skip(int tag) throws IOException {
        if (!in.skipField(tag)) {
            throw new IOException("a group ends that did not begin");
        }
    }

    /** Inputs, outputs and metadata of an ONNX file. */
    static CvDescription onnx(Path file) throws IOException {
        List<TensorInfo> inputs = new ArrayList<>();
        List<TensorInfo> outputs = new ArrayList<>();
        Set<String> initializers = new HashSet<>();
        Map<String, String> metadata = new LinkedHashMap<>();
        GraphHeader header = of(file);
        header.fields((number, tag) -> {
            switch (number) {
                case 7 ->
                    header.message((inGraph, graphTag) -> {
                        switch (inGraph) {
                            case 5 -> initializers.add(header.text(8));
                            case 11 -> inputs.add(header.value());
                            case 12 -> outputs.add(header.value());
                            default -> header.skip(graphTag);
                        }
                    });
                case 14 -> header.pair(metadata);
                default -> header.skip(tag);
            }
        });
        inputs.removeIf(input -> initializers.contains(input.name()));
        return new CvDescription(inputs, outputs, metadata);
    }

    /** One text of a message. */
    private String text(int wanted) throws IOException {
        String[] text = {""};
        message((number, tag) -> {
            if (number == wanted) {
                text[0] = in.readString();
            } else {
                skip(tag);
            }
        });
        return text[0];
    }

    private void pair(Map<String, String> into) throws IOException {
        String[] pair = {"", ""};
        message((number, tag) -> {
            if (number == 1 || number == 2) {
                pair[number - 1] = in.readString();
            } else {
                skip(tag);
            }
        });
        into.put(pair[0], pair[1]);
    }

    /** {@code ValueInfoProto}. */
    private TensorInfo value() throws IOException {
        String[] name = {""};
        ElementType[] type = {ElementType.OTHER};
        List<Long> shape = new ArrayList<>();
        message((number, tag) -> {
            switch (number) {
                case 1 -> name[0] = in.readString();
                case 2 ->
                    message((inType, typeTag) -> {
                        if (inType == 1) {
                            message((inTensor, tensorTag) -> {
                                switch (inTensor) {
                                    case 1 -> type[0] = type(in.readInt32());
                                    case 2 -> onnxShape(shape);
                                    default -> skip(tensorTag);
                                }
                            });
                        } else {
                            skip(typeTag);
                        }
                    });
                default -> skip(tag);
            }
        });
        return new TensorInfo(name[0], type[0], array(shape));
    }

    private void onnxShape(List<Long> into) throws IOException {
        message((number, tag) -> {
            if (number != 1) {
                skip(tag);
                return;
            }
            long[] extent = {-1};
            message((inDim, dimTag) -> {
                if (inDim == 1) {
                    extent[0] = in.readInt64();
                } else {
                    skip(dimTag);
                }
            });
            into.add(extent[0] > 0 ? extent[0] : -1);
        });
    }

    /** By {@code TensorProto.DataType}. */
    private static ElementType type(int number) {
        return switch (number) {
            case 1 -> ElementType.FLOAT32;
            case 2 -> ElementType.UINT8;
            case 3 -> ElementType.INT8;
            case 6 -> ElementType.INT32;
            case 7 -> ElementType.INT64;
            case 9 -> ElementType.BOOL;
            case 10 -> ElementType.FLOAT16;
            case 11 -> ElementType.FLOAT64;
            default -> ElementType.OTHER;
        };
    }

    /** The first input of a frozen graph of TensorFlow, with the shape of the file; of none where it says none. */
    static TensorInfo placeholder(Path file) throws IOException, InferException {
        List<TensorInfo> found = new ArrayList<>();
        GraphHeader header = of(file);
        header.fields((number, tag) -> {
            if (number == 1 && found.isEmpty()) {
                header.node(found);
            } else {
                header.skip(tag);
            }
        });
        if (found.isEmpty()) {
            throw new InferException("the model " + file + " has no input (a node Placeholder)");
        }
        return found.get(0);
    }

    private void node(List<TensorInfo> placeholders) throws IOException {
        String[] nameAndOperation = {"", ""};
        List<Long> shape = new ArrayList<>();
        message((number, tag) -> {
            switch (number) {
                case 1, 2 -> nameAndOperation[number - 1] = in.readString();
                case 5 -> attribute(shape);
                default -> skip(tag);
            }
        });
        if (nameAndOperation[1].equals("Placeholder")) {
            placeholders.add(new TensorInfo(nameAndOperation[0], ElementType.FLOAT32, array(shape)));
        }
    }

    private void attribute(List<Long> shape) throws IOException {
        String[] key = {""};
        message((number, tag) -> {
            if (number == 1) {
                key[0] = in.readString();
            } else if (number == 2 && key[0].equals("shape")) {
                message((inValue, valueTag) -> {
                    if (inValue == 7) {
                        tensorflowShape(shape);
                    } else {
                        skip(valueTag);
                    }
                });
            } else {
                skip(tag);
            }
        });
    }

    private void tensorflowShape(List<Long> into) throws IOException {
        message((number, tag) -> {
            if (number != 2) {
                skip(tag);
                return;
            }
            long[] extent = {-1};
            message((inDim, dimTag) -> {
                if (inDim == 1) {
                    extent[0] = in.readInt64();
                } else {
                    skip(dimTag);
                }
            });
            into.add(extent[0]);
        });
    }

    private static long[] array(List<Long> values) {
        return values.stream().mapToLong(Long::longValue).toArray();
    }
}
