package dev.vigil.infer;

import dev.vigil.frame.TensorInfo;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/**
 * What the slots of a ring give a model: the pictures, off the heap and side by side, and what all of its other inputs always
 * get. A slot's picture belongs to the stage that holds the slot.
 */
public final class InputTensors {
    private final TensorInfo picture;
    private final long[] imageShape;
    private final int slots;
    private final int imageBytes;
    private final ByteBuffer block;
    private final List<Constant> constants;

    /**
     * Allocates the memory, which is zero at first.
     *
     * @param picture the input that takes pictures
     * @param imageShape its dimensions without the batch; all of them when it has none
     * @throws ArithmeticException when it is too large for a buffer
     */
    InputTensors(TensorInfo picture, long[] imageShape, int slots, List<Constant> constants) {
        this.picture = picture;
        this.imageShape = imageShape.clone();
        this.slots = slots;
        this.imageBytes = Math.multiplyExact(Values.count(imageShape), Values.bytes(picture.type()));
        this.block = Values.direct(Math.multiplyExact(imageBytes, slots));
        this.constants = List.copyOf(constants);
    }

    /** The input that takes pictures, as the file declares it. */
    public TensorInfo picture() {
        return picture;
    }

    /** The picture's dimensions without the batch. */
    public long[] imageShape() {
        return imageShape.clone();
    }

    /** The picture's dimensions for that many frames; an input without a batch takes one at a time. */
    public long[] shape(int frames) {
        return picture.rank() == imageShape.length ? imageShape.clone() : Values.withBatch(imageShape, frames);
    }

    /** The pictures of {@code frames} neighbouring slots from {@code first} on, as a new view. */
    public ByteBuffer pictures(int first, int frames) {
        return block.slice(first * imageBytes, frames * imageBytes).order(ByteOrder.nativeOrder());
    }

    public int slots() {
        return slots;
    }

    /** All other inputs. */
    public List<Constant> constants() {
        return constants;
    }
}
