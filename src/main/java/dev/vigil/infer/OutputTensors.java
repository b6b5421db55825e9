package dev.vigil.infer;

import dev.vigil.frame.TensorInfo;
import dev.vigil.frame.TensorInfo.ElementType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * What the slots of a ring get out of a model, always as floats.
 *
 * <ul>
 *   <li><b>Fixed</b> outputs have as many values with each run: their memory lies side by side, and the model writes into it. Those
 *       of float32 need no copy; others are converted after the run.
 *   <li><b>Loose</b> outputs have as many as there are objects: they are copied after each run, and the slot's buffer has its
 *       limit where they end.
 *   <li>Outputs that are no tensors of numbers are not asked for, and always empty.
 * </ul>
 *
 * A slot's buffers belong to the stage that holds the slot.
 */
public final class OutputTensors {
    /** Of one loose output: 64 MiB. */
    private static final int LOOSE_VALUES_MAX = 1 << 24;

    private final String model;
    private final List<TensorInfo> declared;
    /** By output: dimensions of one image without the batch; null for one that is loose or not asked for. */
    private final long[][] shapes;
    /** By output: memory of all slots; null for one that never was fixed. */
    private final ByteBuffer[] blocks;
    /** By slot and output. */
    private final FloatBuffer[][] floats;

    private OutputTensors(
            String model, List<TensorInfo> declared, long[][] shapes, ByteBuffer[] blocks, FloatBuffer[][] floats) {
        this.model = model;
        this.declared = declared;
        this.shapes = shapes;
        this.blocks = blocks;
        this.floats = floats;
    }

    /**
     * Allocates the memory.
     *
     * @param shapes of one image without the batch; null for a loose output
     */
    static OutputTensors of(String model, List<TensorInfo> declared, long[][] shapes, int slots) {
        OutputTensors outputs = new OutputTensors(
                model, declared, shapes, new ByteBuffer[shapes.length], new FloatBuffer[slots][shapes.length]);
        for (int i = 0; i < shapes.length; i++) {
            outputs.allocate(i);
        }
        return outputs;
    }

    private void allocate(int output) {
        ElementType type = declared.get(output).type();
        int count = shapes[output] == null ? 0 : Values.count(shapes[output]);
        if (count > 0) {
            blocks[output] =
                    Values.direct(Math.multiplyExact(Math.multiplyExact(count, Values.bytes(type)), floats.length));
        }
        for (int slot = 0; slot < floats.length; slot++) {
            floats[slot][output] = count > 0 && type == ElementType.FLOAT32
                    ? bytes(output, slot, 1).asFloatBuffer()
                    : floats(count);
        }
    }

    /** Whether an output holds numbers at all. */
    public static boolean isAskedFor(TensorInfo output) {
        return output.type() != ElementType.OTHER;
    }

    private static FloatBuffer floats(int count) {
        return Values.direct(Math.multiplyExact(Float.BYTES, count)).asFloatBuffer();
    }

    /** Whether an output has as many values with each run. */
    public boolean isFixed(int output) {
        return shapes[output] != null;
    }

    /** The dimensions of a fixed output for that many frames. */
    public long[] shape(int output, int frames) {
        return Values.withBatch(shapes[output], frames);
    }

    /** The memory of a fixed output of {@code frames} neighbouring slots from {@code slot} on, as a new view. */
    public ByteBuffer bytes(int output, int slot, int frames) {
        int bytes =
                Values.count(shapes[output]) * Values.bytes(declared.get(output).type());
        return blocks[output].slice(slot * bytes, frames * bytes).order(ByteOrder.nativeOrder());
    }

    /** A slot's outputs in the model's order. */
    public FloatBuffer[] of(int slot) {
        return floats[slot];
    }

