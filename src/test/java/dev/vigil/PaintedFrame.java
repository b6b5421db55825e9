package dev.vigil;

import static org.assertj.core.api.Assertions.assertThat;
import static org.bytedeco.ffmpeg.global.avutil.AV_PIX_FMT_NV12;
import static org.bytedeco.ffmpeg.global.avutil.AV_PIX_FMT_RGB24;
import static org.bytedeco.ffmpeg.global.avutil.AV_PIX_FMT_YUV420P;
import static org.bytedeco.ffmpeg.global.avutil.av_frame_get_buffer;

import dev.vigil.frame.Orientation;
import dev.vigil.frame.Picture;
import org.bytedeco.ffmpeg.avutil.AVFrame;

/** Pictures of coloured rectangles on black, in the pixel formats that cameras give, stored in any orientation. */
public final class PaintedFrame {
    /** BT.601, limited range: black, red, green, blue. */
    private static final int[][] YUV = {{16, 128, 128}, {81, 90, 240}, {145, 54, 34}, {41, 240, 110}};

    private static final int[] RGB = {0, 0xff0000, 0x00ff00, 0x0000ff};

    /**
     * A rectangle of the upright picture; later ones cover earlier ones.
     *
     * @param color as {@link BrightModel} numbers them
     */
    public record Spot(int color, int x, int y, int width, int height) {
        boolean holds(int atX, int atY) {
            return atX >= x && atX < x + width && atY >= y && atY < y + height;
        }
    }

    private PaintedFrame() {}

    /**
     * Paints into a picture.
     *
     * @param format RGB24, YUV420P or NV12
     * @param width and {@code height} of the upright picture
     */
    public static void paint(Picture into, int format, Orientation turn, int width, int height, Spot... spots) {
        into.setOrientation(turn);
        AVFrame frame = into.frame();
        int storedWidth = turn.isSideways() ? height : width;
        int storedHeight = turn.isSideways() ? width : height;
        frame.format(format).width(storedWidth).height(storedHeight);
        assertThat(av_frame_get_buffer(frame, 0)).isZero();
        for (int y = 0; y < storedHeight; y++) {
            for (int x = 0; x < storedWidth; x++) {
                put(frame, format, x, y, color(turn, storedWidth, storedHeight, x, y, spots));
            }
        }
    }

    /** 0 for black, else one more than the colour, at a pixel as it is stored. */
    private static int color(Orientation turn, int storedWidth, int storedHeight, int x, int y, Spot[] spots) {
        int atX = turn.mirrored() ? storedWidth - 1 - x : x;
        int atY = y;
        int height = storedHeight;
        int width = storedWidth;
        for (int quarter = 0; quarter < turn.quarterTurns(); quarter++) { // a pixel goes right by a turn clockwise
            int before = atX;
            atX = height - 1 - atY;
            atY = before;
            int side = width;
            width = height;
            height = side;
        }
        int color = 0;
        for (Spot spot : spots) {
            color = spot.holds(atX, atY) ? spot.color + 1 : color;
        }
        return color;
    }

    private static void put(AVFrame frame, int format, int x, int y, int color) {
        if (format == AV_PIX_FMT_RGB24) {
            for (int i = 0; i < 3; i++) {
                frame.data(0).put((long) y * frame.linesize(0) + 3L * x + i, (byte) (RGB[color] >> 16 - 8 * i));
            }
            return;
        }
        frame.data(0).put((long) y * frame.linesize(0) + x, (byte) YUV[color][0]);
        int row = y / 2;
        int column = x / 2;
        if (format == AV_PIX_FMT_NV12) {
            frame.data(1).put((long) row * frame.linesize(1) + 2L * column, (byte) YUV[color][1]);
            frame.data(1).put((long) row * frame.linesize(1) + 2L * column + 1, (byte) YUV[color][2]);
        } else {
            assertThat(format).isEqualTo(AV_PIX_FMT_YUV420P);
            frame.data(1).put((long) row * frame.linesize(1) + column, (byte) YUV[color][1]);
            frame.data(2).put((long) row * frame.linesize(2) + column, (byte) YUV[color][2]);
        }
    }
}
