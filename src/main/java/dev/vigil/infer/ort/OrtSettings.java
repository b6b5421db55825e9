package dev.vigil.infer.ort;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtEpDevice;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.providers.OrtCUDAProviderOptions;
import ai.onnxruntime.providers.OrtTensorRTProviderOptions;
import dev.vigil.infer.BackendOptions.Precision;
import dev.vigil.infer.BackendOptions.Provider;
import dev.vigil.infer.InferException;
import dev.vigil.infer.InferOptions;
import dev.vigil.infer.InferOptions.Device;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** What a session of ONNX Runtime is told. Stateless, but for the plugin libraries that the process has registered. */
final class OrtSettings {
    /** Paths of plugin libraries by provider's name. Guarded by the class. */
    private static final Map<String, Path> REGISTERED = new HashMap<>();

    /** Shapes by names that hold none of what the provider divides them by; of others it learns as they come. */
    private static final Pattern TELLABLE = Pattern.compile("[^:, ]+:[0-9x]+([, ][^:, ]+:[0-9x]+)+");

    /** What ONNX Runtime and its providers print by themselves. */
    private static volatile OrtLoggingLevel told = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL;

    private OrtSettings() {}

    static OrtLoggingLevel told() {
        return told;
    }

    /** From here on warnings and errors as well, for a process whose output is its log. */
    static void tellAll() {
        told = OrtLoggingLevel.ORT_LOGGING_LEVEL_WARNING;
    }

    /**
     * @param engines where TensorRT keeps what it builds; null for other devices
     * @param shapes that it builds for, the least and the greatest, see {@link EngineProcess}; null or empty for those that come
     * @return to be closed
     */
    static OrtSession.SessionOptions of(
            OrtEnvironment environment, Device device, InferOptions options, TensorRtCache engines, String shapes)
            throws OrtException, InferException {
        OrtSession.SessionOptions settings = new OrtSession.SessionOptions();
        boolean filled = false;
        try {
            fill(settings, environment, device, options, engines, shapes);
            filled = true;
            return settings;
        } finally {
            if (!filled) {
                settings.close();
            }
        }
    }

    private static void fill(
            OrtSession.SessionOptions settings,
            OrtEnvironment environment,
            Device device,
            InferOptions options,
            TensorRtCache engines,
            String shapes)
            throws OrtException, InferException {
        settings.setOptimizationLevel(OrtSession.SessionOptions.OptLevel.ALL_OPT);
        settings.setSessionLogLevel(told);
        settings.setInterOpNumThreads(1);
        settings.setIntraOpNumThreads(Math.max(1, options.threads()));
        // The pool's idle threads would otherwise spin away most of a core between frames.
        settings.addConfigEntry("session.intra_op.allow_spinning", "0");
        Provider provider = options.backend().provider();
        if (provider != null) {
            settings.addExecutionProvider(devices(environment, provider), provider.options());
            return;
        }
        Precision precision = options.backend().precision();
        if (device == Device.TENSORRT) {
            try (OrtTensorRTProviderOptions tensorRt = tensorRt(engines.folder(), precision, shapes)) {
                settings.addTensorrt(tensorRt);
            }
        }
        if (device != Device.CPU) {
            try (OrtCUDAProviderOptions cuda = new OrtCUDAProviderOptions(0)) {
                if (precision == Precision.FP32) {
                    cuda.add("use_tf32", "0");
                }
                settings.addCUDA(cuda);
            }
            // Runs from changing threads otherwise grow the GPU's memory without bound.
            settings.setMemoryPatternOptimization(options.workers() <= 1);
        }
    }

    private static OrtTensorRTProviderOptions tensorRt(Path folder, Precision precision, String shapes)
            throws OrtException, InferException {
        try {
            Files.createDirectories(folder);
        } catch (java.io.IOException e) {
            throw new InferException("the cache folder " + folder + " can not be written: " + e.getMessage(), e);
        }
        OrtTensorRTProviderOptions tensorRt = new OrtTensorRTProviderOptions(0);
        tensorRt.add("trt_engine_cache_enable", "1");
        tensorRt.add("trt_engine_cache_path", folder.toString());
        tensorRt.add("trt_timing_cache_enable", "1");
        tensorRt.add("trt_timing_cache_path", folder.toString());
        tensorRt.add("trt_fp16_enable", precision == Precision.FP16 ? "1" : "0");
        if (shapes != null && TELLABLE.matcher(shapes).matches()) {
            String[] range = shapes.split(" ", 2);
            tensorRt.add("trt_profile_min_shapes", range[0]);
            tensorRt.add("trt_profile_max_shapes", range[1]);
            tensorRt.add("trt_profile_opt_shapes", range[1]);
        }
        return tensorRt;
    }

    /** The devices that a plugin provider has found on this box. */
    private static synchronized List<OrtEpDevice> devices(OrtEnvironment environment, Provider provider)
            throws OrtException, InferException {
        Path before = REGISTERED.get(provider.name());
        if (before != null && !before.equals(provider.library())) {
            throw new InferException("provider " + provider.name() + " was loaded from " + before
                    + " before: another library of that name needs a restart");
        }
        if (before == null) {
            if (!Files.isRegularFile(provider.library())) {
                throw new InferException("provider " + provider.name() + ": the library " + provider.library()
                        + " does not exist; it comes with the provider's own package");
            }
            environment.registerExecutionProviderLibrary(
                    provider.name(), provider.library().toString());
            REGISTERED.put(provider.name(), provider.library());
        }
        List<OrtEpDevice> all = environment.getEpDevices();
        List<OrtEpDevice> devices =
                all.stream().filter(device -> provider.is(device.getEpName())).toList();
        if (devices.isEmpty()) {
            throw new InferException("provider " + provider.name() + " has no device on this box; there are "
                    + all.stream().map(OrtEpDevice::getEpName).distinct().collect(Collectors.joining(", ")));
        }
        // A provider takes the devices of one kind; its options say which where it has several.
        return devices.subList(0, 1);
    }
}
