package dev.vigil.app;

import dev.vigil.config.CameraConfig;
import dev.vigil.config.ModelConfig;
import dev.vigil.config.VigilConfig;
import java.util.List;

/**
 * What the cameras of a model want of its ring at most.
 *
 * @param boxesMax boxes of a frame
 * @param viewsMax parts that a frame is cut into; 1 for none
 */
record Demand(int boxesMax, int viewsMax) {
    static Demand of(VigilConfig config, ModelConfig model) {
        List<CameraConfig> cameras = config.cameras().stream()
                .filter(camera -> camera.model().equals(model.name()))
                .toList();
        return new Demand(
                cameras.stream()
                        .mapToInt(camera -> camera.detect().boxesMax())
                        .max()
                        .orElse(0),
                cameras.stream()
                        .mapToInt(camera -> camera.tiles().views())
                        .max()
                        .orElse(0));
    }

    /** Whether no camera uses the model. */
    boolean isNone() {
        return boxesMax == 0;
    }
}
