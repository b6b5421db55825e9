package dev.vigil.detect;

import java.util.List;

/**
 * Of which boxes of a model a second one sees the crop.
 *
 * @param labels of boxes of the first; empty for all
 * @param margin how much of the box's width and height is shown around it on each side, 0..1
 * @param minSizePx shortest side of a box in pixels of the frame
 * @param max most crops of a frame, the best by score
 */
public record CropOptions(List<String> labels, float margin, int minSizePx, int max) {
    /** Each is a run of the model, and has tensors of its own. */
    public static final int CROPS_MAX = 64;

    public static final CropOptions DEFAULT = new CropOptions(List.of(), 0.1f, 32, 8);

    public CropOptions {
        labels = List.copyOf(labels);
        if (!(margin >= 0 && margin <= 1)) { // refuses NaN too
            throw new IllegalArgumentException("margin is " + margin + ", allowed is 0..1");
        }
        if (minSizePx < 1) {
            throw new IllegalArgumentException("minSizePx is " + minSizePx + ", allowed is 1 and more");
        }
        if (max < 1 || max > CROPS_MAX) {
            throw new IllegalArgumentException("max is " + max + ", allowed is 1.." + CROPS_MAX);
        }
    }
}
