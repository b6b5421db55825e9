package dev.vigil.workshop.tune;

import dev.vigil.infer.Backend;
import dev.vigil.infer.BackendOptions.Precision;
import dev.vigil.infer.InferOptions;
import dev.vigil.infer.InferOptions.Device;
import java.util.Locale;

/**
 * One way to run a model.
 *
 * @param infer what the configuration would say
 * @param workers what {@code infer} comes to on this box, where it leaves the number to it
 */
public record Settings(Variant variant, InferOptions infer, int workers) {
    /** What gives the same boxes, whatever the shape: variant, backend, device and precision. */
    public String family() {
        StringBuilder family = new StringBuilder(variant.name());
        if (infer.backend().backend() != Backend.AUTO) {
            family.append(' ').append(infer.backend().backend().label());
        }
        if (infer.device() != Device.AUTO) {
            family.append(' ').append(infer.device().name().toLowerCase(Locale.ROOT));
        }
        if (infer.backend().precision() != Precision.AUTO) {
            family.append(' ').append(infer.backend().precision().name().toLowerCase(Locale.ROOT));
        }
        return family.toString();
    }

    /** How the work is spread, without the batch: {@code 2x1} for two workers of one thread. */
    public String spread() {
        return workers + "x" + infer.threads();
    }

    /** All of it in a few words. */
    @Override
    public String toString() {
        return family() + ", " + spread() + (infer.batchMax() > 1 ? ", batch " + infer.batchMax() : "");
    }
}
