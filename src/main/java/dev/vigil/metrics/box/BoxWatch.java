package dev.vigil.metrics.box;

import dev.vigil.base.FullHeap;
import dev.vigil.metrics.box.BoxWarning.Kind;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells when something begins to be wrong with the box, and when it is over: what lasts is told once. A warning is over when it
 * has not been seen for a minute. One thread looks; what it has found is told to any.
 */
public final class BoxWatch {
    static final long OVER_NS = TimeUnit.MINUTES.toNanos(1);
    private static final Logger LOG = LoggerFactory.getLogger(BoxWatch.class);

    private static final double SLOWED_SHARE = 0.95;
    private static final double QUOTA_SHARE = 0.05;
    private static final long SWAP_BYTES = 16L << 20;
    private static final double PRESSURE_PERCENT = 10;
    /** Of the box's memory; less than this can be had. */
    private static final double LEFT_SHARE = 0.05;

    private static final double DESCRIPTORS_SHARE = 0.8;

    private static final class Held {
        private BoxWarning warning;
        private long seenNs;
    }

    private final Map<Kind, Held> held = new EnumMap<>(Kind.class);
    private BoxState before;
    private long beforeNs;
    /** Of the wants of memory that were not met, those that were told. */
    private long unmet = FullHeap.count();

    private volatile List<BoxWarning> now = List.of();

    /** What was wrong when it last looked. */
    public List<BoxWarning> now() {
        return now;
    }

    /**
     * Looks at a state, and tells what has changed since the last.
     *
     * @param nowNs on the monotonic clock
     * @return what is wrong now
     */
    public List<BoxWarning> look(BoxState state, long nowNs) {
        for (BoxWarning warning : wrong(state, nowNs)) {
            Held same = held.get(warning.kind());
            if (same == null) {
                LOG.warn("{}", warning.text());
                same = new Held();
                held.put(warning.kind(), same);
            }
            same.warning = warning;
            same.seenNs = nowNs;
        }
        held.entrySet().removeIf(entry -> {
            boolean over = nowNs - entry.getValue().seenNs >= OVER_NS;
            if (over) {
                LOG.info("the box is no longer warned of: {}", entry.getKey().label());
            }
            return over;
        });
        before = state;
        beforeNs = nowNs;
        now = held.values().stream().map(each -> each.warning).toList();
        return now;
    }

    private List<BoxWarning> wrong(BoxState state, long nowNs) {
        List<BoxWarning> wrong = new ArrayList<>();
        heat(state, wrong);
        if (state.frequencyShare() != null && state.frequencyShare() < SLOWED_SHARE) {
            add(
                    wrong,
                    Kind.SLOWED,
                    "CPUs are allowed %.0f %% of their highest frequency",
                    100 * state.frequencyShare());
        }
        if (Boolean.TRUE.equals(state.underVoltage())) {
            add(wrong, Kind.UNDER_VOLTAGE, "the supply's voltage is too low, and so the CPU is slowed down");
        }
        long throttledUs = risen(before == null ? null : before.throttledUs(), state.throttledUs());
        double throttled = throttledUs * 1e3 / Math.max(1, nowNs - beforeNs);
        if (throttled > QUOTA_SHARE) {
            add(
                    wrong,
                    Kind.CPU_QUOTA,
                    "the CPU quota of %s CPUs is used up: threads waited %.0f %% of the time",
                    state.cpuQuota() == null ? "some" : String.format(Locale.ROOT, "%.2f", state.cpuQuota()),
                    100 * throttled);
        }
        memory(state, wrong);
        state.gpus().forEach(gpu -> gpu(gpu, wrong));
        if (state.descriptors() != null
                && state.descriptorsMax() != null
                && state.descriptors() > DESCRIPTORS_SHARE * state.descriptorsMax()) {
            add(
                    wrong,
                    Kind.DESCRIPTORS,
                    "%d of %d descriptors are in use: raise the limit (LimitNOFILE=, ulimit -n)",
                    state.descriptors(),
                    state.descriptorsMax());
        }
        long more = FullHeap.count() - unmet;
        unmet += more;
        if (more > 0) {
            add(
                    wrong,
                    Kind.HEAP,
                    "Java's memory was wanted in vain %d times: there is too little of it (VIGIL_HEAP, VIGIL_OFF_HEAP), or"
                            + " something leaks",
                    more);
        }
        return wrong;
    }

