package dev.vigil.config;

import dev.vigil.config.ModelConfig.NmsPlace;
import dev.vigil.detect.DetectOptions;
import dev.vigil.detect.ModelDescription;
import dev.vigil.detect.TileOptions;
import dev.vigil.infer.Backend;
import dev.vigil.infer.BackendOptions;
import dev.vigil.infer.BackendOptions.Precision;
import dev.vigil.infer.BackendOptions.Provider;
import dev.vigil.infer.InferOptions;
import dev.vigil.infer.InferOptions.Device;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** Reads a section under {@code models}. */
final class ModelReader {
    static final String DEFAULT_NAME = "default";

    private static final Pattern PROVIDER = Pattern.compile("[A-Za-z0-9]{1,64}");
    private static final String DEFAULT_FILE = "models/ssdlite-mobilenet-v2-coco.onnx";

    private ModelReader() {}

    static ModelConfig model(String name, Section model) {
        Path file = file(model);
        String family = DescriptionReader.family(model);
        DescriptionReader.LabelsKey labels = DescriptionReader.labels(model);
        NmsPlace nms = model.choice("nms", NmsPlace.class, NmsPlace.GRAPH);
        InferOptions infer = infer(model);
        DetectOptions detect = DetectReader.ofModel(model);
        TileOptions tiles = TilesReader.tiles(model, TileOptions.NONE);
        ThenConfig then = ThenReader.then(model);
        model.finish();
        Reading reading = model.reading();
        ModelDescription description = DescriptionReader.besides(file, reading.surroundings, reading.problems);
        return new ModelConfig(
                name, file, DescriptionReader.with(description, family, labels), nms, infer, detect, tiles, then);
    }

    private static Path file(Section model) {
        Path written = model.path("file", "file", "${VIGIL_HOME}/" + DEFAULT_FILE, true);
        Path file = written == null ? model.reading().surroundings.home().resolve(DEFAULT_FILE) : written;
        TextFile.problem(file).ifPresent(message -> {
            String which = written == null ? "the default model " : "";
            model.problem("file", which + model.shown("file", file) + ": " + message);
        });
        return file;
    }

    private static InferOptions infer(Section model) {
        InferOptions standard = InferOptions.DEFAULT;
        BackendOptions backend = backend(model);
        Device device = model.choice("device", Device.class, standard.device());
        int workers = model.integer("workers", Range.zeroFor("the box's best", 64), standard.workers());
        int threads = model.integer("threads", Range.of(1, 256), standard.threads());
        Section batch = model.section("batch");
        int batchMax = batch.integer("max", Range.of(1, 64), standard.batchMax());
        Duration batchWait = batch.duration("wait", Duration.ZERO, Duration.ofSeconds(1), standard.batchWait());
        batch.finish();
        Duration timeout =
                model.duration("timeout", Duration.ofMillis(100), Duration.ofMinutes(10), standard.timeout());
        return new InferOptions(device, workers, threads, batchMax, batchWait, timeout, backend);
    }

    private static BackendOptions backend(Section model) {
        Backend backend = model.choice("backend", Backend.class, BackendOptions.DEFAULT.backend());
        Path graph = model.path("graph", "file", "beside the weights", false, "a path");
        if (graph != null) {
            TextFile.problem(graph)
                    .ifPresent(message -> model.problem("graph", model.shown("graph", graph) + ": " + message));
        }
        Precision precision = model.choice("precision", Precision.class, BackendOptions.DEFAULT.precision());
        return new BackendOptions(backend, graph, provider(model.section("provider")), precision);
    }

    private static Provider provider(Section provider) {
        String name = provider.text("name", "text", "none", PROVIDER, "letters and digits, such as OpenVINO");
        Path library = provider.path("library", "file", "none", false, "a path");
        List<String> words = Lists.words(provider, "options", "list", "none", "a list of KEY=VALUE");
        provider.finish();
        if (library != null) {
            TextFile.problem(library)
                    .ifPresent(message ->
                            provider.problem("library", provider.shown("library", library) + ": " + message));
        }
        Map<String, String> options = new LinkedHashMap<>();
        for (String word : words == null ? List.<String>of() : words) {
            int at = word.indexOf('=');
            if (at < 1) {
                provider.problem("options", word + " is not allowed: KEY=VALUE");
            } else {
                options.put(word.substring(0, at), word.substring(at + 1));
            }
        }
        if (name == null && library == null) {
            return null;
        }
        if (name == null || library == null) {
            provider.problem(
                    name == null ? "name" : "library", "is wanted beside the other: name and library go together");
            return null;
        }
        return new Provider(name, library, options);
    }
}
