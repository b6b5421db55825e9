/**
 * Models on their devices, in the hands of one of several backends.
 *
 * <pre>
 *  Engine: a loaded model ── TensorRing: the buffers of a ring's slots ── Runner: one worker's way to run them
 *    ▲ infer.ort: ONNX Runtime          ▲ RingMemory: InputTensors, OutputTensors
 *      infer.opencv: OpenCV
 *      infer.tflite: TensorFlow Lite
 * </pre>
 */
package dev.vigil.infer;
