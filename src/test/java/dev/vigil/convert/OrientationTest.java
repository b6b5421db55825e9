package dev.vigil.convert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.bytedeco.ffmpeg.global.avutil.av_frame_free;

import dev.vigil.base.Halves;
import dev.vigil.frame.InputSpec;
import dev.vigil.frame.InputSpec.Color;
import dev.vigil.frame.InputSpec.Element;
import dev.vigil.frame.InputSpec.Layout;
import dev.vigil.frame.InputSpec.Resize;
import dev.vigil.frame.Orientation;
import dev.vigil.frame.Placement;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.ffmpeg.avutil.AVFrame;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A frame that is stored in each of the eight ways gives the tensor of the upright one. */
class OrientationTest {
    private static final int WIDTH = 120;
    private static final int HEIGHT = 80;
    private static final int[] QUARTERS = {0xff0000, 0x00ff00, 0x0000ff, 0xffffff};

    /** Four colours: top left, top right, bottom left, bottom right. */
    private static int upright(int x, int y) {
        return QUARTERS[(x < WIDTH / 2 ? 0 : 1) + (y < HEIGHT / 2 ? 0 : 2)];
    }

    /** The upright picture as it is stored: turned back counterclockwise a step at a time, then mirrored back. */
    private static AVFrame stored(Orientation orientation) {
        int[][] pixels = new int[HEIGHT][WIDTH];
        for (int y = 0; y < HEIGHT; y++) {
            for (int x = 0; x < WIDTH; x++) {
                pixels[y][x] = upright(x, y);
            }
        }
        for (int turn = 0; turn < orientation.quarterTurns(); turn++) {
            int height = pixels.length;
            int width = pixels[0].length;
            int[][] turned = new int[width][height];
            for (int y = 0; y < height; y++) {
                for (int x = 0; x < width; x++) {
                    turned[width - 1 - x][y] = pixels[y][x];
                }
            }
            pixels = turned;
        }
        int[][] all = pixels;
        int width = all[0].length;
        return Frames.rgb(width, all.length, (x, y) -> all[y][orientation.mirrored() ? width - 1 - x : x]);
    }

    static List<Object[]> everyKind() {
        List<Object[]> kinds = new ArrayList<>();
        for (Orientation orientation : Orientation.values()) {
            for (Layout layout : Layout.values()) {
                for (Element element : Element.values()) {
                    for (Resize resize : Resize.values()) {
                        kinds.add(new Object[] {orientation, layout, element, resize});
                    }
                }
            }
        }
        return kinds;
    }

    @ParameterizedTest
    @MethodSource("everyKind")
    void shouldShowTheModelTheUprightPictureHoweverItIsStored(
            Orientation orientation, Layout layout, Element element, Resize resize) throws Exception {
        InputSpec spec = new InputSpec(
                60, 60, layout, element, Color.RGB, new float[] {0, 0, 0}, new float[] {1, 1, 1}, resize, new int[] {
                    7, 7, 7
                });
        AVFrame upright = stored(Orientation.UPRIGHT);
        AVFrame frame = stored(orientation);
        Placement placement = new Placement();
        try (FrameConverter converter = new FrameConverter(spec)) {
            float[] expected = values(spec, converter, upright, Orientation.UPRIGHT, new Placement());
            float[] turned = values(spec, converter, frame, orientation, placement);
            int wrong = 0;
            for (int i = 0; i < expected.length; i++) {
                int pixel = layout == Layout.NCHW ? i % 3600 : i / 3;
                boolean onEdge = Math.abs(pixel % 60 - 30) <= 2
                        || Math.abs(pixel / 60 - 30) <= 2
                        || Math.abs(pixel / 60 - 20) <= 2;
                wrong += !onEdge && Math.abs(expected[i] - turned[i]) > 2 ? 1 : 0;
            }
            assertThat(wrong)
                    .as("values that differ, the edges of colours aside")
                    .isZero();
        }
        assertThat(placement.frameWidthPx()).isEqualTo(WIDTH);
        assertThat(placement.frameHeightPx()).isEqualTo(HEIGHT);
        if (resize == Resize.STRETCH) {
            assertThat(placement.toFrameX(30)).isCloseTo(WIDTH / 2f, within(0.01f));
            assertThat(placement.toFrameY(15)).isCloseTo(HEIGHT / 4f, within(0.01f));
        }
        av_frame_free(upright);
        av_frame_free(frame);
    }

    private static float[] values(
            InputSpec spec, FrameConverter converter, AVFrame frame, Orientation orientation, Placement placement)
            throws ConvertException {
        float[] values = new float[3 * spec.widthPx() * spec.heightPx()];
        ByteBuffer bytes = ByteBuffer.allocateDirect(
                        values.length * spec.element().bytes())
                .order(ByteOrder.nativeOrder());
        converter.convert(frame, orientation, bytes, bytes.asFloatBuffer(), placement);
        for (int i = 0; i < values.length; i++) {
            values[i] = switch (spec.element()) {
                case FLOAT32 -> bytes.getFloat(4 * i);
                case FLOAT16 -> Halves.toFloat(bytes.getShort(2 * i));
                case UINT8 -> bytes.get(i) & 0xff;
            };
        }
        return values;
    }
}
