package dev.vigil.homeassistant;

/**
 * Whether and where Home Assistant is told.
 *
 * @param mode what is told
 * @param prefix of discovery topics, as it is set in Home Assistant
 * @param birthTopic where Home Assistant announces that it is there
 */
public record HomeAssistantOptions(Mode mode, String prefix, String birthTopic) {
    /** What Home Assistant itself starts from. */
    public static final HomeAssistantOptions DEFAULT =
            new HomeAssistantOptions(Mode.OFF, "homeassistant", "homeassistant/status");

    public enum Mode {
        /** Nothing is told or asked. */
        OFF,
        /** Devices and entities are told, and those of earlier runs that are gone are removed. */
        ON,
        /** All that earlier runs told is removed. */
        REMOVE
    }
}
