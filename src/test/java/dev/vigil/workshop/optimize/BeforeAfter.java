package dev.vigil.workshop.optimize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.vigil.OnnxFile;
import dev.vigil.config.Surroundings;
import dev.vigil.frame.TensorInfo;
import dev.vigil.frame.TensorInfo.ElementType;
import dev.vigil.graph.OnnxModel;
import dev.vigil.infer.ort.OrtGraph;
import dev.vigil.infer.ort.OrtGraph.Tensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import onnx.Onnx.AttributeProto;
import onnx.Onnx.NodeProto;

/** A small graph, run in ONNX Runtime as it is and as some passes leave it, both without ONNX Runtime's own optimiser. */
final class BeforeAfter {
    static final Path CACHE = Surroundings.ofProcess().cacheDir();
    /** An open dimension, in a run. */
    private static final int OPEN = 2;

    private BeforeAfter() {}

    /** Optimises by these passes only, checks that all outputs are the same, and gives what became of it. */
    static OnnxModel optimised(Path folder, OnnxFile file, String... passes) throws Exception {
        return optimised(folder, file.bytes(), passes);
    }

    static OnnxModel optimised(Path folder, byte[] bytes, String... passes) throws Exception {
        Path original = java.nio.file.Files.write(folder.resolve("original.onnx"), bytes);
        Set<String> skipped = new HashSet<>(Optimizer.passes());
        assertThat(skipped).containsAll(Set.of(passes));
        Set.of(passes).forEach(skipped::remove);
        OnnxModel model = OnnxModel.read(original);
        Optimizer.run(model, new Optimizer.Options(CACHE, passes.length == 0 ? Set.of() : skipped, (pass, m) -> {}));
        Path changed = folder.resolve("changed.onnx");
        model.write(changed);
        try (OrtGraph before = OrtGraph.open(original, OrtGraph.Optimizing.NONE, 1, CACHE);
                OrtGraph after = OrtGraph.open(changed, OrtGraph.Optimizing.NONE, 1, CACHE)) {
            for (int seed = 0; seed < 3; seed++) {
                Map<String, Tensor> inputs = inputs(before.inputs(), new Random(seed), after.inputs());
                same(before.run(all(before, inputs, seed)), after.run(inputs));
            }
        }
        return OnnxModel.read(changed);
    }

    private static Map<String, Tensor> all(OrtGraph graph, Map<String, Tensor> some, int seed) {
        Map<String, Tensor> all = new HashMap<>(some);
        all.keySet().retainAll(graph.inputs().stream().map(TensorInfo::name).toList());
        return all;
    }

    private static Map<String, Tensor> inputs(List<TensorInfo> infos, Random random, List<TensorInfo> wanted) {
        Map<String, Tensor> inputs = new HashMap<>();
        for (TensorInfo info : infos) {
            if (!wanted.contains(info)) {
                continue; // has a value of its own
            }
            long[] shape = info.shape().clone();
            int count = 1;
            for (int i = 0; i < shape.length; i++) {
                shape[i] = shape[i] < 0 ? OPEN : shape[i];
                count *= (int) shape[i];
            }
            ByteBuffer bytes = ByteBuffer.allocateDirect(count * 8).order(ByteOrder.nativeOrder());
            for (int i = 0; i < count; i++) {
                switch (info.type()) {
                    case FLOAT32 -> bytes.putFloat(4 * i, 2 * random.nextFloat() - 1);
                    case UINT8 -> bytes.put(i, (byte) random.nextInt(256));
                    case BOOL -> bytes.put(i, (byte) random.nextInt(2));
                    default -> bytes.putLong(8 * i, random.nextInt(3));
                }
            }
            int width = info.type() == ElementType.FLOAT32 ? 4 : info.type() == ElementType.INT64 ? 8 : 1;
            inputs.put(
                    info.name(),
                    new Tensor(info.type(), shape, bytes.slice(0, count * width).order(ByteOrder.nativeOrder())));
        }
        return inputs;
    }

    private static void same(Map<String, Tensor> before, Map<String, Tensor> after) {
        assertThat(after).hasSameSizeAs(before);
        before.forEach((name, tensor) -> {
            Tensor other = after.get(name);
            assertThat(other.shape()).as(name).isEqualTo(tensor.shape());
            if (tensor.type() != ElementType.FLOAT32) {
                assertThat(other.bytes()).as(name).isEqualTo(tensor.bytes());
                return;
            }
            float largest = 1;
            for (int i = 0; i < tensor.bytes().capacity(); i += Float.BYTES) {
                largest = Math.max(largest, Math.abs(tensor.bytes().getFloat(i)));
            }
            for (int i = 0; i < tensor.bytes().capacity(); i += Float.BYTES) {
                float value = tensor.bytes().getFloat(i);
                float now = other.bytes().getFloat(i);
                if (Float.compare(value, now) != 0) {
                    assertThat(now).as(name + " " + i / Float.BYTES).isCloseTo(value, within(1e-5f * largest));
                }
            }
        });
    }

    /** The operators that are left, in order of running. */
    static List<String> operators(OnnxModel model) {
        return model.graph().nodes().stream().map(NodeProto::getOpType).toList();
    }

    static AttributeProto ints(String name, long... values) {
        return dev.vigil.graph.Nodes.integers(name, values);
    }

    static float[] random(int count, int seed) {
        Random random = new Random(seed);
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = 0.5f + random.nextFloat();
        }
        return values;
    }
}
