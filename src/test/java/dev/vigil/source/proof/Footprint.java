package dev.vigil.source.proof;

import dev.vigil.metrics.ProcessFigures;
import java.io.File;
import java.util.Locale;

/**
 * What this process holds, as the kernel counts it.
 *
 * @param descriptors open file descriptors
 */
record Footprint(double residentMib, int threads, int descriptors) {
    static Footprint now() {
        return new Footprint(
                ProcessFigures.residentBytes() / (double) (1 << 20),
                entries("/proc/self/task"),
                entries("/proc/self/fd"));
    }

    private static int entries(String folder) {
        String[] names = new File(folder).list();
        return names == null ? 0 : names.length;
    }

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT, "%.1f MiB resident, %d threads, %d descriptors", residentMib, threads, descriptors);
    }
}
