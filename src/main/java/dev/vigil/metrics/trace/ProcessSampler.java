package dev.vigil.metrics.trace;

import dev.vigil.base.trace.Recording;
import dev.vigil.base.trace.Tracing;
import dev.vigil.metrics.ProcessFigures;

/** Tells a recording, each time it is called, what the process uses. Not threadsafe. */
final class ProcessSampler {
    private static final int CPU = Tracing.name("CPU, % of one core");
    private static final int RESIDENT = Tracing.name("resident memory, kB");
    private static final int HEAP = Tracing.name("Java heap, kB");
    private static final int KB = 1 << 10;
    /** Looking at what is resident reads a file of the kernel as text, some 25 kB of garbage. */
    private static final int RESIDENT_EVERY = 20;

    private final Recording recording;
    private long lastNs = System.nanoTime();
    private long lastCpuNs = ProcessFigures.cpuNs();
    private int samples;

    ProcessSampler(Recording recording) {
        this.recording = recording;
    }

    void sample() {
        long nowNs = System.nanoTime();
        long cpuNs = ProcessFigures.cpuNs();
        if (nowNs > lastNs) {
            recording.counter(CPU, 100 * (cpuNs - lastCpuNs) / (nowNs - lastNs));
        }
        lastNs = nowNs;
        lastCpuNs = cpuNs;
        Runtime runtime = Runtime.getRuntime();
        recording.counter(HEAP, (runtime.totalMemory() - runtime.freeMemory()) / KB);
        if (samples++ % RESIDENT_EVERY == 0) {
            recording.counter(RESIDENT, ProcessFigures.residentBytes() / KB);
        }
    }
}
