package dev.vigil.app.model;

import dev.vigil.config.ConfigException;
import dev.vigil.config.ConfigReader;
import dev.vigil.detect.Labels;
import dev.vigil.workshop.accuracy.TruthFile;
import dev.vigil.workshop.trial.FrameSet;
import dev.vigil.workshop.trial.FrameTruths;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Option;

/** {@code --truth}, for every command that tells how good boxes are. */
final class TruthOption {
    @Option(
            names = "--truth",
            paramLabel = "FILE",
            description =
                    "What is in the frames: COCO's JSON, a folder in YOLO's form (labels, images, data.yaml), or a video's"
                            + " NAME.truth.json.")
    private Path file;

    boolean isGiven() {
        return file != null;
    }

    Path file() {
        return file;
    }

    /**
     * What is known of the frames.
     *
     * @param labels the classes that are wanted
     * @throws IOException when the file can not be used, or knows nothing of the frames
     */
    FrameTruths read(Labels labels, FrameSet frames) throws IOException {
        return FrameTruths.of(file, TruthFile.read(file, labels, TruthOption::names), frames);
    }

    private static List<String> names(Path yaml) throws IOException {
        try {
            return ConfigReader.readLabels(yaml);
        } catch (ConfigException e) {
            throw new IOException(e.getMessage(), e);
        }
    }
}
