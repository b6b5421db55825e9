package dev.vigil.workshop.optimize;

import static dev.vigil.OnnxFile.attribute;
import static dev.vigil.workshop.optimize.BeforeAfter.ints;
import static dev.vigil.workshop.optimize.BeforeAfter.operators;
import static dev.vigil.workshop.optimize.BeforeAfter.optimised;
import static dev.vigil.workshop.optimize.BeforeAfter.random;
import static org.assertj.core.api.Assertions.assertThat;

import dev.vigil.OnnxFile;
import dev.vigil.graph.OnnxModel;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import onnx.Onnx.TensorProto.DataType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Constants, shapes, what does nothing, and transposes. */
@Timeout(120)
class LayoutPassesTest {
    @TempDir
    private Path folder;

    private static OnnxFile picture() {
        return OnnxFile.empty().input("x", DataType.FLOAT, OnnxFile.OPEN, 3, 4, 5);
    }

    private static OnnxFile output(OnnxFile file, String name, int rank) {
        int[] shape = new int[rank];
        Arrays.fill(shape, OnnxFile.OPEN);
        return file.declareOutput(name, DataType.FLOAT, shape);
    }

    @Test
    void shouldNotAskForWeightsWhenTheyWereInputs() throws Exception {
        OnnxFile file = picture()
                .input("w", DataType.FLOAT, 1)
                .floats("w", new float[] {2}, 1)
                .node("Mul", "y", List.of("x", "w"));
        OnnxModel model = optimised(
                folder, output(file, "y", 4).model().setIrVersion(3).build().toByteArray(), "freeze");
        assertThat(model.graph().inputs()).hasSize(1);
        assertThat(model.header().getIrVersion()).isEqualTo(4);
    }

    @Test
    void shouldRemoveNodesAndWeightsWhenNothingComesOfThem() throws Exception {
        OnnxFile file = picture()
                .floats("w", random(3, 1), 3)
                .node("Sigmoid", "lost", List.of("x"))
                .node("Relu", "y", List.of("x"));
        OnnxModel model = optimised(folder, output(file, "y", 4), "unused");
        assertThat(operators(model)).containsExactly("Relu");
        assertThat(model.graph().initializers()).isEmpty();
    }

    @Test
    void shouldComputeOnceWhenNodesReadOnlyConstants() throws Exception {
        OnnxFile file = picture()
                .floats("w", random(15, 1), 5, 3)
                .node("Transpose", "t", List.of("w"), ints("perm", 1, 0))
                .longs("shape", 3, 1, 5)
                .node("Reshape", "r", List.of("t", "shape"))
                .node("Exp", "e", List.of("r"))
                .node("Mul", "y", List.of("x", "e"));
        OnnxModel model = optimised(folder, output(file, "y", 4), "fold-constants");
        assertThat(operators(model)).containsExactly("Mul");
        assertThat(model.graph().initializers()).hasSize(1);
    }

    @Test
    void shouldLeaveConstantsUncomputedWhenTheFileWouldGrow() throws Exception {
        OnnxFile file = picture()
                .floats("one", new float[] {1}, 1, 1, 1, 1)
                .longs("shape", 50, 3, 40, 50)
                .node("Expand", "e", List.of("one", "shape"))
                .node("ReduceMean", "mean", List.of("e"))
                .node("Mul", "y", List.of("x", "mean"));
        OnnxModel model = optimised(folder, output(file, "y", 4));
        assertThat(operators(model)).contains("Expand");
    }

    @Test
    void shouldKnowShapesWhenTheyAreComputedFromAnInputOfFixedSize() throws Exception {
        OnnxFile file = picture()
                .node("Shape", "s", List.of("x"))
                .longs("two", 2)
                .node("Gather", "height", List.of("s", "two"), attribute("axis", 0))
                .longs("rest", -1)
                .node("Concat", "to", List.of("rest", "height"), attribute("axis", 0))
                .node("Reshape", "y", List.of("x", "to"));
        OnnxModel model = optimised(folder, output(file, "y", 2), "known-shapes");
        assertThat(operators(model)).containsExactly("Reshape");
    }

    @Test
    void shouldReshapeByAConstantWhenOnlyTheBatchIsOpen() throws Exception {
        OnnxFile file = picture()
                .node("Shape", "s", List.of("x"))
                .longs("zero", 0)
                .node("Gather", "batch", List.of("s", "zero"), attribute("axis", 0))
                .longs("rest", 60)
                .node("Concat", "to", List.of("batch", "rest"), attribute("axis", 0))
                .node("Reshape", "row", List.of("x", "to"))
                .longs("first", 1)
                .node("Unsqueeze", "column", List.of("row", "first"))
                .node("Relu", "y", List.of("column"));
        assertThat(operators(optimised(folder, output(file, "y", 3), "reshapes")))
                .containsExactly("Reshape", "Relu");
    }

    @Test
    void shouldReshapeWhenOnlyDimensionsOfOneAreMoved() throws Exception {
        OnnxFile file = picture()
                .node("GlobalAveragePool", "p", List.of("x"))
                .node("Transpose", "t", List.of("p"), ints("perm", 0, 2, 3, 1))
                .node("Flatten", "f", List.of("t"))
                .node("Relu", "y", List.of("f"));
        assertThat(operators(optimised(folder, output(file, "y", 2), "reshapes")))
                .containsExactly("GlobalAveragePool", "Reshape", "Relu");
    }

