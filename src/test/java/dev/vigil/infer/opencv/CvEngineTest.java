package dev.vigil.infer.opencv;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.vigil.BusyModel;
import dev.vigil.OnnxFile;
import dev.vigil.frame.TensorInfo;
import dev.vigil.frame.TensorInfo.ElementType;
import dev.vigil.infer.Backend;
import dev.vigil.infer.BackendOptions;
import dev.vigil.infer.Engine;
import dev.vigil.infer.InferException;
import dev.vigil.infer.InferOptions;
import dev.vigil.infer.InferOptions.Device;
import dev.vigil.infer.TensorRing;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import onnx.Onnx.TensorProto.DataType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CvEngineTest {
    private static final float[] RAW = {0.3f, -0.2f, 0.1f, -0.4f, 2, 1, -1};

    @TempDir
    Path folder;

    private Engine open(Path model, int batchMax) throws InferException {
        InferOptions options = new InferOptions(Device.CPU, 2, 1, batchMax, Duration.ZERO, Duration.ofSeconds(10));
        return Engine.open(model, options.withBackend(BackendOptions.DEFAULT.withBackend(Backend.OPENCV)), folder);
    }

    private static float[] values(FloatBuffer buffer) {
        float[] values = new float[buffer.limit()];
        buffer.get(0, values);
        return values;
    }

    @Test
    void shouldGiveWhatOnnxRuntimeGivesWhenAModelIsOnnx() throws Exception {
        Path model = OnnxFile.empty()
                .input("image", DataType.FLOAT, OnnxFile.OPEN, 3, 4, 4)
                .longs("shape", -1, 6, 8)
                .node("Sigmoid", "b", List.of("image"))
                .node("Reshape", "a", List.of("b", "shape"))
                .declareOutput("b", DataType.FLOAT, OnnxFile.OPEN, 3, 4, 4)
                .declareOutput("a", DataType.FLOAT, OnnxFile.OPEN, 6, 8)
                .metadata("names", "{0: 'x'}")
                .write(folder.resolve("m.onnx"));
        Random random = new Random(3);
        try (Engine ort = Engine.open(model, InferOptions.DEFAULT, folder);
                Engine cv = open(model, 3);
                TensorRing expected = new TensorRing(ort, 4, new long[] {3, 4, 4});
                TensorRing ring = new TensorRing(cv, 4, new long[] {3, 4, 4});
                TensorRing.Runner reference = expected.runner();
                TensorRing.Runner runner = ring.runner()) {
            assertThat(cv.backend()).isEqualTo(Backend.OPENCV);
            assertThat(cv.inputs()).isEqualTo(ort.inputs());
            assertThat(cv.outputs()).isEqualTo(ort.outputs());
            assertThat(cv.metadata()).containsEntry("names", "{0: 'x'}");
            assertThat(ring.outputInfos()).isEqualTo(expected.outputInfos());
            assertThat(ring.batchMax()).isEqualTo(3);
            for (int slot = 0; slot < 4; slot++) {
                for (int i = 0; i < 48; i++) {
                    float value = random.nextFloat() * 4 - 2;
                    ring.inputFloats(slot).put(i, value);
                    expected.inputFloats(slot).put(i, value);
                }
                reference.run(slot, 1);
            }
            runner.run(1, 3);
            runner.run(0, 1);
            for (int slot = 0; slot < 4; slot++) {
                for (int output = 0; output < 2; output++) {
                    assertThat(values(ring.outputs(slot)[output]))
                            .containsExactly(values(expected.outputs(slot)[output]), within(1e-6f));
                }
            }
        }
    }

    @Test
    void shouldTurnAFrozenGraphOfTensorFlowWhenItsPicturesAreNhwc() throws Exception {
        Path model = CvModels.frozenRelu(folder.resolve("relu.pb"), 4);
        assertRelu(model);
        CvModels.textRelu(folder.resolve("relu.pbtxt"), 4);
        assertRelu(model);
    }

    private void assertRelu(Path model) throws Exception {
        try (Engine engine = open(model, 1);
                TensorRing ring = new TensorRing(engine, 2, new long[] {3, 4, 4});
                TensorRing.Runner runner = ring.runner()) {
            assertThat(engine.inputs())
                    .containsExactly(new TensorInfo("picture", ElementType.FLOAT32, new long[] {-1, 3, 4, 4}));
            assertThat(engine.metadata()).containsEntry("format", "tensorflow");
            float[] expected = new float[48];
            for (int i = 0; i < 48; i++) {
                float value = i % 3 - 1;
                ring.inputFloats(1).put(i, value);
                expected[i] = Math.max(0, value);
            }
            runner.run(1, 1);
            assertThat(values(ring.outputs(1)[0])).containsExactly(expected, within(0f));
        }
    }

    @Test
    void shouldFindTheObjectsWhenCaffeGivesDetections() throws Exception {
        Path model = CvModels.caffeWeights(folder.resolve("tiny.caffemodel"));
        CvModels.detectionOutput(folder.resolve("deploy.prototxt"));
        try (Engine engine = open(model, 4);
                TensorRing ring = new TensorRing(engine, 8, new long[] {3, 2, 2});
                TensorRing.Runner runner = ring.runner()) {
            assertThat(engine.inputs())
                    .containsExactly(new TensorInfo("data", ElementType.FLOAT32, new long[] {-1, 3, 2, 2}));
            assertThat(engine.metadata()).containsEntry("num_classes", "8").containsEntry("format", "caffe");
            assertThat(ring.batchMax()).as("rows of all pictures are one list").isEqualTo(1);
            // The prior box is 0.25..0.75 of the side; scores are class 0 (background) to 7.
            FloatBuffer picture = ring.inputFloats(3);
            picture.put(0, new float[] {0, 0, 0, 0, 0.1f, 0, 0, 0.9f, 0, 0.6f, 0, 0});
            runner.run(3, 1);
            float[] rows = values(ring.outputs(3)[0]);
            assertThat(rows).as("room for what the graph keeps at most").hasSize(700);
            assertThat(Arrays.copyOf(rows, 7))
                    .containsExactly(new float[] {0, 3, 0.9f, 0.25f, 0.25f, 0.75f, 0.75f}, within(1e-5f));
            assertThat(Arrays.copyOfRange(rows, 7, 14))
                    .containsExactly(new float[] {0, 5, 0.6f, 0.25f, 0.25f, 0.75f, 0.75f}, within(1e-5f));
            assertThat(Arrays.copyOfRange(rows, 14, 700)).containsOnly(0);
            assertThat(ring.outputInfos().get(0).shape()).containsExactly(1, 1, 100, 7);
        }
    }

    @Test
    void shouldGiveBoxesInPartsOfThePictureWhenAModelIsOfDarknet() throws Exception {
        Path model = CvModels.darknetWeights(folder.resolve("tiny.weights"), RAW);
        CvModels.darknetGraph(folder.resolve("tiny.cfg"), RAW);
        try (Engine engine = open(model, 4);
                TensorRing ring = new TensorRing(engine, 8, new long[] {3, 32, 32});
                TensorRing.Runner runner = ring.runner()) {
            assertThat(engine.inputs())
                    .containsExactly(new TensorInfo("data", ElementType.FLOAT32, new long[] {-1, 3, 32, 32}));
            assertThat(ring.outputInfos().get(0).shape()).containsExactly(1, 1, 7);
            runner.run(2, 1);
            float objectness = sigmoid(2);
            assertThat(values(ring.outputs(2)[0]))
                    .containsExactly(
                            new float[] {
                                sigmoid(0.3f),
                                sigmoid(-0.2f),
                                (float) Math.exp(0.1) * 8 / 32,
                                (float) Math.exp(-0.4) * 16 / 32,
                                objectness,
                                objectness * sigmoid(1),
                                objectness * sigmoid(-1)
                            },
                            within(1e-5f));
        }
    }

    private static float sigmoid(float x) {
        return (float) (1 / (1 + Math.exp(-x)));
    }

    @Test
    void shouldGiveEachSlotItsOwnWhenRunnersWorkAtTheSameTime() throws Exception {
        Path model = CvModels.frozenRelu(folder.resolve("relu.pb"), 8);
        ExecutorService pool = Executors.newFixedThreadPool(4);
        try (Engine engine = open(model, 1);
                TensorRing ring = new TensorRing(engine, 8, new long[] {3, 8, 8})) {
            List<Future<?>> workers = new ArrayList<>();
            for (int worker = 0; worker < 4; worker++) {
                int slot = 2 * worker;
                workers.add(pool.submit(() -> {
                    try (TensorRing.Runner runner = ring.runner()) {
                        for (int n = 1; n <= 200; n++) {
                            ring.inputFloats(slot).put(0, 1_000 * slot + n);
                            runner.run(slot, 1);
                            assertThat(ring.outputs(slot)[0].get(0)).isEqualTo(1_000 * slot + n);
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
    void shouldFailUntilResetWhenRunsAreEnded() throws Exception {
        try (Engine engine = open(CvModels.frozenRelu(folder.resolve("relu.pb"), 4), 1);
                TensorRing ring = new TensorRing(engine, 2, new long[] {3, 4, 4});
                TensorRing.Runner runner = ring.runner()) {
            runner.terminate();
            assertThatThrownBy(() -> runner.run(0, 1)).isInstanceOf(InferException.class);
            runner.reset();
            runner.run(0, 1);
        }
    }

    @Test
    void shouldSayWhatIsMissingWhenWeightsComeAlone() throws Exception {
        Path weights = CvModels.darknetWeights(folder.resolve("tiny.weights"), RAW);
        assertThatThrownBy(() -> open(weights, 1))
                .hasMessage("the model " + weights
                        + " holds weights only: put its graph beside it as tiny.cfg, or say graph: FILE.cfg");
        Path graph = CvModels.darknetGraph(folder.resolve("tiny.cfg"), RAW);
        assertThatThrownBy(() -> open(graph, 1)).hasMessageContaining("name the file of the weights");
        assertThatThrownBy(() -> Engine.open(
                        weights,
                        InferOptions.DEFAULT.withBackend(BackendOptions.DEFAULT.withBackend(Backend.ONNXRUNTIME)),
                        folder))
                .hasMessageContaining("Darknet, which backend onnxruntime does not read; allowed: opencv");
    }

    /** Whatever a file holds, one line says so, and the process lives. */
    @Test
    void shouldSayInOneLineWhenAFileIsBroken() throws Exception {
        Path caffe = CvModels.caffeWeights(folder.resolve("tiny.caffemodel"));
        Path prototxt = CvModels.detectionOutput(folder.resolve("tiny.prototxt"));
        Path weights = CvModels.darknetWeights(folder.resolve("d.weights"), RAW);
        Path cfg = CvModels.darknetGraph(folder.resolve("d.cfg"), RAW);
        Path frozen = CvModels.frozenRelu(folder.resolve("f.pb"), 4);
        Path onnx = BusyModel.write(folder.resolve("o.onnx"));
        Random random = new Random(11);
        int refused = 0;
        int opened = 0;
        for (Path[] pair : new Path[][] {{caffe, prototxt}, {weights, cfg}, {frozen, frozen}, {onnx, onnx}}) {
            for (Path broken : pair) {
                byte[] whole = Files.readAllBytes(broken);
                for (int round = 0; round < 40; round++) {
                    byte[] bytes = round % 2 == 0 ? Arrays.copyOf(whole, random.nextInt(whole.length)) : whole.clone();
                    for (int i = 0; round % 2 == 1 && i < 3; i++) {
                        bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
                    }
                    Files.write(broken, bytes);
                    try {
                        open(pair[0], 1).close();
                        opened++;
                    } catch (InferException e) {
                        assertThat(e.getMessage()).doesNotContain("\n").hasSizeLessThan(500);
                        refused++;
                    }
                }
                Files.write(broken, whole);
            }
        }
        assertThat(refused).isGreaterThan(100);
        assertThat(opened).as("some damage is not seen on opening").isPositive();
    }

    @Test
    void shouldNotTakeForAModelWhatIsNone() throws IOException {
        for (String name : List.of("x.weights", "x.pb", "x.caffemodel")) {
            Path file = Files.writeString(folder.resolve(name), "<html>404 not found</html>, and more of it");
            assertThatThrownBy(() -> open(file, 1))
                    .isInstanceOf(InferException.class)
                    .hasMessageContaining(name)
                    .satisfies(e -> assertThat(e.getMessage()).doesNotContain("\n"));
        }
    }
}
