package dev.vigil.config;

import dev.vigil.detect.DetectOptions;
import dev.vigil.detect.TileOptions;
import dev.vigil.lens.LensOptions;
import dev.vigil.publish.PublishOptions;
import dev.vigil.source.SourceOptions;
import java.net.URI;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** Reads a section under {@code cameras}. */
final class CameraReader {
    /** Its address stands in for one that is wrong, until the problems are reported. */
    private static final SourceOptions DEFAULT = SourceOptions.of(URI.create("file:/"));

    private static final Range FPS = Range.zeroFor("all", 1_000);

    private static final Range DRIFT_PPM = Range.of(1, 100_000);

    private static final Range PUBLISH_RATE = Range.zeroFor("no limit", 1_000);

    /** From one macroblock up to 16384x16384. */
    private static final Range PIXELS = Range.of(256, 268_435_456);

    private static final Map<String, Integer> QUARTER_TURNS = quarterTurns();

    private static final Pattern SIZE = Pattern.compile("[1-9][0-9]{0,3}x[1-9][0-9]{0,3}");
    private static final String SIZE_ALLOWED = "WIDTHxHEIGHT in pixels, such as 1280x720";

    /** Those that USB cameras and capture cards give. */
    private enum V4l2Format {
        AUTO(""),
        MJPEG("mjpeg"),
        H264("h264"),
        YUYV("yuyv422"),
        UYVY("uyvy422"),
        NV12("nv12"),
        YUV420("yuv420p"),
        RGB24("rgb24"),
        BGR24("bgr24"),
        GREY("gray");

        private final String ffmpegName;

        V4l2Format(String ffmpegName) {
            this.ffmpegName = ffmpegName;
        }
    }

    private CameraReader() {}

    private static Map<String, Integer> quarterTurns() {
        Map<String, Integer> turns = new LinkedHashMap<>();
        for (int turn = 0; turn < 4; turn++) {
            turns.put(String.valueOf(90 * turn), turn);
        }
        return turns;
    }

    static CameraConfig camera(String name, Section camera, Map<String, ModelConfig> models, LensOptions lensOfAll) {
        URI uri = uri(camera);
        URI detectUri = address(camera, "detect_stream", "none");
        String model = model(camera, models);
        boolean enabled = camera.flag("enabled", true);
        SourceOptions source = source(camera, uri, detectUri);
        DetectOptions ofModel =
                model == null ? DetectOptions.DEFAULT : models.get(model).detect();
        DetectOptions detect = DetectReader.ofCamera(camera, ofModel);
        TileOptions tiles = TilesReader.tiles(
                camera, model == null ? TileOptions.NONE : models.get(model).tiles());
        PublishOptions publish = publish(camera.section("publish"));
        List<String> labels = HomeAssistantReader.labelsOfCamera(camera);
        LensOptions lens = LensReader.lens(camera, lensOfAll);
        camera.finish();
        return new CameraConfig(name, model, enabled, source, detect, publish, labels, lens, tiles);
    }

    private static PublishOptions publish(Section publish) {
        PublishOptions standard = PublishOptions.DEFAULT;
        PublishOptions.When when = publish.choice("when", PublishOptions.When.class, standard.when());
        double rateMax = publish.number("max_rate", PUBLISH_RATE, standard.rateMax());
        publish.finish();
        return new PublishOptions(when, rateMax);
    }

    private static URI uri(Section camera) {
        URI uri = address(camera, "url", "must be given");
        if (uri == null && !camera.has("url")) {
            camera.problem("url", "is missing: " + CameraAddress.ALLOWED + " is expected");
        }
        return uri == null ? DEFAULT.uri() : uri;
    }

    /** Null where it is missing or wrong. */
    private static URI address(Section camera, String key, String fallbackWords) {
        Section.Scalar address = camera.address(key, fallbackWords, CameraAddress.ALLOWED);
        if (address == null) {
            return null;
        }
        try {
            return CameraAddress.parse(address.value(), camera.reading().folder);
        } catch (IllegalArgumentException wrong) {
            camera.problem(key, address.shown() + " " + wrong.getMessage());
            return null;
        }
    }

