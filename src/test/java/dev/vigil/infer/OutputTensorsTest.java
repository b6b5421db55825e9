package dev.vigil.infer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vigil.OnnxFile;
import dev.vigil.base.Halves;
import dev.vigil.frame.ConstantInput;
import dev.vigil.frame.TensorInfo;
import dev.vigil.infer.InferOptions.Device;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import onnx.Onnx.TensorProto.DataType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Outputs of other types and of sizes that only a run shows, and inputs besides the picture. */
class OutputTensorsTest {
    private static final long[] IMAGE = {3, 2, 2};

    @TempDir
    static Path folder;

    private static Engine engine(OnnxFile file, int workers, int batchMax) throws Exception {
        Path model = file.write(folder.resolve("m" + System.nanoTime() + ".onnx"));
        InferOptions options =
                new InferOptions(Device.CPU, workers, 1, batchMax, Duration.ZERO, Duration.ofSeconds(10));
        return Engine.open(model, options, folder);
    }

    private static float[] values(FloatBuffer buffer) {
        float[] values = new float[buffer.limit()];
        buffer.get(0, values);
        return values;
    }

    @ParameterizedTest
    @EnumSource(
            value = DataType.class,
            names = {"FLOAT", "FLOAT16", "DOUBLE", "INT64", "INT32", "UINT8", "INT8", "BOOL"})
    void shouldGiveFloatsWhateverTypeAnOutputHas(DataType type) throws Exception {
        OnnxFile file = OnnxFile.ofPicture(2).constantOutput("out", type, new float[] {0, 1, 1, 0, 1, 0}, 1, 3, 2);
        try (Engine engine = engine(file, 1, 1);
                TensorRing ring = new TensorRing(engine, 2, IMAGE);
                TensorRing.Runner runner = ring.runner()) {
            runner.run(1, 1);
            assertThat(values(ring.outputs(1)[0])).containsExactly(0, 1, 1, 0, 1, 0);
            assertThat(ring.outputInfos().get(0).shape()).containsExactly(1, 3, 2);
        }
    }

    @Test
    void shouldTakeAPictureOfHalvesWhenTheModelWantsThem() throws Exception {
        OnnxFile file = OnnxFile.empty()
                .input("image", DataType.FLOAT16, OnnxFile.OPEN, 3, 2, 2)
                .node("Identity", "out", List.of("image"))
                .declareOutput("out", DataType.FLOAT16, OnnxFile.OPEN, 3, 2, 2);
        try (Engine engine = engine(file, 1, 2);
                TensorRing ring = new TensorRing(engine, 4, IMAGE);
                TensorRing.Runner runner = ring.runner()) {
            for (int i = 0; i < 12; i++) {
                ring.inputBytes(2).putShort(2 * i, Halves.of(i / 4f));
                ring.inputBytes(3).putShort(2 * i, Halves.of(-i));
            }
            runner.run(2, 2);
            for (int i = 0; i < 12; i++) {
                assertThat(ring.outputs(2)[0].get(i)).isEqualTo(i / 4f);
                assertThat(ring.outputs(3)[0].get(i)).isEqualTo(-i);
            }
        }
    }

    /** Gives the index of each value above 0: none, or as many rows as there are such. */
    private static OnnxFile nonZero(String shift) {
        return OnnxFile.empty()
                .input("image", DataType.FLOAT, 1, 3, 2, 2)
                .floats("shift", new float[] {Float.parseFloat(shift)}, 1)
                .floats("zero", new float[] {0}, 1)
                .longs("flat", -1)
                .node("Add", "moved", List.of("image", "shift"))
                .node("Reshape", "row", List.of("moved", "flat"))
                .node("Greater", "above", List.of("row", "zero"))
                .node("NonZero", "found", List.of("above"))
                .node("Transpose", "rows", List.of("found"))
                .declareOutput("rows", DataType.INT64, OnnxFile.OPEN, 1)
                .node("Identity", "same", List.of("image"))
                .declareOutput("same", DataType.FLOAT, 1, 3, 2, 2);
    }

