package dev.vigil;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import onnx.Onnx.AttributeProto;
import onnx.Onnx.AttributeProto.AttributeType;
import onnx.Onnx.TensorProto.DataType;

/**
 * A model of family {@code ssd} that really looks: for each of red, green and blue it finds the box around all pixels of that
 * colour, of class 0, 1 and 2, with a score of 0.9. So a test sees which part of a frame it was shown, and where.
 */
public final class BrightModel {
    public static final int RED = 0;
    public static final int GREEN = 1;
    public static final int BLUE = 2;
    private static final int COLOURS = 3;

    private BrightModel() {}

    /** What the model does when it sees blue. */
    public enum AtBlue {
        FIND,
        /** Its run fails. */
        FAIL,
        /** Its run takes more than a minute. */
        STICK
    }

    /** @param batch pictures of a batch, or {@link OnnxFile#OPEN} */
    public static Path write(Path file, int batch, int widthPx, int heightPx) throws IOException {
        return write(file, batch, widthPx, heightPx, AtBlue.FIND);
    }

    public static Path write(Path file, int batch, int widthPx, int heightPx, AtBlue atBlue) throws IOException {
        return model(batch, widthPx, heightPx, atBlue)
                .declareOutput("boxes", DataType.FLOAT, batch, COLOURS, 4)
                .declareOutput("scores", DataType.FLOAT, batch, COLOURS, COLOURS)
                .write(file);
    }

    /** The same as tf2onnx exports it: nothing but what a node of NMS has selected comes out. */
    public static Path writeWithNms(Path file, int widthPx, int heightPx) throws IOException {
        OnnxFile model = model(1, widthPx, heightPx, AtBlue.FIND)
                .longs("all", 100)
                .floats("iou", new float[] {.5f}, 1)
                .floats("score", new float[] {.3f}, 1);
        model.node("Transpose", "scores_by_class", List.of("scores"), axes("perm", 0, 2, 1))
                .node("NonMaxSuppression", "selected", List.of("boxes", "scores_by_class", "all", "iou", "score"))
                .declareOutput("selected", DataType.INT64, OnnxFile.OPEN, 3);
        return Files.write(
                file, model.model().setProducerName("tf2onnx").build().toByteArray());
    }

    private static OnnxFile model(int batch, int widthPx, int heightPx, AtBlue atBlue) {
        OnnxFile model = OnnxFile.empty()
                .input("image", DataType.FLOAT, batch, COLOURS, heightPx, widthPx)
                .floats("bright_from", new float[] {.4f}, 1)
                .floats("size", new float[] {heightPx, widthPx, heightPx, widthPx}, 4)
                .longs("one", 1)
                .floats("scores_of_colours", new float[] {.9f, 0, 0, 0, .9f, 0, 0, 0, .9f}, COLOURS, COLOURS)
                .node("Greater", "bright", List.of("image", "bright_from"))
                .node("Cast", "mask", List.of("bright"), OnnxFile.attribute("to", DataType.FLOAT.getNumber()))
                .node("ReduceMax", "columns", List.of("mask"), axis(2), OnnxFile.attribute("keepdims", 0))
                .node("ReduceMax", "rows", List.of("mask"), axis(3), OnnxFile.attribute("keepdims", 0))
                .node("ReduceMax", "found", List.of("columns"), axis(2))
                .node("Mul", "found_scores", List.of("found", "scores_of_colours"));
        trap(model, atBlue);
        edge(model, "y1", "rows", 0);
        edge(model, "x1", "columns", 0);
        edge(model, "y2_last", "rows", 1);
        edge(model, "x2_last", "columns", 1);
        return model.node("Add", "y2", List.of("y2_last", "one"))
                .node("Add", "x2", List.of("x2_last", "one"))
                .node("Concat", "corners", List.of("y1", "x1", "y2", "x2"), OnnxFile.attribute("axis", 2))
                .node("Cast", "pixels", List.of("corners"), OnnxFile.attribute("to", DataType.FLOAT.getNumber()))
                .node("Div", "boxes", List.of("pixels", "size"));
    }

    /** Adds to the scores a zero that is hard to come by where there is blue. */
    private static void trap(OnnxFile model, AtBlue atBlue) {
        model.longs("blue_channel", BLUE)
                .node("Gather", "blue", List.of("found", "blue_channel"), OnnxFile.attribute("axis", 1))
                .floats("many", new float[] {atBlue == AtBlue.FIND ? 0 : 1_000_000}, 1)
                .node("Mul", "blue_many", List.of("blue", "many"))
                .node("ReduceMax", "most", List.of("blue_many"), OnnxFile.attribute("keepdims", 0))
                .node("Cast", "trips", List.of("most"), OnnxFile.attribute("to", DataType.INT64.getNumber()));
        if (atBlue == AtBlue.STICK) {
            model.floats("zeros", new float[128 * 128], 128, 128)
                    .floats("weights", new float[128 * 128], 128, 128)
                    .node("Loop", "looped", List.of("trips", "", "zeros"), OnnxFile.attribute("body", BusyModel.body()))
                    .node("ReduceMax", "nothing", List.of("looped"), OnnxFile.attribute("keepdims", 0));
        } else {
            model.floats("table", new float[1], 1).node("Gather", "nothing", List.of("table", "trips"));
        }
        model.node("Add", "scores", List.of("found_scores", "nothing"));
    }

    private static void edge(OnnxFile model, String name, String profile, int last) {
        model.node(
                "ArgMax",
                name,
                List.of(profile),
                OnnxFile.attribute("axis", 2),
                OnnxFile.attribute("select_last_index", last));
    }

    private static AttributeProto axis(long axis) {
        return axes("axes", axis);
    }

    private static AttributeProto axes(String name, long... axes) {
        return AttributeProto.newBuilder()
                .setName(name)
                .setType(AttributeType.INTS)
                .addAllInts(Arrays.stream(axes).boxed().toList())
                .build();
    }
}
