package dev.vigil.draw;

import static org.assertj.core.api.Assertions.assertThat;
import static org.bytedeco.ffmpeg.global.avutil.AV_PIX_FMT_BGR24;
import static org.bytedeco.ffmpeg.global.avutil.av_frame_get_buffer;
import static org.bytedeco.opencv.global.opencv_core.CV_8UC3;

import dev.vigil.detect.Detections;
import dev.vigil.detect.Labels;
import dev.vigil.frame.Picture;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.Scalar;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AnnotatorTest {
    private static final int WIDTH = 320;
    private static final int HEIGHT = 240;

    private final Canvas canvas = new Canvas();
    private final Detections detections = new Detections(50);

    @AfterEach
    void free() {
        canvas.close();
    }

    /** On a background of the class's own colour the dark edge shows, on a dark one the colour does. */
    @ParameterizedTest
    @ValueSource(ints = {0x000000, 0x101010, 0x808080, 0xffffff, -1})
    void shouldShowTheBoxOnAnyBackground(int background) throws Exception {
        int rgb = background < 0 ? ClassColors.of(0).rgb() : background;
        load(WIDTH, HEIGHT, rgb);
        detections.add(100, 80, 200, 180, 0.9f, 0);
        annotate(4);

        int far = 0;
        for (int x = 100; x < 104; x++) {
            far = Math.max(far, distance(pixel(x, 130), rgb));
        }
        assertThat(far).isGreaterThan(100);
        assertThat(pixel(150, 130)).as("the middle of the box").isEqualTo(rgb);
        assertThat(pixel(50, 200)).as("outside").isEqualTo(rgb);
    }

    @Test
    void shouldKeepLinesOfABoxThatFillsThePictureInsideIt() throws Exception {
        load(WIDTH, HEIGHT, 0xffffff);
        detections.add(0, 0, WIDTH, HEIGHT, 0.9f, 0);
        annotate(4);

        int color = ClassColors.of(0).rgb();
        assertThat(pixel(1, HEIGHT / 2)).isEqualTo(color);
        assertThat(pixel(WIDTH - 2, HEIGHT / 2)).isEqualTo(color);
        assertThat(pixel(WIDTH / 2, HEIGHT - 2)).isEqualTo(color);
    }

    @Test
    void shouldShowEveryLabelWhenBoxesAreTheSame() throws Exception {
        load(WIDTH, HEIGHT, 0x808080);
        for (int classId = 0; classId < 4; classId++) {
            detections.add(100, 80, 200, 180, 0.9f - classId * 0.1f, classId);
        }
        annotate(4);

        for (int classId = 0; classId < 4; classId++) {
            // A plate of some nine pixels' letters has more of its colour than a box's lines.
            assertThat(count(ClassColors.of(classId).rgb()))
                    .as("class %d", classId)
                    .isGreaterThan(250);
        }
    }

    @Test
    void shouldMarkKeypointsThatLieInThePicture() throws Exception {
        load(WIDTH, HEIGHT, 0xffffff);
        Detections faces = new Detections(1, 4);
        faces.add(100, 80, 200, 180, 0.9f, 0);
        faces.keypoint(0, 130.4f, 110.6f);
        faces.keypoint(1, Float.NaN, 120);
        faces.keypoint(2, -5, 1e30f);
        // Outside the box, at the picture's very edge.
        faces.keypoint(3, WIDTH - 0.5f, HEIGHT - 0.5f);

        new Annotator(Labels.numbered(1)).draw(canvas, faces);

        int color = ClassColors.of(0).rgb();
        assertThat(pixel(130, 110)).isEqualTo(color);
        assertThat(pixel(WIDTH - 1, HEIGHT - 1)).isEqualTo(color);
        assertThat(pixel(150, 130)).as("the middle of the box").isEqualTo(0xffffff);
    }

    @ParameterizedTest
    @CsvSource({"1, 1", "2, 2", "5, 3", "17, 9", "40, 12", "3, 400", "400, 3"})
    void shouldLeaveTheLabelAwayRatherThanFailWhenThePictureIsTooSmall(int widthPx, int heightPx) throws Exception {
        load(widthPx, heightPx, 0xffffff);
        detections.add(0, 0, widthPx, heightPx, 0.9f, 0);
        detections.add(0, 0, 0.2f, 0.2f, 0.8f, 1);
        detections.add(widthPx, heightPx, widthPx, heightPx, 0.7f, 2);
        annotate(4);

        assertThat(count(0xffffff)).isLessThan(widthPx * heightPx);
    }

    @Test
    void shouldDrawWithoutAccentsWhatTheFontDoesNotHave() {
        assertThat(Annotator.drawable("Gänsefüßchen é", 3)).isEqualTo("class 3"); // ß has no plain form
        assertThat(Annotator.drawable("Vélo à l'école", 3)).isEqualTo("Velo a l'ecole");
        assertThat(Annotator.drawable("人", 7)).isEqualTo("class 7");
    }

    private void annotate(int classes) throws Exception {
        new Annotator(Labels.numbered(classes)).draw(canvas, detections);
    }

    private void load(int widthPx, int heightPx, int rgb) throws Exception {
        Picture picture = new Picture();
        picture.frame().width(widthPx).height(heightPx).format(AV_PIX_FMT_BGR24);
        assertThat(av_frame_get_buffer(picture.frame(), 0)).isZero();
        try (BytePointer data = picture.frame().data(0);
                Scalar color = new Scalar(rgb & 0xff, rgb >> 8 & 0xff, rgb >> 16 & 0xff, 0);
                Mat pixels = new Mat(
                        heightPx, widthPx, CV_8UC3, data, picture.frame().linesize(0))) {
            pixels.put(color);
        }
        canvas.load(picture);
    }

    private int pixel(int x, int y) {
        BytePointer at = canvas.pixels().ptr(y, x);
        return (at.get(2) & 0xff) << 16 | (at.get(1) & 0xff) << 8 | at.get(0) & 0xff;
    }

    private int count(int rgb) {
        int count = 0;
        for (int y = 0; y < canvas.pixels().rows(); y++) {
            for (int x = 0; x < canvas.pixels().cols(); x++) {
                count += pixel(x, y) == rgb ? 1 : 0;
            }
        }
        return count;
    }

    private static int distance(int a, int b) {
        return Math.abs((a >> 16) - (b >> 16))
                + Math.abs((a >> 8 & 0xff) - (b >> 8 & 0xff))
                + Math.abs((a & 0xff) - (b & 0xff));
    }
}