    @Test
    void shouldRemoveNodesWhenTheyGiveWhatTheyGet() throws Exception {
        OnnxFile file = picture()
                .node("Identity", "a", List.of("x"))
                .node("Dropout", "b", List.of("a"))
                .node("Cast", "c", List.of("b"), attribute("to", DataType.FLOAT_VALUE))
                .longs("same", 0, 3, 4, 5)
                .node("Reshape", "d", List.of("c", "same"))
                .node("Transpose", "e", List.of("d"), ints("perm", 0, 1, 2, 3))
                .longs("zeros", 0, 0)
                .longs("ends", 4, Long.MAX_VALUE)
                .longs("axes", 2, 3)
                .node("Slice", "f", List.of("e", "zeros", "ends", "axes"))
                .longs("pads", 0, 0, 0, 0, 0, 0, 0, 0)
                .node("Pad", "g", List.of("f", "pads"))
                .node("Concat", "h", List.of("g"), attribute("axis", 1))
                .floats("none", new float[] {0}, 1)
                .node("Add", "i", List.of("none", "h"))
                .floats("once", new float[] {1, 1, 1}, 3, 1, 1)
                .node("Div", "j", List.of("i", "once"))
                .node("Relu", "k", List.of("j"))
                .node("Identity", "y", List.of("k"));
        assertThat(operators(optimised(folder, output(file, "y", 4), "identities")))
                .containsExactly("Relu");
    }

    @Test
    void shouldKeepNodesWhenTheyOnlyLookLikeDoingNothing() throws Exception {
        OnnxFile file = picture()
                .longs("back", -1)
                .longs("end", Long.MIN_VALUE)
                .longs("axis", 3)
                .longs("step", -1)
                .node("Slice", "a", List.of("x", "back", "end", "axis", "step"))
                .floats("row", new float[] {0, 0}, 2, 1, 1, 1, 1)
                .node("Add", "y", List.of("a", "row"));
        assertThat(operators(optimised(folder, output(file, "y", 5)))).containsExactly("Slice", "Add");
    }

    @Test
    void shouldCastOnceWhenTheTypeBetweenHoldsAllValues() throws Exception {
        OnnxFile file = OnnxFile.empty()
                .input("x", DataType.UINT8, 7)
                .node("Cast", "a", List.of("x"), attribute("to", DataType.INT32_VALUE))
                .node("Cast", "b", List.of("a"), attribute("to", DataType.FLOAT_VALUE))
                .node("Cast", "c", List.of("b"), attribute("to", DataType.INT64_VALUE))
                .node("Cast", "y", List.of("c"), attribute("to", DataType.FLOAT_VALUE));
        assertThat(operators(optimised(folder, output(file, "y", 1), "casts", "identities")))
                .containsExactly("Cast");
        OnnxFile cut = OnnxFile.empty()
                .input("x", DataType.FLOAT, 7)
                .node("Cast", "a", List.of("x"), attribute("to", DataType.INT32_VALUE))
                .node("Cast", "y", List.of("a"), attribute("to", DataType.FLOAT_VALUE));
        assertThat(operators(optimised(folder, output(cut, "y", 1)))).hasSize(2);
    }

    @ParameterizedTest
    @ValueSource(strings = {"plain", "residual", "pad", "mean", "split"})
    void shouldTransposeOnlyAtTheEndsWhenChannelsComeLastInBetween(String kind) throws Exception {
        OnnxFile file = picture()
                .node("Transpose", "t", List.of("x"), ints("perm", 0, 2, 3, 1))
                .floats("bias", random(3, 1), 3)
                .node("Add", "a", List.of("t", "bias"))
                .node("Clip", "b", List.of("a", "low"))
                .floats("low", new float[] {0.2f}, new int[0]);
        switch (kind) {
            case "residual" ->
                file.node("Transpose", "u", List.of("b"), ints("perm", 0, 3, 1, 2))
                        .node("Sigmoid", "v", List.of("u"))
                        .node("Transpose", "w", List.of("v"), ints("perm", 0, 2, 3, 1))
                        .node("Add", "c", List.of("w", "b"));
            case "pad" -> file.longs("pads", 0, 1, 2, 0, 0, 0, 1, 0).node("Pad", "c", List.of("b", "pads"));
            case "mean" -> file.node("ReduceMean", "c", List.of("b"), ints("axes", 1, 2), attribute("keepdims", 1));
            case "split" ->
                file.longs("parts", 1, 2)
                        .node("Split", List.of("c1", "c2"), List.of("b", "parts"), attribute("axis", -1))
                        .node("Concat", "c", List.of("c2", "c1"), attribute("axis", 3));
            default -> file.node("Relu", "c", List.of("b"));
        }
        file.node("Transpose", "y", List.of("c"), ints("perm", 0, 3, 1, 2));
        OnnxModel model = optimised(folder, output(file, "y", 4), "transposes", "fold-constants", "identities");
        assertThat(operators(model)).doesNotContain("Transpose");
    }

    @Test
    void shouldKeepTransposesWhenTakingThemAwayNeedsMore() throws Exception {
        OnnxFile file = picture()
                .node("Transpose", "t", List.of("x"), ints("perm", 0, 2, 3, 1))
                .longs("last", 3)
                .node("Softmax", "y", List.of("t"), attribute("axis", 3));
        assertThat(operators(optimised(folder, output(file, "y", 4)))).containsOnlyOnce("Transpose");
    }
}
