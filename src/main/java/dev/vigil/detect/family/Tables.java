package dev.vigil.detect.family;

import dev.vigil.detect.ModelException;
import dev.vigil.detect.ModelInfo;
import dev.vigil.frame.TensorInfo;
import dev.vigil.frame.TensorInfo.ElementType;
import java.util.List;

/** Finds the output that has a row for each box. */
final class Tables {
    /** What every published model has. */
    private static final int MASKS = 32;

    private Tables() {}

    static boolean isFloat(TensorInfo output) {
        return output.type() == ElementType.FLOAT32 || output.type() == ElementType.FLOAT16;
    }

    /**
     * The first output, if it is one of three dimensions; others may be the raw heads that it was made of, or masks, which have
     * more.
     *
     * @throws ModelException when it is not, or another one is besides
     */
    static TensorInfo only(ModelInfo model) throws ModelException {
        List<TensorInfo> outputs = model.outputs();
        boolean fits = !outputs.isEmpty()
                && outputs.get(0).rank() == 3
                && isFloat(outputs.get(0))
                && outputs.stream().skip(1).allMatch(output -> output.rank() > 3);
        if (!fits) {
            throw new ModelException("wants a single float output of three dimensions, before any with more");
        }
        return outputs.get(0);
    }

    /**
     * How many of the values of each box weigh masks: as many as a second output (batch, masks, h, w) has of them; 0 where there is
     * none.
     */
    static int masks(ModelInfo model) {
        List<TensorInfo> outputs = model.outputs();
        boolean hasMasks = outputs.size() == 2
                && outputs.get(1).rank() == 4
                && outputs.get(1).shape()[1] == MASKS;
        return hasMasks ? MASKS : 0;
    }
}