    /** The outputs as they really are: what is fixed with a batch of one, what is loose as it is declared. */
    List<TensorInfo> infos() {
        TensorInfo[] infos = new TensorInfo[shapes.length];
        for (int i = 0; i < infos.length; i++) {
            TensorInfo info = declared.get(i);
            infos[i] =
                    shapes[i] == null ? info : new TensorInfo(info.name(), info.type(), Values.withBatch(shapes[i], 1));
        }
        return List.of(infos);
    }

    /** Names of the loose ones. */
    public Set<String> loose() {
        Set<String> names = new HashSet<>();
        for (int i = 0; i < shapes.length; i++) {
            if (shapes[i] == null && isAskedFor(declared.get(i))) {
                names.add(declared.get(i).name());
            }
        }
        return names;
    }

    /** Whether the file leaves the size of a fixed one open, so that what a run has shown may not hold for all. */
    boolean mayBeLoose() {
        for (int i = 0; i < shapes.length; i++) {
            if (shapes[i] != null && isOpen(declared.get(i))) {
                return true;
            }
        }
        return false;
    }

    /** Whether a dimension is left open: the first, too, may count objects instead of pictures. */
    static boolean isOpen(TensorInfo output) {
        return Arrays.stream(output.shape()).anyMatch(extent -> extent < 0);
    }

    /**
     * The same with every output that the file leaves open made loose. What {@link #of} gives is the same too, so that a run that
     * is still on with the former tensors is seen.
     */
    OutputTensors loosened() {
        long[][] fixed = new long[shapes.length][];
        for (int i = 0; i < shapes.length; i++) {
            fixed[i] = isOpen(declared.get(i)) ? null : shapes[i];
        }
        return new OutputTensors(model, declared, fixed, blocks, floats);
    }

    /** To be called when a run has written into the memory of {@link #bytes}: puts the values where {@link #of} has them. */
    public void written(int first, int frames) {
        for (int i = 0; i < shapes.length; i++) {
            ElementType type = declared.get(i).type();
            if (shapes[i] != null && type != ElementType.FLOAT32) {
                int count = Values.count(shapes[i]);
                for (int slot = first; slot < first + frames; slot++) {
                    Values.toFloats(blocks[i], type, slot * count, count, floats[slot][i]);
                }
            }
        }
    }

    /**
     * Takes a copy of what a run gave, of any size.
     *
     * @param values in native order and the declared type, from index 0 on
     * @param shape with the batch first, for more than one frame
     * @throws InferException when it can not be told what belongs to which frame
     */
    public void put(int output, ByteBuffer values, long[] shape, int first, int frames) throws InferException {
        put(output, values, declared.get(output).type(), shape, first, frames);
    }

    /** As above, with values of another type than the declared one. */
    public void put(int output, ByteBuffer values, ElementType type, long[] shape, int first, int frames)
            throws InferException {
        long all = Arrays.stream(shape).reduce(1, Math::multiplyExact);
        if (all > LOOSE_VALUES_MAX || frames > 1 && (shape.length == 0 || shape[0] != frames)) {
            throw new InferException("the model " + model + " gives "
                    + declared.get(output).name() + " of " + Arrays.toString(shape) + " for " + frames + " image(s)");
        }
        int count = (int) all / frames;
        for (int slot = first; slot < first + frames; slot++) {
            Values.toFloats(values, type, (slot - first) * count, count, room(slot, output, count));
        }
    }

    /** A slot's buffer with its limit at {@code count}. */
    private FloatBuffer room(int slot, int output, int count) {
        FloatBuffer into = floats[slot][output];
        if (into.capacity() < count) {
            into = floats(Math.max(count, Math.min(2 * into.capacity(), LOOSE_VALUES_MAX)));
            floats[slot][output] = into;
        }
        return into.limit(count);
    }

    /** Takes a copy of what one slot of another ring of the same model has. */
    void copy(OutputTensors from, int fromSlot, int slot) {
        for (int output = 0; output < shapes.length; output++) {
            FloatBuffer values = from.floats[fromSlot][output];
            room(slot, output, values.limit()).put(0, values, 0, values.limit());
        }
    }
}
