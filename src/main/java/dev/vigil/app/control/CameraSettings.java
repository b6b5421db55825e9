package dev.vigil.app.control;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vigil.config.CameraConfig;
import dev.vigil.detect.DetectOptions;
import dev.vigil.source.CameraReader;
import java.util.function.Consumer;

/** What is set for one camera, and what must learn of it. Threadsafe. */
public final class CameraSettings {
    /**
     * Immutable.
     *
     * @param enabled whether the camera is read
     * @param score a box counts when its score is above this, 0..1
     * @param fps frames per second that are wanted; 0 for all
     */
    record Values(boolean enabled, double score, double fps) {
        Values withEnabled(boolean newEnabled) {
            return new Values(newEnabled, score, fps);
        }

        Values withScore(double newScore) {
            return new Values(enabled, newScore, fps);
        }

        Values withFps(double newFps) {
            return new Values(enabled, score, newFps);
        }

        /** One of them as JSON shows it: whole numbers without a point. */
        void put(ObjectNode json, String key, Setting setting) {
            switch (setting) {
                case ENABLED -> json.put(key, enabled);
                case SCORE -> put(json, key, score);
                case FPS -> put(json, key, fps);
            }
        }

        private static void put(ObjectNode json, String key, double number) {
            if (number == Math.rint(number)) {
                json.put(key, (long) number);
            } else {
                json.put(key, number);
            }
        }
    }

    private final String camera;
    /** Guarded by this. */
    private CameraConfig config;
    /** Guarded by this. */
    private CameraReader reader;
    /** Guarded by this. */
    private Values values;
    /** Takes which boxes count, once there is a pipeline. Guarded by this. */
    private Consumer<DetectOptions> detecting = detect -> {};

    /** As the configuration has it; the reader learns at once, before its start. */
    public CameraSettings(CameraConfig config, CameraReader reader) {
        this.camera = config.name();
        this.config = config;
        this.reader = reader;
        this.values = configured(config);
        reader.enable(values.enabled());
    }

    private static Values configured(CameraConfig config) {
        // A float's shortest decimal: 0.4 for 0.4f.
        double score = Double.parseDouble(Float.toString(config.detect().scoreMin()));
        return new Values(config.enabled(), score, config.source().fpsMax());
    }

    /**
     * Takes another configuration, and has it applied. What it says otherwise than the one before holds from here on; what a
     * command has set stays where the configuration says the same as before.
     *
     * @param newReader may be the one that reads already
     */
    public synchronized void change(CameraConfig newConfig, CameraReader newReader) {
        Values before = configured(config);
        Values now = configured(newConfig);
        values = new Values(
                now.enabled() == before.enabled() ? values.enabled() : now.enabled(),
                now.score() == before.score() ? values.score() : now.score(),
                now.fps() == before.fps() ? values.fps() : now.fps());
        config = newConfig;
        reader = newReader;
        reader.enable(values.enabled());
        reader.fpsMax(values.fps());
        detecting.accept(detect(values));
    }

    /** Sets what takes which boxes count, and tells it at once. */
    public synchronized void onDetect(Consumer<DetectOptions> newDetecting) {
        detecting = newDetecting;
        detecting.accept(detect(values));
    }

    String camera() {
        return camera;
    }

    synchronized Values values() {
        return values;
    }

    /**
     * Sets one of them, and has it applied.
     *
     * @return whether it was another before
     * @throws IllegalArgumentException for a text that is not allowed, with what is
     */
    synchronized boolean set(Setting setting, String text) {
        Values before = values;
        values = setting.changed(before, text);
        switch (setting) {
            case ENABLED -> reader.enable(values.enabled());
            case SCORE -> detecting.accept(detect(values));
            case FPS -> reader.fpsMax(values.fps());
        }
        return !values.equals(before);
    }

    private synchronized DetectOptions detect(Values of) {
        return config.detect().withScoreMin((float) of.score());
    }

    /** The settings message ({@code config/schema/settings.schema.json}). */
    ObjectNode message(String node) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("v", 1).put("node", node).put("camera", camera());
        Values now = values();
        for (Setting setting : Setting.values()) {
            now.put(json, setting.label(), setting);
        }
        return json;
    }
}
