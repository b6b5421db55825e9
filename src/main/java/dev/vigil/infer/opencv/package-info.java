/**
 * Models in the hands of OpenCV's DNN module: ONNX, frozen graphs of TensorFlow, Caffe and Darknet.
 *
 * <pre>
 *  CvEngine: a model ── CvNet: one worker's network
 *    ▲ CvFiles: weights and graph; CvDescription, GraphHeader: what they tell
 * </pre>
 */
package dev.vigil.infer.opencv;
