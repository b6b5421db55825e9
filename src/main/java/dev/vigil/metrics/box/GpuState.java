package dev.vigil.metrics.box;

/**
 * How one of NVIDIA's GPUs is at a moment. What its driver does not tell is null.
 *
 * @param index by which the driver numbers it
 * @param memoryBytes of it
 * @param usedBytes of its memory, by all processes
 * @param ownBytes of its memory, by this process
 * @param utilizationPercent of the last second or less, that in which a kernel ran
 * @param temperatureC of the chip
 * @param slowedByHeat its clock is held down because of heat
 */
public record GpuState(
        int index,
        String name,
        Long memoryBytes,
        Long usedBytes,
        Long ownBytes,
        Long utilizationPercent,
        Double temperatureC,
        Boolean slowedByHeat) {
    /** Of what there is; more than that is hardly anything left. */
    private static final double SCARCE_SHARE = 0.95;

    /** Whether hardly any of its memory is left. */
    public boolean isFull() {
        return memoryBytes != null && usedBytes != null && usedBytes > SCARCE_SHARE * memoryBytes;
    }
}
