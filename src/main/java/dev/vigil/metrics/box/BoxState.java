package dev.vigil.metrics.box;

import java.util.List;

/**
 * How things are with the box at a moment. What the box does not tell is null.
 *
 * @param cpus that the process may use, by affinity and quota
 * @param cpuQuota CPUs' worth of time that the control group gets; null for no quota too
 * @param throttledUs that the group waited, ever, because its quota was used up
 * @param frequencyShare of a CPU's highest clock frequency, what it is allowed at the moment, of the CPU that is allowed least: 0 to 1
 * @param thermalThrottles how often, since the box's start, CPUs were slowed down because of heat
 * @param temperatureC of the hottest zone, measured against its own limit
 * @param temperatureLimitC where that zone begins to slow things down
 * @param underVoltage the supply's voltage is too low (Raspberry Pi)
 * @param totalBytes memory of the box
 * @param availableBytes memory of the box that can be had without swapping
 * @param limitBytes memory that the control group may have; null for no limit too
 * @param swapBytes of this process that lie in swap space
 * @param limitEvents how often the group has come to its limit and had to give back memory
 * @param oomKills how many processes of the group the kernel has ended for want of memory
 * @param cpu how long threads waited for a CPU
 * @param memory how long threads waited for memory
 * @param io how long threads waited for a disk
 * @param descriptors that are open
 * @param descriptorsMax that may be open
 * @param gpus of NVIDIA's that this process uses
 */
public record BoxState(
        int cpus,
        Double cpuQuota,
        Long throttledUs,
        Double frequencyShare,
        Long thermalThrottles,
        Double temperatureC,
        Double temperatureLimitC,
        Boolean underVoltage,
        Long totalBytes,
        Long availableBytes,
        Long limitBytes,
        Long swapBytes,
        Long limitEvents,
        Long oomKills,
        Pressure cpu,
        Pressure memory,
        Pressure io,
        Long descriptors,
        Long descriptorsMax,
        List<GpuState> gpus) {
    /**
     * As the kernel tells it (Documentation/accounting/psi.rst).
     *
     * @param somePercent of the last ten seconds, that in which at least one thread waited
     * @param someUs microseconds of that kind, ever
     */
    public record Pressure(double somePercent, long someUs) {}

    /** The memory that there is for this process at most; null where nobody tells. */
    public Long memoryBytes() {
        if (totalBytes == null || limitBytes == null) {
            return totalBytes == null ? limitBytes : totalBytes;
        }
        return Math.min(totalBytes, limitBytes);
    }
}
