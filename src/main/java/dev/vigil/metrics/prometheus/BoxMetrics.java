package dev.vigil.metrics.prometheus;

import dev.vigil.metrics.box.BoxFigures;
import dev.vigil.metrics.box.BoxState;
import dev.vigil.metrics.box.GpuState;

/** How things are with the box; what it does not tell is left out. */
public final class BoxMetrics {
    private BoxMetrics() {}

    public static void into(Scrape scrape, BoxFigures box) {
        BoxState state = box.read();
        scrape.set(Metric.BOX_CPUS, state.cpus());
        set(scrape, Metric.BOX_CPU_THROTTLED, state.throttledUs(), 1e6);
        set(scrape, Metric.BOX_FREQUENCY, state.frequencyShare(), 1);
        set(scrape, Metric.BOX_TEMPERATURE, state.temperatureC(), 1);
        set(scrape, Metric.BOX_TEMPERATURE_LIMIT, state.temperatureLimitC(), 1);
        set(scrape, Metric.BOX_MEMORY, state.memoryBytes(), 1);
        set(scrape, Metric.BOX_MEMORY_AVAILABLE, state.availableBytes(), 1);
        set(scrape, Metric.BOX_OOM_KILLS, state.oomKills(), 1);
        set(scrape, Metric.PROCESS_SWAP, state.swapBytes(), 1);
        pressure(scrape, "cpu", state.cpu());
        pressure(scrape, "memory", state.memory());
        pressure(scrape, "io", state.io());
        state.gpus().forEach(gpu -> gpu(scrape, gpu, Integer.toString(gpu.index())));
    }

    private static void gpu(Scrape scrape, GpuState gpu, String index) {
        set(scrape, Metric.GPU_MEMORY, gpu.memoryBytes(), 1, index);
        set(scrape, Metric.GPU_MEMORY_USED, gpu.usedBytes(), 1, index);
        set(scrape, Metric.GPU_MEMORY_OWN, gpu.ownBytes(), 1, index);
        set(scrape, Metric.GPU_UTILIZATION, gpu.utilizationPercent(), 100, index);
        set(scrape, Metric.GPU_TEMPERATURE, gpu.temperatureC(), 1, index);
        if (gpu.slowedByHeat() != null) {
            scrape.set(Metric.GPU_SLOWED, gpu.slowedByHeat().booleanValue(), index);
        }
    }

    private static void set(Scrape scrape, Metric metric, Number value, double ofUnit, String... labels) {
        if (value != null) {
            scrape.set(metric, value.doubleValue() / ofUnit, labels);
        }
    }

    private static void pressure(Scrape scrape, String resource, BoxState.Pressure pressure) {
        if (pressure != null) {
            scrape.set(Metric.BOX_PRESSURE, pressure.someUs() / 1e6, resource);
        }
    }
}
