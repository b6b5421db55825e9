package dev.vigil.convert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.bytedeco.ffmpeg.global.avutil.AV_PIX_FMT_GRAY8;
import static org.bytedeco.ffmpeg.global.avutil.AV_PIX_FMT_NV12;
import static org.bytedeco.ffmpeg.global.avutil.AV_PIX_FMT_P010;
import static org.bytedeco.ffmpeg.global.avutil.AV_PIX_FMT_RGB24;
import static org.bytedeco.ffmpeg.global.avutil.AV_PIX_FMT_VAAPI;
import static org.bytedeco.ffmpeg.global.avutil.AV_PIX_FMT_YUV410P;
import static org.bytedeco.ffmpeg.global.avutil.AV_PIX_FMT_YUV420P;
import static org.bytedeco.ffmpeg.global.avutil.AV_PIX_FMT_YUV420P10;
import static org.bytedeco.ffmpeg.global.avutil.AV_PIX_FMT_YUV422P;
import static org.bytedeco.ffmpeg.global.avutil.AV_PIX_FMT_YUV444P;
import static org.bytedeco.ffmpeg.global.avutil.AV_PIX_FMT_YUYV422;
import static org.bytedeco.ffmpeg.global.avutil.av_frame_get_buffer;

import dev.vigil.frame.InputSpec;
import dev.vigil.frame.InputSpec.Color;
import dev.vigil.frame.InputSpec.Element;
import dev.vigil.frame.InputSpec.Layout;
import dev.vigil.frame.InputSpec.Resize;
import dev.vigil.frame.Ledger;
import dev.vigil.frame.Mailbox;
import dev.vigil.frame.Orientation;
import dev.vigil.frame.Picture;
import dev.vigil.frame.Placement;
import dev.vigil.frame.Window;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A part of a picture gives what that part would give as a picture of its own. */
class WindowConverterTest {
    private static final int SIDE = 64;
    private static final int[] FORMATS = {
        AV_PIX_FMT_RGB24,
        AV_PIX_FMT_GRAY8,
        AV_PIX_FMT_YUV420P,
        AV_PIX_FMT_YUV422P,
        AV_PIX_FMT_YUV444P,
        AV_PIX_FMT_YUV410P,
        AV_PIX_FMT_NV12,
        AV_PIX_FMT_YUYV422,
        AV_PIX_FMT_P010,
        AV_PIX_FMT_YUV420P10
    };

    private final Mailbox mailbox = new Mailbox(new Ledger(), false);

    private static InputSpec spec(Resize resize) {
        return new InputSpec(
                SIDE,
                SIDE,
                Layout.NCHW,
                Element.FLOAT32,
                Color.RGB,
                new float[3],
                new float[] {1, 1, 1},
                resize,
                new int[] {9, 9, 9});
    }

    /** Smooth waves, so that a pixel's place shows in its value, and half a pixel more or less matters little. */
    private static int wave(double x, double y, int channel) {
        return (int) Math.round(128 + 60 * Math.sin(x / (13 + channel)) + 60 * Math.cos(y / (16 - channel)));
    }

