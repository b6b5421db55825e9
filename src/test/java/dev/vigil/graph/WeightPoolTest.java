package dev.vigil.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vigil.OnnxFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import onnx.Onnx.ModelProto;
import onnx.Onnx.StringStringEntryProto;
import onnx.Onnx.TensorProto;
import onnx.Onnx.TensorProto.DataType;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WeightPoolTest {
    private static final int WEIGHTS = 400_000;

    @TempDir
    private Path folder;

    private Path tried;

    @BeforeEach
    void makeFolder() throws IOException {
        tried = Files.createDirectory(folder.resolve("tried"));
    }

    /** {@code y = w + small}, all inside. */
    private OnnxModel model() throws Exception {
        float[] values = new float[WEIGHTS];
        for (int i = 0; i < WEIGHTS; i++) {
            values[i] = i;
        }
        return OnnxModel.read(OnnxFile.empty()
                .floats("w", values, WEIGHTS)
                .floats("small", new float[] {0.5f}, 1)
                .node("Add", "y", List.of("w", "small"))
                .declareOutput("y", DataType.FLOAT, WEIGHTS)
                .write(folder.resolve("in.onnx")));
    }

    private static TensorProto weights(OnnxModel model, String name) {
        return model.graph().initializers().get(name);
    }

    private List<String> names(Path in) throws IOException {
        try (Stream<Path> files = Files.list(in)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    @Test
    void shouldWriteWeightsOnceWhenSeveralModelsHaveThem() throws Exception {
        try (WeightPool pool = WeightPool.in(tried)) {
            OnnxModel first = model().in(pool);
            OnnxModel second = first.copy();
            second.graph().initializers().put("more", second.weights("more", new long[] {2_000}, new float[2_000]));
            first.write(tried.resolve("first.onnx"));
            second.write(tried.resolve("second.onnx"));
        }

        assertThat(names(tried)).containsExactly("first.onnx", "second.onnx", "weights.data");
        assertThat(tried.resolve("weights.data")).hasSize(4 * WEIGHTS + 4 * 2_000);
        OnnxModel read = OnnxModel.read(tried.resolve("second.onnx"));
        assertThat(Weights.floats(weights(read, "w"), read.folder()))
                .hasSize(WEIGHTS)
                .endsWith(WEIGHTS - 1);
        assertThat(weights(read, "small").getRawData().size())
                .as("too small for it")
                .isEqualTo(4);
    }

    @Test
    void shouldWriteOneFileWhenTheModelWasOne() throws Exception {
        Path out = folder.resolve("out.onnx");
        try (WeightPool pool = WeightPool.in(tried)) {
            model().in(pool).write(out);
        }

        assertThat(names(folder)).containsExactly("in.onnx", "out.onnx", "tried");
        OnnxModel read = OnnxModel.read(out);
        assertThat(weights(read, "w").getRawData().size()).isEqualTo(4 * WEIGHTS);
        assertThat(Weights.floats(weights(read, "w"), read.folder())).endsWith(WEIGHTS - 1);
    }

    /** {@code y = w} with {@code w} in {@code out.onnx.data}. */
    private Path split(String name) throws IOException {
        ModelProto.Builder model = OnnxFile.empty()
                .node("Identity", "y", List.of("w"))
                .declareOutput("y", DataType.FLOAT, 2_000)
                .model();
        model.getGraphBuilder()
                .addInitializer(TensorProto.newBuilder()
                        .setName("w")
                        .setDataType(DataType.FLOAT_VALUE)
                        .addDims(2_000)
                        .setDataLocation(TensorProto.DataLocation.EXTERNAL)
                        .addExternalData(StringStringEntryProto.newBuilder()
                                .setKey("location")
                                .setValue("out.onnx.data")));
        return Files.write(folder.resolve(name), model.build().toByteArray());
    }

    @Test
    void shouldLeaveTheDataOfTheOriginWhenTheModelThatIsReplacedHasThemToo() throws Exception {
        Path data = Files.write(folder.resolve("out.onnx.data"), new byte[8_000]);
        Path out = split("out.onnx");
        OnnxModel origin = OnnxModel.read(split("origin.onnx"));
        try (WeightPool pool = WeightPool.in(tried)) {
            origin.in(pool).write(out);
        }

        assertThat(data).hasSize(8_000);
        assertThat(OnnxModel.read(out).dataFiles()).containsExactly(folder.resolve("out.onnx.2.data"));

        model().write(out);
        assertThat(folder.resolve("out.onnx.2.data"))
                .as("nobody has it any more")
                .doesNotExist();
        assertThat(data).exists();
    }

    @Test
    void shouldKeepBytesOfAnyTypeWhenAModelGetsNewOnes() throws Exception {
        try (WeightPool pool = WeightPool.in(tried)) {
            OnnxModel model = model().in(pool);
            byte[] bytes = new byte[5_000];
            bytes[4_999] = 7;
            model.graph()
                    .initializers()
                    .put("b", model.weights("b", DataType.INT8, new long[] {5_000}, ByteBuffer.wrap(bytes)));
            TensorProto placed = weights(model, "b");

            assertThat(ExternalData.locations(placed)).containsExactly("weights.data");
            assertThat(Weights.raw(placed, model.folder()).get(4_999)).isEqualTo((byte) 7);
        }
    }

    @Test
    void shouldReadFloatsPartByPartWhenThereAreManyOfThem() throws Exception {
        try (WeightPool pool = WeightPool.in(tried)) {
            OnnxModel model = model().in(pool);
            int[] parts = {0};
            long[] values = {0};
            Weights.floats(weights(model, "w"), model.folder(), part -> {
                parts[0]++;
                values[0] += part.remaining();
            });

            assertThat(parts[0]).isGreaterThan(1);
            assertThat(values[0]).isEqualTo(WEIGHTS);
        }
    }

    @Test
    void shouldRefuseWhenTheFolderHasOneAlready() throws Exception {
        WeightPool.in(tried).close();

        assertThatThrownBy(() -> WeightPool.in(tried)).isInstanceOf(FileAlreadyExistsException.class);
    }
}
