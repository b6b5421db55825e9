package dev.vigil.metrics.box;

import java.util.Locale;

/**
 * What is not as it should be with the box.
 *
 * @param text a line for people
 */
public record BoxWarning(Kind kind, String text) {
    /** What each means and what to do stands in {@code docs/operations.md}. */
    public enum Kind {
        /** A part of it is as hot as is good for it, or CPUs are slowed down because of heat. */
        HOT,
        /** CPUs are not allowed their highest frequency. */
        SLOWED,
        /** The supply's voltage is too low. */
        UNDER_VOLTAGE,
        /** The control group's CPU quota is used up much of the time. */
        CPU_QUOTA,
        /** A part of the process lies in swap space. */
        SWAPPED,
        /** Threads wait for memory, or little of it is left. */
        MEMORY,
        /** The kernel has ended a process of the control group for want of memory. */
        OOM_KILL,
        /** Hardly any of a GPU's memory is left. */
        GPU_MEMORY,
        /** Few descriptors are left. */
        DESCRIPTORS,
        /** Java's memory, on its heap or outside of it, was wanted in vain. */
        HEAP;

        /** As messages name it. */
        public String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}
