package dev.vigil.workshop.prune;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.vigil.config.Surroundings;
import dev.vigil.graph.Nodes;
import dev.vigil.graph.OnnxModel;
import dev.vigil.workshop.trial.GraphRun;
import dev.vigil.workshop.trial.Reference;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import onnx.Onnx.TensorProto.DataType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Networks without their channels of zeros give what they gave, in ONNX Runtime. */
@Timeout(120)
class PruneTest {
    private static final Path CACHE = Surroundings.ofProcess().cacheDir();

    @TempDir
    private Path folder;

    /** Channels by layer after it was pruned; the outputs are compared. */
    private Map<String, Integer> pruned(Net net, double threshold, double tolerance) throws Exception {
        Path in = net.write(folder.resolve("in.onnx"));
        OnnxModel model = OnnxModel.read(in);
        Prune.remove(model, null, threshold);
        Path out = folder.resolve("out.onnx");
        model.write(out);
        compare(in, out, tolerance);
        return Prune.channels(OnnxModel.read(out).graph());
    }

    private Map<String, Integer> pruned(Net net) throws Exception {
        return pruned(net, 0, 1e-5);
    }

    private static void compare(Path in, Path out, double tolerance) throws Exception {
        try (GraphRun before = GraphRun.open(in, null, Reference.onCpu(), CACHE);
                GraphRun after = GraphRun.open(out, null, Reference.onCpu(), CACHE)) {
            before.fill(new Random(5), -1, 1);
            after.fill(new Random(5), -1, 1);
            before.run();
            after.run();
            for (int output = 0; output < before.outputs().length; output++) {
                FloatBuffer wanted = before.outputs()[output];
                FloatBuffer found = after.outputs()[output];
                assertThat(found.limit()).isEqualTo(wanted.limit());
                float largest = 1;
                for (int i = 0; i < wanted.limit(); i++) {
                    largest = Math.max(largest, Math.abs(wanted.get(i)));
                }
                for (int i = 0; i < wanted.limit(); i++) {
                    assertThat(found.get(i) / largest).isCloseTo(wanted.get(i) / largest, within((float) tolerance));
                }
            }
        }
    }

    private static int of(Map<String, Integer> channels, String node, String operator) {
        return channels.get("node node_" + node + " (" + operator + ")");
    }

    @Test
    void shouldTakeFiltersOutWhenTheirChannelIsConstant() throws Exception {
        Net net = new Net(1).conv("a", "image", 8, 3, 1, 1, 4, 5);
        net.same("Relu", "r", "a").conv("b", "r", 6, 1, 1).output("b");

        Map<String, Integer> left = pruned(net);

        assertThat(of(left, "a", "Conv")).isEqualTo(5);
        assertThat(of(left, "b", "Conv")).as("an output keeps its channels").isEqualTo(6);
        assertThat(OnnxModel.read(folder.resolve("out.onnx"))
                        .graph()
                        .initializers()
                        .get("b_w")
                        .getDimsList())
                .containsExactly(6L, 5L, 1L, 1L);
    }

    @Test
    void shouldLeaveAConstantAloneWhenZerosArePaddedToIt() throws Exception {
        Net net = new Net(2).conv("a", "image", 4, 1, 1, 2);
        net.same("Sigmoid", "s", "a").conv("b", "s", 3, 3, 1).output("b");

        assertThat(of(pruned(net), "a", "Conv")).isEqualTo(4);
        assertThat(of(pruned(net, 1e-6, 1), "a", "Conv"))
                .as("with a threshold, what is wrong at the edge is part of the loss")
                .isEqualTo(3);
    }

    @Test
    void shouldTakeFiltersOutWhenNobodyReadsTheirChannel() throws Exception {
        Net net = new Net(3).conv("a", "image", 4, 3, 1);
        float[] weights = net.numbers(5 * 4);
        for (int output = 0; output < 5; output++) {
            weights[output * 4 + 3] = 0;
        }
        net.file.floats("b_w", weights, 5, 4, 1, 1);
        net.same("Sigmoid", "s", "a").node("Conv", "b", 5, List.of("s", "b_w")).output("b");

        assertThat(of(pruned(net), "a", "Conv")).isEqualTo(3);
    }

    @Test
    void shouldFollowThroughDepthwiseAndNormWhenALayerExpands() throws Exception {
        Net net = new Net(4).conv("expand", "image", 8, 1, 1);
        net.batchNorm("n", "expand").same("Relu", "r", "n");
        net.conv("deep", "r", 8, 3, 8, 0, 3, 7).same("Sigmoid", "s", "deep");
        net.conv("project", "s", 4, 1, 1).output("project");

        Map<String, Integer> left = pruned(net);

        assertThat(of(left, "expand", "Conv")).isEqualTo(5);
        assertThat(of(left, "deep", "Conv")).isEqualTo(5);
    }

    @Test
    void shouldOnlyTakeWhatBothSidesOfASumLackWhenThereIsAResidual() throws Exception {
        Net net = new Net(5).conv("a", "image", 6, 1, 1, 1, 2, 3);
        net.conv("b", "image", 6, 3, 1, 2, 3, 4).same("Add", "sum", "a", "b");
        net.conv("c", "sum", 4, 1, 1).output("c");

        Map<String, Integer> left = pruned(net);

        assertThat(of(left, "a", "Conv")).isEqualTo(4);
        assertThat(of(left, "b", "Conv")).isEqualTo(4);
    }

