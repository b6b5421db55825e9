/**
 * Channels that contribute nothing, removed.
 *
 * <pre>
 *  OnnxModel ──► Flow            which channels of which values go together: one atom for what stands or falls as one
 *                 │  WeightFlow      convolutions and matrix products make channels and read them
 *                 │  ElementFlow     what works value by value, and windows
 *                 │  LayoutFlow      what puts channels together, apart, and elsewhere
 *                 ▼
 *               Decision         which atoms nobody misses
 *                 ▼
 *               Cutter           weights, biases and shapes without them; again, until nothing more falls away
 * </pre>
 */
package dev.vigil.workshop.prune;
