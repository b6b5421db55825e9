package dev.vigil.workshop;

import dev.vigil.detect.ModelException;
import dev.vigil.detect.ModelInfo;
import dev.vigil.frame.TensorInfo;
import dev.vigil.graph.cut.NmsForm;
import dev.vigil.infer.Engine;
import dev.vigil.infer.InferException;
import dev.vigil.infer.InferOptions;
import dev.vigil.infer.TensorRing;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * What the boxes of a black picture tell of the form that a model gives them in, because NMS nodes do not: to them x and y are
 * the same, and so is every unit. Anchors stand in rows all over the picture, from one to the next mostly a step to the right.
 *
 * @param unit whether boxes count in parts of the picture: their centres are, in the middle, at about 0.5
 * @param xFirst whether x comes before y; null where it can not be seen
 */
record BoxEvidence(boolean unit, Boolean xFirst) {
    /** Above it a centre in the middle can only be pixels. */
    private static final float UNIT_MAX = 2;
    /** How much more one coordinate must move than the other to be taken for x. */
    private static final double CLEARLY = 1.5;

    /** Runs a model whose NMS was cut away, once. */
    static BoxEvidence of(Path model, ModelInfo sized, boolean centered, Path cacheDir)
            throws InferException, ModelException {
        InferOptions onCpu = InferOptions.DEFAULT.withDevice(InferOptions.Device.CPU);
        try (Engine engine = Engine.open(model, onCpu, cacheDir)) {
            TensorInfo image = sized.image();
            long[] shape = image.shape();
            try (TensorRing ring = new TensorRing(
                            engine, 1, image, Arrays.copyOfRange(shape, 1, shape.length), sized.otherInputs());
                    TensorRing.Runner runner = ring.runner()) {
                runner.run(0, 1);
                for (int i = 0; i < engine.outputs().size(); i++) {
                    if (engine.outputs().get(i).name().equals(NmsForm.BOXES)) {
                        return of(ring.outputs(0)[i], centered);
                    }
                }
                throw new ModelException("the cut model has no output " + NmsForm.BOXES);
            }
        }
    }

    /** @param boxes four numbers for each anchor */
    static BoxEvidence of(FloatBuffer boxes, boolean centered) {
        int anchors = boxes.limit() / 4;
        float[] first = new float[anchors];
        float[] second = new float[anchors];
        int count = 0;
        for (int i = 0; i < anchors; i++) {
            float a = centered ? boxes.get(4 * i) : (boxes.get(4 * i) + boxes.get(4 * i + 2)) / 2;
            float b = centered ? boxes.get(4 * i + 1) : (boxes.get(4 * i + 1) + boxes.get(4 * i + 3)) / 2;
            if (Float.isFinite(a) && Float.isFinite(b)) {
                first[count] = a;
                second[count++] = b;
            }
        }
        if (count == 0) {
            return new BoxEvidence(false, null);
        }
        double stepsFirst = steps(first, count);
        double stepsSecond = steps(second, count);
        Boolean xFirst = stepsFirst > CLEARLY * stepsSecond
                ? Boolean.TRUE
                : stepsSecond > CLEARLY * stepsFirst ? Boolean.FALSE : null;
        return new BoxEvidence(Math.max(median(first, count), median(second, count)) <= UNIT_MAX, xFirst);
    }

    private static double steps(float[] centres, int count) {
        double sum = 0;
        for (int i = 1; i < count; i++) {
            sum += Math.abs(centres[i] - centres[i - 1]);
        }
        return sum;
    }

    private static float median(float[] values, int count) {
        float[] sorted = Arrays.copyOf(values, count);
        Arrays.sort(sorted);
        return sorted[count / 2];
    }
}
