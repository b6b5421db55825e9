package dev.vigil.metrics.box;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The control groups that the process is in, from its own up to the root of what it can see: a limit of any of them holds. Version 2,
 * and version 1 as older boards have it; source: the kernel's cgroup-v2.rst and cgroup-v1/memory.rst.
 */
final class Cgroup {
    /** What version 1 says where there is no limit: the largest number of whole pages, whatever their size. */
    private static final long UNLIMITED_V1 = 1L << 62;

    private final KernelFiles files;
    private final boolean isV2;
    /** The own one first. */
    private final List<Path> memory;

    private final List<Path> cpu;

    Cgroup(KernelFiles files) {
        this.files = files;
        Path top = files.at("/sys/fs/cgroup");
        isV2 = Files.exists(top.resolve("cgroup.controllers"));
        memory = isV2 ? upwards(top, "0::") : upwards(top.resolve("memory"), ":memory:");
        cpu = isV2 ? memory : upwards(top.resolve("cpu"), ":cpu:", ":cpu,cpuacct:");
    }

    /** @param marks what stands before the path in the line of {@code /proc/self/cgroup} */
    private List<Path> upwards(Path top, String... marks) {
        String own = "/";
        for (String line : files.lines(files.at("/proc/self/cgroup"))) {
            for (String mark : marks) {
                int at = line.indexOf(mark);
                own = at >= 0 ? line.substring(at + mark.length()) : own;
            }
        }
        List<Path> groups = new ArrayList<>();
        for (Path at = top.resolve(own.substring(1)).normalize(); at.startsWith(top); at = at.getParent()) {
            groups.add(at);
        }
        // In a container the path may be one of the host's, which is not to be seen from here.
        return groups.isEmpty() || Files.notExists(groups.get(0)) ? List.of(top) : groups;
    }

    /** Bytes beyond which the kernel ends a process of the group; null for no limit. */
    Long memoryMax() {
        return least(isV2 ? "memory.max" : "memory.limit_in_bytes");
    }

    /** Bytes beyond which the kernel slows the group down; null for no such limit. */
    Long memoryHigh() {
        return isV2 ? least("memory.high") : null;
    }

    private Long least(String name) {
        Long least = null;
        for (Path group : memory) {
            Long limit = files.number(group.resolve(name));
            if (limit != null && limit < UNLIMITED_V1 && (least == null || limit < least)) {
                least = limit;
            }
        }
        return least;
    }

    /** How often something has happened at the group's limits, such as {@code oom_kill}; null where that is not told. */
    Long memoryEvents(String kind) {
        return isV2
                ? files.number(memory.get(0).resolve("memory.events"), kind + " ")
                : kind.equals("oom_kill")
                        ? files.number(memory.get(0).resolve("memory.oom_control"), "oom_kill ")
                        : null;
    }

    /** CPUs' worth of time; null for no quota. */
    Double cpuQuota() {
        Double least = null;
        for (Path group : cpu) {
            Double quota = quota(group);
            if (quota != null && (least == null || quota < least)) {
                least = quota;
            }
        }
        return least;
    }

    private Double quota(Path group) {
        Long quotaUs;
        Long periodUs;
        if (isV2) {
            String line = files.line(group.resolve("cpu.max"));
            String[] words = line == null ? new String[0] : line.split(" ", 2);
            quotaUs = words.length == 2 ? KernelFiles.number(words[0]) : null;
            periodUs = words.length == 2 ? KernelFiles.number(words[1]) : null;
        } else {
            quotaUs = files.number(group.resolve("cpu.cfs_quota_us"));
            periodUs = files.number(group.resolve("cpu.cfs_period_us"));
        }
        return quotaUs == null || periodUs == null || quotaUs <= 0 || periodUs <= 0
                ? null
                : Double.valueOf((double) quotaUs / periodUs);
    }

    /** Microseconds in which the group's threads had to wait because its quota was used up; null where that is not told. */
    Long throttledUs() {
        Path stat = cpu.get(0).resolve("cpu.stat");
        if (isV2) {
            return files.number(stat, "throttled_usec ");
        }
        Long throttledNs = files.number(stat, "throttled_time ");
        return throttledNs == null ? null : Long.valueOf(throttledNs / 1_000);
    }

    /** The file of the group's own pressure, else the box's. */
    Path pressure(String of) {
        Path own = memory.get(0).resolve(of + ".pressure");
        return isV2 && Files.isReadable(own) ? own : files.at("/proc/pressure/" + of);
    }
}
