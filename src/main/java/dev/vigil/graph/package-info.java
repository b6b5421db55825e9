/**
 * ONNX graphs, read and edited on the official protobuf.
 *
 * <pre>
 *  file ──► WireScan ──► OnnxModel (mapped, not copied) ──► GraphCheck      what no one should be given to run is refused
 *                          │
 *                          Graph ──► ShapeInference ──► Cost                what flows where, how big it is, what it costs
 *                          │
 *                          cut.NmsCut ──► OnnxModel.write                   edits, written beside and moved into place
 * </pre>
 *
 * <p>Nothing in here runs a model. Files may be hostile: depth, memory and time are bounded by the file's size.
 */
package dev.vigil.graph;
