package dev.vigil.infer.ort;

import dev.vigil.infer.BackendOptions;
import dev.vigil.infer.DeepStack;
import dev.vigil.infer.Engine;
import dev.vigil.infer.EngineStep;
import dev.vigil.infer.InferException;
import dev.vigil.infer.InferOptions;
import dev.vigil.infer.InferOptions.Device;
import dev.vigil.infer.ModelFormat;
import dev.vigil.infer.RingMemory;
import dev.vigil.infer.SwitchingEngine;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** The devices of this box that a model may go over to, down to the CPU: TensorRT, CUDA, a plugin. Stateless. */
final class OrtSteps {
    private OrtSteps() {}

    /**
     * Serves on {@code first} as long as that can, or until a better one can be had.
     *
     * @param toBuild TensorRT's engine is
     * @param refused devices that can not be had now, and why
     */
    static Engine from(
            Engine first,
            Device at,
            boolean toBuild,
            Map<Device, String> refused,
            Path model,
            InferOptions options,
            Path cacheDir) {
        // As many workers as there are now go over to it.
        InferOptions same = options.withWorkers(first.workers());
        HostLibraries host = HostLibraries.ofThisBox();
        List<EngineStep> steps = new ArrayList<>();
        int from = 0;
        for (Device device : List.of(Device.TENSORRT, Device.CUDA, Device.CPU)) {
            if (device == at) {
                from = steps.size();
            }
            boolean above = device.compareTo(at) > 0;
            boolean later = toBuild && device == Device.TENSORRT || refused.containsKey(device);
            if (device == at || (above ? later : OrtEngine.lack(device, host) == null)) {
                steps.add(step(device, model, device == Device.CPU ? onAllCores(same) : same, cacheDir));
            }
        }
        String fault = refused.isEmpty()
                ? null
                : refused.entrySet().stream()
                        .map(each -> OrtEngine.label(each.getKey()) + " could not be had: " + each.getValue())
                        .collect(Collectors.joining("; "));
        return new SwitchingEngine(steps, from, first, toBuild, fault);
    }

    /** Serves on a plugin as long as that can. */
    static Engine overCpu(Engine first, Path model, InferOptions options, Path cacheDir) {
        BackendOptions backend = options.backend();
        InferOptions plain = onAllCores(options.withWorkers(first.workers()))
                .withBackend(new BackendOptions(backend.backend(), backend.graph(), null, backend.precision()));
        return new SwitchingEngine(
                List.of(
                        new EngineStep(
                                first.device(),
                                new Opener(model, Device.CPU, options.withWorkers(first.workers()), cacheDir)),
                        step(Device.CPU, model, plain, cacheDir)),
                0,
                first,
                false,
                null);
    }

    private static EngineStep step(Device device, Path model, InferOptions options, Path cacheDir) {
        return new EngineStep(OrtEngine.label(device), new Opener(model, device, options, cacheDir));
    }

    private record Opener(Path model, Device device, InferOptions options, Path cacheDir) implements EngineStep.Opener {
        @Override
        public Engine open(RingMemory memory) throws InferException {
            if (device == Device.TENSORRT) {
                TensorRtCache cache = OrtEngine.cache(model, options, cacheDir);
                EngineProcess.build(model, options, cacheDir, cache, memory);
            }
            return DeepStack.call(
                    "load-" + ModelFormat.stem(model),
                    () -> OrtEngine.openHere(model, device, options, cacheDir, null));
        }

        @Override
        public void tryElsewhere(RingMemory memory) throws InferException {
            // TensorRT runs in CUDA's context, and it is that which was lost.
            Device lost = device == Device.TENSORRT ? Device.CUDA : device;
            EngineProcess.tryDevice(model, lost, options, cacheDir, memory);
        }
    }

    /** A GPU's few workers are as many on the CPU, where they have all of its cores. */
    static InferOptions onAllCores(InferOptions options) {
        int cores = Runtime.getRuntime().availableProcessors();
        return options.withThreads(Math.max(options.threads(), cores / Math.max(1, options.workers())));
    }
}
