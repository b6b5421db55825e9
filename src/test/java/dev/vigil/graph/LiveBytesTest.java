package dev.vigil.graph;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vigil.OnnxFile;
import dev.vigil.graph.shape.LiveBytes;
import java.nio.file.Path;
import java.util.List;
import onnx.Onnx.TensorProto.DataType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Models of a few hundred bytes that would take all memory there is. */
class LiveBytesTest {
    @TempDir
    private Path folder;

    private static OnnxFile picture() {
        return OnnxFile.empty().input("image", DataType.FLOAT, OnnxFile.OPEN, 3, 64, 64);
    }

    private Path written(OnnxFile file) throws Exception {
        return file.declareOutput("most", DataType.FLOAT, 1, 1, 1, 1).write(folder.resolve("m.onnx"));
    }

    @Test
    void shouldRefuseAModelThatExpandsItsInputBeyondWhatABoxHas() throws Exception {
        Path file = written(picture()
                .longs("shape", 100_000, 3, 64, 64)
                .node("Expand", "big", List.of("image", "shape"))
                .node("ReduceMax", "most", List.of("big")));
        assertThat(GraphCheck.problem(file))
                .isEqualTo(
                        "would take at least 4.6 GiB while it runs on one frame, for big of float32 (100000, 3, 64, 64)"
                                + " and what is beside it: at most 4 GiB are allowed");
    }

    @Test
    void shouldRefuseTilesOfTilesThatAreMoreThanCanBeCounted() throws Exception {
        OnnxFile model = picture().longs("tiles", 1, 1, 1_000_000, 1_000_000);
        model.node("Tile", "once", List.of("image", "tiles"));
        model.node("Tile", "twice", List.of("once", "tiles"));
        model.node("ReduceMax", "most", List.of("twice"));
        assertThat(GraphCheck.problem(written(model))).contains("while it runs on one frame", "4 GiB");
    }

    @Test
    void shouldRefuseAConstantThatIsOnlyAShapeInTheFile() throws Exception {
        Path file = written(picture()
                .longs("shape", 50_000, 50_000)
                .node("ConstantOfShape", "big", List.of("shape"))
                .node("ReduceMax", "least", List.of("big"))
                .node("Add", "most", List.of("image", "least")));
        assertThat(GraphCheck.problem(file)).contains("9.3 GiB", "for big of float32 (50000, 50000)");
    }

    @Test
    void shouldRefuseManyValuesThatAreThereAtOnceWhenEachAloneIsAllowed() throws Exception {
        OnnxFile model = picture().longs("shape", 20_000, 3, 64, 64);
        for (int i = 0; i < 6; i++) {
            model.node("Expand", "big" + i, List.of("image", "shape"));
        }
        model.node("Sum", "all", List.of("big0", "big1", "big2", "big3", "big4", "big5"));
        model.node("ReduceMax", "most", List.of("all"));
        assertThat(GraphCheck.problem(written(model))).contains("6.4 GiB");
    }

    @Test
    void shouldCountOnlyWhatIsThereAtOnceWhenValuesFollowEachOther() throws Exception {
        OnnxFile model = picture().longs("shape", 100, 3, 64, 64).node("Expand", "r0", List.of("image", "shape"));
        for (int i = 0; i < 50; i++) {
            model.node("Relu", "r" + (i + 1), List.of("r" + i));
        }
        model.node("ReduceMax", "most", List.of("r50"));
        long one = 100L * 3 * 64 * 64 * Float.BYTES;
        assertThat(LiveBytes.peak(OnnxModel.read(written(model))).bytes()).isEqualTo(2 * one);
    }

    @Test
    void shouldTakeTheDefaultModelForWhatItIs() throws Exception {
        Path file = Path.of("models/ssdlite-mobilenet-v2-coco.onnx");
        assertThat(GraphCheck.problem(file)).isNull();
        assertThat(LiveBytes.peak(OnnxModel.read(file)).bytes()).isBetween(1L << 20, 64L << 20);
    }
}
