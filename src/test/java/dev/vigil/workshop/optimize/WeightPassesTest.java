package dev.vigil.workshop.optimize;

import static dev.vigil.OnnxFile.attribute;
import static dev.vigil.workshop.optimize.BeforeAfter.ints;
import static dev.vigil.workshop.optimize.BeforeAfter.operators;
import static dev.vigil.workshop.optimize.BeforeAfter.optimised;
import static dev.vigil.workshop.optimize.BeforeAfter.random;
import static org.assertj.core.api.Assertions.assertThat;

import dev.vigil.OnnxFile;
import dev.vigil.graph.Nodes;
import dev.vigil.graph.OnnxModel;
import java.nio.file.Path;
import java.util.List;
import onnx.Onnx.TensorProto.DataType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Scale, shift, batch norm and padding in the weights of convolutions and products. */
@Timeout(120)
class WeightPassesTest {
    private static final int SIDE = 6;

    @TempDir
    private Path folder;

    /** A picture of four channels. */
    private static OnnxFile picture() {
        return OnnxFile.empty().input("x", DataType.FLOAT, OnnxFile.OPEN, 4, SIDE, SIDE);
    }

    private static OnnxFile conv(OnnxFile file, String output, String input, int outs, int group, int pad) {
        return file.floats(output + "_w", random(outs * (4 / group) * 9, 7), outs, 4 / group, 3, 3)
                .floats(output + "_b", random(outs, 8), outs)
                .node(
                        "Conv",
                        output,
                        List.of(input, output + "_w", output + "_b"),
                        ints("pads", pad, pad, pad, pad),
                        attribute("group", group));
    }

    private static OnnxFile output(OnnxFile file, String name) {
        return file.declareOutput(name, DataType.FLOAT, OnnxFile.OPEN, OnnxFile.OPEN, OnnxFile.OPEN, OnnxFile.OPEN);
    }

    @ParameterizedTest
    @CsvSource({"1, 0", "1, 1", "2, 1", "4, 1"})
    void shouldFoldBatchNormAndBiasWhenTheyFollowAConvolution(int group, int pad) throws Exception {
        OnnxFile file = conv(picture(), "c", "x", 8, group, pad)
                .floats("scale", random(8, 1), 8)
                .floats("shift", random(8, 2), 8)
                .floats("mean", random(8, 3), 8)
                .floats("variance", random(8, 4), 8)
                .node("BatchNormalization", "n", List.of("c", "scale", "shift", "mean", "variance"))
                .floats("by", random(8, 5), 1, 8, 1, 1)
                .node("Mul", "m", List.of("by", "n"))
                .floats("from", random(8, 6), 8, 1, 1)
                .node("Sub", "s", List.of("from", "m"))
                .floats("through", new float[] {3}, 1)
                .node("Div", "y", List.of("s", "through"));
        assertThat(operators(optimised(folder, output(file, "y"), "affine-after")))
                .containsExactly("Conv");
    }

    @Test
    void shouldFoldThroughTransposesAndShiftsThroughSumsWhenTheyFollowAConvolution() throws Exception {
        OnnxFile file = conv(picture(), "c", "x", 4, 1, 1)
                .node("Transpose", "t", List.of("c"), ints("perm", 0, 2, 3, 1))
                .floats("by", random(4, 5), 4)
                .node("Mul", "m", List.of("t", "by"))
                .node("Transpose", "x_last", List.of("x"), ints("perm", 0, 2, 3, 1))
                .node("Add", "sum", List.of("m", "x_last"))
                .floats("bias", random(4, 6), 4)
                .node("Add", "y", List.of("sum", "bias"));
        assertThat(operators(optimised(folder, output(file, "y"), "affine-after")))
                .containsExactlyInAnyOrder("Conv", "Transpose", "Transpose", "Add");
    }

    @Test
    void shouldLeaveWhatFollowsWhenItIsNotTheSameForAChannelOrOthersReadTheConvolution() throws Exception {
        OnnxFile file = conv(picture(), "c", "x", 8, 1, 1)
                .floats("columns", random(SIDE, 5), SIDE)
                .node("Mul", "y", List.of("c", "columns"));
        assertThat(operators(optimised(folder, output(file, "y")))).containsExactly("Conv", "Mul");
        OnnxFile two = conv(picture(), "c", "x", 8, 1, 1)
                .floats("by", random(8, 5), 1, 8, 1, 1)
                .node("Mul", "y", List.of("c", "by"))
                .node("Relu", "z", List.of("c"));
        assertThat(operators(optimised(folder, output(output(two, "y"), "z"))))
                .containsExactlyInAnyOrder("Conv", "Mul", "Relu");
    }

    @ParameterizedTest
    @CsvSource({"1", "2"})
    void shouldFoldWhatFollowsAndScalesBeforeWhenAConvolutionIsTransposed(int group) throws Exception {
        OnnxFile file = picture()
                .floats("front", random(4, 9), 1, 4, 1, 1)
                .node("Mul", "f", List.of("x", "front"))
                .floats("w", random(4 * (6 / group) * 9, 1), 4, 6 / group, 3, 3)
                .node("ConvTranspose", "c", List.of("f", "w"), attribute("group", group), ints("strides", 2, 2))
                .floats("by", random(6, 2), 6, 1, 1)
                .node("Mul", "m", List.of("c", "by"))
                .floats("shift", random(6, 3), 6, 1, 1)
                .node("Add", "y", List.of("m", "shift"));
        assertThat(operators(optimised(folder, output(file, "y"), "affine-after", "affine-before")))
                .containsExactly("ConvTranspose");
    }

