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
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.PriorityQueue;
import java.util.function.Consumer;

/**
 * Finds the nodes that cost most in FP16 and keeps them in FP32 until a bound holds. What a stretch of the graph costs is measured
 * with only that stretch rounded; errors of different stretches add up by their squares. The dearest stretch is halved again and
 * again until it is a 32nd of the graph, and then kept, of two alike the one with fewer weights; others are only looked into when
 * their turn comes, so that one place that is dear is found with a dozen measurements. One session is open at a time. Not
 * threadsafe.
 */
final class KeepSearch {
    /** Parts of the graph that are not divided any more. */
    private static final int GRAINS = 32;
    /** Stretches are measured as often at most; those that are left are kept or not as they are. */
    private static final int MEASURED_MAX = 40;

    private static final int FRAMES = 8;
    /** More nodes than this part in FP32 are no model in FP16 any more. */
    private static final double KEPT_MAX = 0.5;

    private final Trial trial;
    private final Here here;
    private final Reference reference;
    private final Bound bound;
    private final Consumer<String> progress;
    private int measured;

    /** Makes a model that rounds as a plan says. */
    interface Trial {
        Path of(HalfPlan plan) throws GraphException, IOException;
    }

    /** Measures the very file that a plan makes, as this box runs it. */
    interface Here {
        Likeness of(HalfPlan plan) throws GraphException, InferException, ModelException, ConvertException, IOException;
    }

    /**
     * Neighbours in the graph's order.
     *
     * @param worth squares of errors that keeping it saves for each weight, about; of what can be divided the most that any part of it
     *     may save
     */
    private record Stretch(int[] nodes, boolean divides, double worth, Likeness alone) {}

    KeepSearch(Trial trial, Here here, Reference reference, Bound bound, Consumer<String> progress) {
        this.trial = trial;
        this.here = here;
        this.reference = reference;
        this.bound = bound;
        this.progress = progress;
    }

    /**
     * Keeps nodes of the plan in FP32 until the bound holds on all inputs.
     *
     * @return how far the model is from its origin then, or when as many nodes are kept as may be
     */
    Likeness run(HalfPlan plan) throws GraphException, InferException, ModelException, ConvertException, IOException {
        Likeness likeness = measureAll(plan);
        if (isGood(likeness, plan)) {
            return likeness;
        }
        int[] all = plan.halfNodes();
        HalfPlan whole = plan.only(all);
        PriorityQueue<Stretch> open =
                new PriorityQueue<>(Comparator.comparingDouble(Stretch::worth).reversed());
        divide(whole, all, all, open);
        int kept = 0;
        int keeps = 0;
        int look = 1;
        boolean measuredSince = true;
        boolean isGood = false;
        while (!open.isEmpty() && !isGood) {
            Stretch dearest = open.remove();
            if (dearest.divides && measured < MEASURED_MAX) {
                divide(whole, all, dearest.nodes, open);
                continue;
            }
            if (kept + dearest.nodes.length > KEPT_MAX * all.length) {
                continue; // a smaller one may still do
            }
            kept += dearest.nodes.length;
            keeps++;
            for (int node : dearest.nodes) {
                plan.keep(node, "FP16 costs " + shown(dearest.alone) + " there alone");
            }
            measuredSince = keeps >= look;
            if (measuredSince) {
                progress.accept("trying with " + kept + " of " + all.length + " nodes in FP32");
                likeness = measureAll(plan);
                isGood = isGood(likeness, plan);
                look = keeps + Math.max(1, keeps / 2);
            }
        }
        return measuredSince ? likeness : measureAll(plan);
    }

    /** What a box makes of the file is not to the digit what rounding says, so it must hold there too. */
    private boolean isGood(Likeness rounded, HalfPlan plan)
            throws GraphException, InferException, ModelException, ConvertException, IOException {
        return bound.holds(rounded) && bound.holds(here.of(plan));
    }

    /** Measures both halves of a stretch; of one of a single node that one. */
    private void divide(HalfPlan whole, int[] all, int[] nodes, PriorityQueue<Stretch> into)
            throws GraphException, InferException, ModelException, ConvertException, IOException {
        int middle = nodes.length / 2;
        for (int[] part : List.of(Arrays.copyOf(nodes, middle), Arrays.copyOfRange(nodes, middle, nodes.length))) {
            if (part.length > 0) {
                measured++;
                progress.accept("measuring FP16 in " + part.length + " of " + all.length + " nodes, measurement "
                        + measured + " of " + MEASURED_MAX + " at most");
                into.add(stretch(whole, all, part));
            }
        }
    }

    private Stretch stretch(HalfPlan whole, int[] all, int[] nodes)
            throws GraphException, InferException, ModelException, ConvertException, IOException {
        Likeness alone = measure(whole.only(nodes), FRAMES);
        double squares = alone.boxes() == null
                ? alone.outputs() * alone.outputs()
                : alone.candidates().excessSquares();
        boolean divides = nodes.length > Math.max(1, all.length / GRAINS);
        double usualWeights = (double) whole.weights(all) / GRAINS + 1;
        return new Stretch(nodes, divides, squares / (usualWeights + (divides ? 0 : whole.weights(nodes))), alone);
    }

    /** On all inputs, unless a few show already that the bound does not hold. */
    private Likeness measureAll(HalfPlan plan)
            throws GraphException, InferException, ModelException, ConvertException, IOException {
        Path file = trial.of(plan);
        Likeness few = reference.compare(file, Reference.onCpu(), FRAMES);
        return reference.inputs() <= FRAMES || !bound.holds(few)
                ? few
                : reference.compare(file, Reference.onCpu(), reference.inputs());
    }

    private Likeness measure(HalfPlan plan, int most)
            throws GraphException, InferException, ModelException, ConvertException, IOException {
        return reference.compare(trial.of(plan), Reference.onCpu(), most);
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
