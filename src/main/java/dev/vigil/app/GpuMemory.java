package dev.vigil.app;

import dev.vigil.app.repair.Resource;
import dev.vigil.metrics.box.GpuState;
import dev.vigil.metrics.box.GpuWatch;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;

/** What the process has of the memory of NVIDIA's GPUs, in which models and decoders live; nobody plans it. Threadsafe. */
final class GpuMemory implements Resource {
    private static final long SLACK_BYTES = 256L << 20;

    private final Supplier<List<GpuState>> gpus;

    GpuMemory() {
        this(GpuWatch::now);
    }

    GpuMemory(Supplier<List<GpuState>> gpus) {
        this.gpus = gpus;
    }

    @Override
    public String name() {
        return "memory of the GPU";
    }

    @Override
    public long used() {
        return gpus.get().stream()
                .map(GpuState::ownBytes)
                .filter(Objects::nonNull)
                .mapToLong(Long::longValue)
                .sum();
    }

    @Override
    public long needed() {
        return 0;
    }

    @Override
    public long slack() {
        return SLACK_BYTES;
    }

    @Override
    public String scarce() {
        return gpus.get().stream()
                .filter(gpu -> gpu.ownBytes() != null && gpu.isFull())
                .map(gpu -> show(gpu.usedBytes()) + " of " + show(gpu.memoryBytes()) + " of GPU " + gpu.index()
                        + " are in use")
                .findFirst()
                .orElse(null);
    }

    @Override
    public String show(long bytes) {
        return (bytes >> 20) + " MiB";
    }

    @Override
    public Duration age() {
        return GpuWatch.EVERY;
    }
}
