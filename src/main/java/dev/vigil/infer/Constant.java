package dev.vigil.infer;

import dev.vigil.frame.ConstantInput;
import dev.vigil.frame.TensorInfo;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * An input that takes no picture, with what it always gets.
 *
 * @param declared as the file has it
 * @param shape dimensions without the batch
 * @param values in the declared type, as often as there are frames in a batch
 */
public record Constant(TensorInfo declared, long[] shape, ByteBuffer values) {
    /**
     * All of a model's inputs but the picture.
     *
     * @param others what they get
     * @throws InferException when the model wants what is not among {@code others}
     */
    static List<Constant> of(Engine engine, TensorInfo picture, List<ConstantInput> others, int batch)
            throws InferException {
        List<Constant> constants = new ArrayList<>();
        for (TensorInfo declared : engine.inputs()) {
            if (declared.name().equals(picture.name())) {
                continue;
            }
            ConstantInput given = others.stream()
                    .filter(other -> other.name().equals(declared.name()))
                    .findFirst()
                    .orElseThrow(() -> new InferException(
                            "the model " + engine.name() + " wants " + declared + " besides a picture"));
            if (!OutputTensors.isAskedFor(declared)) {
                throw new InferException("the model " + engine.name() + " wants " + declared + ", which is no number");
            }
            int count = given.values().length;
            ByteBuffer values = Values.direct(Math.multiplyExact(batch * Values.bytes(declared.type()), count));
            for (int i = 0; i < batch * count; i++) {
                Values.put(values, declared.type(), i, given.values()[i % count]);
            }
            constants.add(new Constant(declared, given.shape(), values));
        }
        return constants;
    }

    public String name() {
        return declared.name();
    }

    /** The dimensions for that many frames. */
    public long[] shape(int frames) {
        return Values.withBatch(shape, frames);
    }

    /** The values for that many frames. */
    public ByteBuffer values(int frames) {
        int bytes = Math.multiplyExact(frames * Values.bytes(declared.type()), Values.count(shape));
        return values.slice(0, bytes).order(ByteOrder.nativeOrder());
    }
}
