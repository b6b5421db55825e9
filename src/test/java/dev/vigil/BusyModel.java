package dev.vigil;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import onnx.Onnx.TensorProto.DataType;

/**
 * A model that takes as long as its input says: {@code images (N, 3, 32, 32)} to {@code output (N, 21, 6)}, which is what
 * YOLOX gives for one class. The output is the input's first 126 values; before it is given, matrices are multiplied as often
 * as the input's largest value says, some 0.1 ms each. So a test sees which input an output belongs to, and runs of any length,
 * one that never ends included.
 */
public final class BusyModel {
    public static final int SIDE_PX = 32;
    public static final int INPUT_VALUES = 3 * SIDE_PX * SIDE_PX;
    public static final int OUTPUT_VALUES = 21 * 6;
    /** As the largest value of an input: about a minute and a half. */
    public static final float FOREVER = 1_000_000;

    private static final int MATRIX = 128;

    private BusyModel() {}

    /** With any number of pictures a run. */
    public static Path write(Path file) throws IOException {
        return Files.write(file, bytes(OnnxFile.OPEN, DataType.FLOAT));
    }

    /** For just so many pictures a run. */
    public static Path writeWithBatch(Path file, int batch) throws IOException {
        return Files.write(file, bytes(batch, DataType.FLOAT));
    }

    /** With an input of bytes. */
    public static Path writeWithBytes(Path file) throws IOException {
        return Files.write(file, bytes(OnnxFile.OPEN, DataType.UINT8));
    }

    private static byte[] bytes(int batch, DataType inputType) {
        return OnnxFile.empty()
                .input("images", inputType, batch, 3, SIDE_PX, SIDE_PX)
                .floats("zeros", new float[MATRIX * MATRIX], MATRIX, MATRIX)
                .floats("weights", new float[MATRIX * MATRIX], MATRIX, MATRIX)
                .longs("from", 0)
                .longs("to", OUTPUT_VALUES)
                .longs("axes", 1)
                .longs("shape", -1, 21, 6)
                .node("Cast", "pixels", List.of("images"), OnnxFile.attribute("to", DataType.FLOAT_VALUE))
                .node("Flatten", "row", List.of("pixels"))
                .node("ReduceMax", "peak", List.of("pixels"), OnnxFile.attribute("keepdims", 0))
                .node("Cast", "trips", List.of("peak"), OnnxFile.attribute("to", DataType.INT64_VALUE))
                .node("Loop", "last", List.of("trips", "", "zeros"), OnnxFile.attribute("body", body()))
                .node("ReduceMax", "zero", List.of("last"), OnnxFile.attribute("keepdims", 0))
                .node("Slice", "head", List.of("row", "from", "to", "axes"))
                .node("Reshape", "cells", List.of("head", "shape"))
                .node("Add", "output", List.of("cells", "zero"))
                .declareOutput("output", DataType.FLOAT, batch, 21, 6)
                .bytes();
    }

    /** The loop's body: (iteration, condition, matrix) to (condition, matrix times weights). */
    static OnnxFile body() {
        return OnnxFile.empty()
                .input("iteration", DataType.INT64)
                .input("condition", DataType.BOOL)
                .input("matrix", DataType.FLOAT, MATRIX, MATRIX)
                .node("Identity", "go_on", List.of("condition"))
                .node("MatMul", "product", List.of("matrix", "weights"))
                .declareOutput("go_on", DataType.BOOL)
                .declareOutput("product", DataType.FLOAT, MATRIX, MATRIX);
    }
}
