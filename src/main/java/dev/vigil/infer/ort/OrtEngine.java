package dev.vigil.infer.ort;

import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.vigil.frame.TensorInfo;
import dev.vigil.infer.Backend;
import dev.vigil.infer.Constant;
import dev.vigil.infer.DeepStack;
import dev.vigil.infer.DeviceFault;
import dev.vigil.infer.Engine;
import dev.vigil.infer.InferException;
import dev.vigil.infer.InferOptions;
import dev.vigil.infer.InferOptions.Device;
import dev.vigil.infer.InputTensors;
import dev.vigil.infer.LostDevices;
import dev.vigil.infer.ModelFacts;
import dev.vigil.infer.ModelFormat;
import dev.vigil.infer.OutputTensors;
import dev.vigil.infer.RingMemory;
import dev.vigil.infer.Runs;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A model as a session of ONNX Runtime. Threadsafe. */
public final class OrtEngine implements Engine {
    private static final Logger LOG = LoggerFactory.getLogger(OrtEngine.class);

    private static final Pattern ORT_PREFIX =
            Pattern.compile("^(Error code - \\S+ - message: )?(Load model from .*? failed: ?)?");
    /** Where in its sources it noticed, and twice which library. */
    private static final Pattern ORT_PLACE = Pattern.compile(
            "/onnxruntime_src/\\S+:\\d+ .*?\\([^)]*\\) (\\[with [^]]*] )?(\\[ONNXRuntimeError] : \\d+ : \\w+ : )?(Failed to load library \\S+ with error: )?");
    /** Which GPU it was of which host, and which line of its sources. */
    private static final Pattern ORT_TAIL = Pattern.compile(" ; GPU=-?\\d+ ; .*");

    /** Names in a damaged model may be of any length. */
    private static final int LINE_MAX = 300;

    /** Guarded by the class. */
    private static OrtEnvironment processEnvironment;

    private final OrtEnvironment environment;
    private final OrtSession session;
    private final Device device;
    private final InferOptions options;
    private final ModelFacts facts;
    private final Runs runs = new Runs();

    private OrtEngine(OrtEnvironment environment, OrtSession session, Device device, InferOptions options, String name)
            throws OrtException {
        this.environment = environment;
        this.session = session;
        this.device = device;
        this.options = options;
        this.facts = new ModelFacts(
                name,
                describe(session.getInputInfo()),
                describe(session.getOutputInfo()),
                session.getMetadata().getCustomMetadata());
    }

    /** See {@link Engine#open}; on a deep stack. */
    public static Engine open(Path model, InferOptions options, Path cacheDir) throws InferException {
        return open(model, options, cacheDir, null);
    }

    /**
     * As {@link Engine#open}, and has the session write down what it does until {@link #endProfile()}. Runs are a few per cent
     * slower meanwhile. An engine of TensorRT that is not there is waited for.
     */
    public static OrtEngine openProfiled(Path model, InferOptions options, Path cacheDir, OrtProfile profile)
            throws InferException {
        return (OrtEngine)
                DeepStack.call("load-" + ModelFormat.stem(model), () -> open(model, options, cacheDir, profile));
    }

    private static Engine open(Path model, InferOptions options, Path cacheDir, OrtProfile profile)
            throws InferException {
        List<String> reasons = new ArrayList<>();
        if (options.backend().provider() != null) {
            Engine engine = openHere(model, Device.CPU, options, cacheDir, profile, null, reasons);
            return profile == null ? OrtSteps.overCpu(engine, model, options, cacheDir) : engine;
        }
        HostLibraries host = HostLibraries.ofThisBox();
        boolean toBuild = false;
        Map<Device, String> refused = new EnumMap<>(Device.class);
        for (Device candidate : candidates(options.device())) {
            String lack = lack(candidate, host);
            if (lack == null && candidate == Device.TENSORRT && profile == null) {
                toBuild = true; // which takes minutes, and seconds when it was built before: something else serves
                // meanwhile
                continue;
            }
            if (lack == null) {
                try {
                    // Memory is planned for those that it will have on the GPU.
                    InferOptions here = refused.isEmpty()
                            ? options
                            : OrtSteps.onAllCores(options.withWorkers(Math.max(1, options.workers())));
                    Engine engine = open(model, candidate, here, cacheDir, profile, null, reasons);
                    boolean alone = profile != null || candidate == Device.CPU && !toBuild && refused.isEmpty();
                    return alone
                            ? engine
                            : OrtSteps.from(engine, candidate, toBuild, refused, model, options, cacheDir);
                } catch (OrtException | LinkageError e) { // natives that can not be loaded are no device either
                    lack = HostLibraries.explained(words(e));
                    if (DeviceFault.of(lack) != DeviceFault.NONE) {
                        refused.put(candidate, lack); // it may be had later
                    }
                }
            }
            if (LostDevices.why(label(candidate)) != null) {
                refused.put(candidate, lack); // another process may have it
            }
            reasons.add(label(candidate) + ": " + lack);
            if (toBuild && candidate == Device.CUDA) {
                toBuild = false; // what it can not run, TensorRT leaves to CUDA
                reasons.add("tensorrt: it needs cuda besides");
            }
        }
        throw new InferException("the model " + model + " can not be loaded: " + String.join("; ", reasons));
    }

