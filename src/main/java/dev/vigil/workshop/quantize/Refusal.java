package dev.vigil.workshop.quantize;

import dev.vigil.workshop.quantize.Quantized.LayerReport;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/** When a model in 8 bits is not worth having, and what says so. Stateless. */
final class Refusal {
    /** Of the work, left in float for the loss: with more, 8 bits save next to nothing. */
    private static final double FLOAT_SHARE_MAX = 0.5;
    /** Layers that are named. */
    private static final int NAMED = 10;

    private Refusal() {}

    /**
     * Looks at what a search found.
     *
     * @param lossAll with all layers in 8 bits, in points
     * @return why it is not written, with the layers that hold it back; null where it is
     */
    static String of(FloatSearch.Found found, List<LayerReport> layers, double lossAll, double lossMax) {
        List<LayerReport> inFloat = layers.stream()
                .filter(layer -> LayerReport.LOSS.equals(layer.inFloat()))
                .toList();
        double share = inFloat.stream().mapToDouble(LayerReport::share).sum();
        if (found.loss() <= lossMax && share <= FLOAT_SHARE_MAX) {
            return null;
        }
        List<String> holding = inFloat.stream()
                .sorted(Comparator.comparingDouble(layer -> Double.isNaN(layer.errorAlone()) ? 0 : -layer.errorAlone()))
                .limit(NAMED)
                .map(LayerReport::name)
                .toList();
        return String.format(
                Locale.ROOT,
                "the loss is %.2f points with all layers in 8 bits and %.2f with %d of them in float, which do %.0f %% of the"
                        + " work; allowed are %.2f points and %.0f %%. What holds it back most: %s",
                lossAll,
                found.loss(),
                found.inFloat().size(),
                100 * share,
                lossMax,
                100 * FLOAT_SHARE_MAX,
                String.join(", ", holding));
    }
}
