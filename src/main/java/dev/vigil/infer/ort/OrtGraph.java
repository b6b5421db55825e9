package dev.vigil.infer.ort;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtSession;
import dev.vigil.frame.TensorInfo;
import dev.vigil.frame.TensorInfo.ElementType;
import dev.vigil.infer.DeepStack;
import dev.vigil.infer.InferException;
import dev.vigil.infer.InferOptions;
import dev.vigil.infer.ModelFormat;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Any graph, run on the CPU for what it gives: inputs and outputs in any number, of any shape, of all types that hold numbers;
 * without inputs too. For frames that come and go there is {@link dev.vigil.infer.Engine}. Not threadsafe.
 */
public final class OrtGraph implements AutoCloseable {
    /** How much of ONNX Runtime's own optimiser works on it. */
    public enum Optimizing {
        NONE,
        ALL
    }

    /**
     * Numbers of a tensor.
     *
     * @param bytes in native order, from index 0 on; what goes in must lie off the heap
     */
    public record Tensor(ElementType type, long[] shape, ByteBuffer bytes) {}

    private final String name;
    private final OrtEnvironment environment;
    private final OrtSession session;
    private final List<TensorInfo> inputs;
    private final List<TensorInfo> outputs;

    private OrtGraph(String name, OrtEnvironment environment, OrtSession session) throws OrtException {
        this.name = name;
        this.environment = environment;
        this.session = session;
        this.inputs =
                session.getInputInfo().values().stream().map(OrtTypes::describe).toList();
        this.outputs = session.getOutputInfo().values().stream()
                .map(OrtTypes::describe)
                .toList();
    }

    /**
     * Loads a graph.
     *
     * @param threads of one run
     * @param cacheDir for unpacked natives
     * @throws InferException when it can not be loaded
     */
    public static OrtGraph open(Path model, Optimizing optimizing, int threads, Path cacheDir) throws InferException {
        return DeepStack.call("load-" + ModelFormat.stem(model), () -> load(model, optimizing, threads, cacheDir));
    }

    private static OrtGraph load(Path model, Optimizing optimizing, int threads, Path cacheDir) throws InferException {
        try {
            OrtNatives.provide(InferOptions.Device.CPU, cacheDir);
            OrtEnvironment environment = OrtEngine.environmentOfProcess();
            try (OrtSession.SessionOptions settings = new OrtSession.SessionOptions()) {
                settings.setOptimizationLevel(
                        optimizing == Optimizing.ALL
                                ? OrtSession.SessionOptions.OptLevel.ALL_OPT
                                : OrtSession.SessionOptions.OptLevel.NO_OPT);
                settings.setSessionLogLevel(OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL);
                settings.setInterOpNumThreads(1);
                settings.setIntraOpNumThreads(threads);
                settings.addConfigEntry("session.intra_op.allow_spinning", "0");
                OrtSession session = environment.createSession(model.toString(), settings);
                return new OrtGraph(ModelFormat.stem(model), environment, session);
            }
        } catch (OrtException | LinkageError e) {
            throw new InferException("the model " + model + " can not be loaded: " + OrtEngine.firstLine(e), e);
        }
    }

    public List<TensorInfo> inputs() {
        return inputs;
    }

    public List<TensorInfo> outputs() {
        return outputs;
    }

    /**
     * Runs it once.
     *
     * @return every output that holds numbers, by name in the graph's order
     */
    public Map<String, Tensor> run(Map<String, Tensor> values) throws InferException {
        Set<String> wanted = outputs.stream()
                .filter(output -> output.type() != ElementType.OTHER)
                .map(TensorInfo::name)
                .collect(Collectors.toCollection(java.util.LinkedHashSet::new));
        Map<String, OnnxTensor> ins = new HashMap<>();
        try {
            fill(ins, values);
            Map<String, Tensor> outs = new LinkedHashMap<>();
            try (OrtSession.Result result = session.run(ins, wanted)) {
                for (TensorInfo output : outputs) {
                    if (wanted.contains(output.name())
                            && result.get(output.name()).orElseThrow() instanceof OnnxTensor tensor) {
                        ByteBuffer bytes = tensor.getByteBuffer().order(ByteOrder.nativeOrder());
                        outs.put(
                                output.name(),
                                new Tensor(output.type(), tensor.getInfo().getShape(), bytes));
                    }
                }
            }
            return outs;
        } catch (OrtException e) {
            throw new InferException("the model " + name + " does not run: " + OrtEngine.firstLine(e), e);
        } finally {
            ins.values().forEach(OnnxTensor::close);
        }
    }

    /** Runs it once, and tells how long that took. */
    public long runNs(Map<String, Tensor> values) throws InferException {
        Map<String, OnnxTensor> ins = new HashMap<>();
        try {
            fill(ins, values);
            long startNs = System.nanoTime();
            session.run(ins).close();
            return System.nanoTime() - startNs;
        } catch (OrtException e) {
            throw new InferException("the model " + name + " does not run: " + OrtEngine.firstLine(e), e);
        } finally {
            ins.values().forEach(OnnxTensor::close);
        }
    }

    private void fill(Map<String, OnnxTensor> ins, Map<String, Tensor> values) throws OrtException {
        for (Map.Entry<String, Tensor> value : values.entrySet()) {
            Tensor tensor = value.getValue();
            ins.put(
                    value.getKey(),
                    OnnxTensor.createTensor(
                            environment,
                            tensor.bytes().duplicate().order(ByteOrder.nativeOrder()),
                            tensor.shape(),
                            OrtTypes.javaType(tensor.type())));
        }
    }

    @Override
    public void close() throws InferException {
        try {
            session.close();
        } catch (OrtException e) {
            throw new InferException("the model " + name + " can not be closed: " + OrtEngine.firstLine(e), e);
        }
    }
}
