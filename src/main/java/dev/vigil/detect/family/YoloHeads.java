package dev.vigil.detect.family;

import dev.vigil.detect.BoxDecoder;
import dev.vigil.detect.Family;
import dev.vigil.detect.ModelDescription;
import dev.vigil.detect.ModelException;
import dev.vigil.detect.ModelInfo;
import dev.vigil.frame.InputSpec.Color;
import dev.vigil.frame.InputSpec.Resize;
import dev.vigil.frame.TensorInfo;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;

/**
 * YOLOv3 and YOLOv4 as darknet trains them, with their raw heads in any order: an output for each stride, (batch, 3 * (5 +
 * classes), h, w) or (batch, h, w, 3, 5 + classes) or (batch, h, w, 3 * (5 + classes)). Three heads of strides 8, 16, 32, or two
 * of 16 and 32 in the tiny models. Both look the same, so that only the names of the outputs or {@code family:} tell them apart.
 *
 * <p>The ONNX model zoo's YOLOv3 has its NMS inside ({@code yolonms_layer_1}); read are the boxes and scores of all cells, which
 * are outputs too.
 */
final class YoloHeads implements Family {
    static final int ANCHORS = 3;
    static final int FIRST_CLASS = 5;

    /** Which anchors and which scale of the centre; widths and heights in pixels, from the finest stride on. */
    enum Kind {
        /** pjreddie/darknet, cfg/yolov3.cfg and cfg/yolov3-tiny.cfg. */
        V3(
                "yolov3",
                new float[][] {{10, 13, 16, 30, 33, 23}, {30, 61, 62, 45, 59, 119}, {116, 90, 156, 198, 373, 326}},
                new float[] {1, 1, 1},
                new float[][] {{10, 14, 23, 27, 37, 58}, {81, 82, 135, 169, 344, 319}},
                new float[] {1, 1},
                Set.of(
                        "082_convolutional",
                        "094_convolutional",
                        "106_convolutional",
                        "016_convolutional",
                        "023_convolutional")),
        /** AlexeyAB/darknet, cfg/yolov4.cfg and cfg/yolov4-tiny.cfg (mask 1,2,3), scale_x_y. */
        V4(
                "yolov4",
                new float[][] {{12, 16, 19, 36, 40, 28}, {36, 75, 76, 55, 72, 146}, {142, 110, 192, 243, 459, 401}},
                new float[] {1.2f, 1.1f, 1.05f},
                new float[][] {{23, 27, 37, 58, 81, 82}, {81, 82, 135, 169, 344, 319}},
                new float[] {1.05f, 1.05f},
                Set.of(
                        "139_convolutional",
                        "150_convolutional",
                        "161_convolutional",
                        "030_convolutional",
                        "037_convolutional"));

        private final String id;
        private final float[][] anchors;
        private final float[] scales;
        private final float[][] tinyAnchors;
        private final float[] tinyScales;
        /** What converters of darknet's files call the last layers. */
        private final Set<String> names;

        Kind(
                String id,
                float[][] anchors,
                float[] scales,
                float[][] tinyAnchors,
                float[] tinyScales,
                Set<String> names) {
            this.id = id;
            this.anchors = anchors;
            this.scales = scales;
            this.tinyAnchors = tinyAnchors;
            this.tinyScales = tinyScales;
            this.names = names;
        }
    }

    private final Kind kind;

    YoloHeads(Kind kind) {
        this.kind = kind;
    }

    /**
     * One raw head.
     *
     * @param channelsFirst whether a value of all cells lies in one piece
     * @param anchors w, h of each, in pixels
     * @param scale of the centre, {@code scale_x_y} of darknet
     */
    record Head(int output, int width, int height, int stride, boolean channelsFirst, float[] anchors, float scale) {}

    private record Form(List<Head> heads, int classes) {}

    @Override
    public String id() {
        return kind.id;
    }

    @Override
    public ModelDescription.Input inputDefaults(ModelInfo model) {
        return ModelDescription.Input.usualUnit(Color.RGB, Resize.LETTERBOX, 128);
    }