    @ParameterizedTest
    @CsvSource({"0", "1"})
    void shouldFoldWhatStandsAroundAProductWhenItIsAGemm(int transB) throws Exception {
        OnnxFile file = OnnxFile.empty()
                .input("x", DataType.FLOAT, OnnxFile.OPEN, 5)
                .floats("front", random(5, 9), 5)
                .node("Mul", "f", List.of("x", "front"))
                .floats("before", random(5, 4), 1, 5)
                .node("Add", "g", List.of("f", "before"))
                .floats("w", random(15, 1), transB == 1 ? 3 : 5, transB == 1 ? 5 : 3)
                .floats("c", random(3, 6), 3)
                .node(
                        "Gemm",
                        "p",
                        List.of("g", "w", "c"),
                        attribute("transB", transB),
                        Nodes.number("alpha", 0.5f),
                        Nodes.number("beta", 2))
                .floats("by", random(3, 2), 3)
                .node("Mul", "m", List.of("p", "by"))
                .node("Add", "y", List.of("m", "by"))
                .declareOutput("y", DataType.FLOAT, OnnxFile.OPEN, 3);
        assertThat(operators(optimised(folder, file, "affine-after", "affine-before")))
                .containsExactly("Gemm");
    }

    private static OnnxFile normalised(int pad, int group) {
        OnnxFile file = picture()
                .floats("by", random(4, 1), 1, 4, 1, 1)
                .node("Mul", "m", List.of("x", "by"))
                .floats("shift", random(4, 2), 4, 1, 1)
                .node("Sub", "s", List.of("m", "shift"));
        return output(conv(file, "y", "s", 8, group, pad), "y");
    }

    @ParameterizedTest
    @CsvSource({"1", "2", "4"})
    void shouldFoldScaleAndShiftBeforeAConvolutionWhenNothingIsPadded(int group) throws Exception {
        assertThat(operators(optimised(folder, normalised(0, group), "affine-before")))
                .containsExactly("Conv");
    }

    @Test
    void shouldLeaveOneShiftBeforeAConvolutionWhenZerosArePadded() throws Exception {
        assertThat(operators(optimised(folder, normalised(1, 1), "affine-before")))
                .containsExactly("Add", "Conv");
    }

    @Test
    void shouldPadInTheConvolutionWhenZerosArePaddedBeforeIt() throws Exception {
        OnnxFile file = picture().longs("pads", 0, 0, 1, 0, 0, 0, 2, 1).node("Pad", "p", List.of("x", "pads"));
        OnnxModel model = optimised(folder, output(conv(file, "y", "p", 8, 1, 1), "y"), "pad-into-conv");
        assertThat(operators(model)).containsExactly("Conv");
        assertThat(Nodes.integers(model.graph().nodes().get(0), "pads")).containsExactly(2, 1, 3, 2);
        OnnxFile ones = picture()
                .longs("pads", 0, 0, 1, 0, 0, 0, 2, 1)
                .floats("one", new float[] {1}, new int[0])
                .node("Pad", "p", List.of("x", "pads", "one"));
        assertThat(operators(optimised(folder, output(conv(ones, "y", "p", 8, 1, 1), "y"))))
                .containsExactly("Pad", "Conv");
    }

    @Test
    void shouldKeepOneWhenWeightsAreEqualAndNodesDoTheSame() throws Exception {
        OnnxFile file = conv(picture(), "a", "x", 8, 1, 1);
        conv(file, "b", "x", 8, 1, 1).node("Add", "y", List.of("a", "b"));
        OnnxModel model = optimised(folder, output(file, "y"), "equal-weights");
        assertThat(model.graph().initializers()).hasSize(2);
        OnnxModel both = optimised(folder, output(file, "y").bytes(), "equal-weights", "common-nodes");
        assertThat(operators(both)).containsExactly("Conv", "Add");
    }

    @Test
    void shouldChangeNothingWhenWeightsAreQuantised() throws Exception {
        OnnxFile file = picture()
                .floats("scale", new float[] {0.02f}, new int[0])
                .node("QuantizeLinear", "q", List.of("x", "scale"))
                .node("DequantizeLinear", "d", List.of("q", "scale"))
                .floats("w", random(4 * 4, 3), 4, 4, 1, 1)
                .node("QuantizeLinear", "wq", List.of("w", "scale"))
                .node("DequantizeLinear", "wd", List.of("wq", "scale"))
                .node("Conv", "y", List.of("d", "wd"));
        assertThat(operators(optimised(folder, output(file, "y"))))
                .containsExactlyInAnyOrder(
                        "QuantizeLinear", "DequantizeLinear", "QuantizeLinear", "DequantizeLinear", "Conv");
    }
}
