package dev.vigil.config;

import dev.vigil.detect.ModelDescription;
import dev.vigil.http.HttpOptions;
import dev.vigil.lens.LensOptions;
import dev.vigil.mqtt.MqttOptions;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.snakeyaml.engine.v2.nodes.MappingNode;

/** Reads a daemon's configuration. Stateless; reading touches no camera, no broker and no model but to see that its file is there. */
public final class ConfigReader {
    /**
     * What was read.
     *
     * @param config empty if there is any problem
     * @param problems of this file; further checks add theirs, and find the line of each key in it
     */
    public record Loaded(Optional<VigilConfig> config, Problems problems) {}

    private final Surroundings surroundings;

    public ConfigReader(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    /**
     * @return the configuration
     * @throws ConfigException with all problems
     */
    public VigilConfig read(Path file) throws ConfigException {
        Loaded loaded = load(file);
        loaded.problems.throwIfAny();
        return loaded.config.orElseThrow();
    }

    /** As {@link #read}, for callers that have checks of their own to add. */
    public Loaded load(Path file) {
        Reading reading = new Reading(file, surroundings);
        Optional<VigilConfig> config = YamlFile.read(file, reading.problems).map(root -> config(reading, root));
        return new Loaded(reading.problems.isEmpty() ? config : Optional.empty(), reading.problems);
    }

    /**
     * Reads what the {@code .yml} beside a model says, for a model that no configuration names.
     *
     * @param model the {@code .onnx}
     * @return says nothing if there is no such file
     * @throws ConfigException with all problems
     */
    public ModelDescription readDescription(Path model) throws ConfigException {
        Problems problems = new Problems(model.toString());
        ModelDescription description = DescriptionReader.besides(model, surroundings, problems);
        problems.throwIfAny();
        return description;
    }

    /**
     * Reads the names of classes from the {@code data.yaml} of a data set.
     *
     * @throws ConfigException with all problems
     */
    public static List<String> readLabels(Path yaml) throws ConfigException {
        Problems problems = new Problems(yaml.toString());
        List<String> labels = LabelsYaml.read(yaml, problems);
        problems.throwIfAny();
        return labels;
    }

    /** Where the description of a model stands: beside it, {@code .yml} in place of its ending. */
    public static Path descriptionOf(Path model) {
        return DescriptionReader.fileOf(model);
    }

    /** @return every key that a model's description may have */
    public static Collection<Key> descriptionKeys() {
        return DescriptionReader.keys();
    }

    /** @return every key that is known, in the order in which sections are read */
    public static Collection<Key> keys() {
        Reading reading = new Reading(Path.of("/"), new Surroundings(Path.of("/"), Map.of(), "host"));
        // With a name wherever there can be one.
        String filters = "{filters: {labels: {l: {}}}}";
        MappingNode example = YamlFile.parse("{models: {m: " + filters + "}, cameras: {c: " + filters + "}}");
        config(reading, example);
        return reading.keys();
    }

    private static VigilConfig config(Reading reading, MappingNode rootNode) {
        Section root = Section.root(reading, rootNode);
        String hostName = reading.surroundings.hostName();
        String node = root.text("node", "name", "the host's name", Names.NODE, Names.NODE_ALLOWED);
        Section mqttSection = root.section("mqtt");
        MqttOptions mqtt = MqttReader.options(mqttSection);
        TopicConfig topics = MqttReader.topics(mqttSection, node == null ? hostName : node, root.namesUnder("cameras"));
        String nodeName = node == null ? hostName : node;
        mqtt = mqtt.withOutbox(OutboxReader.outbox(
                mqttSection.section("outbox"), topics.qos(), reading.surroundings.outboxDir(nodeName)));
        mqttSection.finish();
        Map<String, ModelConfig> models = models(root);
        List<CameraConfig> cameras = cameras(root, models, LensReader.lens(root, LensOptions.DEFAULT));
        HomeAssistantConfig homeAssistant = HomeAssistantReader.read(root);
        HttpOptions http = HttpReader.read(root);
        ReportConfig reports = reports(root);
        LogConfig log = LogReader.log(root);
        MemoryConfig memory = MemoryReader.memory(root);
        Path cacheDir = root.path("cache_dir", "folder", "$CACHE_DIRECTORY, or ~/.cache/vigil", false);
        root.finish();
        reading.reportUnknown();
        VigilConfig config = new VigilConfig(
                node == null ? hostName : node,
                mqtt,
                topics,
                models,
                cameras,
                reports,
                cacheDir == null ? reading.surroundings.cacheDir() : cacheDir,
                homeAssistant,
                log,
                memory,
                http);
        if (ThenReader.check(models, reading.problems)) { // else models lead nowhere, or in a circle
            LabelCheck.check(config, reading.problems);
        }
        return config;
    }

    private static Map<String, ModelConfig> models(Section root) {
        Map<String, ModelConfig> models = new LinkedHashMap<>();
        Map<String, Section> sections = root.named("models", Names.PART, Names.PART_ALLOWED);
        sections.forEach((name, section) -> models.put(name, ModelReader.model(name, section)));
        if (!root.has("models")) {
            models.put(
                    ModelReader.DEFAULT_NAME,
                    ModelReader.model(
                            ModelReader.DEFAULT_NAME, root.section("models").unnamed(ModelReader.DEFAULT_NAME)));
        } else if (sections.isEmpty()) {
            root.problem("models", "has no model: leave it out for the default model");
        }
        return models;
    }

    private static List<CameraConfig> cameras(Section root, Map<String, ModelConfig> models, LensOptions lens) {
        List<CameraConfig> cameras = new ArrayList<>();
        Map<String, Section> sections = root.named("cameras", Names.PART, Names.PART_ALLOWED);
        sections.forEach((name, section) -> cameras.add(CameraReader.camera(name, section, models, lens)));
        if (sections.isEmpty() && !root.has("cameras")) {
            root.problem("cameras", "is missing: at least one camera, with a name and a url, is expected");
        } else if (sections.isEmpty()) {
            root.problem("cameras", "has no camera: at least one, with a name and a url, is expected");
        }
        return cameras;
    }

    private static ReportConfig reports(Section root) {
        Duration min = Duration.ofSeconds(1);
        Duration max = Duration.ofHours(24);
        Section stats = root.section("stats");
        Duration statsInterval = stats.duration("interval", min, max, ReportConfig.DEFAULT.statsInterval());
        stats.finish();
        Section status = root.section("status");
        Duration statusInterval = status.duration("interval", min, max, ReportConfig.DEFAULT.statusInterval());
        status.finish();
        return new ReportConfig(statsInterval, statusInterval);
    }
}
