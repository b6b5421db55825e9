package dev.vigil.app.model;

import dev.vigil.app.ConfigOption;
import dev.vigil.app.Durations;
import dev.vigil.app.media.MediaSource;
import dev.vigil.app.media.SourceList;
import dev.vigil.base.Clock;
import dev.vigil.config.CameraConfig;
import dev.vigil.config.ConfigException;
import dev.vigil.config.ConfigReader;
import dev.vigil.source.SourceAddress;
import dev.vigil.source.SourceException;
import dev.vigil.source.SourceOptions.Hardware;
import dev.vigil.workshop.trial.FrameSet;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** {@code --frames}, for every command that tries models on pictures. */
final class FramesOption {
    private static final String ALL_CAMERAS = "cameras";
    private static final String ONE_CAMERA = "camera:";

    @Option(
            names = "--frames",
            paramLabel = "SOURCE",
            description =
                    "Pictures to try models on: a picture, a video, a folder of them, a stream's address, or cameras of the"
                            + " configuration: camera:gate for one of them, cameras for all. May be given several times.")
    private List<String> words = List.of();

    @Option(
            names = "--frames-max",
            paramLabel = "N",
            defaultValue = "100",
            description = "How many of them at most, spread evenly over all (default: ${DEFAULT-VALUE}).")
    private int most;

    @Option(
            names = "--frames-for",
            paramLabel = "TIME",
            defaultValue = "30s",
            converter = Durations.class,
            description = "How long streams and cameras are looked at (default: ${DEFAULT-VALUE}).")
    private Duration liveFor;

    @Mixin
    private ConfigOption config;

    boolean isGiven() {
        return !words.isEmpty();
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
        if (words.isEmpty() && otherwise == null) {
            throw new ParameterException(tool.spec().commandLine(), "--frames is missing: pictures to try models on");
        }
        List<FrameSet.Source> sources = new ArrayList<>();
        for (String word : words.isEmpty() ? List.of(otherwise.toString()) : words) {
            if (word.equals(ALL_CAMERAS) || word.startsWith(ONE_CAMERA)) {
                sources.addAll(cameras(tool, word));
            } else {
                sources.addAll(media(tool, word));
            }
        }
        return FrameSet.take(sources, most, liveFor, tool.surroundings().cacheDir(), Clock.SYSTEM, tool::progress);
    }

    private static List<FrameSet.Source> media(ModelTool tool, String word) throws SourceException {
        List<String> problems = new ArrayList<>();
        SourceList list = new SourceList(
                Path.of("").toAbsolutePath(),
                tool.surroundings().environment(),
                (what, why) -> problems.add("--frames " + what + ": " + why));
        list.add(word);
        if (!problems.isEmpty()) {
            throw new SourceException(SourceException.Cause.NO_SUCH_PATH, String.join("\n", problems));
        }
        return list.sources().stream()
                .map(s -> new FrameSet.Source(
                        s.shown(),
                        s.options().toBuilder().hardware(Hardware.NONE).build(),
                        s.form() == MediaSource.Form.STREAM))
                .toList();
    }

    private List<FrameSet.Source> cameras(ModelTool tool, String word) throws ConfigException, SourceException {
        List<CameraConfig> all = new ConfigReader(tool.surroundings())
                .read(config.file(tool.surroundings()))
                .cameras();
        String wanted = word.equals(ALL_CAMERAS) ? null : word.substring(ONE_CAMERA.length());
        List<FrameSet.Source> sources = all.stream()
                .filter(camera -> wanted == null || camera.name().equals(wanted))
                .map(camera -> new FrameSet.Source(
                        camera.name(),
                        camera.source().toBuilder()
                                .hardware(Hardware.NONE)
                                .loop(false)
                                .build(),
                        SourceAddress.kind(camera.source().uri()) != SourceAddress.Kind.FILE))
                .toList();
        if (sources.isEmpty()) {
            throw new SourceException(
                    SourceException.Cause.NO_SUCH_PATH,
                    "--frames " + word + ": the configuration has no such camera; it has "
                            + String.join(
                                    ", ", all.stream().map(CameraConfig::name).toList()));
        }
        return sources;
    }
}