    private static String model(Section camera, Map<String, ModelConfig> models) {
        List<String> names = List.copyOf(models.keySet());
        String first = names.isEmpty() ? null : names.get(0);
        String model = camera.text("model", "name", "the first of models", Names.PART, "a name under models");
        if (model == null) {
            return first;
        }
        if (models.containsKey(model)) {
            return model;
        }
        if (first != null) {
            String near = Suggestion.didYouMean(model, names);
            camera.problem(
                    "model",
                    "there is no model " + camera.shown("model", model) + near + ": " + Entries.or(names)
                            + " is allowed");
        }
        return first;
    }

    private static SourceOptions source(Section camera, URI uri, URI detectUri) {
        Duration timeoutMin = Duration.ofMillis(100);
        Duration timeoutMax = Duration.ofMinutes(5);
        SourceOptions.Transport transport =
                camera.choice("transport", SourceOptions.Transport.class, DEFAULT.transport());
        SourceOptions.Hardware hardware = camera.choice("hardware", SourceOptions.Hardware.class, DEFAULT.hardware());
        double fpsMax = camera.number("fps", FPS, DEFAULT.fpsMax());
        boolean loop = camera.flag("loop", DEFAULT.loop());
        boolean realtime = camera.flag("realtime", DEFAULT.realtime());
        Duration openTimeout = camera.duration("open_timeout", timeoutMin, timeoutMax, DEFAULT.openTimeout());
        Duration firstFrameTimeout =
                camera.duration("first_frame_timeout", timeoutMin, timeoutMax, DEFAULT.firstFrameTimeout());
        Duration readTimeout = camera.duration("read_timeout", timeoutMin, timeoutMax, DEFAULT.readTimeout());
        Retry retry = Retry.of(camera, DEFAULT.retryMin(), DEFAULT.retryMax(), DEFAULT.retrySlow());
        int decoderThreads = camera.integer("decoder_threads", Range.of(1, 64), DEFAULT.decoderThreads());
        Section clock = camera.section("clock");
        Duration clockOffsetMax =
                clock.duration("max_offset", Duration.ofMillis(1), Duration.ofHours(24), DEFAULT.clockOffsetMax());
        double clockDriftMaxPpm = clock.number("max_drift_ppm", DRIFT_PPM, DEFAULT.clockDriftMaxPpm());
        clock.finish();
        SourceOptions.Damaged damaged = camera.choice("damaged", SourceOptions.Damaged.class, DEFAULT.damaged());
        int maxPixels = camera.integer("max_pixels", PIXELS, (int) DEFAULT.maxPixels());
        int quarterTurns = camera.choice("rotate", QUARTER_TURNS, DEFAULT.quarterTurns());
        SourceOptions.Tls tls = TlsReader.ofCamera(camera, uri, detectUri);
        SourceOptions.V4l2 v4l2 = v4l2(camera.section("v4l2"));
        return SourceOptions.builder(uri)
                .detectUri(detectUri)
                .transport(transport)
                .hardware(hardware)
                .fpsMax(fpsMax)
                .loop(loop)
                .realtime(realtime)
                .openTimeout(openTimeout)
                .firstFrameTimeout(firstFrameTimeout)
                .readTimeout(readTimeout)
                .retry(retry.min(), retry.max())
                .retrySlow(retry.slow())
                .decoderThreads(decoderThreads)
                .clockOffsetMax(clockOffsetMax)
                .clockDriftMaxPpm(clockDriftMaxPpm)
                .damaged(damaged)
                .maxPixels(maxPixels)
                .quarterTurns(quarterTurns)
                .tls(tls)
                .v4l2(v4l2)
                .build();
    }

    private static SourceOptions.V4l2 v4l2(Section v4l2) {
        V4l2Format format = v4l2.choice("format", V4l2Format.class, V4l2Format.AUTO);
        String size = v4l2.text("size", "size", "the device's choice", SIZE, SIZE_ALLOWED);
        v4l2.finish();
        String[] sides = size == null ? new String[] {"0", "0"} : size.split("x");
        return new SourceOptions.V4l2(format.ffmpegName, Integer.parseInt(sides[0]), Integer.parseInt(sides[1]));
    }
}
