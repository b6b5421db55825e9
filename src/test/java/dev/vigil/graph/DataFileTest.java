package dev.vigil.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vigil.OnnxFile;
import dev.vigil.config.Surroundings;
import dev.vigil.infer.ort.OrtGraph;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import onnx.Onnx.ModelProto;
import onnx.Onnx.StringStringEntryProto;
import onnx.Onnx.TensorProto;
import onnx.Onnx.TensorProto.DataLocation;
import onnx.Onnx.TensorProto.DataType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Models whose weights have a file of their own. */
@Timeout(60)
class DataFileTest {
    private static final int WEIGHTS = 1000;

    @TempDir
    private Path folder;

    /** {@code y = w + small} with {@code w} in {@code weights.bin} beside it, from byte 12 on. */
    private Path external(String name, float first) throws IOException {
        Path file = Files.createDirectories(folder.resolve("in")).resolve(name);
        ByteBuffer bytes = ByteBuffer.allocate(12 + 4 * WEIGHTS).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < WEIGHTS; i++) {
            bytes.putFloat(12 + 4 * i, first + i);
        }
        Files.write(file.resolveSibling(name + ".bin"), bytes.array());
        ModelProto.Builder model = OnnxFile.empty()
                .floats("small", new float[] {0.5f}, 1)
                .node("Add", "y", List.of("w", "small"))
                .declareOutput("y", DataType.FLOAT, WEIGHTS)
                .model();
        model.getGraphBuilder()
                .addInitializer(TensorProto.newBuilder()
                        .setName("w")
                        .setDataType(DataType.FLOAT_VALUE)
                        .addDims(WEIGHTS)
                        .setDataLocation(DataLocation.EXTERNAL)
                        .addExternalData(pair("location", name + ".bin"))
                        .addExternalData(pair("offset", "12")));
        return Files.write(file, model.build().toByteArray());
    }

    private static StringStringEntryProto pair(String key, String value) {
        return StringStringEntryProto.newBuilder().setKey(key).setValue(value).build();
    }

    private static float firstOutput(Path model) throws Exception {
        Path cache = Surroundings.ofProcess().cacheDir();
        try (OrtGraph graph = OrtGraph.open(model, OrtGraph.Optimizing.NONE, 1, cache)) {
            return graph.run(Map.of()).get("y").bytes().getFloat(0);
        }
    }

    private List<String> files(Path in) throws IOException {
        try (Stream<Path> all = Files.list(in)) {
            return all.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    private Path out() throws IOException {
        return Files.createDirectories(folder.resolve("out"));
    }

    @Test
    void shouldKeepWeightsInOneFileBesideWhenTheyWereInOne() throws Exception {
        Path in = external("a.onnx", 7);
        OnnxModel model = OnnxModel.read(in);
        model.graph().initializers().put("more", Weights.of("more", new long[] {WEIGHTS}, new float[WEIGHTS]));
        Path to = out().resolve("b.onnx");
        model.write(to);
        assertThat(files(out())).containsExactly("b.onnx", "b.onnx.data");
        assertThat(files(in.getParent())).containsExactly("a.onnx", "a.onnx.bin");
        Map<String, TensorProto> written = OnnxModel.read(to).graph().initializers();
        assertThat(ExternalData.locations(written.get("w"))).containsExactly("b.onnx.data");
        assertThat(ExternalData.isExternal(written.get("more"))).isTrue();
        assertThat(ExternalData.isExternal(written.get("small"))).isFalse();
        assertThat(Weights.floats(written.get("w"), out())[999]).isEqualTo(1006);
        assertThat(firstOutput(to)).isEqualTo(7.5f);
    }

    @Test
    void shouldLeaveNoOldDataWhenAModelIsReplaced() throws Exception {
        Path to = out().resolve("b.onnx");
        OnnxModel.read(external("a.onnx", 7)).write(to);
        OnnxModel.read(external("c.onnx", 9)).write(to);
        assertThat(files(out())).containsExactly("b.onnx", "b.onnx.2.data");
        assertThat(firstOutput(to)).isEqualTo(9.5f);
        OnnxModel.read(external("a.onnx", 7)).write(to);
        assertThat(files(out())).containsExactly("b.onnx", "b.onnx.data");
        assertThat(firstOutput(to)).isEqualTo(7.5f);
    }

    @Test
    void shouldReadItsOwnDataWhenItIsWrittenOverItself() throws Exception {
        Path to = out().resolve("b.onnx");
        OnnxModel.read(external("a.onnx", 7)).write(to);
        OnnxModel model = OnnxModel.read(to);
        model.write(to);
        model.write(to);
        assertThat(firstOutput(to)).isEqualTo(7.5f);
    }

    @Test
    void shouldLeaveWhatWasThereWhenDataCanNotBeRead() throws Exception {
        Path to = out().resolve("b.onnx");
        OnnxModel.read(external("a.onnx", 7)).write(to);
        OnnxModel broken = OnnxModel.read(external("c.onnx", 9));
        Files.write(folder.resolve("in/c.onnx.bin"), new byte[100]);
        assertThatThrownBy(() -> broken.write(to))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("c.onnx.bin, which has 100");
        assertThat(files(out())).containsExactly("b.onnx", "b.onnx.data");
        assertThat(firstOutput(to)).isEqualTo(7.5f);
    }

    @Test
    void shouldTouchNoDataOfOthersWhenTheNameIsTaken() throws Exception {
        Path other = Files.writeString(out().resolve("b.onnx.data"), "mine");
        OnnxModel.read(external("a.onnx", 7)).write(out().resolve("b.onnx"));
        assertThat(other).hasContent("mine");
        assertThat(firstOutput(out().resolve("b.onnx"))).isEqualTo(7.5f);
    }
}
