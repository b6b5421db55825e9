package dev.vigil.graph;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import onnx.Onnx.AttributeProto;
import onnx.Onnx.FunctionProto;
import onnx.Onnx.GraphProto;
import onnx.Onnx.ModelProto;
import onnx.Onnx.NodeProto;
import onnx.Onnx.SparseTensorProto;
import onnx.Onnx.StringStringEntryProto;
import onnx.Onnx.TensorProto;
import onnx.Onnx.TensorProto.DataLocation;

/**
 * One new file with the large weights of a model that is being written, beside it: {@code NAME.onnx.data}, or with a number
 * where that is taken, so that no model that is there ever finds other data than its own. Weights are streamed. Places begin
 * where a page does for those that are worth mapping (onnx.proto, {@code TensorProto.external_data}). Not threadsafe.
 */
final class DataFile implements AutoCloseable {
    /** Smaller ones stay in the model. */
    static final int BYTES_MIN = 1 << 10;
    /** What the model can hold itself, with room for its nodes: protobuf ends at 2 GiB. */
    private static final long INSIDE_MAX = Integer.MAX_VALUE - (64L << 20);

    private static final int MAPPED_MIN = 1 << 20;
    private static final int PAGE = 1 << 12;
    private static final int LINE = 1 << 6;
    private static final String ENDING = ".data";

    private final Path file;
    private final Path sources;
    private final FileChannel out;

    private DataFile(Path file, Path sources, FileChannel out) {
        this.file = file;
        this.sources = sources;
        this.out = out;
    }

    /** Whether a model needs one: it had one before, or is too large for a single file. */
    static boolean isWantedBy(ModelProto model) {
        long inside = 0;
        for (TensorProto tensor : model.getGraph().getInitializerList()) {
            inside += tensor.getRawData().size();
        }
        return inside > INSIDE_MAX || !locations(model).isEmpty();
    }

    /** All files that a model has data in, wherever in it. */
    static Set<String> locations(ModelProto model) {
        Set<String> locations = new TreeSet<>();
        new Walk(tensor -> {
                    locations.addAll(ExternalData.locations(tensor));
                    return tensor;
                })
                .of(model);
        return locations;
    }