    @Override
    public Fit fit(ModelInfo model) {
        if (kind == Kind.V3 && YoloV3Zoo.fits(model)) {
            return Fit.certain("boxes, scores and indices of the ONNX model zoo's YOLOv3, by their names");
        }
        try {
            Form form = form(model);
            String why =
                    form.heads.size() + " raw heads of " + form.classes + " classes, with the anchors of " + kind.id;
            boolean named = model.outputs().stream().allMatch(output -> kind.names.contains(output.name()));
            return named ? Fit.certain(why + ", by their names") : Fit.possible(why);
        } catch (ModelException e) {
            return Fit.no(e.getMessage());
        }
    }

    @Override
    public BoxDecoder newDecoder(ModelInfo model) throws ModelException {
        if (kind == Kind.V3 && YoloV3Zoo.fits(model)) {
            return new YoloV3Zoo(model);
        }
        Form form = form(model);
        return new HeadsDecoder(form.heads, form.classes);
    }

    /** @throws ModelException whose message is why it does not fit */
    private Form form(ModelInfo model) throws ModelException {
        List<TensorInfo> outputs = model.outputs();
        boolean tiny = outputs.size() == 2;
        if (!tiny && outputs.size() != 3
                || !outputs.stream().allMatch(o -> Tables.isFloat(o) && (o.rank() == 4 || o.rank() == 5))) {
            throw new ModelException("wants two or three raw heads, each of 3 * (5 + classes) values to a cell");
        }
        int widthPx = model.widthPx();
        int heightPx = model.heightPx();
        List<Shape> shapes = new ArrayList<>();
        for (int i = 0; i < outputs.size(); i++) {
            shapes.add(Shape.of(i, outputs.get(i), widthPx, heightPx));
        }
        shapes.sort(Comparator.comparingInt(Shape::stride));
        int finest = tiny ? 16 : 8;
        List<Head> heads = new ArrayList<>();
        for (int i = 0; i < shapes.size(); i++) {
            Shape shape = shapes.get(i);
            if (shape.stride != finest << i || shape.values != shapes.get(0).values) {
                throw new ModelException("the heads are not of strides " + (tiny ? "16, 32" : "8, 16, 32")
                        + " of an input of " + widthPx + "x" + heightPx + " with as many values each");
            }
            heads.add(new Head(
                    shape.output,
                    shape.width,
                    shape.height,
                    shape.stride,
                    shape.channelsFirst,
                    (tiny ? kind.tinyAnchors : kind.anchors)[i],
                    (tiny ? kind.tinyScales : kind.scales)[i]));
        }
        return new Form(List.copyOf(heads), shapes.get(0).values - FIRST_CLASS);
    }

    /** @param values of each anchor of a cell */
    private record Shape(int output, int width, int height, int stride, int values, boolean channelsFirst) {
        static Shape of(int output, TensorInfo tensor, int widthPx, int heightPx) throws ModelException {
            long[] shape = tensor.shape();
            boolean anchorsApart = shape.length == 5 && shape[3] == ANCHORS;
            for (int stride : new int[] {8, 16, 32}) {
                boolean last = isGrid(shape[1], shape[2], stride, widthPx, heightPx);
                boolean first = shape.length == 4 && isGrid(shape[2], shape[3], stride, widthPx, heightPx);
                long values = anchorsApart ? shape[4] : first ? shape[1] / ANCHORS : shape[3] / ANCHORS;
                boolean whole = anchorsApart || (first ? shape[1] : shape[3]) % ANCHORS == 0;
                boolean fits = anchorsApart ? last : shape.length == 4 && (first || last);
                if (fits && whole && values > FIRST_CLASS) {
                    return new Shape(output, widthPx / stride, heightPx / stride, stride, (int) values, first);
                }
            }
            throw new ModelException(
                    "output " + tensor + " is no head of 3 * (5 + classes) values to a cell of stride 8, 16"
                            + " or 32 of an input of " + widthPx + "x" + heightPx);
        }

        private static boolean isGrid(long rows, long columns, int stride, int widthPx, int heightPx) {
            return rows * stride == heightPx && columns * stride == widthPx;
        }
    }
}
