package dev.vigil.detect.family;

import dev.vigil.detect.ModelException;
import dev.vigil.detect.ModelInfo;
import dev.vigil.frame.TensorInfo;
import dev.vigil.frame.TensorInfo.ElementType;
import java.util.List;

/** Finds the output that has a row for each box. */
final class Tables {
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
}
