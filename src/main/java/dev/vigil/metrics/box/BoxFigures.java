package dev.vigil.metrics.box;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Supplier;

/**
 * Reads how things are with the box, from the kernel's files. Takes about a millisecond: for every few seconds, not for every
 * frame. Threadsafe.
 */
public final class BoxFigures {
    private static final long BIT_UNDER_VOLTAGE = 1;

    private final KernelFiles files;
    private final Cgroup cgroup;
    /** Read once: with no descriptor left it could not be. */
    private final Long descriptorsMax;

    private final Long totalBytes;
    private final Supplier<List<GpuState>> gpus;

    /** @param root what {@code /proc} and {@code /sys} lie under: {@code /}, but for tests */
    public BoxFigures(Path root) {
        this(root, List::of);
    }

    /** @param gpus that are used */
    BoxFigures(Path root, Supplier<List<GpuState>> gpus) {
        this.gpus = gpus;
        this.files = new KernelFiles(root);
        this.cgroup = new Cgroup(files);
        this.descriptorsMax = descriptorsMax();
        this.totalBytes = files.number(files.at("/proc/meminfo"), "MemTotal:");
    }

    public static BoxFigures ofThisBox() {
        return new BoxFigures(Path.of("/"), GpuWatch::now);
    }

    public BoxState read() {
        Heat heat = Heat.hottest(files);
        Path status = files.at("/proc/self/status");
        Long firmware = throttledFirmware();
        return new BoxState(
                Runtime.getRuntime().availableProcessors(),
                cgroup.cpuQuota(),
                cgroup.throttledUs(),
                frequencyShare(),
                thermalThrottles(),
                heat == null ? null : Double.valueOf(heat.milliC() / 1e3),
                heat == null || heat.limitMilliC() == null ? null : Double.valueOf(heat.limitMilliC() / 1e3),
                firmware == null ? null : Boolean.valueOf((firmware & BIT_UNDER_VOLTAGE) != 0),
                totalBytes,
                files.number(files.at("/proc/meminfo"), "MemAvailable:"),
                least(cgroup.memoryMax(), cgroup.memoryHigh()),
                files.number(status, "VmSwap:"),
                sum(cgroup.memoryEvents("high"), cgroup.memoryEvents("max")),
                cgroup.memoryEvents("oom_kill"),
                pressure("cpu"),
                pressure("memory"),
                pressure("io"),
                descriptors(),
                descriptorsMax,
                gpus.get());
    }

    private static Long least(Long a, Long b) {
        return a == null || b == null ? (a == null ? b : a) : Long.valueOf(Math.min(a, b));
    }

    private static Long sum(Long a, Long b) {
        return a == null || b == null ? (a == null ? b : a) : Long.valueOf(a + b);
    }

    /** Of each CPU, the highest frequency that is allowed at the moment against the highest that it has. */
    private Double frequencyShare() {
        Double least = null;
        for (Path cpu : files.list(files.at("/sys/devices/system/cpu"), "cpu[0-9]*")) {
            Long allowed = files.number(cpu.resolve("cpufreq/scaling_max_freq"));
            Long highest = files.number(cpu.resolve("cpufreq/cpuinfo_max_freq"));
            if (allowed != null && highest != null && highest > 0) {
                double share = Math.min(1, (double) allowed / highest);
                least = least == null ? share : Math.min(least, share);
            }
        }
        return least;
    }

    /** As Intel's CPUs count them. */
    private Long thermalThrottles() {
        Long total = null;
        for (Path cpu : files.list(files.at("/sys/devices/system/cpu"), "cpu[0-9]*")) {
            for (String counter : List.of("core_throttle_count", "package_throttle_count")) {
                total = sum(total, files.number(cpu.resolve("thermal_throttle").resolve(counter)));
            }
        }
        return total;
    }

    /** Bits as {@code vcgencmd get_throttled} shows them, in hexadecimal digits. */
    private Long throttledFirmware() {
        String hex = files.line(files.at("/sys/devices/platform/soc/soc:firmware/get_throttled"));
        try {
            return hex == null ? null : Long.valueOf(hex.startsWith("0x") ? hex.substring(2) : hex, 16);
        } catch (NumberFormatException unknownForm) {
            return null;
        }
    }

    private BoxState.Pressure pressure(String of) {
        for (String line : files.lines(cgroup.pressure(of))) {
            // some avg10=0.12 avg60=0.05 avg300=0.01 total=12345
            String[] words = line.split(" ", -1);
            if (words.length >= 5 && words[0].equals("some")) {
                Long totalUs = KernelFiles.number(words[4].replace("total=", ""));
                try {
                    double percent = Double.parseDouble(words[1].replace("avg10=", ""));
                    return totalUs == null ? null : new BoxState.Pressure(percent, totalUs);
                } catch (NumberFormatException unknownForm) {
                    return null;
                }
            }
        }
        return null;
    }

    private Long descriptorsMax() {
        for (String line : files.lines(files.at("/proc/self/limits"))) {
            if (line.startsWith("Max open files")) {
                return KernelFiles.number(
                        line.substring("Max open files".length()).strip().split("\\s+", 2)[0]);
            }
        }
        return null;
    }

    private Long descriptors() {
        Path folder = files.at("/proc/self/fd");
        try (DirectoryStream<Path> open = Files.newDirectoryStream(folder)) {
            long count = 0;
            for (Path each : open) {
                count++;
            }
            return count;
        } catch (IOException e) {
            // Looking takes a descriptor, and so not even that can be had: all are in use.
            return Files.isDirectory(folder) ? descriptorsMax : null;
        }
    }
}
