package dev.vigil.workshop.tune;

/**
 * What settings did in one trial, all workers at once.
 *
 * @param p50Ms of a run
 * @param p99Ms of a run, which is what the frames of its batch wait for
 */
public record Trial(double framesPerSecond, double cpuMsPerFrame, double p50Ms, double p99Ms) {}
