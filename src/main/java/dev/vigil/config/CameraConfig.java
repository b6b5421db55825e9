package dev.vigil.config;

import dev.vigil.detect.DetectOptions;
import dev.vigil.detect.TileOptions;
import dev.vigil.lens.LensOptions;
import dev.vigil.publish.PublishOptions;
import dev.vigil.source.SourceOptions;
import java.util.List;

/**
 * One camera.
 *
 * @param name stands in topics
 * @param model name of its model
 * @param enabled whether it is read from the start on; a command may change it
 * @param source how it is read
 * @param detect which boxes count: its model's options with what this camera overrides
 * @param publish which of its frames are published
 * @param labels that are told of even when there is none, and have sensors in Home Assistant; empty where the camera says
 *     nothing, see {@link VigilConfig#labels}
 * @param lens what is judged of its pictures
 * @param tiles how its frames are cut for its model
 */
public record CameraConfig(
        String name,
        String model,
        boolean enabled,
        SourceOptions source,
        DetectOptions detect,
        PublishOptions publish,
        List<String> labels,
        LensOptions lens,
        TileOptions tiles) {
    /** A camera whose lens is judged as usual, and whose frames are seen as a whole. */
    public CameraConfig(
            String name,
            String model,
            boolean enabled,
            SourceOptions source,
            DetectOptions detect,
            PublishOptions publish,
            List<String> labels) {
        this(name, model, enabled, source, detect, publish, labels, LensOptions.DEFAULT, TileOptions.NONE);
    }

    /** A camera that is read from the start on and of which every frame is published. */
    public CameraConfig(String name, String model, SourceOptions source, DetectOptions detect) {
        this(name, model, true, source, detect, PublishOptions.DEFAULT, List.of());
    }
}