    private static void gpu(GpuState gpu, List<BoxWarning> wrong) {
        if (Boolean.TRUE.equals(gpu.slowedByHeat())) {
            add(wrong, Kind.HOT, "GPU %d is slowed down because of heat%s", gpu.index(), temperature(gpu));
        }
        if (gpu.isFull()) {
            add(
                    wrong,
                    Kind.GPU_MEMORY,
                    "%d of %d MiB of memory of GPU %d are in use%s",
                    gpu.usedBytes() >> 20,
                    gpu.memoryBytes() >> 20,
                    gpu.index(),
                    gpu.ownBytes() == null
                            ? ""
                            : String.format(Locale.ROOT, ", %d of them here", gpu.ownBytes() >> 20));
        }
    }

    private static String temperature(GpuState gpu) {
        return gpu.temperatureC() == null ? "" : String.format(Locale.ROOT, ": %.0f °C", gpu.temperatureC());
    }

    private void heat(BoxState state, List<BoxWarning> wrong) {
        long throttles = risen(before == null ? null : before.thermalThrottles(), state.thermalThrottles());
        if (throttles > 0) {
            add(wrong, Kind.HOT, "CPUs were slowed down %d times because of heat%s", throttles, temperature(state));
        } else if (state.temperatureC() != null
                && state.temperatureLimitC() != null
                && state.temperatureC() >= state.temperatureLimitC()) {
            add(wrong, Kind.HOT, "the box is too hot%s", temperature(state));
        }
    }

    private static String temperature(BoxState state) {
        return state.temperatureC() == null
                ? ""
                : String.format(Locale.ROOT, ": %.0f °C", state.temperatureC())
                        + (state.temperatureLimitC() == null
                                ? ""
                                : String.format(Locale.ROOT, ", the limit is %.0f °C", state.temperatureLimitC()));
    }

    private void memory(BoxState state, List<BoxWarning> wrong) {
        if (state.swapBytes() != null && state.swapBytes() > SWAP_BYTES) {
            add(wrong, Kind.SWAPPED, "%d MiB of the process lie in swap space", state.swapBytes() >> 20);
        }
        boolean waits = state.memory() != null && state.memory().somePercent() > PRESSURE_PERCENT;
        boolean scarce = state.availableBytes() != null
                && state.totalBytes() != null
                && state.availableBytes() < LEFT_SHARE * state.totalBytes();
        long atLimit = risen(before == null ? null : before.limitEvents(), state.limitEvents());
        if (waits) {
            add(
                    wrong,
                    Kind.MEMORY,
                    "threads wait for memory %.0f %% of the time",
                    state.memory().somePercent());
        } else if (atLimit > 0 && state.limitBytes() != null) {
            add(
                    wrong,
                    Kind.MEMORY,
                    "the memory limit of %d MiB was reached %d times",
                    state.limitBytes() >> 20,
                    atLimit);
        } else if (scarce) {
            add(
                    wrong,
                    Kind.MEMORY,
                    "%d MiB of the box's %d MiB of memory are left",
                    state.availableBytes() >> 20,
                    state.totalBytes() >> 20);
        }
        long killed = risen(before == null ? null : before.oomKills(), state.oomKills());
        if (killed > 0) {
            add(
                    wrong,
                    Kind.OOM_KILL,
                    "the kernel has ended %d processes of this control group for want of memory",
                    killed);
        }
    }

    private static long risen(Long from, Long to) {
        return from == null || to == null ? 0 : Math.max(0, to - from);
    }

    private static void add(List<BoxWarning> to, Kind kind, String text, Object... values) {
        to.add(new BoxWarning(kind, String.format(Locale.ROOT, text, values)));
    }
}
