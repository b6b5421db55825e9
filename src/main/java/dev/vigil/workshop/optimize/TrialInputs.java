package dev.vigil.workshop.optimize;

import dev.vigil.convert.ConvertException;
import dev.vigil.convert.FrameConverter;
import dev.vigil.detect.ModelDescription;
import dev.vigil.detect.ModelDescription.Size;
import dev.vigil.detect.ModelException;
import dev.vigil.detect.family.DetectionModel;
import dev.vigil.frame.ConstantInput;
import dev.vigil.frame.Picture;
import dev.vigil.frame.Placement;
import dev.vigil.frame.TensorInfo;
import dev.vigil.frame.TensorInfo.ElementType;
import dev.vigil.graph.GraphException;
import dev.vigil.graph.OnnxModel;
import dev.vigil.infer.Values;
import dev.vigil.infer.ort.OrtGraph.Tensor;
import dev.vigil.workshop.ModelShapes;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** What a model is tried on. Not threadsafe. */
final class TrialInputs {
    /** For dimensions besides the batch that a file leaves open, where nobody knows what they count. */
    private static final int OPEN_EXTENT = 8;

    private final List<TensorInfo> inputs;
    private float low;
    private float high = 1;

    /** @param model with the sizes of the result */
    TrialInputs(OnnxModel model, Size size) throws GraphException, ModelException {
        inputs = ModelShapes.of(model, size).info().inputs();
    }

    /** Whether all inputs can be given more than one picture at a time. */
    boolean takesBatches() {
        return !inputs.isEmpty() && inputs.stream().allMatch(input -> input.rank() > 0 && input.shape()[0] < 0);
    }

    /** Evenly spread numbers: floats between 0 and 1, or what pictures were converted to; whole numbers 1 or 2. */
    Map<String, Tensor> random(int batch, long seed) {
        Random random = new Random(seed);
        Map<String, Tensor> values = new HashMap<>();
        for (TensorInfo input : inputs) {
            long[] shape = input.shape().clone();
            long count = 1;
            for (int i = 0; i < shape.length; i++) {
                shape[i] = shape[i] >= 0 ? shape[i] : i == 0 ? batch : OPEN_EXTENT;
                count = Math.multiplyExact(count, shape[i]);
            }
            if (input.type() != ElementType.OTHER) {
                values.put(input.name(), new Tensor(input.type(), shape, random(input.type(), (int) count, random)));
            }
        }
        return values;
    }

    private ByteBuffer random(ElementType type, int count, Random random) {
        ByteBuffer bytes = direct(type, count);
        for (int i = 0; i < count; i++) {
            switch (type) {
                case FLOAT32, FLOAT16, FLOAT64 -> Values.put(bytes, type, i, low + random.nextFloat() * (high - low));
                case UINT8 -> bytes.put(i, (byte) random.nextInt(256));
                case BOOL -> bytes.put(i, (byte) random.nextInt(2));
                default -> Values.put(bytes, type, i, 1 + random.nextInt(2));
            }
        }
        return bytes;
    }

    private static ByteBuffer direct(ElementType type, int count) {
        return ByteBuffer.allocateDirect(Math.multiplyExact(Values.bytes(type), count))
                .order(ByteOrder.nativeOrder());
    }

    /** Turns pictures into inputs, as the pipeline would. */
    final class OfPictures implements AutoCloseable {
        private final FrameConverter converter;
        private final TensorInfo image;
        private final Map<String, Tensor> constants = new HashMap<>();
        private final Placement placement = new Placement();

        /** @throws ModelException when the model's family, or what it wants besides a picture, is not known */
        OfPictures(OnnxModel model, ModelDescription description, Size size) throws GraphException, ModelException {
            ModelShapes shapes = ModelShapes.of(model, size);
            image = shapes.info().image();
            for (ConstantInput other : shapes.info().otherInputs()) {
                ElementType type = inputs.stream()
                        .filter(input -> input.name().equals(other.name()))
                        .findFirst()
                        .orElseThrow()
                        .type();
                int count = other.values().length;
                ByteBuffer bytes = direct(type, batch() * count);
                for (int i = 0; i < batch() * count; i++) {
                    Values.put(bytes, type, i, other.values()[i % count]);
                }
                constants.put(other.name(), new Tensor(type, Values.withBatch(other.shape(), batch()), bytes));
            }
            converter = new FrameConverter(
                    DetectionModel.resolve(shapes.info(), description).input());
        }

        /** As often as the file wants a picture, it gets the same one. */
        private int batch() {
            return (int) Math.max(1, image.shape()[0]);
        }

        Map<String, Tensor> of(Picture picture) throws ConvertException {
            long[] shape = image.shape().clone();
            shape[0] = batch();
            ByteBuffer bytes = direct(image.type(), Values.count(shape));
            int one = bytes.capacity() / batch();
            ByteBuffer first = bytes.slice(0, one).order(ByteOrder.nativeOrder());
            converter.convert(picture.frame(), picture.orientation(), first, first.asFloatBuffer(), placement);
            for (int i = 1; i < batch(); i++) {
                bytes.put(i * one, bytes, 0, one);
            }
            if (image.type() == ElementType.FLOAT32) {
                for (int i = 0; i < bytes.capacity(); i += Float.BYTES) {
                    low = Math.min(low, bytes.getFloat(i));
                    high = Math.max(high, bytes.getFloat(i));
                }
            }
            Map<String, Tensor> values = new HashMap<>(constants);
            values.put(image.name(), new Tensor(image.type(), shape, bytes));
            return values;
        }

        @Override
        public void close() {
            converter.close();
        }
    }
}
