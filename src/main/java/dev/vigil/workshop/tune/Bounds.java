package dev.vigil.workshop.tune;

/**
 * What the chosen settings must keep.
 *
 * @param latencyMs the most that the p99 of a run may be under full load; infinite for any
 * @param lossPoints the most that agreement with the original may lose, in points of a hundred
 */
public record Bounds(double latencyMs, double lossPoints) {}
