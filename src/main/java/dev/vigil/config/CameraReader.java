package dev.vigil.config;

import dev.vigil.detect.DetectOptions;
import dev.vigil.publish.PublishOptions;
import dev.vigil.source.SourceOptions;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** Reads a section under {@code cameras}. */
final class CameraReader {
    /** Its address stands in for one that is wrong, until the problems are reported. */
    private static final SourceOptions DEFAULT = SourceOptions.of(URI.create("file:/"));

    private static final Range FPS = Range.zeroFor("all", 1_000);

    private static final Range DRIFT_PPM = Range.of(1, 100_000);

    private static final Range PUBLISH_RATE = Range.zeroFor("no limit", 1_000);

    private CameraReader() {}

    static CameraConfig camera(String name, Section camera, Map<String, ModelConfig> models) {
        URI uri = uri(camera);
        String model = model(camera, models);
        boolean enabled = camera.flag("enabled", true);
        SourceOptions source = source(camera, uri);
        DetectOptions ofModel =
                model == null ? DetectOptions.DEFAULT : models.get(model).detect();
        double score = camera.number("score", ModelReader.SCORE, ofModel.scoreMin(), "its model's", false);
        PublishOptions publish = publish(camera.section("publish"));
        List<String> labels = HomeAssistantReader.labelsOfCamera(camera);
        camera.finish();
        DetectOptions detect = new DetectOptions((float) score, ofModel.iouMax(), ofModel.boxesMax());
        return new CameraConfig(name, model, enabled, source, detect, publish, labels);
    }

    private static PublishOptions publish(Section publish) {
        PublishOptions standard = PublishOptions.DEFAULT;
        PublishOptions.When when = publish.choice("when", PublishOptions.When.class, standard.when());
        double rateMax = publish.number("max_rate", PUBLISH_RATE, standard.rateMax());
        publish.finish();
        return new PublishOptions(when, rateMax);
    }

    private static URI uri(Section camera) {
        Section.Scalar url = camera.address("url", CameraAddress.ALLOWED);
        if (url == null) {
            if (!camera.has("url")) {
                camera.problem("url", "is missing: " + CameraAddress.ALLOWED + " is expected");
            }
            return DEFAULT.uri();
        }
        try {
            return CameraAddress.parse(url.value(), camera.reading().folder);
        } catch (IllegalArgumentException wrong) {
            camera.problem("url", url.shown() + " " + wrong.getMessage());
            return DEFAULT.uri();
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

    private static SourceOptions source(Section camera, URI uri) {
        Duration timeoutMin = Duration.ofMillis(100);
        Duration timeoutMax = Duration.ofMinutes(5);
        SourceOptions.Transport transport =
                camera.choice("transport", SourceOptions.Transport.class, DEFAULT.transport());
        SourceOptions.Hardware hardware = camera.choice("hardware", SourceOptions.Hardware.class, DEFAULT.hardware());
        double fpsMax = camera.number("fps", FPS, DEFAULT.fpsMax());
        boolean loop = camera.flag("loop", DEFAULT.loop());
        boolean realtime = camera.flag("realtime", DEFAULT.realtime());
        Duration openTimeout = camera.duration("open_timeout", timeoutMin, timeoutMax, DEFAULT.openTimeout());
        Duration readTimeout = camera.duration("read_timeout", timeoutMin, timeoutMax, DEFAULT.readTimeout());
        Retry retry = Retry.of(camera, DEFAULT.retryMin(), DEFAULT.retryMax());
        int decoderThreads = camera.integer("decoder_threads", Range.of(1, 64), DEFAULT.decoderThreads());
        Section clock = camera.section("clock");
        Duration clockOffsetMax =
                clock.duration("max_offset", Duration.ofMillis(1), Duration.ofHours(24), DEFAULT.clockOffsetMax());
        double clockDriftMaxPpm = clock.number("max_drift_ppm", DRIFT_PPM, DEFAULT.clockDriftMaxPpm());
        clock.finish();
        boolean tlsVerify = camera.flag("tls_verify", DEFAULT.tlsVerify());
        return SourceOptions.builder(uri)
                .transport(transport)
                .hardware(hardware)
                .fpsMax(fpsMax)
                .loop(loop)
                .realtime(realtime)
                .openTimeout(openTimeout)
                .readTimeout(readTimeout)
                .retry(retry.min(), retry.max())
                .decoderThreads(decoderThreads)
                .clockOffsetMax(clockOffsetMax)
                .clockDriftMaxPpm(clockDriftMaxPpm)
                .tlsVerify(tlsVerify)
                .build();
    }
}
