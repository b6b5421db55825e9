package dev.vigil.infer.ort;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vigil.config.Surroundings;
import dev.vigil.graph.OnnxModel;
import dev.vigil.infer.Backend;
import dev.vigil.infer.BackendOptions;
import dev.vigil.infer.BackendOptions.Precision;
import dev.vigil.infer.Engine;
import dev.vigil.infer.InferOptions;
import dev.vigil.infer.InferOptions.Device;
import dev.vigil.infer.TensorRing;
import dev.vigil.mqtt.Await;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Runs on a box that has a GPU, with the libraries that {@link HostLibraries} names; elsewhere it is skipped and says so. */
@Timeout(900)
class GpuTest {
    private static final Path MODEL = Path.of("models/ssdlite-mobilenet-v2-coco.onnx");
    private static final long[] IMAGE = {3, 300, 300};
    private static final int PICTURES = 8;
    /** The user's own, where natives of 600 MB lie unpacked already. */
    private static final Path CACHE = Surroundings.ofProcess().cacheDir();

    @TempDir
    Path folder;

    private static InferOptions options(Device device, Precision precision, int batchMax) {
        return InferOptions.DEFAULT
                .withDevice(device)
                .withBatchMax(batchMax)
                .withBackend(new BackendOptions(Backend.AUTO, null, null, precision));
    }

    private static void fill(TensorRing ring, int slot, int picture) {
        Random random = new Random(picture);
        FloatBuffer values = ring.inputFloats(slot);
        for (int i = 0; i < values.capacity(); i++) {
            values.put(i, random.nextFloat() * 2 - 1);
        }
    }

    private static List<float[]> outputs(TensorRing ring, int slot) {
        List<float[]> all = new ArrayList<>();
        for (FloatBuffer output : ring.outputs(slot)) {
            float[] values = new float[output.remaining()];
            output.duplicate().get(values);
            all.add(values);
        }
        return all;
    }

    /** @return the outputs of each picture */
    private static List<List<float[]>> run(Engine engine) throws Exception {
        List<List<float[]>> all = new ArrayList<>();
        try (TensorRing ring = new TensorRing(engine, PICTURES, IMAGE);
                TensorRing.Runner runner = ring.runner()) {
            for (int i = 0; i < PICTURES; i++) {
                fill(ring, i, i);
            }
            for (int i = 0; i < PICTURES; i += ring.batchMax()) {
                runner.run(i, ring.batchMax());
            }
            for (int i = 0; i < PICTURES; i++) {
                all.add(outputs(ring, i));
            }
        }
        return all;
    }

    private static double furthest(List<List<float[]>> one, List<List<float[]>> other) {
        double furthest = 0;
        for (int picture = 0; picture < one.size(); picture++) {
            for (int output = 0; output < one.get(picture).size(); output++) {
                float[] a = one.get(picture).get(output);
                float[] b = other.get(picture).get(output);
                assertThat(b).hasSameSizeAs(a);
                for (int i = 0; i < a.length; i++) {
                    furthest = Math.max(furthest, Math.abs(a[i] - b[i]));
                }
            }
        }
        return furthest;
    }

    private static List<List<float[]>> onCpu() throws Exception {
        try (Engine engine = Engine.open(MODEL, options(Device.CPU, Precision.AUTO, 1), CACHE)) {
            return run(engine);
        }
    }

    /** A model that no engine was ever built for. */
    private Path fresh(String name) throws Exception {
        OnnxModel model = OnnxModel.read(MODEL);
        model.metadata().put("test", name + System.nanoTime());
        Path file = folder.resolve(name + ".onnx");
        model.write(file);
        return file;
    }

