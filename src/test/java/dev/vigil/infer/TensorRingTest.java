package dev.vigil.infer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vigil.BusyModel;
import dev.vigil.OnnxFile;
import dev.vigil.infer.InferOptions.Device;
import dev.vigil.mqtt.Await;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import onnx.Onnx.TensorProto.DataType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TensorRingTest {
    private static final long[] BUSY_IMAGE = {3, BusyModel.SIDE_PX, BusyModel.SIDE_PX};
    private static final int SLOTS = 8;

    @TempDir
    static Path folder;

    private static InferOptions batches(int batchMax) {
        return new InferOptions(Device.CPU, 2, 1, batchMax, Duration.ZERO, Duration.ofSeconds(10));
    }

    private static Engine engine(Path model, int batchMax) throws InferException {
        return Engine.open(model, batches(batchMax), folder);
    }

    private static float[] values(FloatBuffer buffer) {
        float[] values = new float[buffer.capacity()];
        buffer.get(0, values);
        return values;
    }

    private static void fill(TensorRing ring, int slot, float first, float peak) {
        FloatBuffer input = ring.inputFloats(slot);
        for (int i = 0; i < input.capacity(); i++) {
            input.put(i, 0);
        }
        input.put(0, first).put(BusyModel.INPUT_VALUES - 1, peak);
    }

    @Test
    void shouldGiveTheSameInBatchesOfNeighboursAsOneByOne() throws Exception {
        Random random = new Random(7);
        try (Engine engine = engine(Path.of("models/ssdlite-mobilenet-v2-coco.onnx"), 4);
                TensorRing ring = new TensorRing(engine, SLOTS, new long[] {3, 300, 300});
                TensorRing.Runner runner = ring.runner()) {
            assertThat(ring.batchMax()).isEqualTo(4);
            assertThat(ring.slots()).isEqualTo(SLOTS);
            List<List<float[]>> single = new ArrayList<>();
            for (int slot = 0; slot < SLOTS; slot++) {
                FloatBuffer input = ring.inputFloats(slot);
                for (int i = 0; i < input.capacity(); i++) {
                    input.put(i, random.nextFloat() * 2 - 1);
                }
            }
            for (int slot = 0; slot < SLOTS; slot++) {
                runner.run(slot, 1);
                List<float[]> outputs = new ArrayList<>();
                for (FloatBuffer output : ring.outputs(slot)) {
                    outputs.add(values(output));
                    clear(output);
                }
                single.add(outputs);
            }
            runner.run(0, 3);
            runner.run(3, 4);
            runner.run(7, 1);
            for (int slot = 0; slot < SLOTS; slot++) {
                for (int i = 0; i < single.get(slot).size(); i++) {
                    assertThat(largestDifference(
                                    values(ring.outputs(slot)[i]),
                                    single.get(slot).get(i)))
                            .as("slot %d, output %d", slot, i)
                            .isLessThan(1e-4f);
                }
            }
        }
    }

    /** NaN when a value is missing. */
    private static float largestDifference(float[] a, float[] b) {
        assertThat(a).hasSameSizeAs(b);
        float largest = 0;
        for (int i = 0; i < a.length; i++) {
            largest = Math.max(largest, Math.abs(a[i] - b[i]));
        }
        return largest;
    }

    private static void clear(FloatBuffer buffer) {
        for (int i = 0; i < buffer.capacity(); i++) {
            buffer.put(i, Float.NaN);
        }
    }

    @Test
    void shouldTouchNoOtherSlotWhenOneRuns() throws Exception {
        try (Engine engine = engine(BusyModel.write(folder.resolve("slices.onnx")), 4);
                TensorRing ring = new TensorRing(engine, SLOTS, BUSY_IMAGE);
                TensorRing.Runner runner = ring.runner()) {
            for (int slot = 0; slot < SLOTS; slot++) {
                fill(ring, slot, 100 + slot, 1);
                clear(ring.outputs(slot)[0]);
            }
            runner.run(2, 3);
            for (int slot = 0; slot < SLOTS; slot++) {
                float[] output = values(ring.outputs(slot)[0]);
                if (slot >= 2 && slot < 5) {
                    assertThat(output[0]).isEqualTo(100 + slot);
                    assertThat(output[BusyModel.OUTPUT_VALUES - 1]).isZero();
                } else {
                    assertThat(output).as("slot %d", slot).containsOnly(Float.NaN);
                }
                assertThat(ring.inputFloats(slot).get(0)).isEqualTo(100 + slot);
            }
        }
    }

    @Test
    void shouldGiveEachSlotItsOwnWhenRunnersWorkAtTheSameTime() throws Exception {
        try (Engine engine = engine(BusyModel.write(folder.resolve("parallel.onnx")), 1);
                TensorRing ring = new TensorRing(engine, SLOTS, BUSY_IMAGE)) {
            ConcurrentLinkedQueue<Throwable> wrong = new ConcurrentLinkedQueue<>();
            List<Thread> threads = new ArrayList<>();
            for (int worker = 0; worker < 4; worker++) {
                int slot = 2 * worker;
                threads.add(new Thread(() -> {
                    try (TensorRing.Runner runner = ring.runner()) {
                        for (int n = 0; n < 200; n++) {
                            float mark = 1_000 * slot + n;
                            fill(ring, slot, -mark, n % 4);
                            runner.run(slot, 1);
                            assertThat(ring.outputs(slot)[0].get(0)).isEqualTo(-mark);
                        }
                    } catch (InferException | AssertionError e) {
                        wrong.add(e);
                    }
                }));
            }
            threads.forEach(Thread::start);
            for (Thread thread : threads) {
                thread.join();
            }
            assertThat(wrong).isEmpty();
        }
    }

    private static Thread runForever(TensorRing ring, TensorRing.Runner runner, AtomicReference<InferException> failure)
            throws InterruptedException {
        fill(ring, 0, 1, BusyModel.FOREVER);
        CountDownLatch begun = new CountDownLatch(1);
        Thread thread = new Thread(() -> {
            try {
                begun.countDown();
                runner.run(0, 1);
            } catch (InferException e) {
                failure.set(e);
            }
        });
        thread.start();
        begun.await();
        Await.until(
                "a run in native code",
                () -> thread.getStackTrace().length > 0 && thread.getStackTrace()[0].isNativeMethod());
        return thread;
    }

    @Test
    void shouldFailInOneLineWhenRunIsEndedAndRunAgainAfterReset() throws Exception {
        try (Engine engine = engine(BusyModel.write(folder.resolve("terminate.onnx")), 1);
                TensorRing ring = new TensorRing(engine, SLOTS, BUSY_IMAGE);
                TensorRing.Runner runner = ring.runner()) {
            AtomicReference<InferException> failure = new AtomicReference<>();
            Thread thread = runForever(ring, runner, failure);
            runner.terminate();
            thread.join(Await.DEADLINE.toMillis());
            assertThat(thread.isAlive()).isFalse();
            assertThat(failure.get()).hasMessageContaining("the model terminate failed: ");
            assertThat(failure.get().getMessage()).doesNotContain("\n");

            fill(ring, 1, 5, 1);
            assertThatThrownBy(() -> runner.run(1, 1)).isInstanceOf(InferException.class);
            runner.reset();
            runner.run(1, 1);
            assertThat(ring.outputs(1)[0].get(0)).isEqualTo(5);
        }
    }

    @Test
    void shouldFreeNothingUnderRunWhenClosedMeanwhile() throws Exception {
        Engine engine = engine(BusyModel.write(folder.resolve("stuck.onnx")), 1);
        TensorRing ring = new TensorRing(engine, SLOTS, BUSY_IMAGE);
        TensorRing.Runner runner = ring.runner();
        AtomicReference<InferException> failure = new AtomicReference<>();
        Thread thread = runForever(ring, runner, failure);

        ring.close();
        engine.close();
        assertThat(thread.isAlive()).isTrue();
        assertThatThrownBy(() -> ring.runner().run(1, 1)).isInstanceOf(InferException.class);

        runner.terminate();
        thread.join(Await.DEADLINE.toMillis());
        assertThat(thread.isAlive()).isFalse();
        assertThat(failure.get()).isNotNull();
        runner.close();
        runner.terminate(); // whoever comes late does no harm
        runner.close();
    }

    @Test
    void shouldReadBytesWhenModelWantsThem() throws Exception {
        try (Engine engine = engine(BusyModel.writeWithBytes(folder.resolve("bytes.onnx")), 2);
                TensorRing ring = new TensorRing(engine, SLOTS, BUSY_IMAGE);
                TensorRing.Runner runner = ring.runner()) {
            assertThat(ring.inputBytes(0).capacity()).isEqualTo(BusyModel.INPUT_VALUES);
            for (int i = 0; i < BusyModel.OUTPUT_VALUES; i++) {
                ring.inputBytes(4).put(i, (byte) (i + 100));
                ring.inputBytes(5).put(i, (byte) (200 - i));
            }
            runner.run(4, 2);
            for (int i = 0; i < BusyModel.OUTPUT_VALUES; i++) {
                assertThat(ring.outputs(4)[0].get(i)).isEqualTo(i + 100);
                assertThat(ring.outputs(5)[0].get(i)).isEqualTo(200 - i);
            }
        }
    }

    @Test
    void shouldRunSinglePicturesWhenModelIsMadeForThem() throws Exception {
        try (Engine engine = engine(BusyModel.writeWithBatch(folder.resolve("one.onnx"), 1), 4);
                TensorRing ring = new TensorRing(engine, SLOTS, BUSY_IMAGE);
                TensorRing.Runner runner = ring.runner()) {
            assertThat(ring.batchMax()).isEqualTo(1);
            fill(ring, 3, 9, 1);
            runner.run(3, 1);
            assertThat(ring.outputs(3)[0].get(0)).isEqualTo(9);
        }
    }

    @ParameterizedTest
    @CsvSource({"1, 8", "3, 8", "4, 8", "6, 8", "1, 2", "4, 2"})
    void shouldRunFewerPicturesWhenModelIsMadeForJustSoMany(int batchMax, int slots) throws Exception {
        try (Engine engine = engine(BusyModel.writeWithBatch(folder.resolve("four.onnx"), 4), batchMax);
                TensorRing ring = new TensorRing(engine, slots, BUSY_IMAGE);
                TensorRing.Runner one = ring.runner();
                TensorRing.Runner other = ring.runner()) {
            assertThat(ring.batchMax()).isEqualTo(Math.min(Math.min(batchMax, 4), slots));
            assertThat(ring.outputInfos().get(0).shape()).containsExactly(1, 21, 6);
            for (int frames = 1; frames <= ring.batchMax(); frames++) {
                for (int slot = 0; slot < slots; slot++) {
                    fill(ring, slot, 100 * frames + slot, 1);
                    clear(ring.outputs(slot)[0]);
                }
                int first = slots - frames;
                (frames % 2 == 0 ? one : other).run(first, frames);
                for (int slot = 0; slot < slots; slot++) {
                    float[] output = values(ring.outputs(slot)[0]);
                    if (slot >= first) {
                        assertThat(output[0]).isEqualTo(100 * frames + slot);
                        assertThat(output[BusyModel.OUTPUT_VALUES - 1]).isZero();
                    } else {
                        assertThat(output).as("slot %d", slot).containsOnly(Float.NaN);
                    }
                }
            }
        }
    }

    @Test
    void shouldRefuseModelWhenItIsMadeForManyAndDoesNotTellTheirResultsApart() throws Exception {
        Path model = OnnxFile.empty()
                .input("images", DataType.FLOAT, 4, 3, 2, 2)
                .node("ReduceMax", "peak", List.of("images"), OnnxFile.attribute("keepdims", 1))
                .declareOutput("peak", DataType.FLOAT, 1, 1, 1, 1)
                .write(folder.resolve("one-for-four.onnx"));
        try (Engine engine = engine(model, 4)) {
            assertThatThrownBy(() -> new TensorRing(engine, SLOTS, new long[] {3, 2, 2}))
                    .isInstanceOf(InferException.class)
                    .hasMessageContaining("batches of just 4 pictures, and does not give one result for each");
        }
    }

    @Test
    void shouldSayInOneLineWhenInputDoesNotFit() throws Exception {
        try (Engine engine = engine(BusyModel.write(folder.resolve("shape.onnx")), 1)) {
            assertThatThrownBy(() -> new TensorRing(engine, SLOTS, new long[] {3, 64, 64}))
                    .isInstanceOf(InferException.class)
                    .satisfies(e -> assertThat(e.getMessage()).doesNotContain("\n"));
        }
    }
}
