package dev.vigil.config;

/**
 * What the process may take.
 *
 * @param limitBytes of memory, heap and all; 0 for what the box or its control group gives
 */
public record MemoryConfig(long limitBytes) {
    public static final MemoryConfig DEFAULT = new MemoryConfig(0);
}
