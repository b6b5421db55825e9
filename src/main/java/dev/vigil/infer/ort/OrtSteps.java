package dev.vigil.infer.ort;

import dev.vigil.infer.BackendOptions;
import dev.vigil.infer.DeepStack;
import dev.vigil.infer.Engine;
import dev.vigil.infer.InferException;
import dev.vigil.infer.InferOptions;
import dev.vigil.infer.InferOptions.Device;
import dev.vigil.infer.ModelFormat;
import dev.vigil.infer.SwitchingEngine;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The devices of this box that a model may go over to, down to the CPU: TensorRT, CUDA, a plugin. Stateless. */
final class OrtSteps {
    private OrtSteps() {}

    /** Serves on {@code first} as long as that can, or until TensorRT has built its engine. */
    static Engine from(Engine first, Device at, boolean toBuild, Path model, InferOptions options, Path cacheDir)
            throws InferException {
        // As many workers as there are now go over to it.
        InferOptions later = options.withWorkers(first.workers());
        HostLibraries host = HostLibraries.ofThisBox();
        List<SwitchingEngine.Step> steps = new ArrayList<>();
        int from = 0;
        for (Device device : List.of(Device.TENSORRT, Device.CUDA, Device.CPU)) {
            if (device == at) {
                from = steps.size();
            }
            boolean above = device.compareTo(at) > 0;
            if (device == at || (above ? toBuild && device == Device.TENSORRT : OrtEngine.lack(device, host) == null)) {
                steps.add(step(device, model, device == Device.CPU ? onAllCores(later) : later, cacheDir));
            }
        }
        return new SwitchingEngine(steps, from, first, toBuild);
    }

    /** Serves on a plugin as long as that can. */
    static Engine overCpu(Engine first, Path model, InferOptions options, Path cacheDir) {
        BackendOptions backend = options.backend();
        InferOptions plain = onAllCores(options.withWorkers(first.workers()))
                .withBackend(new BackendOptions(backend.backend(), backend.graph(), null, backend.precision()));
        return new SwitchingEngine(
                List.of(
                        new SwitchingEngine.Step(
                                first.device(),
                                opener(model, Device.CPU, options.withWorkers(first.workers()), cacheDir)),
                        step(Device.CPU, model, plain, cacheDir)),
                0,
                first,
                false);
    }

    private static SwitchingEngine.Step step(Device device, Path model, InferOptions options, Path cacheDir) {
        return new SwitchingEngine.Step(OrtEngine.label(device), opener(model, device, options, cacheDir));
    }

    private static SwitchingEngine.Opener opener(Path model, Device device, InferOptions options, Path cacheDir) {
        return memory -> {
            if (device == Device.TENSORRT) {
                TensorRtCache cache = OrtEngine.cache(model, options, cacheDir);
                EngineBuild.inChild(model, options, cacheDir, cache, memory);
            }
            return DeepStack.call(
                    "load-" + ModelFormat.stem(model),
                    () -> OrtEngine.openHere(model, device, options, cacheDir, null));
        };
    }

    /** A GPU's few workers are as many on the CPU, where they have all of its cores. */
    private static InferOptions onAllCores(InferOptions options) {
        int cores = Runtime.getRuntime().availableProcessors();
        return options.withThreads(Math.max(options.threads(), cores / Math.max(1, options.workers())));
    }
}
