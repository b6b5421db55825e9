package dev.vigil.convert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.bytedeco.ffmpeg.global.avutil.AVCOL_RANGE_JPEG;
import static org.bytedeco.ffmpeg.global.avutil.AVCOL_RANGE_MPEG;
import static org.bytedeco.ffmpeg.global.avutil.AVCOL_RANGE_UNSPECIFIED;
import static org.bytedeco.ffmpeg.global.avutil.AVCOL_SPC_BT470BG;
import static org.bytedeco.ffmpeg.global.avutil.AVCOL_SPC_BT709;
import static org.bytedeco.ffmpeg.global.avutil.AVCOL_SPC_UNSPECIFIED;
import static org.bytedeco.ffmpeg.global.avutil.AV_PIX_FMT_GRAY8;
import static org.bytedeco.ffmpeg.global.avutil.AV_PIX_FMT_VAAPI;
import static org.bytedeco.ffmpeg.global.avutil.AV_PIX_FMT_YUV420P;
import static org.bytedeco.ffmpeg.global.avutil.AV_PIX_FMT_YUVJ420P;
import static org.bytedeco.ffmpeg.global.avutil.av_frame_alloc;
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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class FrameConverterTest {
    private static final float[] MEAN = {10, 20, 30};
    private static final float[] STD = {2, 4, 8};
    private static final int PADDING = 114;
    private static final int[] BARS = {0xffffff, 0xffff00, 0x00ffff, 0x00ff00, 0xff00ff, 0xff0000, 0x0000ff, 0x000000};

    private static InputSpec spec(int width, int height, Layout layout, Element element, Color color, Resize resize) {
        return new InputSpec(
                width, height, layout, element, color, MEAN, STD, resize, new int[] {PADDING, PADDING, PADDING});
    }

    static List<InputSpec> everyKind() {
        List<InputSpec> specs = new ArrayList<>();
        for (Layout layout : Layout.values()) {
            for (Element element : Element.values()) {
                for (Color color : Color.values()) {
                    for (Resize resize : Resize.values()) {
                        specs.add(spec(97, 64, layout, element, color, resize));
                    }
                }
            }
        }
        return specs;
    }

    /** A tensor that is filled, and read as 0..255 by channel: 0 red, 1 green, 2 blue. */
    private static final class Tensor {
        private final InputSpec spec;
        private final ByteBuffer bytes;
        private final Placement placement = new Placement();

        Tensor(InputSpec spec) {
            this.spec = spec;
            int values = 3 * spec.widthPx() * spec.heightPx();
            this.bytes =
                    ByteBuffer.allocateDirect(values * spec.element().bytes()).order(ByteOrder.nativeOrder());
        }

        void fill(FrameConverter converter, AVFrame frame) throws ConvertException {
            fill(converter, frame, Orientation.UPRIGHT);
        }

        void fill(FrameConverter converter, AVFrame frame, Orientation orientation) throws ConvertException {
            for (int i = 0; i < bytes.capacity(); i++) {
                bytes.put(i, (byte) 0x55);
            }
            converter.convert(frame, orientation, bytes, bytes.asFloatBuffer(), placement);
        }

        double at(int x, int y, int channel) {
            int place = spec.color() == Color.RGB ? channel : 2 - channel;
            int index = spec.layout() == Layout.NCHW
                    ? (place * spec.heightPx() + y) * spec.widthPx() + x
                    : (y * spec.widthPx() + x) * 3 + place;
            return switch (spec.element()) {
                case FLOAT32 -> bytes.getFloat(4 * index) * STD[place] + MEAN[place];
                case FLOAT16 -> Halves.toFloat(bytes.getShort(2 * index)) * STD[place] + MEAN[place];
                case UINT8 -> bytes.get(index) & 0xff;
            };
        }

        void assertColor(int x, int y, int rgb, double levels) {
            for (int channel = 0; channel < 3; channel++) {
                if (Math.abs(at(x, y, channel) - (rgb >> 16 - 8 * channel & 0xff)) <= levels) {
                    continue; // a million pixels: the words for it only where it is wrong
                }
                assertThat(at(x, y, channel))
                        .as("%s at (%d, %d), channel %d, colour %06x", spec, x, y, channel, rgb)
                        .isCloseTo(rgb >> 16 - 8 * channel & 0xff, within(levels));
            }
        }
    }

    /** Where the picture must lie: the naive arithmetic of a letterbox. */
    private record Box(int left, int top, int width, int height) {
        static Box of(InputSpec spec, int frameWidth, int frameHeight) {
            if (spec.resize() == Resize.STRETCH) {
                return new Box(0, 0, spec.widthPx(), spec.heightPx());
            }
            double scaleX = (double) spec.widthPx() / frameWidth;
            double scaleY = (double) spec.heightPx() / frameHeight;
            boolean crop = spec.resize() == Resize.CROP;
            double scale = crop ? Math.max(scaleX, scaleY) : Math.min(scaleX, scaleY);
            int width = Math.max(1, (int) Math.round(frameWidth * scale));
            int height = Math.max(1, (int) Math.round(frameHeight * scale));
            boolean centred = crop || spec.resize() == Resize.LETTERBOX;
            return new Box(
                    centred ? (spec.widthPx() - width) / 2 : 0,
                    centred ? (spec.heightPx() - height) / 2 : 0,
                    width,
                    height);
        }

        boolean contains(int x, int y) {
            return x >= left && x < left + width && y >= top && y < top + height;
        }
    }

    @ParameterizedTest
    @MethodSource("everyKind")
    void shouldPutEveryColourWhereTheModelWantsIt(InputSpec spec) throws Exception {
        int frameWidth = 320;
        int frameHeight = 160;
        AVFrame frame = Frames.rgb(frameWidth, frameHeight, (x, y) -> BARS[x * BARS.length / frameWidth]);
        Box box = Box.of(spec, frameWidth, frameHeight);
        Tensor tensor = new Tensor(spec);
        try (FrameConverter converter = new FrameConverter(spec)) {
            tensor.fill(converter, frame);
        }
        for (int y = 0; y < spec.heightPx(); y++) {
            for (int bar = 0; bar < BARS.length; bar++) {
                int x = box.left + (2 * bar + 1) * box.width / (2 * BARS.length);
                if (box.contains(x, y) && x >= 0 && x < spec.widthPx()) {
                    tensor.assertColor(x, y, BARS[bar], 5);
                }
            }
            for (int x = 0; x < spec.widthPx(); x++) {
                if (!box.contains(x, y)) {
                    tensor.assertColor(x, y, PADDING * 0x10101, 0.001);
                }
            }
        }
        av_frame_free(frame);
    }

    @ParameterizedTest
    @CsvSource({"64, 48", "300, 300", "33, 77"})
    void shouldInterpolateBetweenPixelsWhenScaled(int width, int height) throws Exception {
        InputSpec spec = spec(width, height, Layout.NCHW, Element.FLOAT32, Color.RGB, Resize.STRETCH);
        int frameWidth = 200;
        int frameHeight = 120;
        AVFrame frame = Frames.rgb(
                frameWidth,
                frameHeight,
                (x, y) -> (255 * x / (frameWidth - 1)) << 16 | (255 * y / (frameHeight - 1)) << 8);
        Tensor tensor = new Tensor(spec);
        try (FrameConverter converter = new FrameConverter(spec)) {
            tensor.fill(converter, frame);
        }
        double furthestRed = 0;
        double furthestGreen = 0;
        double furthestBlue = 0;
        for (int y = 2; y < height - 2; y++) {
            for (int x = 2; x < width - 2; x++) {
                // A ramp stays a ramp; pixel centres lie half a pixel in.
                double red = 255 * ((x + 0.5) * frameWidth / width - 0.5) / (frameWidth - 1);
                double green = 255 * ((y + 0.5) * frameHeight / height - 0.5) / (frameHeight - 1);
                // The scaler takes a neighbour's chroma for every other pixel.
                furthestRed = Math.max(furthestRed, Math.abs(tensor.at(x, y, 0) - red));
                furthestGreen = Math.max(furthestGreen, Math.abs(tensor.at(x, y, 1) - green));
                furthestBlue = Math.max(furthestBlue, Math.abs(tensor.at(x, y, 2)));
            }
        }
        assertThat(furthestRed).isLessThan(6 + 255.0 / width);
        assertThat(furthestGreen).isLessThan(6 + 255.0 / height);
        assertThat(furthestBlue).isLessThan(6);
        av_frame_free(frame);
    }

    @ParameterizedTest
    @CsvSource({"17, 9", "1, 1", "2, 2", "3, 1000", "1000, 3", "4000, 3000", "641, 359", "300, 300"})
    void shouldFillTensorWhateverTheFramesSize(int width, int height) throws Exception {
        for (Resize resize : Resize.values()) {
            InputSpec spec = spec(300, 300, Layout.NCHW, Element.FLOAT32, Color.BGR, resize);
            AVFrame frame = Frames.rgb(width, height, (x, y) -> 0xc08040);
            Box box = Box.of(spec, width, height);
            Tensor tensor = new Tensor(spec);
            try (FrameConverter converter = new FrameConverter(spec)) {
                tensor.fill(converter, frame);
            }
            double furthest = 0;
            for (int y = 0; y < 300; y++) {
                for (int x = 0; x < 300; x++) {
                    int expected = box.contains(x, y) ? 0xc08040 : PADDING * 0x10101;
                    for (int channel = 0; channel < 3; channel++) {
                        furthest = Math.max(
                                furthest, Math.abs(tensor.at(x, y, channel) - (expected >> 16 - 8 * channel & 0xff)));
                    }
                }
            }
            assertThat(furthest).as("%dx%d by %s", width, height, resize).isLessThan(3);
            Placement placement = tensor.placement;
            assertThat(placement.frameWidthPx()).isEqualTo(width);
            assertThat(placement.frameHeightPx()).isEqualTo(height);
            assertThat(placement.toFrameX(box.left)).isCloseTo(0, within(1f));
            assertThat(placement.toFrameY(box.top)).isCloseTo(0, within(1f));
            assertThat(placement.toFrameX(box.left + box.width)).isCloseTo(width, within(1f));
            assertThat(placement.toFrameY(box.top + box.height)).isCloseTo(height, within(1f));
            assertThat(placement.toFrameX(box.left + box.width / 2f)).isCloseTo(width / 2f, within(1f));
            av_frame_free(frame);
        }
    }

    @Test
    void shouldFollowWhenSizeAndFormatChangeBetweenFrames() throws Exception {
        InputSpec spec = spec(64, 64, Layout.NCHW, Element.UINT8, Color.RGB, Resize.LETTERBOX);
        Tensor tensor = new Tensor(spec);
        List<AVFrame> frames = List.of(
                Frames.rgb(128, 64, (x, y) -> 0xff0000),
                Frames.rgb(64, 128, (x, y) -> 0x00ff00),
                Frames.yuv(64, 128, AV_PIX_FMT_YUV420P, 1, 41, 240, 110),
                Frames.yuv(90, 90, AV_PIX_FMT_GRAY8, 0, 77),
                Frames.rgb(128, 64, (x, y) -> 0xff0000));
        int[] colors = {0xff0000, 0x00ff00, 0x0000ff, 0x4d4d4d, 0xff0000};
        try (FrameConverter converter = new FrameConverter(spec)) {
            for (int round = 0; round < 20; round++) {
                for (int i = 0; i < colors.length; i++) {
                    AVFrame frame = frames.get(i);
                    tensor.fill(converter, frame);
                    Box box = Box.of(spec, frame.width(), frame.height());
                    for (int y = 0; y < 64; y++) {
                        tensor.assertColor(32, y, box.contains(32, y) ? colors[i] : PADDING * 0x10101, 4);
                        tensor.assertColor(3, y, box.contains(3, y) ? colors[i] : PADDING * 0x10101, 4);
                    }
                }
            }
        }
        frames.forEach(frame -> av_frame_free(frame));
    }

    /** As ITU-R BT.601 and BT.709 define it, in 16..235 and 16..240 or in 0..255. */
    private static int[] yuv(int rgb, double kr, double kb, boolean full) {
        double red = (rgb >> 16 & 0xff) / 255.0;
        double green = (rgb >> 8 & 0xff) / 255.0;
        double blue = (rgb & 0xff) / 255.0;
        double y = kr * red + (1 - kr - kb) * green + kb * blue;
        double u = (blue - y) / (2 * (1 - kb));
        double v = (red - y) / (2 * (1 - kr));
        return full
                ? new int[] {level(255 * y), level(128 + 255 * u), level(128 + 255 * v)}
                : new int[] {level(16 + 219 * y), level(128 + 224 * u), level(128 + 224 * v)};
    }

    private static int level(double value) {
        return (int) Math.max(0, Math.min(255, Math.round(value)));
    }

    static List<Object[]> colourTags() {
        List<Object[]> tags = new ArrayList<>();
        // {pixel format, matrix tag, range tag, is it BT.709, is it full}
        tags.add(new Object[] {AV_PIX_FMT_YUV420P, AVCOL_SPC_UNSPECIFIED, AVCOL_RANGE_UNSPECIFIED, false, false});
        tags.add(new Object[] {AV_PIX_FMT_YUV420P, AVCOL_SPC_BT470BG, AVCOL_RANGE_MPEG, false, false});
        tags.add(new Object[] {AV_PIX_FMT_YUV420P, AVCOL_SPC_BT709, AVCOL_RANGE_MPEG, true, false});
        tags.add(new Object[] {AV_PIX_FMT_YUV420P, AVCOL_SPC_BT709, AVCOL_RANGE_UNSPECIFIED, true, false});
        tags.add(new Object[] {AV_PIX_FMT_YUV420P, AVCOL_SPC_BT709, AVCOL_RANGE_JPEG, true, true});
        tags.add(new Object[] {AV_PIX_FMT_YUV420P, AVCOL_SPC_UNSPECIFIED, AVCOL_RANGE_JPEG, false, true});
        tags.add(new Object[] {AV_PIX_FMT_YUVJ420P, AVCOL_SPC_UNSPECIFIED, AVCOL_RANGE_UNSPECIFIED, false, true});
        tags.add(new Object[] {AV_PIX_FMT_YUVJ420P, AVCOL_SPC_BT470BG, AVCOL_RANGE_JPEG, false, true});
        tags.add(new Object[] {AV_PIX_FMT_YUVJ420P, AVCOL_SPC_BT470BG, AVCOL_RANGE_UNSPECIFIED, false, true});
        return tags;
    }

    @ParameterizedTest
    @MethodSource("colourTags")
    void shouldShowTheColourThatTheStreamsTagsMean(int format, int space, int range, boolean bt709, boolean full)
            throws Exception {
        InputSpec spec = spec(40, 40, Layout.NCHW, Element.FLOAT32, Color.RGB, Resize.STRETCH);
        try (FrameConverter converter = new FrameConverter(spec)) {
            for (int rgb : new int[] {0xff0000, 0x00ff00, 0x0000ff, 0xffffff, 0x000000, 0xc08040, 0x303030}) {
                int[] yuv = bt709 ? yuv(rgb, 0.2126, 0.0722, full) : yuv(rgb, 0.299, 0.114, full);
                AVFrame frame = Frames.yuv(80, 80, format, 1, yuv);
                frame.colorspace(space);
                frame.color_range(range);
                Tensor tensor = new Tensor(spec);
                tensor.fill(converter, frame);
                tensor.assertColor(20, 20, rgb, 4);
                av_frame_free(frame);
            }
        }
    }

    @Test
    void shouldFailAndGoOnWhenFrameCanNotBeRead() throws Exception {
        InputSpec spec = spec(32, 32, Layout.NCHW, Element.FLOAT32, Color.RGB, Resize.STRETCH);
        AVFrame good = Frames.rgb(64, 64, (x, y) -> 0x123456);
        AVFrame onDevice = av_frame_alloc();
        onDevice.format(AV_PIX_FMT_VAAPI).width(64).height(64);
        Tensor tensor = new Tensor(spec);
        try (FrameConverter converter = new FrameConverter(spec)) {
            for (int i = 0; i < 3; i++) {
                assertThatThrownBy(() -> tensor.fill(converter, onDevice))
                        .isInstanceOf(ConvertException.class)
                        .hasMessageContaining("64x64");
                tensor.fill(converter, good);
                tensor.assertColor(16, 16, 0x123456, 3);
            }
        }
        av_frame_free(good);
        av_frame_free(onDevice);
    }
}
