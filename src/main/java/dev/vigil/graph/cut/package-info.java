/**
 * Cutting a graph before the non-maximum suppression that it has inside.
 *
 * <pre>
 *  picture ──► backbone, head ──► boxes, scores ──► choosing, offsets ──► NMS ──► packing ──► outputs
 *                                       │                    walked back ◄──┘
 *                                       └──► outputs of the cut graph
 * </pre>
 *
 * <p>{@link dev.vigil.graph.cut.NmsNodes} finds the suppression, {@link dev.vigil.graph.cut.BackTrace} walks back from its
 * inputs over all that only orders, chooses or moves what is there, and {@link dev.vigil.graph.cut.NmsCut} keeps what leads to
 * where that ends.
 */
package dev.vigil.graph.cut;
