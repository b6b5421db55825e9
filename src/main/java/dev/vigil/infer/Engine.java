package dev.vigil.infer;

import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import ai.onnxruntime.ValueInfo;
import ai.onnxruntime.providers.OrtCUDAProviderOptions;
import ai.onnxruntime.providers.OrtTensorRTProviderOptions;
import dev.vigil.frame.TensorInfo.ElementType;
import dev.vigil.infer.InferOptions.Device;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A loaded model on its device. Its description is fixed; running it goes through {@link TensorRing}s, which own the buffers.
 *
 * <p>Threadsafe: several workers may run frames at the same time.
 */
public final class Engine implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Engine.class);

    private static final Pattern ORT_PREFIX =
            Pattern.compile("^(Error code - \\S+ - message: )?(Load model from .*? failed: ?)?");
    /** Names in a damaged model may be of any length. */
    private static final int LINE_MAX = 300;

    /** Guarded by the class. */
    private static OrtEnvironment processEnvironment;

    private final OrtEnvironment environment;
    private final OrtSession session;
    private final Device device;
    private final InferOptions options;
    private final String name;
    private final List<dev.vigil.frame.TensorInfo> inputs;
    private final List<dev.vigil.frame.TensorInfo> outputs;
    private final Map<String, String> metadata;
    private final Runs runs = new Runs();

    private Engine(OrtEnvironment environment, OrtSession session, Device device, InferOptions options, String name)
            throws OrtException {
        this.environment = environment;
        this.session = session;
        this.device = device;
        this.options = options;
        this.name = name;
        this.inputs = describe(session.getInputInfo());
        this.outputs = describe(session.getOutputInfo());
        this.metadata = session.getMetadata().getCustomMetadata();
    }

    /**
     * Loads a model on the best device that the options allow and the box has, and says in one line why it is not a better one.
     *
     * @param cacheDir for unpacked natives and built engines
     * @throws InferException when the file is missing or no model, or a device that was asked for can not be had
     */
    public static Engine open(Path model, InferOptions options, Path cacheDir) throws InferException {
        return DeepStack.call("load-" + stem(model), () -> openHere(model, options, cacheDir));
    }

    private static Engine openHere(Path model, InferOptions options, Path cacheDir) throws InferException {
        String problem = ModelFile.problem(model);
        if (problem != null) {
            throw new InferException("the model " + model + " " + problem);
        }
        List<String> reasons = new ArrayList<>();
        HostLibraries host = HostLibraries.ofThisBox();
        for (Device candidate : candidates(options.device())) {
            String lack = lack(candidate, host);
            if (lack == null) {
                try {
                    return open(model, candidate, options, cacheDir, reasons);
                } catch (OrtException | LinkageError e) { // natives that can not be loaded are no device either
                    lack = firstLine(
                            e instanceof ExceptionInInitializerError && e.getCause() != null ? e.getCause() : e);
                }
            }
            reasons.add(label(candidate) + ": " + lack);
        }
        throw new InferException("the model " + model + " can not be loaded: " + String.join("; ", reasons));
    }

    /** In the order in which they are tried; a device that was asked for by name falls back as well, but aloud. */
    private static List<Device> candidates(Device wanted) {
        return switch (wanted) {
            case AUTO, TENSORRT ->
                wanted == Device.AUTO
                        ? List.of(Device.CUDA, Device.CPU)
                        : List.of(Device.TENSORRT, Device.CUDA, Device.CPU);
            case CUDA -> List.of(Device.CUDA, Device.CPU);
            case CPU -> List.of(Device.CPU);
        };
    }

    private static String lack(Device device, HostLibraries host) {
        if (device == Device.CPU) {
            return null;
        }
        if (!OrtNatives.haveProvider(label(device))) {
            return "this build has no libraries for it";
        }
        List<String> missing = host.missingFor(device);
        return missing.isEmpty() ? null : "this box lacks " + String.join(", ", missing);
    }

    private static Engine open(Path model, Device device, InferOptions options, Path cacheDir, List<String> reasons)
            throws InferException, OrtException {
        OrtNatives.provide(device, cacheDir);
        OrtEnvironment environment = environmentOfProcess();
        try (OrtSession.SessionOptions settings = settings(device, options, cacheDir)) {
            OrtSession session = environment.createSession(model.toString(), settings);
            if (!reasons.isEmpty()) {
                boolean asked = options.device() != Device.AUTO;
                LOG.atLevel(asked ? org.slf4j.event.Level.WARN : org.slf4j.event.Level.INFO)
                        .log("{}: on {} ({})", model.getFileName(), label(device), String.join("; ", reasons));
            }
            return new Engine(environment, session, device, options, stem(model));
        }
    }

    /** One for the process; asking for it again with a level makes ONNX Runtime print a warning. */
    private static synchronized OrtEnvironment environmentOfProcess() {
        if (processEnvironment == null) {
            processEnvironment = OrtEnvironment.getEnvironment(OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL, "vigil");
        }
        return processEnvironment;
    }

    private static OrtSession.SessionOptions settings(Device device, InferOptions options, Path cacheDir)
            throws OrtException, InferException {
        OrtSession.SessionOptions settings = new OrtSession.SessionOptions();
        try {
            fill(settings, device, options, cacheDir);
            return settings;
        } catch (OrtException | InferException | RuntimeException e) {
            settings.close();
            throw e;
        }
    }

    private static void fill(OrtSession.SessionOptions settings, Device device, InferOptions options, Path cacheDir)
            throws OrtException, InferException {
        settings.setOptimizationLevel(OrtSession.SessionOptions.OptLevel.ALL_OPT);
        settings.setSessionLogLevel(OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL);
        settings.setInterOpNumThreads(1);
        settings.setIntraOpNumThreads(Math.max(1, options.threads()));
        // The pool's idle threads would otherwise spin away most of a core between frames.
        settings.addConfigEntry("session.intra_op.allow_spinning", "0");
        if (device == Device.TENSORRT) {
            try (OrtTensorRTProviderOptions tensorRt = tensorRt(cacheDir)) {
                settings.addTensorrt(tensorRt);
            }
        }
        if (device != Device.CPU) {
            try (OrtCUDAProviderOptions cuda = new OrtCUDAProviderOptions(0)) {
                settings.addCUDA(cuda);
            }
            // Runs from changing threads otherwise grow the GPU's memory without bound.
            settings.setMemoryPatternOptimization(options.workers() <= 1);
        }
    }

    private static OrtTensorRTProviderOptions tensorRt(Path cacheDir) throws OrtException, InferException {
        Path engines = cacheDir.resolve("tensorrt");
        try {
            Files.createDirectories(engines);
        } catch (java.io.IOException e) {
            throw new InferException("the cache folder " + engines + " can not be written: " + e.getMessage(), e);
        }
        OrtTensorRTProviderOptions tensorRt = new OrtTensorRTProviderOptions(0);
        tensorRt.add("trt_engine_cache_enable", "1");
        tensorRt.add("trt_engine_cache_path", engines.toString());
        tensorRt.add("trt_timing_cache_enable", "1");
        return tensorRt;
    }

    private static List<dev.vigil.frame.TensorInfo> describe(Map<String, NodeInfo> nodes) {
        List<dev.vigil.frame.TensorInfo> described = new ArrayList<>();
        for (NodeInfo node : nodes.values()) {
            ValueInfo value = node.getInfo();
            described.add(
                    value instanceof TensorInfo tensor
                            ? new dev.vigil.frame.TensorInfo(node.getName(), type(tensor), tensor.getShape())
                            : new dev.vigil.frame.TensorInfo(node.getName(), ElementType.OTHER, new long[0]));
        }
        return List.copyOf(described);
    }

    private static ElementType type(TensorInfo tensor) {
        return switch (tensor.type) {
            case FLOAT -> ElementType.FLOAT32;
            case FLOAT16 -> ElementType.FLOAT16;
            case DOUBLE -> ElementType.FLOAT64;
            case UINT8 -> ElementType.UINT8;
            case INT8 -> ElementType.INT8;
            case BOOL -> ElementType.BOOL;
            case INT64 -> ElementType.INT64;
            case INT32 -> ElementType.INT32;
            default -> ElementType.OTHER;
        };
    }

    private static String label(Device device) {
        return device.name().toLowerCase(Locale.ROOT);
    }

    private static String stem(Path model) {
        return model.getFileName().toString().replaceFirst("\\.onnx$", "");
    }

    /** What ONNX Runtime says, as far as it is for people: on one line, without its error code and the file that all know of. */
    static String firstLine(Throwable e) {
        String message = e.getMessage() == null ? e.toString() : e.getMessage();
        String line = ORT_PREFIX
                .matcher(message.lines().findFirst().orElse(message))
                .replaceFirst("")
                .replaceAll("\\p{Cc}", "?");
        return line.length() <= LINE_MAX ? line : line.substring(0, LINE_MAX) + "…";
    }

    /** The file's name without its ending, as messages name the model. */
    public String name() {
        return name;
    }

    /** {@code cpu}, {@code cuda} or {@code tensorrt}, as messages name the device. */
    public String device() {
        return label(device);
    }

    public List<dev.vigil.frame.TensorInfo> inputs() {
        return inputs;
    }

    public List<dev.vigil.frame.TensorInfo> outputs() {
        return outputs;
    }

    /** The file's own key-value metadata, such as ultralytics' {@code names}. */
    public Map<String, String> metadata() {
        return metadata;
    }

    /**
     * Frames in inference at the same time. On a CPU several workers of one thread beat one worker of several (17.3 against
     * 20.8 ms of CPU a frame on two cores) and keep all cores busy beside decoding; a GPU wants one, with batches.
     */
    public int workers() {
        if (options.workers() > 0) {
            return options.workers();
        }
        return device == Device.CPU
                ? Math.max(1, Runtime.getRuntime().availableProcessors() / Math.max(1, options.threads()))
                : 1;
    }

    public boolean onCpu() {
        return device == Device.CPU;
    }

    public InferOptions options() {
        return options;
    }

    OrtEnvironment environment() {
        return environment;
    }

    /**
     * Runs the model on pinned outputs.
     *
     * @param others names of the outputs that are wanted besides, in the result
     * @return to be closed
     */
    OrtSession.Result run(
            Map<String, OnnxTensor> in,
            Set<String> others,
            Map<String, OnnxTensor> pinned,
            OrtSession.RunOptions settings)
            throws OrtException {
        if (!runs.begin()) {
            throw new OrtException("it is closed");
        }
        try {
            return session.run(in, others, pinned, settings);
        } finally {
            runs.end();
        }
    }

    OrtSession session() {
        return session;
    }

    /** Frees the model, unless a run is still on: then it stays until the process ends. */
    @Override
    public void close() {
        if (!runs.stop()) {
            LOG.warn("{}: a run is still on; the model stays until the process ends", name);
            return;
        }
        try {
            session.close();
        } catch (OrtException e) {
            LOG.warn("{}: closing failed: {}", name, firstLine(e));
        }
    }
}
