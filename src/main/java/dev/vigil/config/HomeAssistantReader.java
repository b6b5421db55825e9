package dev.vigil.config;

import dev.vigil.homeassistant.HomeAssistantOptions;
import dev.vigil.homeassistant.HomeAssistantOptions.Mode;
import dev.vigil.mqtt.MqttTopic;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.snakeyaml.engine.v2.nodes.ScalarNode;

/** Reads the section {@code homeassistant}, which may be a word, and that of a camera. */
final class HomeAssistantReader {
    private static final String KEY = "homeassistant";
    private static final String FLAG = "true or false";
    private static final String TOPIC_ALLOWED = "a topic without + and #, and without / at its ends";
    private static final Pattern TOPIC = Pattern.compile("[^+#/$\\p{Cntrl}]([^+#\\p{Cntrl}]{0,198}[^+#/\\p{Cntrl}])?");
    private static final String LABELS_ALLOWED = "labels of the model: [person, car]";

    private HomeAssistantReader() {}

    static HomeAssistantConfig read(Section root) {
        if (isWord(root)) {
            // Known as a section all the same, for the words about unknown keys.
            root.known(KEY, FLAG, "off", false, FLAG);
            Mode mode = mode(root, KEY, FLAG + ", or keys with their values under it");
            HomeAssistantOptions standard = HomeAssistantOptions.DEFAULT;
            return new HomeAssistantConfig(
                    new HomeAssistantOptions(mode, standard.prefix(), standard.birthTopic()), List.of());
        }
        Section section = root.section(KEY);
        section.known("enabled", FLAG, "off", false, FLAG);
        Mode mode = mode(section, "enabled", FLAG);
        String prefix = topic(section, "prefix", HomeAssistantOptions.DEFAULT.prefix());
        String birthTopic = topic(section, "birth_topic", HomeAssistantOptions.DEFAULT.birthTopic());
        List<String> labels = labels(section, "person, if the model knows it");
        section.finish();
        return new HomeAssistantConfig(new HomeAssistantOptions(mode, prefix, birthTopic), labels);
    }

    private static boolean isWord(Section root) {
        return root.node(KEY)
                .filter(node -> node instanceof ScalarNode && !Entries.isNull(node))
                .isPresent();
    }

    /** Where it is said to be off, what was told earlier is removed; where nothing is said, the broker is not even asked. */
    private static Mode mode(Section section, String key, String allowed) {
        Section.Scalar said = section.scalar(key, allowed);
        if (said == null) {
            return Mode.OFF;
        }
        if (!said.value().equals("true") && !said.value().equals("false")) {
            section.problem(key, said.shown() + " is not allowed: " + allowed);
        }
        return said.value().equals("true") ? Mode.ON : Mode.REMOVE;
    }

    private static String topic(Section section, String key, String standard) {
        String topic = section.textOr(key, "topic", standard, TOPIC, TOPIC_ALLOWED);
        String problem = MqttTopic.problemOfName(topic);
        if (problem != null) {
            section.problem(key, problem);
        }
        return problem == null ? topic : standard;
    }

    /** @return the labels that a camera's own section names; empty if it names none */
    static List<String> labelsOfCamera(Section camera) {
        Section section = camera.section(KEY);
        List<String> labels = labels(section, "those under homeassistant");
        section.finish();
        return labels;
    }

    private static List<String> labels(Section section, String fallbackWords) {
        List<String> labels;
        if (Lists.isList(section, "labels")) {
            labels = Lists.words(section, "labels", "names", fallbackWords, LABELS_ALLOWED);
        } else {
            section.known("labels", "names", fallbackWords, false, LABELS_ALLOWED);
            Section.Scalar single = section.scalar("labels", LABELS_ALLOWED);
            labels = single == null ? null : List.of(single.value());
        }
        if (labels == null) {
            return List.of();
        }
        Set<String> once = new LinkedHashSet<>();
        for (String label : labels) {
            if (!once.add(label)) {
                section.problem("labels", Shown.value(label) + " is there twice");
            }
        }
        return List.copyOf(once);
    }
}
