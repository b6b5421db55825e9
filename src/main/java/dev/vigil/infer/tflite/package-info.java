/**
 * Models in the hands of TensorFlow Lite.
 *
 * <pre>
 *  LiteEngine: a model ── LiteInterpreter: one worker's memory and runs
 * </pre>
 */
package dev.vigil.infer.tflite;
