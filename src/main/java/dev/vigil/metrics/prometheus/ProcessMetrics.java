package dev.vigil.metrics.prometheus;

import dev.vigil.base.FullHeap;
import dev.vigil.metrics.ProcessFigures;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryMXBean;
import java.lang.management.MemoryUsage;

/** What the process and its Java use. */
public final class ProcessMetrics {
    private ProcessMetrics() {}

    public static void into(Scrape scrape) {
        scrape.set(Metric.PROCESS_CPU, ProcessFigures.cpuNs() / 1e9);
        scrape.set(Metric.PROCESS_START, ManagementFactory.getRuntimeMXBean().getStartTime() / 1e3);
        scrape.set(Metric.PROCESS_RESIDENT, ProcessFigures.residentBytes());
        scrape.set(Metric.PROCESS_RESIDENT_PEAK, ProcessFigures.residentPeakBytes());
        scrape.set(Metric.PROCESS_FDS, ProcessFigures.openFiles());
        scrape.set(Metric.PROCESS_FDS_MAX, ProcessFigures.openFilesMax());
        MemoryMXBean memory = ManagementFactory.getMemoryMXBean();
        memory("heap", memory.getHeapMemoryUsage(), scrape);
        memory("nonheap", memory.getNonHeapMemoryUsage(), scrape);
        for (BufferPoolMXBean pool : ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class)) {
            scrape.set(Metric.JVM_BUFFERS, pool.getMemoryUsed(), pool.getName());
        }
        for (GarbageCollectorMXBean collector : ManagementFactory.getGarbageCollectorMXBeans()) {
            scrape.summary(
                    Metric.JVM_GC,
                    collector.getCollectionCount(),
                    collector.getCollectionTime() / 1e3,
                    collector.getName());
        }
        scrape.set(Metric.JVM_MEMORY_UNMET, FullHeap.count());
        scrape.set(Metric.JVM_THREADS, ProcessFigures.threads());
    }

    private static void memory(String area, MemoryUsage usage, Scrape scrape) {
        scrape.set(Metric.JVM_MEMORY_USED, usage.getUsed(), area);
        scrape.set(Metric.JVM_MEMORY_COMMITTED, usage.getCommitted(), area);
        scrape.set(Metric.JVM_MEMORY_MAX, usage.getMax(), area);
    }
}