    /**
     * On this device and no other.
     *
     * @param shapes that TensorRT is to build engines for, see {@link EngineProcess}; null to take those of the cache
     */
    static Engine openHere(Path model, Device device, InferOptions options, Path cacheDir, String shapes)
            throws InferException {
        return openHere(model, device, options, cacheDir, null, shapes, new ArrayList<>());
    }

    private static Engine openHere(
            Path model,
            Device device,
            InferOptions options,
            Path cacheDir,
            OrtProfile profile,
            String shapes,
            List<String> reasons)
            throws InferException {
        try {
            return open(model, device, options, cacheDir, profile, shapes, reasons);
        } catch (OrtException | LinkageError e) {
            throw new InferException("the model " + model + " can not be loaded: " + words(e), e);
        }
    }

    private static String words(Throwable e) {
        return firstLine(e instanceof ExceptionInInitializerError && e.getCause() != null ? e.getCause() : e);
    }

    static TensorRtCache cache(Path model, InferOptions options, Path cacheDir) throws InferException {
        String version = OrtNatives.version() + " " + HostLibraries.ofThisBox().builder();
        return TensorRtCache.of(model, options, version, cacheDir);
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

    static String lack(Device device, HostLibraries host) {
        if (device == Device.CPU) {
            return null;
        }
        String lost = LostDevices.why(label(device));
        if (lost != null) {
            return lost;
        }
        if (!OrtNatives.haveProvider(label(device))) {
            return "this build has no libraries for it";
        }
        List<String> missing = host.missingFor(device);
        return missing.isEmpty()
                ? null
                : "this box lacks " + String.join(", ", missing) + " (packages "
                        + String.join(", ", HostLibraries.packages(missing)) + ")";
    }

    /**
     * @param profile null for none
     * @param shapes null for those of the cache
     */
    private static Engine open(
            Path model,
            Device device,
            InferOptions options,
            Path cacheDir,
            OrtProfile profile,
            String shapes,
            List<String> reasons)
            throws InferException, OrtException {
        OrtNatives.provide(device, cacheDir);
        OrtEnvironment environment = environmentOfProcess();
        TensorRtCache engines = device == Device.TENSORRT ? cache(model, options, cacheDir) : null;
        try (OrtSession.SessionOptions settings = OrtSettings.of(environment, device, options, engines, shapes)) {
            if (profile != null) {
                profile.askFor(settings, device);
            }
            OrtSession session = environment.createSession(model.toString(), settings);
            if (!reasons.isEmpty()) {
                boolean asked = options.device() != Device.AUTO;
                LOG.atLevel(asked ? org.slf4j.event.Level.WARN : org.slf4j.event.Level.INFO)
                        .log("{}: on {} ({})", model.getFileName(), label(device), String.join("; ", reasons));
            }
            return new OrtEngine(environment, session, device, options, ModelFormat.stem(model));
        }
    }

    /** One for the process; asking for it again with a level makes ONNX Runtime print a warning. */
    static synchronized OrtEnvironment environmentOfProcess() throws OrtException {
        if (processEnvironment == null) {
            Set<Path> before = OrtNatives.ownFolders();
            processEnvironment = OrtEnvironment.getEnvironment(OrtSettings.told(), "vigil");
            // Where ORT_DISABLE_TELEMETRY, which the launcher sets, is missing, it reports to its maker; most of that
            // ends here.
            processEnvironment.setTelemetry(false);
            OrtNatives.removeOwnFolder(before);
        }
        return processEnvironment;
    }

    private static List<TensorInfo> describe(Map<String, NodeInfo> nodes) {
        return nodes.values().stream().map(OrtTypes::describe).toList();
    }

    static String label(Device device) {
        return device.name().toLowerCase(Locale.ROOT);
    }

    /** What ONNX Runtime says, as far as it is for people: on one line, without its error code and the file that all know of. */
    static String firstLine(Throwable e) {
        String message = e.getMessage() == null ? e.toString() : e.getMessage();
        String words =
                ORT_PREFIX.matcher(message.lines().findFirst().orElse(message)).replaceFirst("");
        String line = ORT_PLACE
                .matcher(ORT_TAIL.matcher(words).replaceFirst(""))
                .replaceAll("")
                .replaceAll("\\p{Cc}", "?");
        return line.length() <= LINE_MAX ? line : line.substring(0, LINE_MAX) + "…";
    }

    @Override
    public ModelFacts facts() {
        return facts;
    }

    @Override
    public Backend backend() {
        return Backend.ONNXRUNTIME;
    }

    @Override
    public String device() {
        return options.backend().provider() == null
                ? label(device)
                : options.backend().provider().name().toLowerCase(Locale.ROOT);
    }

    @Override
    public boolean onCpu() {
        return device == Device.CPU;
    }

    @Override
    public InferOptions options() {
        return options;
    }

    OrtEnvironment environment() {
        return environment;
    }

    /** Writes down what there is of the profile that it was opened with; runs that follow are in it no more. */
    public void endProfile() throws InferException {
        try {
            session.endProfiling();
        } catch (OrtException e) {
            throw new InferException("the profile of " + name() + " can not be written: " + firstLine(e), e);
        }
    }

    @Override
    public long[][] probe(InputTensors tensors, int batch) throws InferException {
        Set<String> wanted = outputs().stream()
                .filter(OutputTensors::isAskedFor)
                .map(TensorInfo::name)
                .collect(Collectors.toSet());
        long[][] shapes = new long[outputs().size()][];
        Map<String, OnnxTensor> ins = new HashMap<>();
        try {
            ins.put(tensors.picture().name(), picture(tensors, 0, batch));
            for (Constant constant : tensors.constants()) {
                ins.put(constant.name(), constant(constant, batch));
            }
            try (OrtSession.Result result = session.run(ins, wanted)) {
                for (int i = 0; i < shapes.length; i++) {
                    TensorInfo output = outputs().get(i);
                    shapes[i] = wanted.contains(output.name())
                            ? tensor(result, output).getInfo().getShape()
                            : new long[] {batch, 0};
                }
            }
        } catch (OrtException e) {
            throw new InferException("the model " + name() + " does not run: " + firstLine(e), e);
        } finally {
            ins.values().forEach(OnnxTensor::close);
        }
        return shapes;
    }

    /** The pictures of neighbouring slots in place. */
    OnnxTensor picture(InputTensors tensors, int first, int frames) throws OrtException {
        return OnnxTensor.createTensor(
                environment,
                tensors.pictures(first, frames),
                tensors.shape(frames),
                OrtTypes.javaType(tensors.picture().type()));
    }

    OnnxTensor constant(Constant constant, int frames) throws OrtException {
        return OnnxTensor.createTensor(
                environment,
                constant.values(frames),
                constant.shape(frames),
                OrtTypes.javaType(constant.declared().type()));
    }

    /** One output of a run. */
    OnnxTensor tensor(OrtSession.Result result, TensorInfo output) throws InferException {
        if (result.get(output.name()).orElseThrow() instanceof OnnxTensor tensor) {
            return tensor;
        }
        throw new InferException("the model " + name() + " gives " + output + ", which is no tensor");
    }

    @Override
    public Binding bind(RingMemory memory) throws InferException {
        return new OrtBinding(this, memory);
    }

    /**
     * Runs the model on pinned outputs().
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

    @Override
    public void close() {
        if (!runs.stop()) {
            LOG.warn("{}: a run is still on; the model stays until the process ends", name());
            return;
        }
        try {
            session.close();
        } catch (OrtException e) {
            LOG.warn("{}: closing failed: {}", name(), firstLine(e));
        }
    }
}
