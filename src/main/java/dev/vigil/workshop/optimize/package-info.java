/**
 * Making a graph smaller and faster without changing what it gives.
 *
 * <pre>
 *  OnnxModel ──► Optimizer: every Pass over a Draft, again until none finds anything ──► the same OnnxModel, changed
 *                                     │
 *                                  Proof: original and result on the same inputs, in ONNX Runtime
 * </pre>
 *
 * <p>The passes are edits of ONNX's own operators, so that the result runs on every backend.
 */
package dev.vigil.workshop.optimize;
