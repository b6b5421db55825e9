package dev.vigil.app.model;

import dev.vigil.app.ConfigOption;
import dev.vigil.app.Durations;
import dev.vigil.app.media.MediaNames;
import dev.vigil.app.media.MediaSource;
import dev.vigil.app.media.SourceList;
import dev.vigil.base.Masked;
import dev.vigil.config.CameraConfig;
import dev.vigil.config.ConfigException;
import dev.vigil.config.ConfigReader;
import dev.vigil.source.SourceAddress;
import dev.vigil.source.SourceException;
import dev.vigil.source.SourceOptions;
import dev.vigil.source.SourceOptions.Hardware;
import dev.vigil.workshop.trial.FrameSet;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** {@code --frames}: where pictures come from. */
final class SourcesOption {
    private static final String ALL_CAMERAS = "cameras";
    private static final String ONE_CAMERA = "camera:";

    @Option(
            names = "--frames",
            paramLabel = "SOURCE",
            description = "Pictures: a picture, a video, a folder of them, a stream's address, or cameras of the"
                    + " configuration: camera:gate for one of them, cameras for all. May be given several times.")
    private List<String> words = List.of();

    @Option(
            names = "--frames-for",
            paramLabel = "TIME",
            defaultValue = "30s",
            converter = Durations.class,
            description = "How long streams and cameras are looked at (default: ${DEFAULT-VALUE}).")
    private Duration liveFor;

    @Mixin
    private ConfigOption config;

    /** What frames were taken from; empty before. */
    private List<FrameSet.Source> taken = List.of();

    boolean isGiven() {
        return !words.isEmpty();
    }

    /** The configuration that the user names, or that cameras are taken from; null for none. */
    Path configFile(ModelTool tool) {
        boolean cameras = words.stream().anyMatch(SourcesOption::isCamera);
        return cameras ? config.file(tool.surroundings()) : config.given();
    }

    private static boolean isCamera(String word) {
        return word.equals(ALL_CAMERAS) || word.startsWith(ONE_CAMERA);
    }

    /**
     * Section {@code cameras} of a configuration that watches what frames were taken from: videos and streams whose address holds
     * no password. Empty where there is none.
     */
    String cameras() {
        StringBuilder yaml = new StringBuilder();
        for (FrameSet.Source source : taken) {
            URI uri = source.options().uri();
            boolean file = SourceAddress.kind(uri) == SourceAddress.Kind.FILE;
            String url = file ? Path.of(uri).toString() : uri.toString();
            if (file ? !MediaNames.isPicture(url) : Masked.uri(url).equals(url)) {
                yaml.append(yaml.isEmpty() ? "cameras:\n" : "")
                        .append("  camera-" + (yaml.toString().lines().count() + 1) / 2)
                        .append(":\n    url: ")
                        .append(DescriptionYaml.quoted(url))
                        .append('\n');
            }
        }
        return yaml.toString();
    }

    /** How long streams and cameras are looked at. */
    Duration liveFor() {
        return liveFor;
    }

    /**
     * Finds them.
     *
     * @param otherwise what there is where the user said nothing; null when something must be said
     * @throws SourceException when one of them is not there
     */
    List<FrameSet.Source> sources(ModelTool tool, Path otherwise) throws ConfigException, SourceException {
        if (words.isEmpty() && otherwise == null) {
            throw new ParameterException(tool.spec().commandLine(), "--frames is missing: pictures to try models on");
        }
        List<FrameSet.Source> sources = new ArrayList<>();
        for (String word : words.isEmpty() ? List.of(otherwise.toString()) : words) {
            if (isCamera(word)) {
                sources.addAll(cameras(tool, word));
            } else {
                sources.addAll(media(tool, word));
            }
        }
        taken = List.copyOf(sources);
        return taken;
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

    /** A reader of its own on the stream that the daemon shows to its model, whether that runs or not. */
    private static FrameSet.Source frames(CameraConfig camera) {
        SourceOptions source = camera.source();
        URI seen = source.detectUri() == null ? source.uri() : source.detectUri();
        SourceOptions alone = source.toBuilder()
                .uri(seen)
                .detectUri(null)
                .hardware(Hardware.NONE)
                .loop(false)
                .build();
        return new FrameSet.Source(camera.name(), alone, SourceAddress.kind(seen) != SourceAddress.Kind.FILE);
    }

    private List<FrameSet.Source> cameras(ModelTool tool, String word) throws ConfigException, SourceException {
        List<CameraConfig> all = new ConfigReader(tool.surroundings())
                .read(config.file(tool.surroundings()))
                .cameras();
        String wanted = word.equals(ALL_CAMERAS) ? null : word.substring(ONE_CAMERA.length());
        List<FrameSet.Source> sources = all.stream()
                .filter(camera -> wanted == null || camera.name().equals(wanted))
                .map(SourcesOption::frames)
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
