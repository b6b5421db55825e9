package dev.vigil.detect;

import dev.vigil.frame.ConstantInput;
import dev.vigil.frame.InputSpec.Layout;
import dev.vigil.frame.TensorInfo;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * What a model's file tells of itself.
 *
 * @param inputs in the file's order
 * @param outputs in the file's order
 * @param metadata the file's own key-value pairs
 */
public record ModelInfo(List<TensorInfo> inputs, List<TensorInfo> outputs, Map<String, String> metadata) {
    private static final int CHANNELS = 3;
    /** Dimensions of a picture without a batch. */
    private static final int PICTURE_RANK = 3;

    public ModelInfo {
        inputs = List.copyOf(inputs);
        outputs = List.copyOf(outputs);
        metadata = Map.copyOf(metadata);
    }

    /** The input that takes the picture: the first with four dimensions, else the first of three with three channels. */
    public TensorInfo image() throws ModelException {
        return inputs.stream()
                .filter(input -> input.rank() == 4)
                .findFirst()
                .or(() -> inputs.stream()
                        .filter(input ->
                                input.rank() == 3 && (input.shape()[0] == CHANNELS || input.shape()[2] == CHANNELS))
                        .findFirst())
                .orElseThrow(() -> new ModelException("no input takes a picture (4 dimensions): " + inputs));
    }

    /** The picture's dimensions without the batch. */
    public long[] imageShape() throws ModelException {
        long[] shape = image().shape();
        return Arrays.copyOfRange(shape, shape.length - PICTURE_RANK, shape.length);
    }

    /** The picture's layout, told by where its three channels are. */
    public Layout layout() throws ModelException {
        TensorInfo image = image();
        if (imageShape()[0] == CHANNELS) {
            return Layout.NCHW;
        }
        if (imageShape()[2] == CHANNELS) {
            return Layout.NHWC;
        }
        throw new ModelException("input " + image + " does not have 3 channels in its second or last place");
    }

    public int widthPx() throws ModelException {
        return extent(layout() == Layout.NCHW ? 2 : 1);
    }

    public int heightPx() throws ModelException {
        return extent(layout() == Layout.NCHW ? 1 : 0);
    }

    /**
     * The same with the size of its picture known: what the file says, else what is said here, else what the metadata of
     * ultralytics say ({@code imgsz}, height and width).
     *
     * @param size from the description; null when it does not say
     * @throws ModelException when nothing says it, or what is said contradicts the file
     */
    public ModelInfo sized(ModelDescription.Size size) throws ModelException {
        TensorInfo image = image();
        int heightAt = image.rank() - PICTURE_RANK + (layout() == Layout.NCHW ? 1 : 0);
        long[] shape = image.shape().clone();
        long height = shape[heightAt];
        long width = shape[heightAt + 1];
        if (size != null && (height > 0 && height != size.heightPx() || width > 0 && width != size.widthPx())) {
            throw new ModelException("size: says " + size + ", but the input is " + image);
        }
        ModelDescription.Size told = size != null ? size : ModelDescription.Size.ofUltralytics(metadata.get("imgsz"));
        if ((height < 0 || width < 0) && told == null) {
            throw new ModelException(
                    "input " + image
                            + " leaves the size of its picture open: say it in the model's .yml, such as input: {size: 640x640}");
        }
        shape[heightAt] = height < 0 ? told.heightPx() : height;
        shape[heightAt + 1] = width < 0 ? told.widthPx() : width;
        List<TensorInfo> known = inputs.stream()
                .map(input -> input == image ? new TensorInfo(image.name(), image.type(), shape) : input)
                .toList();
        return new ModelInfo(known, outputs, metadata);
    }

    /**
     * What the inputs get that take no picture: sizes are those of the model's input, so that boxes come in its pixels.
     *
     * @throws ModelException when it is not known what one of them wants
     */
    public List<ConstantInput> otherInputs() throws ModelException {
        TensorInfo image = image();
        List<ConstantInput> others = new ArrayList<>();
        for (TensorInfo input : inputs) {
            if (input != image) {
                others.add(OtherInputs.of(input, widthPx(), heightPx()));
            }
        }
        return others;
    }

    /** For messages: {@code boxes float32 (?, 1917, 4), scores float32 (?, 1917, 90)}. */
    public String outputsText() {
        return outputs.isEmpty()
                ? "none"
                : outputs.stream().map(TensorInfo::toString).collect(Collectors.joining(", "));
    }

    private int extent(int dimension) throws ModelException {
        long extent = imageShape()[dimension];
        if (extent < 1 || extent > 1 << 14) {
            throw new ModelException("input " + image() + " does not say the size of its picture");
        }
        return (int) extent;
    }
}