    @Test
    void shouldFollowTheNumberOfRowsWhenItDiffersWithEachPicture() throws Exception {
        try (Engine engine = engine(nonZero("0"), 1, 4);
                TensorRing ring = new TensorRing(engine, 4, IMAGE);
                TensorRing.Runner runner = ring.runner()) {
            assertThat(ring.batchMax()).isEqualTo(1);
            for (int count : new int[] {0, 3, 12, 1, 0, 7}) {
                for (int i = 0; i < 12; i++) {
                    ring.inputFloats(2).put(i, i >= 12 - count ? 1 : 0);
                }
                runner.run(2, 1);
                float[] rows = values(ring.outputs(2)[0]);
                assertThat(rows).hasSize(count);
                for (int i = 0; i < count; i++) {
                    assertThat(rows[i]).isEqualTo(12 - count + i);
                }
                assertThat(ring.outputs(2)[1].get(11)).isEqualTo(count > 0 ? 1 : 0);
            }
        }
    }

    /** On zeros all twelve are above: that looks as if it were always so. */
    @Test
    void shouldBindAnewWhenAnOutputIsOfAnotherSizeThanOnZeros() throws Exception {
        OnnxFile file = OnnxFile.empty()
                .input("image", DataType.FLOAT, 1, 3, 2, 2)
                .floats("one", new float[] {1}, 1)
                .longs("flat", -1)
                .longs("columns", 1, -1, 1)
                .node("Reshape", "row", List.of("image", "flat"))
                .node("Less", "below", List.of("row", "one"))
                .node("NonZero", "found", List.of("below"))
                .node("Reshape", "rows", List.of("found", "columns"))
                .node("Cast", "out", List.of("rows"), OnnxFile.attribute("to", DataType.FLOAT_VALUE))
                .declareOutput("out", DataType.FLOAT, 1, OnnxFile.OPEN, 1);
        ExecutorService pool = Executors.newFixedThreadPool(4);
        try (Engine engine = engine(file, 4, 1);
                TensorRing ring = new TensorRing(engine, 8, IMAGE)) {
            assertThat(ring.outputInfos().get(0).shape()).containsExactly(1, 12, 1);
            List<Future<?>> workers = new java.util.ArrayList<>();
            for (int worker = 0; worker < 4; worker++) {
                int slot = worker;
                workers.add(pool.submit(() -> {
                    try (TensorRing.Runner runner = ring.runner()) {
                        for (int round = 0; round < 500; round++) {
                            int count = round % 2 == 0 ? 12 : (slot + round) % 13;
                            for (int i = 0; i < 12; i++) {
                                ring.inputFloats(slot).put(i, i < count ? 0 : 1);
                            }
                            runner.run(slot, 1);
                            assertThat(ring.outputs(slot)[0].limit())
                                    .as("slot %d, round %d", slot, round)
                                    .isEqualTo(count);
                        }
                    }
                    return null;
                }));
            }
            for (Future<?> worker : workers) {
                worker.get();
            }
        } finally {
            pool.shutdownNow();
        }
    }

    @Test
    void shouldGiveOtherInputsWhatTheyAlwaysGet() throws Exception {
        OnnxFile file = OnnxFile.empty()
                .input("image", DataType.FLOAT, OnnxFile.OPEN, 3, 2, 2)
                .input("orig_target_sizes", DataType.INT64, OnnxFile.OPEN, 2)
                .node("Identity", "sizes", List.of("orig_target_sizes"))
                .declareOutput("sizes", DataType.INT64, OnnxFile.OPEN, 2);
        try (Engine engine = engine(file, 1, 2)) {
            TensorInfo image = engine.inputs().get(0);
            assertThatThrownBy(() -> new TensorRing(engine, 4, IMAGE))
                    .isInstanceOf(InferException.class)
                    .hasMessageContaining("wants orig_target_sizes int64 (?, 2) besides a picture");
            ConstantInput sizes = new ConstantInput("orig_target_sizes", new long[] {2}, new float[] {640, 480});
            try (TensorRing ring = new TensorRing(engine, 4, image, IMAGE, List.of(sizes));
                    TensorRing.Runner runner = ring.runner()) {
                runner.run(0, 2);
                assertThat(values(ring.outputs(0)[0])).containsExactly(640, 480);
                assertThat(values(ring.outputs(1)[0])).containsExactly(640, 480);
            }
        }
    }
}
