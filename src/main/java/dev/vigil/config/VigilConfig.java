package dev.vigil.config;

import dev.vigil.detect.Labels;
import dev.vigil.http.HttpOptions;
import dev.vigil.mqtt.MqttOptions;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * All of a daemon's configuration. Whoever assembles the daemon takes it apart: a stage gets its own record and never the
 * whole.
 *
 * @param node this box's name in topics and messages
 * @param mqtt how the broker is reached; without a will, which is for the assembler to set
 * @param topics where messages go
 * @param models by their names, in the file's order; at least one
 * @param cameras in the file's order; at least one, each of a model in {@code models}
 * @param reports how often figures are published
 * @param cacheDir for what is made once and used again, such as unpacked natives; need not be there yet
 * @param homeAssistant what Home Assistant is told
 * @param log what is logged, and how
 * @param memory what the process may take
 * @param http where those who watch may ask
 */
public record VigilConfig(
        String node,
        MqttOptions mqtt,
        TopicConfig topics,
        Map<String, ModelConfig> models,
        List<CameraConfig> cameras,
        ReportConfig reports,
        Path cacheDir,
        HomeAssistantConfig homeAssistant,
        LogConfig log,
        MemoryConfig memory,
        HttpOptions http) {
    /** Without Home Assistant and an HTTP port, and with what is usual for the process. */
    public VigilConfig(
            String node,
            MqttOptions mqtt,
            TopicConfig topics,
            Map<String, ModelConfig> models,
            List<CameraConfig> cameras,
            ReportConfig reports,
            Path cacheDir) {
        this(
                node,
                mqtt,
                topics,
                models,
                cameras,
                reports,
                cacheDir,
                HomeAssistantConfig.DEFAULT,
                LogConfig.DEFAULT,
                MemoryConfig.DEFAULT,
                HttpOptions.OFF);
    }

    /** A model, and those that look at crops of what it finds, one after the other. */
    public List<ModelConfig> chain(ModelConfig model) {
        List<ModelConfig> chain = new ArrayList<>();
        for (ModelConfig at = model;
                at != null;
                at = at.then() == null ? null : models.get(at.then().model())) {
            chain.add(at);
        }
        return chain;
    }

    /**
     * The labels of a camera that are told of even when there is none: its own, else those for all cameras, else {@code person}
     * if its model knows that.
     *
     * @param ofModel what the camera's model can tell
     */
    public List<String> labels(CameraConfig camera, Labels ofModel) {
        List<String> said = camera.labels().isEmpty() ? homeAssistant.labels() : camera.labels();
        return said.isEmpty()
                ? HomeAssistantConfig.USUAL_LABELS.stream()
                        .filter(ofModel.names()::contains)
                        .toList()
                : said;
    }
}
