package dev.vigil.app.control;

import dev.vigil.config.TopicConfig;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Which topics bring commands, and for whom. Immutable. */
final class CommandTopics {
    static final String RESULT = "result";

    /** A name that can not be a camera's, in whose place a wildcard may be put. */
    private static final String ANY = "{camera}";

    /** Longer than any topic that means something. */
    private static final int TOPIC_CHARS_MAX = 512;

    /**
     * Whom a command is for.
     *
     * @param base the topic without the setting's name
     * @param camera null for all of the node
     * @param isKnown false for a camera that is not there
     * @param setting its name, as the topic has it
     */
    record Target(String base, String camera, boolean isKnown, String setting) {
        String resultTopic() {
            return base + "/" + RESULT;
        }
    }

    private final String nodeBase;
    private final Map<String, String> cameraOfBase = new HashMap<>();
    /** What this daemon publishes itself, and its wildcards may bring back. */
    private final Set<String> own = new HashSet<>();

    private final List<String> filters = new ArrayList<>();
    /** The levels of a camera's base, with {@link #ANY} for the camera. */
    private final List<String> levels;

    CommandTopics(TopicConfig topics, String node, List<String> cameras) {
        nodeBase = topics.setNode(node);
        own.add(topics.availability(node));
        own.add(topics.stats(node));
        for (String camera : cameras) {
            cameraOfBase.put(topics.set(node, camera), camera);
            own.add(topics.detections(node, camera));
            own.add(topics.status(node, camera));
            own.add(topics.settings(node, camera));
            own.add(topics.objects(node, camera));
        }
        levels = List.of(topics.set(node, ANY).split("/", -1));
        filters.add(nodeBase + "/+");
        if (hasLevelForCamera()) {
            // Unknown cameras too, so that whoever mistypes a name is told.
            filters.add(String.join("/", levels).replace(ANY, "+") + "/+");
        } else {
            cameras.forEach(camera -> filters.add(topics.set(node, camera) + "/+"));
        }
    }

    private boolean hasLevelForCamera() {
        return levels.stream().filter(level -> level.contains(ANY)).allMatch(ANY::equals);
    }

    /** What to subscribe to. */
    List<String> filters() {
        return List.copyOf(filters);
    }

    /** How many topics there are on which a command can be of use. */
    int count() {
        return (cameraOfBase.size() + 1) * Setting.values().length;
    }

    /** Whom a message on this topic is for; empty when it is no command, such as an answer to one. */
    Optional<Target> target(String topic) {
        int slash = topic.lastIndexOf('/');
        if (slash < 0 || topic.length() > TOPIC_CHARS_MAX || own.contains(topic)) {
            return Optional.empty();
        }
        String base = topic.substring(0, slash);
        String setting = topic.substring(slash + 1);
        if (setting.equals(RESULT)) {
            return Optional.empty();
        }
        if (base.equals(nodeBase)) {
            return Optional.of(new Target(base, null, true, setting));
        }
        String camera = cameraOfBase.get(base);
        return camera != null
                ? Optional.of(new Target(base, camera, true, setting))
                : unknownCamera(base).map(name -> new Target(base, name, false, setting));
    }

    private Optional<String> unknownCamera(String base) {
        String[] asked = base.split("/", -1);
        int at = levels.indexOf(ANY);
        if (at < 0 || asked.length != levels.size()) {
            return Optional.empty();
        }
        String[] expected = levels.toArray(String[]::new);
        for (int i = 0; i < expected.length; i++) {
            expected[i] = expected[i].equals(ANY) ? asked[at] : expected[i];
        }
        return Arrays.equals(asked, expected) ? Optional.of(asked[at]) : Optional.empty();
    }
}