    /**
     * Makes an empty one beside a model.
     *
     * @param sources folder that the weights' present places are relative to
     */
    static DataFile beside(Path model, Path sources) throws IOException {
        for (int number = 1; ; number++) {
            Path file = model.resolveSibling(model.getFileName() + (number == 1 ? "" : "." + number) + ENDING);
            try {
                return new DataFile(
                        file, sources, FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE));
            } catch (FileAlreadyExistsException e) {
                if (number == Integer.MAX_VALUE) {
                    throw e;
                }
            }
        }
    }

    /** Whether a file of that name is one that {@link #beside} made for a model of this name. */
    static boolean isOf(Path model, String location) {
        return Pattern.matches(Pattern.quote(model.getFileName().toString()) + "(\\.\\d+)?\\.data", location);
    }

    Path file() {
        return file;
    }

    /** The model with its large weights in here, all of them written when this returns. */
    ModelProto fill(ModelProto model) throws IOException {
        try {
            ModelProto filled = new Walk(this::place).of(model);
            out.force(true); // the model's name must not lead to data that a power cut can still take
            return filled;
        } catch (Failed e) {
            throw e.why;
        }
    }

    private TensorProto place(TensorProto tensor) {
        boolean external = ExternalData.isExternal(tensor);
        if (!external && tensor.getRawData().size() < BYTES_MIN) {
            return tensor;
        }
        try {
            ByteBuffer data = Weights.raw(tensor, sources);
            TensorProto.Builder placed = tensor.toBuilder().clearExternalData().clearRawData();
            if (data.remaining() < BYTES_MIN) {
                return placed.clearDataLocation()
                        .setRawData(ByteString.copyFrom(data))
                        .build();
            }
            int step = data.remaining() >= MAPPED_MIN ? PAGE : LINE;
            long offset = (out.position() + step - 1) / step * step;
            long length = data.remaining();
            out.position(offset);
            while (data.hasRemaining()) {
                out.write(data);
            }
            return placed.setDataLocation(DataLocation.EXTERNAL)
                    .addExternalData(pair("location", file.getFileName().toString()))
                    .addExternalData(pair("offset", Long.toString(offset)))
                    .addExternalData(pair("length", Long.toString(length)))
                    .build();
        } catch (IOException e) {
            throw new Failed(e);
        } catch (GraphException e) {
            throw new Failed(new IOException(e.getMessage(), e));
        }
    }

    private static StringStringEntryProto pair(String key, String value) {
        return StringStringEntryProto.newBuilder().setKey(key).setValue(value).build();
    }

    /** Leaves the file where it is. */
    @Override
    public void close() throws IOException {
        out.close();
    }

    /** Takes the file away, when no model will name it. */
    void delete() throws IOException {
        Files.deleteIfExists(file);
    }

    /** Carries what failed out of a walk. */
    private static final class Failed extends RuntimeException {
        private static final long serialVersionUID = 1;

        private final transient IOException why;

        Failed(IOException why) {
            super(why);
            this.why = why;
        }
    }

    /** What becomes of a tensor. */
    private interface Change {
        TensorProto of(TensorProto tensor);
    }

    /** Offers all initialisers of a model to be changed, and of tensors in attributes those that have their data elsewhere. */
    private record Walk(Change change) {
        ModelProto of(ModelProto model) {
            ModelProto.Builder walked = model.toBuilder().setGraph(graph(model.getGraph()));
            for (int i = 0; i < walked.getFunctionsCount(); i++) {
                FunctionProto function = walked.getFunctions(i);
                List<NodeProto> nodes =
                        function.getNodeList().stream().map(this::node).toList();
                walked.setFunctions(
                        i, function.toBuilder().clearNode().addAllNode(nodes).build());
            }
            return walked.build();
        }

        private GraphProto graph(GraphProto graph) {
            GraphProto.Builder walked = graph.toBuilder()
                    .clearInitializer()
                    .clearSparseInitializer()
                    .clearNode();
            graph.getInitializerList().forEach(tensor -> walked.addInitializer(change.of(tensor)));
            graph.getSparseInitializerList().forEach(sparse -> walked.addSparseInitializer(sparse(sparse)));
            graph.getNodeList().forEach(node -> walked.addNode(node(node)));
            return walked.build();
        }

        private NodeProto node(NodeProto node) {
            boolean plain = node.getAttributeList().stream()
                    .allMatch(a -> !a.hasT()
                            && !a.hasG()
                            && !a.hasSparseTensor()
                            && a.getTensorsCount() + a.getGraphsCount() + a.getSparseTensorsCount() == 0);
            if (plain) {
                return node;
            }
            NodeProto.Builder walked = node.toBuilder().clearAttribute();
            node.getAttributeList().forEach(attribute -> walked.addAttribute(attribute(attribute)));
            return walked.build();
        }

        private AttributeProto attribute(AttributeProto attribute) {
            AttributeProto.Builder walked =
                    attribute.toBuilder().clearTensors().clearGraphs().clearSparseTensors();
            if (attribute.hasT()) {
                walked.setT(external(attribute.getT()));
            }
            if (attribute.hasG()) {
                walked.setG(graph(attribute.getG()));
            }
            if (attribute.hasSparseTensor()) {
                walked.setSparseTensor(sparse(attribute.getSparseTensor()));
            }
            attribute.getTensorsList().forEach(tensor -> walked.addTensors(external(tensor)));
            attribute.getGraphsList().forEach(graph -> walked.addGraphs(graph(graph)));
            attribute.getSparseTensorsList().forEach(sparse -> walked.addSparseTensors(sparse(sparse)));
            return walked.build();
        }

        private SparseTensorProto sparse(SparseTensorProto sparse) {
            return sparse.toBuilder()
                    .setValues(external(sparse.getValues()))
                    .setIndices(external(sparse.getIndices()))
                    .build();
        }

        private TensorProto external(TensorProto tensor) {
            return ExternalData.isExternal(tensor) ? change.of(tensor) : tensor;
        }
    }
}
