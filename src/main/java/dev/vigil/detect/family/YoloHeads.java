package dev.vigil.detect.family;

import dev.vigil.detect.BoxDecoder;
import dev.vigil.detect.Family;
import dev.vigil.detect.ModelDescription;
import dev.vigil.detect.ModelException;
import dev.vigil.detect.ModelInfo;
import dev.vigil.detect.family.HeadsDecoder.Head;
import dev.vigil.detect.family.HeadsDecoder.Order;
import dev.vigil.frame.InputSpec.Color;
import dev.vigil.frame.InputSpec.Resize;
import dev.vigil.frame.TensorInfo;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * YOLOs with their raw heads in any order, an output for each stride. Darknet's YOLOv3, YOLOv4 and Scaled-YOLOv4: (batch, 3 * (5 +
 * classes), h, w) or (batch, h, w, 3, 5 + classes) or (batch, h, w, 3 * (5 + classes)). YOLOv5 and v7, of which {@link Yolov5} is
 * the family: the first of these, or (batch, 3, h, w, 5 + classes). Three heads of strides 8, 16, 32; two of 16 and 32 in the
 * tiny models of darknet; four of 8 to 64 in the large ones of v5 and v7. They look the same, so that only metadata, the names of
 * the outputs or {@code family:} tell them apart.
 *
 * <p>The ONNX model zoo's YOLOv3 has its NMS inside ({@code yolonms_layer_1}); read are the boxes and scores of all cells, which
 * are outputs too.
 */
final class YoloHeads implements Family {
    static final int ANCHORS = 3;
    static final int FIRST_CLASS = 5;

    private static final int[] STRIDES = {8, 16, 32, 64};

    private final YoloKind kind;

    YoloHeads(YoloKind kind) {
        this.kind = kind;
    }

    private record Form(List<Head> heads, int classes) {}

    /** Whether the outputs are at least of as many dimensions as raw heads have. */
    static boolean looksRaw(ModelInfo model) {
        return model.outputs().size() > 1
                && model.outputs().stream().allMatch(o -> Tables.isFloat(o) && (o.rank() == 4 || o.rank() == 5));
    }

    @Override
    public String id() {
        return kind.id();
    }

    @Override
    public ModelDescription.Input inputDefaults(ModelInfo model) {
        return ModelDescription.Input.usualUnit(Color.RGB, Resize.LETTERBOX, 128);
    }

    @Override
    public Fit fit(ModelInfo model) {
        if (kind == YoloKind.V3 && YoloV3Zoo.fits(model)) {
            return Fit.certain("boxes, scores and indices of the ONNX model zoo's YOLOv3, by their names");
        }
        try {
            Form form = form(model);
            String why =
                    form.heads.size() + " raw heads of " + form.classes + " classes, with the anchors of " + kind.id();
            if (model.outputs().stream().allMatch(output -> kind.names(output.name()))) {
                return Fit.certain(why + ", by their names");
            }
            // What yolov5's exporter writes, and that of no other of these.
            int named = Ultralytics.of(model).classes();
            if (kind == YoloKind.V5 && named >= 0 && model.metadata().containsKey("stride")) {
                return named == form.classes
                        ? Fit.certain(why + ", as many as the metadata name")
                        : Fit.possible(why + "; but the names in the metadata are " + named);
            }
            return Fit.possible(why
                    + (kind == YoloKind.SCALED_V4 ? ", and values to which the logistic function was applied" : ""));
        } catch (ModelException e) {
            return Fit.no(e.getMessage());
        }
    }

    @Override
    public BoxDecoder newDecoder(ModelInfo model) throws ModelException {
        if (kind == YoloKind.V3 && YoloV3Zoo.fits(model)) {
            return new YoloV3Zoo(model);
        }
        Form form = form(model);
        return new HeadsDecoder(form.heads, form.classes, kind.coding(), kind == YoloKind.V7 && form.classes == 1);
    }

    /** @throws ModelException whose message is why it does not fit */
    private Form form(ModelInfo model) throws ModelException {
        List<TensorInfo> outputs = model.outputs();
        int count = outputs.size();
        if (!looksRaw(model) || !kind.hasHeads(count)) {
            throw new ModelException("wants " + (kind.hasHeads(2) ? "two or " : "") + "three"
                    + (kind.hasHeads(4) ? " or four" : "") + " raw heads, each of 3 * (5 + classes) values to a cell");
        }
        int widthPx = model.widthPx();
        int heightPx = model.heightPx();
        List<Shape> shapes = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            shapes.add(Shape.of(i, outputs.get(i), widthPx, heightPx, kind.isOfPyTorch()));
        }
        shapes.sort(Comparator.comparingInt(Shape::stride));
        int finest = count == 2 ? 16 : 8;
        List<Head> heads = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Shape shape = shapes.get(i);
            if (shape.stride != finest << i || shape.values != shapes.get(0).values) {
                throw new ModelException("the heads are not of strides " + finest + " to " + (finest << count - 1)
                        + " of an input of " + widthPx + "x" + heightPx + " with as many values each");
            }
            heads.add(new Head(
                    shape.output,
                    shape.width,
                    shape.height,
                    shape.stride,
                    shape.order,
                    kind.anchors(count)[i],
                    kind.scale(count, i)));
        }
        return new Form(List.copyOf(heads), shapes.get(0).values - FIRST_CLASS);
    }

    /** @param values of each anchor of a cell */
    private record Shape(int output, int width, int height, int stride, int values, Order order) {
        static Shape of(int output, TensorInfo tensor, int widthPx, int heightPx, boolean ofPyTorch)
                throws ModelException {
            for (int stride : STRIDES) {
                Order order = order(tensor.shape(), stride, widthPx, heightPx, ofPyTorch);
                if (order != null) {
                    long values = values(tensor.shape(), order);
                    if (values > FIRST_CLASS) {
                        return new Shape(
                                output, widthPx / stride, heightPx / stride, stride, Math.toIntExact(values), order);
                    }
                }
            }
            throw new ModelException("output " + tensor + " is no head of 3 * (5 + classes) values to a cell of stride "
                    + "8, 16, 32 or 64 of an input of " + widthPx + "x" + heightPx);
        }

        /** How the values lie if it is a head of this stride; null when it is none. */
        private static Order order(long[] shape, int stride, int widthPx, int heightPx, boolean ofPyTorch) {
            if (shape.length == 4 && isGrid(shape[2], shape[3], stride, widthPx, heightPx)) {
                return shape[1] % ANCHORS == 0 ? Order.CHANNELS_FIRST : null;
            }
            if (ofPyTorch) {
                boolean fits = shape.length == 5
                        && shape[1] == ANCHORS
                        && isGrid(shape[2], shape[3], stride, widthPx, heightPx);
                return fits ? Order.ANCHORS_FIRST : null;
            }
            boolean whole = shape.length == 5 ? shape[3] == ANCHORS : shape[3] % ANCHORS == 0;
            return whole && isGrid(shape[1], shape[2], stride, widthPx, heightPx) ? Order.CELLS_FIRST : null;
        }

        private static long values(long[] shape, Order order) {
            return shape.length == 5 ? shape[4] : (order == Order.CHANNELS_FIRST ? shape[1] : shape[3]) / ANCHORS;
        }

        private static boolean isGrid(long rows, long columns, int stride, int widthPx, int heightPx) {
            return rows * stride == heightPx && columns * stride == widthPx;
        }
    }
}
