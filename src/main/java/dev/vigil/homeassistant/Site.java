package dev.vigil.homeassistant;

import java.time.Duration;
import java.util.List;

/**
 * What there is to tell Home Assistant of: the daemon, its cameras, and the topics that they use.
 *
 * @param node the daemon's name
 * @param version of the daemon
 * @param availabilityTopic {@code online} or {@code offline}
 * @param statsTopic messages of {@code stats.schema.json}
 * @param statsInterval between two of them
 * @param statusInterval between two status messages of a camera
 */
public record Site(
        String node,
        String version,
        String availabilityTopic,
        String statsTopic,
        Duration statsInterval,
        Duration statusInterval,
        List<Camera> cameras) {
    /**
     * A camera.
     *
     * @param statusTopic messages of {@code status.schema.json}
     * @param objectsTopic messages of {@code objects.schema.json}
     * @param settingsTopic what is in force: {@code {"enabled": true, "score": 0.4, "fps": 0}}
     * @param setTopic commands go to {@code enabled}, {@code score} and {@code fps} under it
     * @param labels that have sensors of their own
     */
    public record Camera(
            String name,
            String statusTopic,
            String objectsTopic,
            String settingsTopic,
            String setTopic,
            List<String> labels) {}
}
