package dev.vigil.detect.family;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import onnx.Onnx.GraphProto;
import onnx.Onnx.ModelProto;
import org.junit.jupiter.api.Test;

/** The anchors that TensorFlow computed for the default model lie in its file. */
class SsdAnchorsRealTest {
    private static final Path MODEL = Path.of("models/ssdlite-mobilenet-v2-coco.onnx");

    @Test
    void shouldHaveTheAnchorsThatTheDefaultModelWasTrainedWith() throws Exception {
        GraphProto graph = ModelProto.parseFrom(Files.readAllBytes(MODEL)).getGraph();
        FloatBuffer centres = initializer(graph, "anchor_centres");
        FloatBuffer sizes = initializer(graph, "anchor_sizes");
        AnchorCodes.Anchors anchors = SsdAnchors.anchors(300, 300);

        assertThat(centres.limit()).isEqualTo(2 * anchors.count());
        for (int i = 0; i < anchors.count(); i++) {
            assertThat(anchors.y()[i]).isCloseTo(300 * centres.get(2 * i), within(1e-3f));
            assertThat(anchors.x()[i]).isCloseTo(300 * centres.get(2 * i + 1), within(1e-3f));
            assertThat(anchors.height()[i]).isCloseTo(300 * sizes.get(2 * i), within(1e-3f));
            assertThat(anchors.width()[i]).isCloseTo(300 * sizes.get(2 * i + 1), within(1e-3f));
        }
    }

    private static FloatBuffer initializer(GraphProto graph, String name) {
        return graph.getInitializerList().stream()
                .filter(tensor -> tensor.getName().equals(name))
                .findFirst()
                .orElseThrow()
                .getRawData()
                .asReadOnlyByteBuffer()
                .order(ByteOrder.LITTLE_ENDIAN)
                .asFloatBuffer();
    }
}
