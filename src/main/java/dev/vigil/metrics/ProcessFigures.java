package dev.vigil.metrics;

import com.sun.management.OperatingSystemMXBean;
import com.sun.management.ThreadMXBean;
import com.sun.management.UnixOperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryMXBean;
import java.nio.file.Files;
import java.nio.file.Path;

/** What this process uses, as the kernel and the JVM account it. */
public final class ProcessFigures {
    private static final Path STATUS = Path.of("/proc/self/status");
    private static final OperatingSystemMXBean SYSTEM =
            (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    private static final MemoryMXBean MEMORY = ManagementFactory.getMemoryMXBean();
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private ProcessFigures() {}

    /** CPU time of all threads, user and system, in nanoseconds. */
    public static long cpuNs() {
        return SYSTEM.getProcessCpuTime();
    }

    /** Resident memory in bytes; 0 where the kernel does not tell. */
    public static long residentBytes() {
        return kilobytes("VmRSS:") * 1024;
    }

    /** The most resident memory so far, in bytes; 0 where the kernel does not tell. */
    public static long residentPeakBytes() {
        return kilobytes("VmHWM:") * 1024;
    }

    /** Memory of this process in swap space, in bytes; 0 where the kernel does not tell. */
    public static long swappedBytes() {
        return kilobytes("VmSwap:") * 1024;
    }

    /**
     * Memory of this process that neither is mapped from a file nor is Java's heap, in bytes, wherever it lies; 0 where the kernel
     * does not tell. What Java's heap has reserved and not touched yet is missing from it.
     */
    public static long outsideHeapBytes() {
        long own = kilobytes("RssAnon:") * 1024 + swappedBytes();
        return Math.max(0, own - MEMORY.getHeapMemoryUsage().getCommitted());
    }

    /** Bytes that the threads alive now have allocated on the heap, ever. */
    public static long allocatedBytes() {
        long total = 0;
        for (long bytes : THREADS.getThreadAllocatedBytes(THREADS.getAllThreadIds())) {
            total += Math.max(0, bytes);
        }
        return total;
    }

    public static int threads() {
        return THREADS.getThreadCount();
    }

    /** File descriptors that are open; 0 where the system does not tell. */
    public static long openFiles() {
        return SYSTEM instanceof UnixOperatingSystemMXBean unix ? unix.getOpenFileDescriptorCount() : 0;
    }

    /** File descriptors that may be open; 0 where the system does not tell. */
    public static long openFilesMax() {
        return SYSTEM instanceof UnixOperatingSystemMXBean unix ? unix.getMaxFileDescriptorCount() : 0;
    }

    private static long kilobytes(String key) {
        try {
            for (String line : Files.readAllLines(STATUS)) {
                if (line.startsWith(key)) {
                    return Long.parseLong(
                            line.substring(key.length()).replace("kB", "").strip());
                }
            }
        } catch (IOException noProc) {
            return 0; // not a Linux
        }
        return 0;
    }
}
