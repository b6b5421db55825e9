package dev.vigil.app;

import dev.vigil.app.repair.Resource;
import dev.vigil.config.VigilConfig;
import dev.vigil.metrics.ProcessFigures;
import dev.vigil.metrics.box.BoxFigures;
import dev.vigil.source.StreamInfo;
import java.util.List;
import java.util.function.Supplier;

/** The memory in which models and decoders live, and whatever else native code takes. Threadsafe. */
final class OutsideHeap implements Resource {
    /** Of what there is; more than that is hardly anything left. */
    private static final double SCARCE_SHARE = 0.95;

    private static final long SLACK_BYTES = 128L << 20;

    private final Supplier<List<Camera>> cameras;
    /** Made of files on a disk, which who looks does not wait for. */
    private volatile MemoryPlan plan;

    /** @param cameras those that run */
    OutsideHeap(VigilConfig config, Supplier<List<Camera>> cameras) {
        this.cameras = cameras;
        change(config);
    }

    /** Another configuration runs from now on. */
    void change(VigilConfig next) {
        plan = MemoryPlan.of(
                next, BoxFigures.ofThisBox().read(), Runtime.getRuntime().maxMemory());
    }

    @Override
    public String name() {
        return "memory outside of Java's heap";
    }

    @Override
    public long used() {
        return ProcessFigures.outsideHeapBytes();
    }

    @Override
    public long needed() {
        return plan.plannedOutsideHeapBytes()
                + cameras.get().stream().mapToLong(OutsideHeap::beyondPlanBytes).sum();
    }

    private static long beyondPlanBytes(Camera camera) {
        StreamInfo stream = camera.reader().status().stream();
        return MemoryPlan.beyondPlanBytes(camera.config(), stream.widthPx(), stream.heightPx());
    }

    @Override
    public long slack() {
        return SLACK_BYTES;
    }

    @Override
    public String scarce() {
        MemoryPlan now = plan;
        long taken = ProcessFigures.residentBytes() + ProcessFigures.swappedBytes();
        return now.limitBytes() > 0 && taken > SCARCE_SHARE * now.limitBytes()
                ? show(taken) + " of " + show(now.limitBytes()) + " (" + now.limitOf() + ") are in use"
                : null;
    }

    @Override
    public String show(long bytes) {
        return (bytes >> 20) + " MiB";
    }
}
