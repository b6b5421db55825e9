package dev.vigil.detect.family;

import dev.vigil.detect.ModelInfo;
import dev.vigil.frame.TensorInfo;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Outputs of a model that has its NMS inside, as far as shapes tell them: corners, two with a value for each object, and maybe
 * how many there are.
 *
 * @param boxes the output of corners: (objects, 4) or (batch, objects, 4)
 * @param first the first of the two others with a value for each object
 * @param second the second of them
 * @param count the output that counts the objects; -1 where none does
 */
record FinishedOutputs(int boxes, int first, int second, int count) {
    private static final int CORNERS = 4;

    /** Those of a model with four outputs, of which one counts; null when they are something else. */
    static FinishedOutputs counted(ModelInfo model) {
        List<TensorInfo> outputs = model.outputs();
        if (outputs.size() != 4) {
            return null;
        }
        int count = IntStream.range(0, 4)
                .filter(i -> isNumber(outputs.get(i)))
                .findFirst()
                .orElse(-1);
        return count < 0 ? null : find(model, count);
    }

    /** Those of a model with three outputs, of which none counts; null when they are something else. */
    static FinishedOutputs uncounted(ModelInfo model) {
        return model.outputs().size() != 3 ? null : find(model, -1);
    }

    private static FinishedOutputs find(ModelInfo model, int count) {
        List<TensorInfo> outputs = model.outputs();
        for (int boxes = 0; boxes < outputs.size(); boxes++) {
            int corners = boxes;
            int[] values = IntStream.range(0, outputs.size())
                    .filter(i -> i != count && i != corners && isValues(outputs.get(i), outputs.get(corners)))
                    .toArray();
            if (boxes != count && isBoxes(outputs.get(boxes)) && values.length == 2) {
                return new FinishedOutputs(boxes, values[0], values[1], count);
            }
        }
        return null;
    }

    private static boolean isBoxes(TensorInfo output) {
        return (output.rank() == 2 || output.rank() == 3)
                && Shapes.isFloat(output)
                && Shapes.mayBe(Shapes.last(output), CORNERS);
    }

    private static boolean isValues(TensorInfo output, TensorInfo boxes) {
        if (boxes.rank() < 2 || output.rank() != boxes.rank() - 1) {
            return false;
        }
        long objects = boxes.shape()[boxes.rank() - 2];
        return objects < 0 || Shapes.mayBe(Shapes.last(output), objects);
    }

    private static boolean isNumber(TensorInfo output) {
        return output.rank() == 0 || output.rank() <= 2 && Shapes.last(output) == 1;
    }
}
