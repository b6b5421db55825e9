package dev.vigil.frame;

import java.util.Arrays;

/**
 * An input of a model that is no picture and the same for every picture, such as the size that its boxes are wanted in.
 *
 * @param name as the file has it
 * @param shape dimensions without the batch
 * @param values as many as the shape has, rounded where the input takes whole numbers
 */
public record ConstantInput(String name, long[] shape, float[] values) {
    public ConstantInput {
        shape = shape.clone();
        values = values.clone();
        long count = Arrays.stream(shape).reduce(1, Math::multiplyExact);
        if (count != values.length) {
            throw new IllegalArgumentException(
                    name + " has " + values.length + " values for a shape of " + Arrays.toString(shape));
        }
    }
}
