package dev.vigil.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.vigil.OnnxFile;
import dev.vigil.detect.Detections;
import dev.vigil.detect.ModelDescription;
import java.nio.file.Path;
import onnx.Onnx.TensorProto.DataType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EndToEndTest {
    @TempDir
    private Path folder;

    @Test
    void shouldGiveBoxesOfThePictureWhenItIsStretchedIntoTheModel() throws Exception {
        Path model = OnnxFile.empty()
                .input("image", DataType.FLOAT, 1, 3, 32, 32)
                .constantOutput("boxes", DataType.FLOAT, new float[] {0.25f, 0.5f, 0.75f, 1, 0, 0, 1, 1}, 1, 2, 4)
                .constantOutput("scores", DataType.FLOAT, new float[] {0, 0.9f, 0, 0.1f, 0.2f, 0.3f}, 1, 2, 3)
                .write(folder.resolve("ssd.onnx"));

        Detections found = EndToEnd.boxes(model, ModelDescription.EMPTY, 101, 57);

        assertThat(found.count()).isEqualTo(1);
        assertThat(found.classId(0)).isEqualTo(1);
        assertThat(found.x1(0)).isCloseTo(50.5f, within(1e-3f));
        assertThat(found.y1(0)).isCloseTo(14.25f, within(1e-3f));
        assertThat(found.x2(0)).isCloseTo(101, within(1e-3f));
        assertThat(found.y2(0)).isCloseTo(42.75f, within(1e-3f));
    }
}
