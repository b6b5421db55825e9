package dev.vigil.workshop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vigil.OnnxFile;
import dev.vigil.config.Surroundings;
import dev.vigil.detect.ModelDescription;
import dev.vigil.detect.ModelException;
import dev.vigil.graph.GraphException;
import dev.vigil.infer.Engine;
import dev.vigil.infer.InferException;
import dev.vigil.infer.InferOptions;
import dev.vigil.pipeline.LoadedModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Damage by the hundred, on graphs that have all there is: a model is looked into, cut and loaded, or refused with one line. */
@Timeout(300)
class DamagedModelTest {
    private static final Path CACHE = Surroundings.ofProcess().cacheDir();
    private static final InferOptions CPU = InferOptions.DEFAULT.withDevice(InferOptions.Device.CPU);
    private static final int TRIES = 250;

    @TempDir
    private Path folder;

    private int refused;
    private int taken;

    private interface Work {
        void on(Path model) throws GraphException, ModelException, InferException, IOException;
    }

    private void attempt(Path model, Work work) throws IOException {
        try {
            work.on(model);
            taken++;
        } catch (GraphException | ModelException | InferException e) {
            refused++;
            assertThat(e.getMessage().lines()).as(e.getMessage()).hasSize(1);
            assertThat(e.getMessage()).hasSizeLessThan(1_500);
            assertThat(e.getMessage().chars()).as(e.getMessage()).noneMatch(Character::isISOControl);
        }
    }

    private void attemptAll(byte[] content) throws IOException {
        Path model = Files.write(folder.resolve("damaged.onnx"), content);
        attempt(model, file -> Inspection.of(file, ModelDescription.EMPTY, null));
        attempt(model, file -> new NmsOnCpu(CACHE)
                .split(file, folder.resolve("cut.onnx"), new NmsOnCpu.Options(BoxForm.XYXY, true, null)));
        attempt(model, file -> LoadedModel.load(file, ModelDescription.EMPTY, CPU, CACHE)
                .close());
    }

    @Test
    void shouldGoOnWhenAModelIsDamagedAnywhere() throws IOException {
        List<OnnxFile> graphs = List.of(
                NmsGraphs.byClass(10),
                NmsGraphs.bestClass(true),
                NmsGraphs.masked(),
                NmsGraphs.loop(),
                NmsGraphs.centered());
        for (int seed = 0; seed < TRIES; seed++) {
            byte[] whole = graphs.get(seed % graphs.size()).bytes();
            Random random = new Random(seed);
            attemptAll(damaged(whole, random));
        }
        assertThat(refused).isGreaterThan(TRIES);
        assertThat(taken).isGreaterThan(TRIES / 10);
    }

    /** Where the structure is, at both ends of the weights. */
    private static byte[] damaged(byte[] whole, Random random) {
        byte[] damaged = whole.clone();
        for (int i = random.nextInt(4); i >= 0; i--) {
            int within = random.nextInt(Math.min(2_500, whole.length));
            int at = random.nextBoolean() ? within : whole.length - 1 - within;
            damaged[at] =
                    random.nextInt(3) == 0 ? (byte) random.nextInt(256) : (byte) (damaged[at] ^ 1 << random.nextInt(8));
        }
        return random.nextInt(8) == 0 ? Arrays.copyOf(damaged, random.nextInt(whole.length)) : damaged;
    }

    @Test
    void shouldRefuseItWhenItWasCutShortAnywhere() throws IOException {
        byte[] whole = NmsGraphs.byClass(10).bytes();
        Random random = new Random(5);
        for (int i = 0; i < 60; i++) {
            attemptAll(Arrays.copyOf(whole, 1 + random.nextInt(whole.length - 1)));
        }
        assertThat(taken).isZero();
    }

    @Test
    void shouldTellNothingFalseWhenValuesAreNotNumbers() throws Exception {
        float[] odd = {Float.NaN, Float.POSITIVE_INFINITY, -1e38f, 1e38f};
        OnnxFile file = NmsGraphs.raw().floats("odd", odd, 1, 1, 4);
        file.node("Mul", "odd_boxes", List.of("b", "odd"));
        file.node("Transpose", "by_class", List.of("s"), NmsGraphs.ints("perm", 0, 2, 1));
        Path model = NmsGraphs.nms(file, "odd_boxes", "by_class", "all").write(folder.resolve("odd.onnx"));
        attempt(model, m -> new NmsOnCpu(CACHE).split(m, folder.resolve("cut.onnx"), NmsOnCpu.Options.NONE));
        assertThat(refused).as("the form can not be seen").isEqualTo(1);
        assertThat(folder.resolve("cut.onnx")).doesNotExist();
        try (Engine engine = Engine.open(model, CPU, CACHE)) {
            assertThat(engine.outputs()).isNotEmpty();
        }
    }
}
