package dev.vigil.lens;

import static org.assertj.core.api.Assertions.assertThat;
import static org.bytedeco.ffmpeg.global.avutil.AV_PIX_FMT_CUDA;
import static org.bytedeco.ffmpeg.global.avutil.AV_PIX_FMT_MONOBLACK;
import static org.bytedeco.ffmpeg.global.avutil.av_frame_alloc;
import static org.bytedeco.ffmpeg.global.avutil.av_frame_free;
import static org.bytedeco.ffmpeg.global.avutil.av_frame_get_buffer;
import static org.bytedeco.ffmpeg.global.avutil.av_get_pix_fmt;
import static org.bytedeco.ffmpeg.global.swscale.SWS_POINT;
import static org.bytedeco.ffmpeg.global.swscale.sws_freeContext;
import static org.bytedeco.ffmpeg.global.swscale.sws_getContext;
import static org.bytedeco.ffmpeg.global.swscale.sws_scale;

import org.bytedeco.ffmpeg.avutil.AVFrame;
import org.bytedeco.ffmpeg.swscale.SwsContext;
import org.bytedeco.javacpp.DoublePointer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The same grey wedge, 0 to 255 from left to right, in the pixel formats that decoders and cameras give. */
class LumaRowsTest {
    private final LumaRows rows = new LumaRows();
    private AVFrame frame = new AVFrame();

    @AfterEach
    void free() {
        av_frame_free(frame);
    }

    @ParameterizedTest
    @CsvSource({
        "yuv420p, 640",
        "yuvj420p, 640",
        "yuvj422p, 640",
        "yuv444p, 640",
        "nv12, 640",
        "nv21, 642",
        "gray, 333",
        "yuyv422, 640",
        "uyvy422, 640",
        "yuv420p10le, 640",
        "yuv422p12le, 640",
        "p010le, 640",
        "gray16le, 640",
        "rgb24, 641",
        "bgra, 640",
        "gbrp, 640",
        "yuv420p, 1920",
        "yuyv422, 1920",
        "p010le, 3840",
        "yuv420p, 1438",
    })
    void shouldBeTheWedgeWhateverThePixelFormat(String format, int width) {
        frame = wedge(av_get_pix_fmt(format), width, 360);

        assertThat(rows.read(frame)).isTrue();

        assertThat(rows.widthPx()).isBetween(width >= 960 ? 640 : width, width >= 960 ? 1440 : width);
        for (int row = 0; row < LumaRows.ROWS; row++) {
            for (int x = 0; x < rows.widthPx(); x++) {
                int sample = rows.samples().get(row * rows.widthPx() + x) & 0xff;
                assertThat(rows.scaled(sample - rows.black()))
                        .as("row %d, sample %d", row, x)
                        .isBetween(255 * x / rows.widthPx() - 4, 255 * x / rows.widthPx() + 4);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"yuv420p, 16, 16", "yuv420p, 4000, 40", "yuv420p, 31, 480", "gray, 1, 1"})
    void shouldNotBeReadWhenPictureIsTooSmall(String format, int width, int height) {
        frame = made(av_get_pix_fmt(format), width, height);

        assertThat(rows.read(frame)).isFalse();
    }

    @Test
    void shouldNotBeReadWhenPixelsAreNoBytesOrNotInMemory() {
        frame = made(AV_PIX_FMT_MONOBLACK, 640, 360);
        assertThat(rows.read(frame)).isFalse();
        frame.format(AV_PIX_FMT_CUDA);
        assertThat(rows.read(frame)).isFalse();
    }

    private static AVFrame made(int format, int width, int height) {
        AVFrame made = av_frame_alloc();
        made.format(format).width(width).height(height);
        assertThat(av_frame_get_buffer(made, 0)).isZero();
        return made;
    }

    private static AVFrame wedge(int format, int width, int height) {
        AVFrame rgb = made(av_get_pix_fmt("rgb24"), width, height);
        for (int y = 0; y < height; y++) {
            for (int i = 0; i < 3 * width; i++) {
                rgb.data(0).put((long) y * rgb.linesize(0) + i, (byte) (255 * (i / 3) / width));
            }
        }
        AVFrame out = made(format, width, height);
        SwsContext scaler = sws_getContext(
                width, height, rgb.format(), width, height, format, SWS_POINT, null, null, (DoublePointer) null);
        assertThat(sws_scale(scaler, rgb.data(), rgb.linesize(), 0, height, out.data(), out.linesize()))
                .isEqualTo(height);
        sws_freeContext(scaler);
        av_frame_free(rgb);
        return out;
    }
}
