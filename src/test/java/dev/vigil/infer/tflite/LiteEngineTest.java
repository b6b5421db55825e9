package dev.vigil.infer.tflite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.vigil.frame.TensorInfo;
import dev.vigil.frame.TensorInfo.ElementType;
import dev.vigil.infer.Backend;
import dev.vigil.infer.Engine;
import dev.vigil.infer.InferException;
import dev.vigil.infer.InferOptions;
import dev.vigil.infer.InferOptions.Device;
import dev.vigil.infer.TensorRing;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LiteEngineTest {
    private static final int[] SHAPE = {1, 2, 2, 3};
    private static final int[] OPEN = {-1, 2, 2, 3};
    private static final long[] IMAGE = {2, 2, 3};

    @TempDir
    Path folder;

    private Engine open(Path model, int batchMax) throws InferException {
        return Engine.open(
                model, new InferOptions(Device.CPU, 2, 1, batchMax, Duration.ZERO, Duration.ofSeconds(10)), folder);
    }

    private static float[] values(FloatBuffer buffer) {
        float[] values = new float[buffer.limit()];
        buffer.get(0, values);
        return values;
    }

    @Test
    void shouldRunBatchesWhenTheFileLeavesThemOpen() throws Exception {
        Path model = LiteFile.relu(folder.resolve("m.tflite"), LiteFile.FLOAT32, 0, 0, SHAPE, OPEN);
        try (Engine engine = open(model, 3);
                TensorRing ring = new TensorRing(engine, 4, IMAGE);
                TensorRing.Runner one = ring.runner();
                TensorRing.Runner other = ring.runner()) {
            assertThat(engine.backend()).isEqualTo(Backend.TFLITE);
            assertThat(engine.inputs())
                    .containsExactly(new TensorInfo("picture", ElementType.FLOAT32, new long[] {-1, 2, 2, 3}));
            assertThat(engine.outputs())
                    .containsExactly(new TensorInfo("positive", ElementType.FLOAT32, new long[] {-1, 2, 2, 3}));
            assertThat(ring.batchMax()).isEqualTo(3);
            assertThat(ring.outputInfos().get(0).shape()).containsExactly(1, 2, 2, 3);
            for (int slot = 0; slot < 4; slot++) {
                for (int i = 0; i < 12; i++) {
                    ring.inputFloats(slot).put(i, slot + 5 - i);
                }
            }
            one.run(1, 3);
            other.run(0, 1);
            for (int slot = 0; slot < 4; slot++) {
                for (int i = 0; i < 12; i++) {
                    assertThat(ring.outputs(slot)[0].get(i)).isEqualTo(Math.max(0, slot + 5 - i));
                }
            }
            one.run(0, 1);
            assertThat(ring.outputs(0)[0].get(0)).isEqualTo(5);
        }
    }

    @ParameterizedTest
    @CsvSource({"3, 0.02, 128", "3, 0.5, 0", "9, 0.02, -3", "9, 0.25, 0"})
    void shouldSpeakInValuesWhenTensorsAreQuantised(int type, float scale, int zero) throws Exception {
        Path model = LiteFile.relu(folder.resolve("q.tflite"), type, scale, zero, SHAPE, SHAPE);
        try (Engine engine = open(model, 1);
                TensorRing ring = new TensorRing(engine, 2, IMAGE);
                TensorRing.Runner runner = ring.runner()) {
            assertThat(engine.inputs().get(0).type()).isEqualTo(ElementType.FLOAT32);
            int least = type == LiteFile.UINT8 ? 0 : -128;
            float[] expected = new float[12];
            for (int i = 0; i < 12; i++) {
                float value = (i - 4) * 0.37f;
                ring.inputFloats(1).put(i, value);
                int quantised = Math.max(least, Math.min(least + 255, Math.round(value / scale) + zero));
                expected[i] = Math.max(0, scale * (quantised - zero));
            }
            runner.run(1, 1);
            assertThat(values(ring.outputs(1)[0])).containsExactly(expected, within(1e-6f));
        }
    }

    @Test
    void shouldFailUntilResetWhenRunsAreEnded() throws Exception {
        Path model = LiteFile.relu(folder.resolve("f.tflite"), LiteFile.FLOAT32, 0, 0, SHAPE, SHAPE);
        try (Engine engine = open(model, 4);
                TensorRing ring = new TensorRing(engine, 2, IMAGE);
                TensorRing.Runner runner = ring.runner()) {
            assertThat(ring.batchMax()).as("made for single pictures").isEqualTo(1);
            runner.terminate();
            assertThatThrownBy(() -> runner.run(0, 1)).isInstanceOf(InferException.class);
            runner.reset();
            runner.run(0, 1);
            assertThat(values(ring.outputs(0)[0])).containsOnly(0);
        }
    }

    /** Whatever a file holds, one line says so, and the process lives. */
    @Test
    void shouldSayInOneLineWhenAFileIsBroken() throws Exception {
        Path model = LiteFile.relu(folder.resolve("b.tflite"), LiteFile.FLOAT32, 0, 0, SHAPE, OPEN);
        byte[] whole = Files.readAllBytes(model);
        Random random = new Random(3);
        int refused = 0;
        for (int round = 0; round < 200; round++) {
            byte[] bytes = round % 2 == 0 ? Arrays.copyOf(whole, random.nextInt(whole.length)) : whole.clone();
            for (int i = 0; round % 2 == 1 && i < 2; i++) {
                bytes[8 + random.nextInt(bytes.length - 8)] = (byte) random.nextInt();
            }
            Files.write(model, bytes);
            try (Engine engine = open(model, 1)) {
                assertThat(engine.name()).isEqualTo("b");
            } catch (InferException e) {
                assertThat(e.getMessage()).contains("the model ").doesNotContain("\n");
                refused++;
            }
        }
        assertThat(refused).isGreaterThan(100);
        Files.writeString(model, "<html>not found</html>");
        assertThatThrownBy(() -> open(model, 1)).hasMessageContaining("is no model of TensorFlow Lite");
    }
}
