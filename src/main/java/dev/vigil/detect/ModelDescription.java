package dev.vigil.detect;

import dev.vigil.frame.InputSpec;
import dev.vigil.frame.InputSpec.Color;
import dev.vigil.frame.InputSpec.Element;
import dev.vigil.frame.InputSpec.Layout;
import dev.vigil.frame.InputSpec.Resize;
import dev.vigil.frame.TensorInfo;
import dev.vigil.frame.TensorInfo.ElementType;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the {@code .yml} beside a model says. Everything is optional: null where it says nothing, and then the model's file
 * or its {@link Family} tells.
 *
 * @param family {@link Family#id()}
 * @param labels file with a line for each class; resolved by who read the description, against its folder. With {@code
 *     labelNames}, only where those come from
 * @param labelNames the classes' names themselves
 * @param input how the input is filled; never null
 */
public record ModelDescription(String family, Path labels, List<String> labelNames, Input input) {
    /** Says nothing. */
    public static final ModelDescription EMPTY = new ModelDescription(null, null, null);

    public ModelDescription {
        labelNames = labelNames == null ? null : List.copyOf(labelNames);
        if (input == null) {
            input = Input.EMPTY;
        }
    }

    /** The same with a file of labels, or none. */
    public ModelDescription(String family, Path labels, Input input) {
        this(family, labels, null, input);
    }

    /**
     * As {@link InputSpec}, each null where not said.
     *
     * @param size for a model that leaves it open
     * @param mean one value for all channels or one for each
     * @param std one value for all channels or one for each, none of them 0
     * @param padding one value for all channels or one for each, in the tensor's order, 0..255
     */
    public record Input(
            Size size,
            Layout layout,
            Color color,
            float[] mean,
            float[] std,
            Resize resize,
            int[] padding,
            Element element) {
        public static final Input EMPTY = new Input(null, null, null, null, null, null, null, null);

        /** What is usual in a family; size, layout and type are the file's. */
        public static Input usual(Color color, float[] mean, float[] std, Resize resize, int... padding) {
            return new Input(null, null, color, mean, std, resize, padding, null);
        }

        /** As {@link #usual}, in RGB with the mean and deviation of ImageNet's pictures, as backbones are trained on it. */
        public static Input usualImageNet(Resize resize, int... padding) {
            float[] mean = {123.675f, 116.28f, 103.53f};
            float[] std = {58.395f, 57.12f, 57.375f};
            return usual(Color.RGB, mean, std, resize, padding);
        }

        /** As {@link #usual}, with a value in 0..1. */
        public static Input usualUnit(Color color, Resize resize, int... padding) {
            return usual(color, new float[] {0}, new float[] {255}, resize, padding);
        }

        /** By what stands in the arrays. */
        @Override
        public boolean equals(Object other) {
            return other instanceof Input that
                    && Objects.equals(size, that.size)
                    && layout == that.layout
                    && color == that.color
                    && Arrays.equals(mean, that.mean)
                    && Arrays.equals(std, that.std)
                    && resize == that.resize
                    && Arrays.equals(padding, that.padding)
                    && element == that.element;
        }

        @Override
        public int hashCode() {
            return Objects.hash(
                    size,
                    layout,
                    color,
                    Arrays.hashCode(mean),
                    Arrays.hashCode(std),
                    resize,
                    Arrays.hashCode(padding),
                    element);
        }
    }

    /** A picture's size in pixels. */
    public record Size(int widthPx, int heightPx) {
        private static final Pattern ULTRALYTICS = Pattern.compile("\\[(\\d{1,5}), (\\d{1,5})]");

        /** What ultralytics' exporter writes as {@code imgsz}: {@code [height, width]}; null when it is not that. */
        static Size ofUltralytics(String text) {
            Matcher matcher = ULTRALYTICS.matcher(text == null ? "" : text);
            return matcher.matches()
                    ? new Size(Integer.parseInt(matcher.group(2)), Integer.parseInt(matcher.group(1)))
                    : null;
        }

        @Override
        public String toString() {
            return widthPx + "x" + heightPx;
        }
    }

    /**
     * What the model's input wants: what is said here, else what the file tells (size, layout, type), else what is usual in
     * the family.
     *
     * @throws ModelException when something said contradicts the file or is out of its range
     */
    public InputSpec inputSpec(ModelInfo model, Family family) throws ModelException {
        Input usual = family.inputDefaults(model);
        TensorInfo image = model.image();
        Layout layout = model.layout();
        if (input.layout != null && input.layout != layout) {
            throw new ModelException("layout: says " + input.layout + ", but the input is " + image);
        }
        Element element = element(image);
        if (input.element != null && input.element != element) {
            throw new ModelException("element: says " + input.element + ", but the input is " + image);
        }
        return new InputSpec(
                model.widthPx(),
                model.heightPx(),
                layout,
                element,
                either(input.color, usual.color),
                channels("mean", either(input.mean, usual.mean)),
                channels("std", either(input.std, usual.std)),
                either(input.resize, usual.resize),
                padding(either(input.padding, usual.padding)));
    }

    private static Element element(TensorInfo image) throws ModelException {
        if (image.type() == ElementType.FLOAT32) {
            return Element.FLOAT32;
        }
        if (image.type() == ElementType.UINT8) {
            return Element.UINT8;
        }
        if (image.type() == ElementType.FLOAT16) {
            return Element.FLOAT16;
        }
        throw new ModelException("input " + image + " is none of float32, float16 and uint8");
    }

    private static int[] padding(int[] values) throws ModelException {
        int[] channels = values.length == 1 ? new int[] {values[0], values[0], values[0]} : values.clone();
        if (channels.length != 3) {
            throw new ModelException("padding: has " + values.length + " values, allowed are 1 and 3");
        }
        for (int value : channels) {
            if (value < 0 || value > 255) {
                throw new ModelException("padding: has " + value + ", allowed is 0..255");
            }
        }
        return channels;
    }

    private static float[] channels(String key, float[] values) throws ModelException {
        float[] channels = values.length == 1 ? new float[] {values[0], values[0], values[0]} : values.clone();
        if (channels.length != 3) {
            throw new ModelException(key + ": has " + values.length + " values, allowed are 1 and 3");
        }
        for (float value : channels) {
            if (!Float.isFinite(value) || (value == 0 && key.equals("std"))) {
                throw new ModelException(key + ": has " + value + ", which nothing can be computed with");
            }
        }
        return channels;
    }

    private static <T> T either(T said, T usual) {
        return said != null ? said : usual;
    }
}
