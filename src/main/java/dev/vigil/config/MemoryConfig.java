package dev.vigil.config;

import java.time.Duration;

/**
 * What the process may take.
 *
 * @param limitBytes of memory, heap and all; 0 for what the box or its control group gives
 * @param settle after a start or a change, for how long what is taken is right, whatever it is; what is far beyond it later counts
 *     as leaking. Zero for not looking whether anything leaks
 */
public record MemoryConfig(long limitBytes, Duration settle) {
    public static final MemoryConfig DEFAULT = new MemoryConfig(0, Duration.ofMinutes(10));
}
