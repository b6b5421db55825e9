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
     * The only output of three dimensions; others may be the raw heads that it was made of, or masks, which have more.
     *
     * @throws ModelException when there is none, or more than one, or another with less
     */
    static TensorInfo only(ModelInfo model) throws ModelException {
        List<TensorInfo> tables =
                model.outputs().stream().filter(output -> output.rank() <= 3).toList();
        boolean hasBoxes = model.outputs().stream().anyMatch(Tables::isBoxes);
        if (hasBoxes || tables.size() != 1 || tables.get(0).rank() != 3 || !isFloat(tables.get(0))) {
            throw new ModelException("wants a single float output of three dimensions, besides any with more");
        }
        return tables.get(0);
    }

    /** Whether it has boxes of every cell, (batch, cells, 1, 4): then the table is but their scores. */
    private static boolean isBoxes(TensorInfo output) {
        return output.rank() == 4 && output.shape()[2] == 1 && output.shape()[3] == 4;
    }

    /**
     * How many of the values of each box weigh masks: as many as the other output (batch, masks, h, w) has of them; 0 where there is
     * none.
     */
    static int masks(ModelInfo model) {
        List<TensorInfo> outputs = model.outputs();
        boolean hasMasks = outputs.size() == 2
                && outputs.stream().anyMatch(output -> output.rank() == 4 && output.shape()[1] == MASKS);
        return hasMasks ? MASKS : 0;
    }
}
