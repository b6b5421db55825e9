package dev.vigil.pipeline;

import dev.vigil.OnnxFile;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import onnx.Onnx.AttributeProto;
import onnx.Onnx.AttributeProto.AttributeType;

/** Convolutions for models that look at pixels: each cell of a grid sees the pixels under it, and no others. */
final class ConvGraphs {
    private final OnnxFile file;
    private final Random random = new Random(4);

    ConvGraphs(OnnxFile file) {
        this.file = file;
    }

    /**
     * A map of {@code (1, 1, h / stride, w / stride)}: {@code scale * mean of one channel in the cell + bias}.
     *
     * @param picture {@code (1, 3, h, w)}
     */
    ConvGraphs meanOfChannel(String map, String picture, int stride, int channel, float scale, float bias) {
        float[] weights = new float[3 * stride * stride];
        Arrays.fill(weights, channel * stride * stride, (channel + 1) * stride * stride, scale / (stride * stride));
        return convolution(map, picture, stride, weights, bias);
    }

    /** Maps of {@code (1, maps, h / stride, w / stride)} with weights of a deviation that suits values of 0..255. */
    ConvGraphs random(String map, String picture, int stride, int maps, float deviation) {
        float[] weights = new float[maps * 3 * stride * stride];
        for (int i = 0; i < weights.length; i++) {
            weights[i] = (float) random.nextGaussian() * deviation / (128f * stride);
        }
        float[] biases = new float[maps];
        return convolution(map, picture, stride, weights, biases);
    }

    private ConvGraphs convolution(String map, String picture, int stride, float[] weights, float... biases) {
        file.floats(map + "_w", weights, biases.length, 3, stride, stride);
        file.floats(map + "_b", biases, biases.length);
        file.node(
                "Conv",
                map,
                List.of(picture, map + "_w", map + "_b"),
                longs("kernel_shape", stride, stride),
                longs("strides", stride, stride));
        return this;
    }

    /** Maps (1, columns, h, w) as rows (1, h * w * columns / rowLength, rowLength), through an operator of one input. */
    ConvGraphs rows(String rows, String map, String operator, int rowLength) {
        file.node("Transpose", rows + "_last", List.of(map), longs("perm", 0, 2, 3, 1));
        file.longs(rows + "_shape", 1, -1, rowLength);
        file.node("Reshape", rows + "_raw", List.of(rows + "_last", rows + "_shape"));
        file.node(operator, rows, List.of(rows + "_raw"));
        return this;
    }

    static AttributeProto longs(String name, long... values) {
        return AttributeProto.newBuilder()
                .setName(name)
                .setType(AttributeType.INTS)
                .addAllInts(Arrays.stream(values).boxed().toList())
                .build();
    }
}