    private static void forget(TensorRtCache cache) throws Exception {
        if (Files.exists(cache.folder())) {
            try (Stream<Path> files = Files.walk(cache.folder())) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"FP32, 1, 1e-3", "AUTO, 1, 0.05", "FP32, 8, 1e-3"})
    void shouldGiveWhatTheCpuGivesWhenRunByCuda(Precision precision, int batchMax, double tolerance) throws Exception {
        Gpus.require(Device.CUDA);
        try (Engine engine = Engine.open(MODEL, options(Device.CUDA, precision, batchMax), CACHE)) {
            assertThat(engine.device()).isEqualTo("cuda");
            assertThat(engine.onCpu()).isFalse();
            assertThat(engine.workers()).isEqualTo(1);
            assertThat(furthest(onCpu(), run(engine))).isLessThan(tolerance);
        }
    }

    @Test
    void shouldKeepRunsApartWhenThreadsShareACudaSession() throws Exception {
        Gpus.require(Device.CUDA);
        List<List<float[]>> expected = onCpu();
        ConcurrentLinkedQueue<Object> wrong = new ConcurrentLinkedQueue<>();
        InferOptions options = options(Device.CUDA, Precision.FP32, 1).withWorkers(4);
        try (Engine engine = Engine.open(MODEL, options, CACHE);
                TensorRing ring = new TensorRing(engine, PICTURES, IMAGE)) {
            List<Thread> threads = new ArrayList<>();
            for (int worker = 0; worker < 4; worker++) {
                int slot = worker;
                TensorRing.Runner runner = ring.runner();
                threads.add(new Thread(() -> {
                    try (runner) {
                        for (int n = 0; n < 200; n++) {
                            int picture = (n + slot) % PICTURES;
                            fill(ring, slot, picture);
                            runner.run(slot, 1);
                            double off = furthest(List.of(expected.get(picture)), List.of(outputs(ring, slot)));
                            if (off > 1e-3) {
                                wrong.add(off);
                            }
                        }
                    } catch (Exception e) {
                        wrong.add(e);
                    }
                }));
            }
            threads.forEach(Thread::start);
            for (Thread thread : threads) {
                thread.join();
            }
        }
        assertThat(wrong).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"AUTO, 1, 0.05", "FP16, 4, 0.2"})
    void shouldGoOverToTensorRtAndFindItsEngineAgain(Precision precision, int batchMax, double tolerance)
            throws Exception {
        Gpus.require(Device.TENSORRT);
        List<List<float[]>> expected = onCpu();
        Path model = fresh("trt");
        InferOptions options = options(Device.TENSORRT, precision, batchMax);
        TensorRtCache cache = OrtEngine.cache(model, options, CACHE);
        try {
            try (Engine engine = Engine.open(model, options, CACHE);
                    TensorRing ring = new TensorRing(engine, PICTURES, IMAGE);
                    TensorRing.Runner runner = ring.runner()) {
                assertThat(engine.device()).isEqualTo("cuda");
                assertThat(engine.building()).isEqualTo("tensorrt");
                fill(ring, 0, 0);
                Await.until("TensorRT", Duration.ofMinutes(10), () -> engine.building() == null);
                runner.run(0, 1);
                assertThat(runner.device()).isEqualTo("tensorrt");
                assertThat(furthest(List.of(expected.get(0)), List.of(outputs(ring, 0))))
                        .isLessThan(tolerance);
            }
            assertThat(cache.folder().resolve("built")).exists();
            try (Engine engine = Engine.open(model, options, CACHE);
                    TensorRing ring = new TensorRing(engine, PICTURES, IMAGE);
                    TensorRing.Runner runner = ring.runner()) {
                long startNs = System.nanoTime();
                Await.until("TensorRT again", Duration.ofMinutes(1), () -> engine.building() == null);
                System.out.printf("found again after %.1f s%n", (System.nanoTime() - startNs) / 1e9);
                for (int i = 0; i < PICTURES; i++) {
                    fill(ring, i, i);
                }
                for (int i = 0; i < PICTURES; i += ring.batchMax()) {
                    runner.run(i, ring.batchMax());
                    assertThat(runner.device()).isEqualTo("tensorrt");
                }
                for (int i = 0; i < PICTURES; i++) {
                    assertThat(furthest(List.of(expected.get(i)), List.of(outputs(ring, i))))
                            .isLessThan(tolerance);
                }
            }
        } finally {
            forget(cache);
        }
    }
}
