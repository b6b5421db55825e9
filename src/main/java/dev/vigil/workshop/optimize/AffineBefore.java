package dev.vigil.workshop.optimize;

import dev.vigil.graph.GraphException;
import dev.vigil.graph.Nodes;
import dev.vigil.graph.Weights;
import java.util.Arrays;
import java.util.List;
import onnx.Onnx.NodeProto;

/**
 * Scale and shift in front of a convolution or a matrix product become its weights: always the scale, and the shift where
 * nothing is padded, since zeros that are padded are not shifted. Of a scale with a shift after it in front of a padded
 * convolution only the shift is left.
 */
final class AffineBefore implements Pass {
    @Override
    public String name() {
        return "affine-before";
    }

    @Override
    public int apply(Draft draft) throws GraphException {
        int changes = 0;
        for (int slot = 0; slot < draft.size(); slot++) {
            Filter filter = Filter.of(draft, slot);
            while (filter != null && filter.ownsWeights() && fold(draft, filter)) {
                changes++;
                filter = Filter.of(draft, slot);
            }
        }
        return changes;
    }

    private static boolean fold(Draft draft, Filter filter) throws GraphException {
        String value = filter.node().getInput(0);
        int axis = 1;
        NodeProto node = draft.maker(value);
        for (Permutation order = Permutation.of(draft, node); order != null; order = Permutation.of(draft, node)) {
            if (draft.onlyReader(value) < 0) {
                return false;
            }
            axis = order.source(axis);
            value = node.getInput(0);
            node = draft.maker(value);
        }
        Step step = step(draft, filter, value, axis);
        if (step == null) {
            return false;
        }
        double[] scale = step.affine.scale();
        if (step.affine.shifts() && !filter.isEven()) {
            scale = moveShift(draft, filter, value, step, axis);
            if (scale == null) {
                return false;
            }
        } else if (!draft.bypass(draft.makerAt(value), step.input)) {
            return false;
        } else if (step.affine.shifts()) {
            filter.shiftIn(step.affine.shift());
        }
        filter.scaleIn(scale);
        filter.store();
        return true;
    }

    /** What a node does to its input, as {@code scale * x + shift}. */
    private record Step(String input, Affine affine) {}

    /** The scale and shift that makes a value for this filter only; null where nothing of the kind does. */
    private static Step step(Draft draft, Filter filter, String value, int axis) throws GraphException {
        NodeProto node = draft.maker(value);
        if (node == null || draft.onlyReader(value) < 0) {
            return null;
        }
        for (String input : node.getInputList()) {
            Affine affine = draft.constant(input) != null || draft.fact(input).rank() != filter.rank()
                    ? null
                    : Affine.of(draft, node, input, filter.inChannels(), axis, filter.rank());
            if (affine != null) {
                return new Step(input, affine);
            }
        }
        return null;
    }

    /**
     * {@code s * x + t} becomes {@code x + t / s}, and the filter is still to be scaled by {@code s}.
     *
     * @return {@code s}; null where there is no scale to take away, or none that can be divided by
     */
    private static double[] moveShift(Draft draft, Filter filter, String value, Step step, int axis)
            throws GraphException {
        Step scaling = step.affine.scales() ? step : step(draft, filter, step.input, axis);
        if (scaling == null || !scaling.affine.scales() || scaling != step && scaling.affine.shifts()) {
            return null;
        }
        double[] scale = scaling.affine.scale();
        float[] moved = new float[scale.length];
        for (int i = 0; i < moved.length; i++) {
            moved[i] = (float) (step.affine.shift()[i] / scale[i]);
            if (!Float.isFinite(moved[i])) {
                return null;
            }
        }
        long[] dims = new long[filter.rank()];
        Arrays.fill(dims, 1);
        dims[axis] = moved.length;
        String by = draft.addConstant(Weights.of(value + "/shift", dims, moved));
        draft.set(draft.makerAt(value), Nodes.make("Add", value, List.of(scaling.input, by)));
        return scale;
    }
}