    /** The upright picture, or the part of it that begins at a pixel of it, of a size, upright in RGB. */
    private Picture upright(double left, double top, int width, int height) {
        Picture picture = mailbox.obtain();
        picture.frame().format(AV_PIX_FMT_RGB24).width(width).height(height);
        assertThat(av_frame_get_buffer(picture.frame(), 0)).isZero();
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                for (int c = 0; c < 3; c++) {
                    picture.frame().data(0).put((long) y * picture.frame().linesize(0) + 3L * x + c, (byte)
                            wave(left + x, top + y, c));
                }
            }
        }
        return picture;
    }

    static List<Object[]> ways() {
        List<Object[]> ways = new ArrayList<>();
        for (Orientation turn : Orientation.values()) {
            for (Resize resize : Resize.values()) {
                ways.add(new Object[] {turn, resize});
            }
        }
        return ways;
    }

    /** Whatever pixel of the tensor is looked at: the placement says where in the frame it is, and there the frame has its value. */
    @ParameterizedTest
    @MethodSource("ways")
    void shouldShowThePartWhereThePlacementSaysWhenPictureIsStoredInAnyWay(Orientation turn, Resize resize)
            throws Exception {
        Random random = new Random(turn.ordinal() * 10L + resize.ordinal());
        int width = 301;
        int height = 203;
        Picture stored = mailbox.obtain();
        stored.setOrientation(turn);
        boolean sideways = turn.isSideways();
        stored.frame().format(AV_PIX_FMT_RGB24).width(sideways ? height : width).height(sideways ? width : height);
        assertThat(av_frame_get_buffer(stored.frame(), 0)).isZero();
        for (int y = 0; y < stored.frame().height(); y++) {
            for (int x = 0; x < stored.frame().width(); x++) {
                int atX = turn.mirrored() ? stored.frame().width() - 1 - x : x;
                int atY = y;
                int w = stored.frame().width();
                int h = stored.frame().height();
                for (int quarter = 0; quarter < turn.quarterTurns(); quarter++) {
                    int before = atX;
                    atX = h - 1 - atY;
                    atY = before;
                    int side = w;
                    w = h;
                    h = side;
                }
                for (int c = 0; c < 3; c++) {
                    stored.frame().data(0).put((long) y * stored.frame().linesize(0) + 3L * x + c, (byte)
                            wave(atX, atY, c));
                }
            }
        }
        InputSpec spec = spec(resize);
        Placement placement = new Placement();
        try (WindowConverter converter = new WindowConverter(spec)) {
            for (int round = 0; round < 20; round++) {
                int partWidth = 20 + random.nextInt(100);
                int partHeight = 20 + random.nextInt(100);
                Window window = new Window(
                        random.nextInt(width - partWidth), random.nextInt(height - partHeight), partWidth, partHeight);
                float[] values = values(converter, stored, window, placement);
                assertThat(placement.frameWidthPx()).isEqualTo(width);
                assertThat(placement.frameHeightPx()).isEqualTo(height);
                assertShown(values, placement, window, resize);
            }
        }
    }

    private static void assertShown(float[] values, Placement placement, Window window, Resize resize) {
        int looked = 0;
        for (int y = 2; y < SIDE - 2; y++) {
            for (int x = 2; x < SIDE - 2; x++) {
                float frameX = placement.toFrameX(x + 0.5f) - 0.5f;
                float frameY = placement.toFrameY(y + 0.5f) - 0.5f;
                boolean inside = frameX > window.leftPx() + 2
                        && frameX < window.rightPx() - 3
                        && frameY > window.topPx() + 2
                        && frameY < window.bottomPx() - 3;
                if (inside) {
                    looked++;
                    for (int c = 0; c < 3; c++) {
                        assertThat(values[(c * SIDE + y) * SIDE + x])
                                .as(
                                        "channel %d of (%d, %d), which is (%.1f, %.1f) in %s",
                                        c, x, y, frameX, frameY, window)
                                .isCloseTo(wave(frameX, frameY, c), within(16f));
                    }
                }
            }
        }
        assertThat(looked).isGreaterThan(resize == Resize.STRETCH ? SIDE * SIDE / 2 : SIDE * SIDE / 20);
    }

    /** The same bytes as swscale makes of a copy of the part, whatever is around it. */
    @Test
    void shouldGiveTheSameValuesAsACopyOfThePartWhenFormatsDiffer() throws Exception {
        Random random = new Random(7);
        InputSpec spec = spec(Resize.STRETCH);
        for (int format : FORMATS) {
            Picture whole = noise(random, format, 203, 149);
            try (WindowConverter converter = new WindowConverter(spec);
                    WindowConverter ofCopy = new WindowConverter(spec)) {
                for (int round = 0; round < 30; round++) {
                    int width = 8 + random.nextInt(120);
                    int height = 8 + random.nextInt(90);
                    // At multiples of 4, where every format can be cut.
                    int left = random.nextInt((203 - width) / 4 + 1) * 4;
                    int top = random.nextInt((149 - height) / 4 + 1) * 4;
                    Placement placement = new Placement();
                    float[] part = values(converter, whole, new Window(left, top, width, height), placement);
                    Picture copy = copy(whole, format, left, top, width, height);
                    float[] expected = values(ofCopy, copy, new Window(0, 0, width, height), new Placement());
                    assertThat(part)
                            .as("format %d, %dx%d at (%d, %d)", format, width, height, left, top)
                            .containsExactly(expected);
                    assertThat(placement.toFrameX(0)).isCloseTo(left, within(0.01f));
                    assertThat(placement.toFrameY(SIDE)).isCloseTo(top + height, within(0.01f));
                    mailbox.recycle(copy);
                }
            }
        }
    }

    private Picture noise(Random random, int format, int width, int height) {
        Picture picture = mailbox.obtain();
        picture.frame().format(format).width(width).height(height);
        assertThat(av_frame_get_buffer(picture.frame(), 0)).isZero();
        for (int plane = 0; plane < planes(format); plane++) {
            long bytes = (long) rows(format, plane, height) * picture.frame().linesize(plane);
            for (long i = 0; i < bytes; i++) {
                boolean high = format == AV_PIX_FMT_YUV420P10 && i % 2 == 1;
                picture.frame().data(plane).put(i, (byte) (high ? random.nextInt(4) : random.nextInt(256)));
            }
        }
        return picture;
    }

    private Picture copy(Picture from, int format, int left, int top, int width, int height) {
        Picture picture = mailbox.obtain();
        picture.frame().format(format).width(width).height(height);
        assertThat(av_frame_get_buffer(picture.frame(), 0)).isZero();
        for (int plane = 0; plane < planes(format); plane++) {
            int rows = rows(format, plane, height);
            int fromRow = rows(format, plane, top);
            int fromByte = rowBytes(format, plane, left);
            int bytes = rowBytes(format, plane, width);
            for (int y = 0; y < rows; y++) {
                for (int x = 0; x < bytes; x++) {
                    picture.frame()
                            .data(plane)
                            .put(
                                    (long) y * picture.frame().linesize(plane) + x,
                                    from.frame()
                                            .data(plane)
                                            .get((long) (y + fromRow)
                                                            * from.frame().linesize(plane)
                                                    + fromByte
                                                    + x));
                }
            }
        }
        return picture;
    }

    private static int planes(int format) {
        if (format == AV_PIX_FMT_NV12 || format == AV_PIX_FMT_P010) {
            return 2;
        }
        return format == AV_PIX_FMT_RGB24 || format == AV_PIX_FMT_GRAY8 || format == AV_PIX_FMT_YUYV422 ? 1 : 3;
    }

    private static int rows(int format, int plane, int rows) {
        boolean halved = format == AV_PIX_FMT_YUV420P
                || format == AV_PIX_FMT_NV12
                || format == AV_PIX_FMT_P010
                || format == AV_PIX_FMT_YUV420P10;
        int part = plane == 0 ? 1 : halved ? 2 : format == AV_PIX_FMT_YUV410P ? 4 : 1;
        return (rows + part - 1) / part;
    }

    private static int rowBytes(int format, int plane, int pixels) {
        int halved = (pixels + 1) / 2;
        if (format == AV_PIX_FMT_RGB24) {
            return 3 * pixels;
        } else if (format == AV_PIX_FMT_YUYV422) {
            return 4 * halved;
        } else if (format == AV_PIX_FMT_NV12) {
            return plane == 0 ? pixels : 2 * halved;
        } else if (format == AV_PIX_FMT_P010) {
            return plane == 0 ? 2 * pixels : 4 * halved;
        } else if (format == AV_PIX_FMT_YUV420P10) {
            return plane == 0 ? 2 * pixels : 2 * halved;
        } else if (format == AV_PIX_FMT_YUV410P) {
            return plane == 0 ? pixels : (pixels + 3) / 4;
        }
        return plane == 0 || format == AV_PIX_FMT_YUV444P ? pixels : halved;
    }

    @Test
    void shouldSayWhereThePartBeginsWhenChromaMakesItLarger() throws Exception {
        Placement placement = new Placement();
        try (WindowConverter converter = new WindowConverter(spec(Resize.STRETCH))) {
            values(
                    converter,
                    noise(new Random(1), AV_PIX_FMT_YUV420P, 100, 100),
                    new Window(31, 21, 33, 43),
                    placement);
        }
        assertThat(placement.toFrameX(0)).isCloseTo(30, within(0.001f));
        assertThat(placement.toFrameY(0)).isCloseTo(20, within(0.001f));
        assertThat(placement.toFrameX(SIDE)).isCloseTo(64, within(0.001f));
        assertThat(placement.toFrameY(SIDE)).isCloseTo(64, within(0.001f));
    }

    @Test
    void shouldRefuseWhenPartCanNotBeCut() {
        Picture picture = upright(0, 0, 40, 30);
        try (WindowConverter converter = new WindowConverter(spec(Resize.STRETCH))) {
            assertThatThrownBy(() -> values(converter, picture, new Window(40, 0, 10, 10), new Placement()))
                    .isInstanceOf(ConvertException.class)
                    .hasMessageContaining("10x10 at (40, 0) lies outside of a picture of 40x30");
            Picture onDevice = mailbox.obtain();
            onDevice.frame().format(AV_PIX_FMT_VAAPI).width(40).height(30);
            assertThatThrownBy(() -> values(converter, onDevice, new Window(0, 0, 10, 10), new Placement()))
                    .isInstanceOf(ConvertException.class)
                    .hasMessageContaining("can not be cut");
        }
    }

    private static float[] values(WindowConverter converter, Picture picture, Window window, Placement placement)
            throws ConvertException {
        ByteBuffer bytes = ByteBuffer.allocateDirect(12 * SIDE * SIDE).order(ByteOrder.nativeOrder());
        converter.convert(picture, window, bytes, bytes.asFloatBuffer(), placement);
        float[] values = new float[3 * SIDE * SIDE];
        bytes.asFloatBuffer().get(values);
        return values;
    }
}
