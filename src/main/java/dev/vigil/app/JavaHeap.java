package dev.vigil.app;

import dev.vigil.app.repair.Resource;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.lang.management.MemoryUsage;
import java.util.List;

/**
 * What lives on Java's heap: what was left of it by its collector, which looks at all of it only when it has to. Threadsafe.
 */
final class JavaHeap implements Resource {
    /** Of the most that it may be; more than that is hardly anything left. */
    private static final double SCARCE_SHARE = 0.85;
    /** The most that lives on it usually (docs/operations.md). */
    private static final long USUAL_BYTES = 60L << 20;

    private static final long SLACK_BYTES = 32L << 20;

    private final List<MemoryPoolMXBean> pools = ManagementFactory.getMemoryPoolMXBeans().stream()
            .filter(pool -> pool.getType() == MemoryType.HEAP)
            .toList();

    @Override
    public String name() {
        return "Java's heap";
    }

    @Override
    public long used() {
        long live = 0;
        for (MemoryPoolMXBean pool : pools) {
            MemoryUsage left = pool.getCollectionUsage();
            live += left == null ? 0 : left.getUsed();
        }
        return live;
    }

    @Override
    public long needed() {
        return USUAL_BYTES;
    }

    @Override
    public long slack() {
        return SLACK_BYTES;
    }

    @Override
    public String scarce() {
        long max = Runtime.getRuntime().maxMemory();
        long used = used();
        return used > SCARCE_SHARE * max
                ? show(used) + " of " + show(max) + " (VIGIL_HEAP) are in use by what lives"
                : null;
    }

    @Override
    public String show(long bytes) {
        return (bytes >> 20) + " MiB";
    }
}
