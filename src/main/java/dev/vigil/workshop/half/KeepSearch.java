package dev.vigil.workshop.half;

import dev.vigil.convert.ConvertException;
import dev.vigil.detect.ModelException;
import dev.vigil.graph.GraphException;
import dev.vigil.infer.InferException;
import dev.vigil.workshop.trial.Bound;
import dev.vigil.workshop.trial.Likeness;
import dev.vigil.workshop.trial.Reference;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;

/**
 * Finds the nodes that cost most in FP16 and keeps them in FP32 until a bound holds. The graph is cut into stretches, and what each
 * costs is measured with only that stretch rounded; errors of different stretches add up by their squares. The dearest go
 * first, of two alike the one with fewer weights.
 */
final class KeepSearch {
    private static final int STRETCHES = 32;
    private static final int FRAMES = 8;
    /** More nodes than this part in FP32 are no model in FP16 any more. */
    private static final double KEPT_MAX = 0.5;

    private final Reference reference;
    private final Bound bound;
    private final Path scratch;
    private final Consumer<String> progress;

    /** @param gain squares of errors that are saved for each byte, about */
    private record Stretch(int[] nodes, double gain, Likeness alone) {}

    KeepSearch(Reference reference, Bound bound, Path scratch, Consumer<String> progress) {
        this.reference = reference;
        this.bound = bound;
        this.scratch = scratch;
        this.progress = progress;
    }

    /**
     * Keeps nodes of the plan in FP32 until the bound holds on all inputs.
     *
     * @return how far the model is from its origin then, or when as many nodes are kept as may be
     */
    Likeness run(HalfPlan plan) throws GraphException, InferException, ModelException, ConvertException, IOException {
        Likeness likeness = measure(plan, reference.inputs());
        if (bound.holds(likeness)) {
            return likeness;
        }
        int first = plan.halfNodes().length;
        int kept = 0;
        List<Stretch> dearest = dearest(plan);
        int look = 1;
        for (int i = 0; i < dearest.size() && !bound.holds(likeness); i++) {
            Stretch stretch = dearest.get(i);
            kept += stretch.nodes.length;
            if (kept > KEPT_MAX * first) {
                break;
            }
            for (int node : stretch.nodes) {
                plan.keep(node, "FP16 costs " + shown(stretch.alone) + " there alone");
            }
            boolean last = i + 1 == dearest.size() || kept + dearest.get(i + 1).nodes.length > KEPT_MAX * first;
            if (last || i + 1 >= look) {
                progress.accept("kept " + kept + " of " + first + " nodes in FP32");
                likeness = measure(plan, reference.inputs());
                look = i + 1 + Math.max(1, (i + 1) / 2);
            }
        }
        return likeness;
    }

    private List<Stretch> dearest(HalfPlan plan)
            throws GraphException, InferException, ModelException, ConvertException, IOException {
        int[] all = plan.halfNodes();
        int parts = Math.min(STRETCHES, all.length);
        List<Stretch> stretches = new ArrayList<>();
        double usualValues = (double) plan.weights(all) / parts + 1;
        for (int part = 0; part < parts; part++) {
            progress.accept("measuring part " + (part + 1) + " of " + parts);
            int[] nodes = Arrays.copyOfRange(all, part * all.length / parts, (part + 1) * all.length / parts);
            Likeness alone = measure(plan.only(nodes), FRAMES);
            double squares = alone.boxes() == null
                    ? alone.outputs() * alone.outputs()
                    : alone.candidates().excessSquares();
            stretches.add(new Stretch(nodes, squares / (usualValues + plan.weights(nodes)), alone));
        }
        stretches.sort(Comparator.comparingDouble(Stretch::gain).reversed());
        return stretches;
    }

    private Likeness measure(HalfPlan plan, int most)
            throws GraphException, InferException, ModelException, ConvertException, IOException {
        HalfGraph.emulated(plan).model().write(scratch);
        return reference.compare(scratch, Reference.onCpu(), most);
    }

    static String shown(Likeness likeness) {
        if (likeness.boxes() == null) {
            return String.format(Locale.ROOT, "%.2g of the largest value", likeness.outputs());
        }
        return String.format(
                Locale.ROOT,
                "%.4f of score and %.2f px%s",
                likeness.candidates().score(),
                likeness.candidates().cornerPx(),
                likeness.candidates().alone() == 0
                        ? ""
                        : ", and " + likeness.candidates().alone() + " boxes");
    }
}
