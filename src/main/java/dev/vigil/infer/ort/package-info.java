/**
 * Models in the hands of ONNX Runtime, which reads and writes a ring's memory in place.
 *
 * <pre>
 *  OrtEngine: a session ── OrtBinding: tensors over a ring's memory ── OrtRunner: one worker's runs
 *    ▲ HostLibraries: what the box has; OrtNatives: unpacked once
 * </pre>
 */
package dev.vigil.infer.ort;
