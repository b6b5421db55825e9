package dev.vigil.pipeline;

import dev.vigil.detect.CropOptions;
import dev.vigil.detect.DetectOptions;

/**
 * A model that looks at crops of what the one before has found.
 *
 * @param model loaded with as many tensors as there are crops; a model of its own may follow it
 * @param crops which boxes it sees
 * @param detect which of its own boxes count
 */
public record ThenModel(LoadedModel model, CropOptions crops, DetectOptions detect) {}
