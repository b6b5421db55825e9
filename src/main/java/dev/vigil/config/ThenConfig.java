package dev.vigil.config;

import dev.vigil.detect.CropOptions;

/**
 * The model that looks at crops of what another finds.
 *
 * @param model its name under {@code models}
 * @param crops which boxes it sees
 */
public record ThenConfig(String model, CropOptions crops) {}
