package dev.vigil.homeassistant;

import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.zip.CRC32;

/**
 * Names of what Home Assistant is told of. They stay the same as long as node, camera and label have their names, whatever else
 * is configured: entities are known by them for good.
 *
 * <p>Those of devices and entities are free text, so that parts stand between colons, which no node's or camera's name has:
 * {@code vigil:NODE:CAMERA:KIND:LABEL}. Levels of discovery topics are not.
 */
final class Ids {
    private static final String VIGIL = "vigil";

    private Ids() {}

    static String device(String node) {
        return VIGIL + ":" + node;
    }

    static String device(String node, String camera) {
        return device(node) + ":" + camera;
    }

    /** Whether a device is the node, or one of its cameras. */
    static boolean isDeviceOf(String node, String device) {
        return device.equals(device(node)) || device.startsWith(device(node) + ":");
    }

    /** The level of discovery topics that all of a node's stand under. */
    static String topicLevel(String node) {
        return VIGIL + "_" + level(node);
    }

    /**
     * A text as a level of a discovery topic, which may have letters, digits, - and _ only (Home Assistant, MQTT, "Discovery
     * topic"). A text that had other characters gets a checksum, so that no two become one.
     */
    static String level(String text) {
        String plain = text.replaceAll("[^A-Za-z0-9_-]", "_");
        if (plain.equals(text)) {
            return text;
        }
        CRC32 checksum = new CRC32();
        checksum.update(text.getBytes(StandardCharsets.UTF_8));
        return plain + String.format(Locale.ROOT, "_%08x", checksum.getValue());
    }
}
