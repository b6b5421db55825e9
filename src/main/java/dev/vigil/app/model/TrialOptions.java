package dev.vigil.app.model;

import dev.vigil.config.Surroundings;
import dev.vigil.detect.ModelDescription;
import dev.vigil.detect.ModelDescription.Size;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/** What commands have in common that hold a new model against the one that it was made of. */
final class TrialOptions {
    @Option(
            names = "--score",
            paramLabel = "X",
            defaultValue = "0.4",
            description = "Boxes of IN above this score are to be found again (default: ${DEFAULT-VALUE}).")
    private float scoreMin;

    @Option(
            names = "--size",
            paramLabel = "WxH",
            converter = SizeOption.class,
            description =
                    "The picture's size, for a model that leaves it open (default: what the .yml or the metadata say).")
    private Size size;

    float scoreMin() {
        return scoreMin;
    }

    /** The description with the size that is said here, if one is. */
    ModelDescription sized(ModelDescription said) {
        if (size == null) {
            return said;
        }
        ModelDescription.Input input = said.input();
        return new ModelDescription(
                said.family(),
                said.labels(),
                said.labelNames(),
                new ModelDescription.Input(
                        size,
                        input.layout(),
                        input.color(),
                        input.mean(),
                        input.std(),
                        input.resize(),
                        input.padding(),
                        input.element()));
    }

    /** The frames that are taken where the user says none. */
    static Path demoClip(Surroundings surroundings) {
        return surroundings.home().resolve("media/demo-clip.mp4");
    }
}
