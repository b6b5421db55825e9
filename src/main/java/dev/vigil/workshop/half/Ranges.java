package dev.vigil.workshop.half;

import dev.vigil.convert.ConvertException;
import dev.vigil.convert.FrameConverter;
import dev.vigil.detect.ModelDescription;
import dev.vigil.detect.ModelException;
import dev.vigil.graph.GraphException;
import dev.vigil.graph.Nodes;
import dev.vigil.graph.OnnxModel;
import dev.vigil.graph.Weights;
import dev.vigil.graph.shape.Fact;
import dev.vigil.infer.InferException;
import dev.vigil.workshop.trial.GraphRun;
import dev.vigil.workshop.trial.Reference;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import onnx.Onnx.NodeProto;
import onnx.Onnx.TensorProto.DataType;
import onnx.Onnx.TensorShapeProto;
import onnx.Onnx.TypeProto;
import onnx.Onnx.ValueInfoProto;

/**
 * How large the values between a model's nodes become. The graph itself finds the largest of each tensor, so that one number comes
 * out and no tensor need be kept; and it does so for some tensors at a time, because ONNX Runtime may put that off to the end
 * of a run and hold them all until then.
 */
final class Ranges {
    private static final long CHUNK_BYTES = 256L << 20;
    /** What a tensor of unknown size is taken for. */
    private static final long UNKNOWN_BYTES = 4L << 20;

    private static final String PREFIX = "vigil_largest_";

    private final HalfPlan plan;
    private final Reference reference;
    private final ModelDescription.Size size;
    private final Path cacheDir;

    Ranges(HalfPlan plan, Reference reference, ModelDescription.Size size, Path cacheDir) {
        this.plan = plan;
        this.reference = reference;
        this.size = size;
        this.cacheDir = cacheDir;
    }

    /** The largest magnitude of each value that would be a half; NaN or infinite where one was. */
    Map<String, Float> measure(Path scratch, Consumer<String> progress)
            throws GraphException, ModelException, InferException, ConvertException, IOException {
        List<String> values = values();
        Map<String, Float> largest = new HashMap<>();
        int from = 0;
        while (from < values.size()) {
            int to = from;
            long bytes = 0;
            while (to < values.size() && (to == from || bytes < CHUNK_BYTES)) {
                long count = plan.fact(values.get(to++)).count();
                bytes += count < 0 ? UNKNOWN_BYTES : Float.BYTES * count;
            }
            progress.accept("measuring values " + from + " to " + to + " of " + values.size());
            measure(values.subList(from, to), scratch, largest);
            from = to;
        }
        return largest;
    }

    private List<String> values() {
        Set<String> values = new LinkedHashSet<>();
        for (int i : plan.halfNodes()) {
            NodeProto node = plan.nodes().get(i);
            for (int input = 0; input < node.getInputCount(); input++) {
                if (plan.takesHalf(node, input) && !plan.initializers().containsKey(node.getInput(input))) {
                    values.add(node.getInput(input));
                }
            }
            node.getOutputList().stream().filter(plan::isFloat).forEach(values::add);
        }
        return new ArrayList<>(values);
    }

    private void measure(List<String> values, Path scratch, Map<String, Float> largest)
            throws GraphException, ModelException, InferException, ConvertException, IOException {
        OnnxModel model = plan.copy();
        model.graph().initializers().put(PREFIX + "all", Weights.of(PREFIX + "all", -1));
        model.graph().initializers().put(PREFIX + "zero", Weights.of(PREFIX + "zero", new long[] {1}, new float[1]));
        List<NodeProto> nodes = model.graph().nodes();
        model.graph().outputs().clear();
        for (int i = 0; i < values.size(); i++) {
            String value = values.get(i);
            if (plan.fact(value).count() <= 0) { // which may be empty, and so have no largest
                nodes.add(Nodes.make("Reshape", PREFIX + "row_" + i, List.of(value, PREFIX + "all")));
                nodes.add(Nodes.make(
                        "Concat",
                        PREFIX + "some_" + i,
                        List.of(PREFIX + "row_" + i, PREFIX + "zero"),
                        Nodes.integer("axis", 0)));
                value = PREFIX + "some_" + i;
            }
            nodes.add(Nodes.make("Abs", PREFIX + "size_" + i, List.of(value)));
            nodes.add(Nodes.make("ReduceMax", PREFIX + i, List.of(PREFIX + "size_" + i), Nodes.integer("keepdims", 1)));
            model.graph().outputs().add(output(PREFIX + i, plan.fact(value)));
        }
        model.graph()
                .prune(model.graph().outputs().stream()
                        .map(ValueInfoProto::getName)
                        .toList());
        model.write(scratch);
        try (GraphRun run = GraphRun.open(scratch, size, Reference.onCpu(), cacheDir);
                FrameConverter converter = reference.converter(run)) {
            for (int index = 0; index < reference.inputs(); index++) {
                reference.fill(run, converter, index);
                run.run();
                for (int i = 0; i < values.size(); i++) {
                    FloatBuffer out = run.outputs()[i];
                    largest.merge(values.get(i), out.get(0), Math::max);
                }
            }
        }
    }

    private static ValueInfoProto output(String name, Fact fact) {
        TypeProto.Tensor.Builder tensor = TypeProto.Tensor.newBuilder().setElemType(DataType.FLOAT_VALUE);
        TensorShapeProto.Builder shape = TensorShapeProto.newBuilder();
        for (int i = 0; i < Math.max(fact.count() <= 0 ? 1 : 0, fact.rank()); i++) {
            shape.addDim(TensorShapeProto.Dimension.newBuilder().setDimValue(1));
        }
        return ValueInfoProto.newBuilder()
                .setName(name)
                .setType(TypeProto.newBuilder().setTensorType(tensor.setShape(shape)))
                .build();
    }
}