    @Test
    void shouldMoveChannelsUpWhenTheyArePutTogetherAndApart() throws Exception {
        Net net = new Net(6).conv("a", "image", 6, 1, 1, 0, 5);
        net.conv("b", "image", 4, 1, 1, 1).concat("all", "a", "b").slice("some", "all", 3, 9);
        net.file.longs("sizes", 4, 2);
        net.file.node("Split", List.of("left", "right"), List.of("some", "sizes"), Nodes.integer("axis", 1));
        net.channels.put("left", 4);
        net.channels.put("right", 2);
        net.conv("c", "left", 3, 1, 1).output("c").conv("d", "right", 3, 1, 1).output("d");
        net.conv("e", "all", 3, 1, 1).output("e");

        Map<String, Integer> left = pruned(net);

        assertThat(of(left, "a", "Conv")).isEqualTo(4);
        assertThat(of(left, "b", "Conv")).isEqualTo(3);
    }

    @Test
    void shouldTakeRowsOutWhenAPictureBecomesARow() throws Exception {
        Net net = new Net(7).conv("a", "image", 4, 3, 1, 2);
        int length = 4 * Net.SIDE * Net.SIDE;
        net.file.longs("shape", 1, length).floats("w", net.numbers(length * 5), length, 5);
        net.file.floats("v", net.numbers(10), 5, 2).floats("z", new float[] {0.1f, 0.2f}, 2);
        net.same("Relu", "r", "a");
        net.file.node("Reshape", "row", List.of("r", "shape"));
        net.file.node("Gemm", "g", List.of("row", "w"));
        net.file.node("MatMul", "m", List.of("g", "v"));
        net.file.node("Add", "out", List.of("m", "z"));
        net.file.declareOutput("out", DataType.FLOAT, 1, 2);

        Map<String, Integer> left = pruned(net);

        assertThat(of(left, "a", "Conv")).isEqualTo(3);
        assertThat(OnnxModel.read(folder.resolve("out.onnx"))
                        .graph()
                        .initializers()
                        .get("w")
                        .getDims(0))
                .isEqualTo(3 * Net.SIDE * Net.SIDE);
    }

    @Test
    void shouldFollowAChangeOfLayoutWhenChannelsComeLast() throws Exception {
        Net net = new Net(8).conv("a", "image", 6, 1, 1, 0, 1);
        net.file.floats("w", net.numbers(6 * 4), 6, 4);
        net.node("Transpose", "last", 6, List.of("a"), Nodes.integers("perm", 0, 2, 3, 1));
        net.file.node("MatMul", "m", List.of("last", "w"));
        net.file.declareOutput("m", DataType.FLOAT, 1, Net.SIDE, Net.SIDE, 4);

        assertThat(of(pruned(net), "a", "Conv"))
                .as("what they said is added behind the product")
                .isEqualTo(4);
        assertThat(OnnxModel.read(folder.resolve("out.onnx")).graph().nodes())
                .extracting(node -> node.getOpType())
                .containsExactly("Conv", "Transpose", "MatMul", "Add");
    }

    @Test
    void shouldCutEveryGroupAlikeWhenAConvolutionHasSome() throws Exception {
        Net net = new Net(9).conv("a", "image", 6, 1, 1, 1, 4, 5);
        net.conv("b", "a", 6, 1, 2).output("b");

        assertThat(of(pruned(net), "a", "Conv"))
                .as("5 goes only with 2, which does not; 1 and 4 go together")
                .isEqualTo(4);
    }

    @Test
    void shouldLeaveSharedWeightsToOthersWhenTheyAreCutForOne() throws Exception {
        Net net = new Net(10).conv("a", "image", 5, 1, 1, 3).conv("b", "image", 5, 1, 1);
        net.conv("c", "a", 4, 1, 1).output("c");
        net.node("Conv", "d", 4, List.of("b", "c_w")).output("d");

        Map<String, Integer> left = pruned(net);

        assertThat(of(left, "a", "Conv")).isEqualTo(4);
        assertThat(of(left, "b", "Conv")).isEqualTo(5);
    }

    @Test
    void shouldLeaveOneChannelWhenAllAreConstant() throws Exception {
        Net net = new Net(11).conv("a", "image", 3, 1, 1, 0, 1, 2);
        net.conv("b", "a", 4, 1, 1).output("b");

        assertThat(of(pruned(net), "a", "Conv")).isEqualTo(1);
    }

    @Test
    void shouldKeepChannelsWhenTheyCanNotBeFollowed() throws Exception {
        Net net = new Net(12).conv("a", "image", 4, 1, 1, 0);
        net.same("Softmax", "s", "a"); // over the last axis, which is no channel
        net.node("Softmax", "t", 4, List.of("s"), Nodes.integer("axis", 1));
        net.conv("b", "t", 4, 1, 1).output("b");

        assertThat(of(pruned(net), "a", "Conv")).isEqualTo(4);
    }

    @Test
    void shouldGiveTheSameWhateverTheGraphIsWhenChannelsGo() throws Exception {
        int removed = 0;
        for (int seed = 0; seed < 40; seed++) {
            Net net = Net.random(seed);
            Path in = net.write(folder.resolve("in.onnx"));
            int before = sum(Prune.channels(OnnxModel.read(in).graph()));
            int after = sum(pruned(net));
            assertThat(after).as("seed %d", seed).isLessThanOrEqualTo(before);
            removed += before - after;
        }
        assertThat(removed).isGreaterThan(100);
    }

    private static int sum(Map<String, Integer> channels) {
        return channels.values().stream().mapToInt(Integer::intValue).sum();
    }
}
