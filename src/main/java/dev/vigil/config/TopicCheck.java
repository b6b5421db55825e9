package dev.vigil.config;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Sees to it that no two kinds of messages meet in one topic, which patterns may do that differ. */
final class TopicCheck {
    /** What a topic is for. */
    private record Use(String key, String camera) {
        @Override
        public String toString() {
            return camera.isEmpty() ? key : key + " of the camera " + camera;
        }
    }

    /** Levels under {@code set}: the settings, and the answers to commands. */
    private static final List<String> SET_LEVELS = List.of("enabled", "score", "fps", "result");

    private final Map<String, Use> uses = new LinkedHashMap<>();
    private final Section topics;

    private TopicCheck(Section topics) {
        this.topics = topics;
    }

    /** @param topics where the patterns stand; takes the problems */
    static void check(TopicConfig config, String node, Stream<String> cameras, Section topics) {
        TopicCheck check = new TopicCheck(topics);
        check.add(config.availability(node), "availability", "");
        check.add(config.stats(node), "stats", "");
        check.addSet(config.setNode(node), "set_node", "");
        cameras.forEach(camera -> {
            check.add(config.detections(node, camera), "detections", camera);
            check.add(config.status(node, camera), "status", camera);
            check.add(config.settings(node, camera), "settings", camera);
            check.add(config.objects(node, camera), "objects", camera);
            check.addSet(config.set(node, camera), "set", camera);
        });
    }

    private void addSet(String topic, String key, String camera) {
        for (String level : SET_LEVELS) {
            if (!add(topic + "/" + level, key, camera)) {
                return; // they all meet, one is told
            }
        }
    }

    private boolean add(String topic, String key, String camera) {
        Use use = new Use(key, camera);
        Use first = uses.putIfAbsent(topic, use);
        if (first != null) {
            boolean atFirst = topics.has(first.key) && !topics.has(key);
            topics.problem(
                    atFirst ? first.key : key,
                    topic + " is the topic of " + (atFirst ? first : use) + " and of " + (atFirst ? use : first)
                            + ": each needs a topic of its own");
        }
        return first == null;
    }
}
