package dev.vigil.app.model;

import dev.vigil.base.Clock;
import dev.vigil.config.ConfigException;
import dev.vigil.source.SourceException;
import dev.vigil.workshop.trial.FrameSet;
import java.io.IOException;
import java.nio.file.Path;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** {@code --frames} and {@code --frames-max}, for every command that tries models on pictures. */
final class FramesOption {
    @Mixin
    private SourcesOption sources;

    @Option(
            names = "--frames-max",
            paramLabel = "N",
            defaultValue = "100",
            description = "How many of them at most, spread evenly over all (default: ${DEFAULT-VALUE}).")
    private int most;

    boolean isGiven() {
        return sources.isGiven();
    }

    /** See {@link SourcesOption#configFile}. */
    Path configFile(ModelTool tool) {
        return sources.configFile(tool);
    }

    /** See {@link SourcesOption#cameras}. */
    String cameras() {
        return sources.cameras();
    }

    /**
     * Reads them.
     *
     * @param otherwise what is read where the user said nothing; null when something must be said
     * @throws SourceException when one of them can not be read
     */
    FrameSet take(ModelTool tool, Path otherwise) throws ConfigException, SourceException, IOException {
        if (most < 1) {
            throw new ParameterException(
                    tool.spec().commandLine(), "--frames-max " + most + " is not allowed: 1 and more");
        }
        return FrameSet.take(
                sources.sources(tool, otherwise),
                most,
                sources.liveFor(),
                tool.surroundings().cacheDir(),
                Clock.SYSTEM,
                tool::progress);
    }
}
