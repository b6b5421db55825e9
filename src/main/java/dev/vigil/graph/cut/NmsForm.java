package dev.vigil.graph.cut;

import java.util.List;

/**
 * What a cut graph gives, and what the nodes did that are gone. Its outputs are {@code boxes} (batch, anchors, 4) and
 * {@code scores}.
 *
 * @param nodes the NMS nodes that are gone, as messages show them
 * @param classesFirst whether scores are (batch, classes, anchors) and not (batch, anchors, classes)
 * @param classes -1 where not known
 * @param bestClassOnly whether each box was of its best class only, and not of every class that is above the threshold
 * @param allClasses whether boxes of all classes suppressed each other
 * @param centered whether boxes are centre x, centre y, width, height; else corners, in an order that the nodes do not tell
 * @param iouMax NaN where the file does not say
 * @param scoreMin NaN where the file does not say
 * @param perClassMax most boxes of one class; {@link Integer#MAX_VALUE} for all
 * @param boxesMax most boxes at all
 * @param chosenMax how many of the best boxes were looked at at all; {@link Integer#MAX_VALUE} for all
 * @param background a class that makes no boxes; -1 for none
 * @param removed how many nodes of the graph are gone in all
 */
public record NmsForm(
        List<String> nodes,
        boolean classesFirst,
        long classes,
        boolean bestClassOnly,
        boolean allClasses,
        boolean centered,
        double iouMax,
        double scoreMin,
        int perClassMax,
        int boxesMax,
        int chosenMax,
        int background,
        int removed) {
    public static final String BOXES = "boxes";
    public static final String SCORES = "scores";
}
