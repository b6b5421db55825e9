package dev.vigil.workshop.quantize;

import dev.vigil.convert.ConvertException;
import dev.vigil.detect.ModelException;
import dev.vigil.graph.GraphException;
import dev.vigil.infer.InferException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Finds which layers to leave in float, so that the loss keeps within its bound. Layers are put into 8 bits one at a time, and
 * those that change the outputs most come first; then as few of them as will do are left in float together.
 */
final class FloatSearch {
    /** Layers that are tried one at a time, of those with the most noise; what is quieter by itself changes little. */
    static final int ALONE_MAX = 40;

    private final Trials trials;
    private final double lossMax;
    private final Consumer<String> progress;
    private final Map<String, Double> alone = new LinkedHashMap<>();

    /** Forms of the model. */
    interface Trials {
        /** In points, with these layers in float; NaN where it can not be told. */
        double loss(Set<String> inFloat)
                throws GraphException, ModelException, InferException, ConvertException, IOException;

        /** Of the outputs, with only this layer in 8 bits: see {@link OutputError#measure}. */
        double error(String inBytes)
                throws GraphException, ModelException, InferException, ConvertException, IOException;
    }

    /**
     * What was found.
     *
     * @param inFloat the layers that are left in float; all, where no choice keeps the bound
     * @param loss with them, in points
     */
    record Found(Set<String> inFloat, double loss) {}

    FloatSearch(Trials trials, double lossMax, Consumer<String> progress) {
        this.trials = trials;
        this.lossMax = lossMax;
        this.progress = progress;
    }

    /**
     * Searches.
     *
     * @param noisiest layers, those with the most noise by themselves first
     */
    Found search(List<String> noisiest)
            throws GraphException, ModelException, InferException, ConvertException, IOException {
        double loss = trials.loss(Set.of());
        if (loss <= lossMax) {
            return new Found(Set.of(), loss);
        }
        List<String> tried = noisiest.subList(0, Math.min(ALONE_MAX, noisiest.size()));
        for (String layer : tried) {
            progress.accept("each layer alone in 8 bits: " + (alone.size() + 1) + " of " + tried.size());
            alone.put(layer, trials.error(layer));
        }
        List<String> order = new ArrayList<>(tried);
        order.sort(Comparator.comparingDouble(layer -> -alone.get(layer)));
        order.addAll(noisiest.subList(tried.size(), noisiest.size()));
        return fewest(order, loss);
    }

    /** Doubles their number until the bound is kept, then halves what is between. */
    private Found fewest(List<String> order, double loss)
            throws GraphException, ModelException, InferException, ConvertException, IOException {
        int failed = 0;
        Found found = new Found(Set.of(), loss);
        for (int count = 1; failed < order.size(); count = Math.min(2 * count, order.size())) {
            found = of(order, count);
            if (found.loss <= lossMax) {
                break;
            }
            failed = count;
        }
        int kept = found.inFloat.size();
        while (found.loss <= lossMax && kept - failed > 1) {
            int middle = (kept + failed) / 2;
            Found between = of(order, middle);
            if (between.loss <= lossMax) {
                kept = middle;
                found = between;
            } else {
                failed = middle;
            }
        }
        return found;
    }

    private Found of(List<String> order, int count)
            throws GraphException, ModelException, InferException, ConvertException, IOException {
        progress.accept("the " + count + " worst layers in float");
        Set<String> inFloat = new LinkedHashSet<>(order.subList(0, count));
        return new Found(inFloat, trials.loss(inFloat));
    }

    /** The error of the outputs with only this layer in 8 bits, of the layers that were tried so, in that order. */
    Map<String, Double> alone() {
        return alone;
    }
}
