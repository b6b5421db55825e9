package dev.vigil.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.vigil.detect.DetectOptions;
import dev.vigil.detect.Detections;
import dev.vigil.detect.ModelDescription;
import java.nio.file.Files;
import java.nio.file.Path;
import org.bytedeco.javacpp.indexer.UByteIndexer;
import org.bytedeco.opencv.global.opencv_imgcodecs;
import org.bytedeco.opencv.opencv_core.Mat;
import org.junit.jupiter.api.Test;

/** MediaPipe's BlazeFace on the person of the demo clip, whose face has been measured by hand. */
class RealFaceTest {
    /** Not part of the repository. */
    private static final Path MODEL = Path.of("../shared/models/blazeface-front-128.onnx");

    private static final Path FRAME = Path.of("src/test/resources/dev/vigil/detect/demo-clip-frame-0.jpg");
    /** Where the frame shows the photo of the person; its upper rows are hidden. */
    private static final int LEFT = 430;

    private static final int TOP = 300;
    private static final int WIDTH = 420;
    private static final int HEIGHT = 389;

    @Test
    void shouldFindTheFaceAndItsPointsWhenItSeesThePerson() throws Exception {
        assumeTrue(Files.exists(MODEL), MODEL + " is not here: BlazeFace is checked on made-up models only");
        try (Mat frame = opencv_imgcodecs.imread(FRAME.toString());
                UByteIndexer pixels = frame.createIndexer()) {
            EndToEnd.Painter person = (x, y) -> pixels.get(TOP + y, LEFT + x, 2) << 16
                    | pixels.get(TOP + y, LEFT + x, 1) << 8
                    | pixels.get(TOP + y, LEFT + x, 0);
            Detections found = EndToEnd.boxes(
                    MODEL, ModelDescription.EMPTY, WIDTH, HEIGHT, person, DetectOptions.DEFAULT.withScoreMin(0.6f));

            assertThat(found.count()).isEqualTo(1);
            assertThat(found.x1(0)).isCloseTo(145, within(10f));
            assertThat(found.y1(0)).isCloseTo(36, within(10f));
            assertThat(found.x2(0)).isCloseTo(221, within(10f));
            assertThat(found.y2(0)).isCloseTo(113, within(10f));
            // Right eye, left eye, nose, mouth.
            float[][] points = {{166, 52}, {200, 56}, {180, 71}, {181, 88}};
            for (int k = 0; k < points.length; k++) {
                assertThat(found.keypointX(0, k)).as("point %d", k).isCloseTo(points[k][0], within(6f));
                assertThat(found.keypointY(0, k)).as("point %d", k).isCloseTo(points[k][1], within(6f));
            }
        }
    }
}
