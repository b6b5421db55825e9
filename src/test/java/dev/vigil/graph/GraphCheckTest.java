package dev.vigil.graph;

import static dev.vigil.OnnxFile.attribute;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import dev.vigil.OnnxFile;
import dev.vigil.config.Surroundings;
import dev.vigil.infer.Engine;
import dev.vigil.infer.InferException;
import dev.vigil.infer.InferOptions;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import onnx.Onnx.GraphProto;
import onnx.Onnx.ModelProto;
import onnx.Onnx.NodeProto;
import onnx.Onnx.StringStringEntryProto;
import onnx.Onnx.TensorProto;
import onnx.Onnx.TensorProto.DataLocation;
import onnx.Onnx.TensorProto.DataType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is refused before native code sees it, with a line that says what is wrong. */
@Timeout(60)
class GraphCheckTest {
    @TempDir
    private Path folder;

    private Path file() {
        return folder.resolve("models").resolve("m.onnx");
    }

    private void assertRefused(ModelProto model, String words) throws IOException {
        assertRefused(model.toByteArray(), words);
    }

    /** By the reader, and by whoever loads it. */
    private void assertRefused(byte[] content, String words) throws IOException {
        Files.createDirectories(file().getParent());
        Files.write(file(), content);
        assertThatThrownBy(() -> OnnxModel.read(file()))
                .isInstanceOf(GraphException.class)
                .hasMessageContaining(words)
                .satisfies(e -> assertThat(e.getMessage().lines()).hasSize(1));
        assertThatThrownBy(() -> Engine.open(
                        file(),
                        InferOptions.DEFAULT.withDevice(InferOptions.Device.CPU),
                        Surroundings.ofProcess().cacheDir()))
                .isInstanceOf(InferException.class)
                .satisfies(e -> assertThat(e.getMessage().lines()).hasSize(1));
    }

    private static ModelProto changed(Consumer<GraphProto.Builder> change) throws IOException {
        ModelProto.Builder model = ModelProto.parseFrom(OnnxFile.ssd(4, 2)).toBuilder();
        change.accept(model.getGraphBuilder());
        return model.build();
    }

    private static NodeProto node(String output, String... inputs) {
        return NodeProto.newBuilder()
                .setName("odd")
                .setOpType("Add")
                .addAllInput(Arrays.asList(inputs))
                .addOutput(output)
                .build();
    }

    @Test
    void shouldBeRefusedWhenTheGraphDoesNotHangTogether() throws IOException {
        assertRefused(
                changed(graph -> graph.addNode(node("a", "b", "image")).addNode(node("b", "a", "image"))),
                "is part of a cycle");
        assertRefused(changed(graph -> graph.addNode(node("a", "a", "image"))), "node odd (Add) is part of a cycle");
        assertRefused(
                changed(graph -> graph.addNode(node("row", "image", "image"))), "node odd (Add) makes row, which");
        assertRefused(
                changed(graph -> graph.addNode(node("a", "nothing", "image"))), "reads nothing, which nothing makes");
        assertRefused(
                changed(graph -> graph.addOutput(graph.getOutput(0).toBuilder().setName("no"))),
                "output no is made by no node");
        assertRefused(changed(graph -> graph.addInput(graph.getInput(0))), "has two inputs of the name image");
        assertRefused(changed(graph -> graph.clearNode().clearOutput()), "holds no graph");
    }

    @Test
    void shouldBeRefusedWhenWeightsAreNotAsLongAsTheirShape() throws IOException {
        assertRefused(
                changed(graph -> graph.getInitializerBuilder(0).setRawData(ByteString.copyFrom(new byte[5]))),
                "has 5 bytes, and its shape");
        assertRefused(changed(graph -> graph.getInitializerBuilder(0).setDims(0, 1L << 62)), "has an impossible shape");
        assertRefused(changed(graph -> graph.getInitializerBuilder(0).setDims(0, -4)), "has an impossible shape");
        assertRefused(
                changed(graph -> graph.getInitializerBuilder(0).clearRawData().addFloatData(1)), "has 1 values, and");
    }

