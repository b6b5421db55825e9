package dev.vigil.config;

import dev.vigil.homeassistant.HomeAssistantOptions;
import java.util.List;

/**
 * What Home Assistant is told.
 *
 * @param options whether and where
 * @param labels that have sensors, for cameras that do not say otherwise; empty where nothing is said
 */
public record HomeAssistantConfig(HomeAssistantOptions options, List<String> labels) {
    public static final HomeAssistantConfig DEFAULT = new HomeAssistantConfig(HomeAssistantOptions.DEFAULT, List.of());

    /** Where nothing is said, as far as the model knows them. */
    static final List<String> USUAL_LABELS = List.of("person");
}
