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
     * The only output of three dimensions; others may be the raw heads that it was made of, or masks, which have more.
     *
     * @throws ModelException when there is none, or another one besides
     */
    static TensorInfo only(ModelInfo model) throws ModelException {
        List<TensorInfo> tables = model.outputs().stream()
                .filter(output -> output.rank() == 3 && isFloat(output))
                .toList();
        boolean othersAreMaps =
                model.outputs().stream().allMatch(output -> tables.contains(output) || output.rank() > 3);
        if (tables.size() != 1 || !othersAreMaps) {
            throw new ModelException("wants a single float output of three dimensions");
        }
        return tables.get(0);
    }
}
