/**
 * Models in half precision.
 *
 * <pre>
 *  OnnxModel ──► HalfPlan      which nodes compute in FP16, and why the others do not: operators, weights, Ranges on frames
 *                  │
 *                  ├──► HalfGraph        the model in FP16, with as few casts as there can be
 *                  └──► HalfGraph        the same rounding emulated in FP32, which shows what a device with FP16 arithmetic gives
 *                          │
 *                          KeepSearch ──► HalfPlan      nodes that cost too much go back to FP32
 * </pre>
 */
package dev.vigil.workshop.half;