    private static Consumer<GraphProto.Builder> external(String... pairs) {
        return graph -> {
            TensorProto.Builder tensor = graph.getInitializerBuilder(0).clearRawData();
            tensor.setDataLocation(DataLocation.EXTERNAL);
            for (int i = 0; i < pairs.length; i += 2) {
                tensor.addExternalData(
                        StringStringEntryProto.newBuilder().setKey(pairs[i]).setValue(pairs[i + 1]));
            }
        };
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "/etc/passwd | outside of the model's folder",
                "../secret.bin | outside of the model's folder",
                "a/../../secret.bin | outside of the model's folder",
                "link.bin | a link that leads outside of the model's folder",
                "linked/secret.bin | a link that leads outside of the model's folder",
                "none.bin | which is not there",
                "*/_ORT_MEM_ADDR_/* | which is not there",
                ". | outside of the model's folder",
                "short.bin | which has 3",
            })
    void shouldBeRefusedWhenDataAreNotAFileOfTheModelsFolder(String location, String words) throws IOException {
        Files.createDirectories(file().getParent());
        Path secret = Files.write(folder.resolve("secret.bin"), new byte[10_000]);
        Files.createSymbolicLink(file().resolveSibling("link.bin"), secret);
        Files.createSymbolicLink(file().resolveSibling("linked"), folder);
        Files.write(file().resolveSibling("short.bin"), new byte[3]);

        assertRefused(changed(external("location", location)), words);
    }

    @Test
    void shouldBeRefusedWhenExternalDataAreSaidWrongly() throws IOException {
        Files.createDirectories(file().getParent());
        Files.write(file().resolveSibling("data.bin"), new byte[100_000]);
        assertRefused(changed(external("offset", "0")), "does not say which");
        assertRefused(changed(external("location", "data.bin", "offset", "-1")), "has '-1' as its data's offset");
        assertRefused(changed(external("location", "data.bin", "offset", "999999999")), "which has 100000");
        assertRefused(
                changed(external("location", "data.bin", "length", "7")), "has 7 bytes in data.bin, and its shape");
    }

    @Test
    void shouldBeRefusedWhenBodiesAreDeeperThanAnybodyNeeds() throws IOException {
        OnnxFile body = OnnxFile.empty();
        body.node("Identity", "deep", List.of("image"));
        body.declareOutput("deep", DataType.FLOAT);
        for (int depth = 0; depth < 60; depth++) {
            OnnxFile around = OnnxFile.empty();
            around.node("If", "deep" + depth, List.of("go"), attribute("then_branch", body));
            around.declareOutput("deep" + depth, DataType.FLOAT);
            body = around;
        }
        OnnxFile file = OnnxFile.ofPicture(2).longs("go", 1);
        file.node("If", "out", List.of("go"), attribute("then_branch", body)).declareOutput("out", DataType.FLOAT, 1);
        assertRefused(file.bytes(), "is nested more than 100 deep");
    }

    /** Two bytes for each node, and a hundred of memory: 60 MB that would become gigabytes. */
    @Test
    void shouldBeRefusedWhenALittleFileWouldTakeAllMemory() throws IOException {
        int nodes = (int) Math.min(500_000_000, Runtime.getRuntime().maxMemory() / 2 / 176 + 1_000_000);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        CodedOutputStream out = CodedOutputStream.newInstance(bytes);
        out.writeInt64(ModelProto.IR_VERSION_FIELD_NUMBER, 8);
        out.writeTag(ModelProto.GRAPH_FIELD_NUMBER, 2);
        out.writeUInt32NoTag(2 * nodes);
        byte[] block = new byte[2_000_000];
        for (int i = 0; i < block.length; i += 2) {
            block[i] = GraphProto.NODE_FIELD_NUMBER << 3 | 2;
        }
        for (int left = 2 * nodes; left > 0; left -= block.length) {
            out.writeRawBytes(block, 0, Math.min(left, block.length));
        }
        out.flush();
        Files.createDirectories(file().getParent());
        Files.write(file(), bytes.toByteArray());

        assertThat(GraphCheck.problem(file())).contains("of memory to read, and at most");
    }

    @Test
    void shouldBeTakenWhenDataLieBesideTheModel() throws Exception {
        ModelProto whole = ModelProto.parseFrom(OnnxFile.ssd(4, 2));
        byte[] weights = whole.getGraph().getInitializer(0).getRawData().toByteArray();
        Files.createDirectories(file().getParent());
        Files.write(file().resolveSibling("w.bin"), weights);
        Files.write(
                file(),
                changed(external("location", "w.bin", "length", Integer.toString(weights.length)))
                        .toByteArray());

        OnnxModel model = OnnxModel.read(file());
        Path elsewhere = Files.createDirectories(folder.resolve("elsewhere")).resolve("n.onnx");
        model.write(elsewhere);

        OnnxModel read = OnnxModel.read(elsewhere);
        TensorProto first = read.graph().initializers().values().iterator().next();
        byte[] found = new byte[weights.length];
        Weights.raw(first, read.folder()).get(found);
        assertThat(found).isEqualTo(weights);
        assertThat(read.graph().nodes()).isEqualTo(model.graph().nodes());
        try (var files = Files.list(elsewhere.getParent())) {
            assertThat(files)
                    .as("nothing half written is left, and no foreign file")
                    .allMatch(file -> file.getFileName().toString().matches("n\\.onnx(\\.data)?"));
        }
    }
}
