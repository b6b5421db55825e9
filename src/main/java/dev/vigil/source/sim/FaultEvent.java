package dev.vigil.source.sim;

/**
 * A fault began or ended at a camera. One that happens at a moment begins and ends at once.
 *
 * @param utcUs when, in microseconds since 1970 UTC, on this machine's clock
 * @param sinceStartNs the same, since the server's start
 * @param camera counted from 0
 * @param begins otherwise it ends
 */
public record FaultEvent(long utcUs, long sinceStartNs, int camera, Fault fault, boolean begins) {}
