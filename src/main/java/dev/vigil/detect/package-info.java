/**
 * Raw outputs of a model into boxes in pixels of the camera's frame.
 *
 * <pre>
 *  outputs of one image ──► BoxDecoder ──► Candidates ──► Nms ──► Placement ──► Detections
 *  (off-heap floats)        of the Family  model pixels           clip          frame pixels
 * </pre>
 *
 * <p>{@link dev.vigil.detect.PostProcessor} does the work of every frame. The families themselves are in
 * {@code detect.family}.
 */
package dev.vigil.detect;
