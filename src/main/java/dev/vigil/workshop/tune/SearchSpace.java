package dev.vigil.workshop.tune;

import dev.vigil.infer.Backend;
import dev.vigil.infer.BackendOptions;
import dev.vigil.infer.BackendOptions.Precision;
import dev.vigil.infer.InferOptions;
import dev.vigil.infer.InferOptions.Device;
import dev.vigil.infer.ModelFormat;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * All settings that a box and a model's files leave a choice of, in the order that {@link TuneSearch} wants.
 *
 * @param cores that this process may use
 * @param onGpu whether the default settings came to run on a GPU
 * @param batchMax most pictures of one run that are worth trying
 */
public record SearchSpace(int cores, boolean onGpu, int batchMax) {
    private static final int[] CPU_BATCHES = {1, 2, 4, 8};
    private static final int[] GPU_BATCHES = {1, 2, 4, 8, 16, 32};
    private static final int[] GPU_WORKERS = {1, 2};

    /** The default first. */
    public List<Settings> of(List<Variant> variants) {
        List<Settings> all = new ArrayList<>();
        for (Variant variant : variants) {
            List<Backend> backends = ModelFormat.of(variant.file()).backends();
            for (Backend backend : backends) {
                boolean usual = backend == backends.get(0);
                BackendOptions options = BackendOptions.DEFAULT.withBackend(usual ? Backend.AUTO : backend);
                if (!onGpu || backend != Backend.ONNXRUNTIME) {
                    onCpu(variant, InferOptions.DEFAULT.withBackend(options), all);
                    continue;
                }
                onGpu(variant, InferOptions.DEFAULT.withBackend(options), all);
                for (Precision precision : new Precision[] {Precision.AUTO, Precision.FP16}) {
                    BackendOptions computing =
                            new BackendOptions(options.backend(), options.graph(), options.provider(), precision);
                    onGpu(variant, InferOptions.DEFAULT.withBackend(computing).withDevice(Device.TENSORRT), all);
                }
                onCpu(variant, InferOptions.DEFAULT.withBackend(options).withDevice(Device.CPU), all);
            }
        }
        return all;
    }

    private void onGpu(Variant variant, InferOptions options, List<Settings> into) {
        for (int workers : GPU_WORKERS) {
            for (int batch : GPU_BATCHES) {
                if (batch <= batchMax) {
                    into.add(new Settings(variant, shape(options, workers == 1 ? 0 : workers, 1, batch), workers));
                }
            }
        }
    }

    private void onCpu(Variant variant, InferOptions options, List<Settings> into) {
        for (int[] spread : spreads()) {
            int workers = spread[0];
            int threads = spread[1];
            boolean ofItself = workers == Math.max(1, cores / threads);
            for (int batch : CPU_BATCHES) {
                if (batch <= batchMax) {
                    into.add(new Settings(variant, shape(options, ofItself ? 0 : workers, threads, batch), workers));
                }
            }
        }
    }

    /** Workers and threads: all cores by workers first, as is usual, then all cores in other ways, then fewer of them. */
    private List<int[]> spreads() {
        List<int[]> spreads = new ArrayList<>();
        for (int threads : powers()) {
            for (int workers : powers()) {
                if (workers * threads <= cores) {
                    spreads.add(new int[] {workers, threads});
                }
            }
        }
        spreads.sort(
                Comparator.<int[]>comparingInt(spread -> -spread[0] * spread[1]).thenComparingInt(spread -> spread[1]));
        return spreads;
    }

    /** 1, 2, 4 … and the cores themselves. */
    private List<Integer> powers() {
        List<Integer> powers = new ArrayList<>();
        for (int power = 1; power < cores; power *= 2) {
            powers.add(power);
        }
        powers.add(cores);
        return powers;
    }

    private static InferOptions shape(InferOptions options, int workers, int threads, int batch) {
        return new InferOptions(
                options.device(), workers, threads, batch, options.batchWait(), options.timeout(), options.backend());
    }
}
