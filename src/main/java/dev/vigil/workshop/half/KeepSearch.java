package dev.vigil.workshop.half;

import dev.vigil.convert.ConvertException;
import dev.vigil.detect.ModelException;
import dev.vigil.graph.GraphException;
import dev.vigil.infer.InferException;
import dev.vigil.workshop.trial.Likeness;
import dev.vigil.workshop.trial.Reference;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.function.Consumer;

/**
 * Finds the nodes that cost too much in FP16 and keeps them in FP32 until a bound holds. What a stretch of nodes costs is measured
 * with only that stretch rounded; the worst is cut into smaller ones, and so on. Each time more nodes are taken at once, for
 * many small losses that add up have no single cause.
 */
final class KeepSearch {
    private static final int PARTS = 4;
    private static final int FRAMES = 6;
    /** More nodes than this part in FP32 are no model in FP16 any more. */
    private static final double KEPT_MAX = 0.5;

    private final Reference reference;
    private final Bound bound;
    private final Path scratch;
    private final Consumer<String> progress;

    KeepSearch(Reference reference, Bound bound, Path scratch, Consumer<String> progress) {
        this.reference = reference;
        this.bound = bound;
        this.scratch = scratch;
        this.progress = progress;
    }

    /**
     * Keeps nodes of the plan in FP32 until the bound holds on all inputs.
     *
     * @return how far the model is from its origin then, or when too many nodes are kept already
     */
    Likeness run(HalfPlan plan) throws GraphException, InferException, ModelException, ConvertException, IOException {
        int first = plan.halfNodes().length;
        Likeness likeness = measure(plan, reference.inputs());
        int most = Math.max(1, first / 64);
        while (!bound.holds(likeness) && plan.halfNodes().length > (1 - KEPT_MAX) * first) {
            int[] worst = worst(plan, most);
            Likeness alone = measure(plan.only(worst), FRAMES);
            for (int node : worst) {
                plan.keep(node, "rounded it costs " + shown(alone));
            }
            progress.accept("kept " + (first - plan.halfNodes().length) + " nodes in FP32");
            likeness = measure(plan, reference.inputs());
            most *= 2;
        }
        return likeness;
    }

    private int[] worst(HalfPlan plan, int most)
            throws GraphException, InferException, ModelException, ConvertException, IOException {
        int[] at = plan.halfNodes();
        while (at.length > most) {
            int parts = Math.min(PARTS, at.length);
            int[] worst = at;
            double excess = -1;
            for (int part = 0; part < parts; part++) {
                int[] stretch = Arrays.copyOfRange(
                        at, (int) ((long) part * at.length / parts), (int) ((part + 1L) * at.length / parts));
                double costs = bound.excess(measure(plan.only(stretch), FRAMES));
                if (costs > excess) {
                    excess = costs;
                    worst = stretch;
                }
            }
            at = worst;
        }
        return at;
    }

    private Likeness measure(HalfPlan plan, int most)
            throws GraphException, InferException, ModelException, ConvertException, IOException {
        try {
            HalfGraph.emulated(plan).model().write(scratch);
            return reference.compare(scratch, Reference.onCpu(), most);
        } finally {
            Files.deleteIfExists(scratch);
        }
    }

    static String shown(Likeness likeness) {
        if (likeness.boxes() == null) {
            return String.format(Locale.ROOT, "%.2g of the largest value", likeness.outputs());
        }
        return String.format(
                Locale.ROOT,
                "%.4f of score and %.2f px, with %d boxes alone",
                likeness.boxes().score(),
                likeness.boxes().cornerPx(),
                likeness.boxes().alone());
    }
}
