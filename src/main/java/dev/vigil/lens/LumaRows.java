package dev.vigil.lens;

import static org.bytedeco.ffmpeg.global.avutil.AVCOL_RANGE_JPEG;
import static org.bytedeco.ffmpeg.global.avutil.AVCOL_RANGE_UNSPECIFIED;
import static org.bytedeco.ffmpeg.global.avutil.AV_PIX_FMT_FLAG_BE;
import static org.bytedeco.ffmpeg.global.avutil.AV_PIX_FMT_FLAG_BITSTREAM;
import static org.bytedeco.ffmpeg.global.avutil.AV_PIX_FMT_FLAG_FLOAT;
import static org.bytedeco.ffmpeg.global.avutil.AV_PIX_FMT_FLAG_HWACCEL;
import static org.bytedeco.ffmpeg.global.avutil.AV_PIX_FMT_FLAG_PAL;
import static org.bytedeco.ffmpeg.global.avutil.AV_PIX_FMT_FLAG_RGB;
import static org.bytedeco.ffmpeg.global.avutil.AV_PIX_FMT_YUVJ411P;
import static org.bytedeco.ffmpeg.global.avutil.AV_PIX_FMT_YUVJ420P;
import static org.bytedeco.ffmpeg.global.avutil.AV_PIX_FMT_YUVJ422P;
import static org.bytedeco.ffmpeg.global.avutil.AV_PIX_FMT_YUVJ440P;
import static org.bytedeco.ffmpeg.global.avutil.AV_PIX_FMT_YUVJ444P;
import static org.bytedeco.ffmpeg.global.avutil.av_pix_fmt_desc_get;

import java.nio.ByteBuffer;
import org.bytedeco.ffmpeg.avutil.AVComponentDescriptor;
import org.bytedeco.ffmpeg.avutil.AVFrame;
import org.bytedeco.ffmpeg.avutil.AVPixFmtDescriptor;
import org.bytedeco.javacpp.BytePointer;

/**
 * The rows of a picture that are looked at, as 8-bit brightness, read where the decoder left them: {@link #ROWS} of those
 * between an eighth of the height from the top and an eighth from the bottom, where cameras write no clock and no name. Of RGB
 * it is the green. Each row is {@link #widthPx} samples, which are means of {@link #stepPx} neighbours, so that wide pictures are
 * measured like small ones.
 *
 * <p>Not threadsafe.
 */
final class LumaRows {
    static final int ROWS = 48;
    /** Pictures of this width are looked at as they are. */
    private static final int WIDTH_PX = 960;

    private final ByteBuffer samples = ByteBuffer.allocateDirect(ROWS * 2 * WIDTH_PX);
    /** A row as it lies in the picture. */
    private byte[] line = {};

    private int frameWidthPx;
    private int frameHeightPx;
    private int format = -1;
    private int range;
    private boolean readable;
    private boolean fullRange;
    private int kind;
    private int stepPx;
    private int widthPx;
    // where a sample lies, in bytes and bits
    private int plane;
    private int pixelBytes;
    private int offsetBytes;
    private int sampleBytes;
    private int shift;

    /**
     * Takes the rows of a picture.
     *
     * @return false when its pixel format can not be read here, or it is too small
     */
    boolean read(AVFrame frame) {
        if (isOther(frame)) {
            prepare(frame);
        }
        int lineBytes = readable ? frame.linesize(plane) : 0;
        if (lineBytes <= 0 || (long) lineBytes * frameHeightPx > Integer.MAX_VALUE) {
            return false;
        }
        if (line.length < lineBytes) {
            line = new byte[lineBytes];
        }
        // Copied and not looked at through a buffer of Java's, which JavaCPP can not make without crashing when there
        // is no memory.
        try (BytePointer data = frame.data(plane)) {
            int top = frameHeightPx / 8;
            int height = frameHeightPx - 2 * top;
            for (int row = 0; row < ROWS; row++) {
                int y = top + (int) ((row + 0.5) * height / ROWS);
                data.position((long) y * lineBytes).get(line, 0, lineBytes);
                if (sampleBytes == 1) {
                    copy(row * widthPx);
                } else {
                    copyWide(row * widthPx);
                }
            }
        }
        return true;
    }

    private void copy(int to) {
        if (stepPx == 1 && pixelBytes == 1) {
            samples.put(to, line, offsetBytes, widthPx);
            return;
        }
        int i = offsetBytes;
        for (int x = 0; x < widthPx; x++) {
            int sum = 0;
            for (int k = 0; k < stepPx; k++) {
                sum += line[i] & 0xff;
                i += pixelBytes;
            }
            samples.put(to + x, (byte) (sum / stepPx));
        }
    }

    /** Samples of 9 to 16 bits, least significant byte first. */
    private void copyWide(int to) {
        int i = offsetBytes;
        for (int x = 0; x < widthPx; x++) {
            int sum = 0;
            for (int k = 0; k < stepPx; k++) {
                sum += ((line[i] & 0xff) | (line[i + 1] & 0xff) << 8) >> shift & 0xff;
                i += pixelBytes;
            }
            samples.put(to + x, (byte) (sum / stepPx));
        }
    }

    private boolean isOther(AVFrame frame) {
        return frame.width() != frameWidthPx
                || frame.height() != frameHeightPx
                || frame.format() != format
                || frame.color_range() != range;
    }

    private void prepare(AVFrame frame) {
        frameWidthPx = frame.width();
        frameHeightPx = frame.height();
        format = frame.format();
        range = frame.color_range();
        kind++;
        stepPx = Math.max(1, Math.round((float) frameWidthPx / WIDTH_PX));
        widthPx = frameWidthPx / stepPx;
        readable = widthPx >= LensMeter.WINDOW_PX && frameHeightPx >= ROWS && describe(av_pix_fmt_desc_get(format));
    }

    /** Where the samples of this format lie, by FFmpeg's own description of it; false where they can not be read so. */
    private boolean describe(AVPixFmtDescriptor descriptor) {
        if (descriptor == null || descriptor.isNull()) {
            return false;
        }
        long flags = descriptor.flags();
        long never = AV_PIX_FMT_FLAG_BE
                | AV_PIX_FMT_FLAG_PAL
                | AV_PIX_FMT_FLAG_BITSTREAM
                | AV_PIX_FMT_FLAG_HWACCEL
                | AV_PIX_FMT_FLAG_FLOAT;
        boolean rgb = (flags & AV_PIX_FMT_FLAG_RGB) != 0;
        try (AVComponentDescriptor luma = descriptor.comp(rgb ? 1 : 0)) {
            plane = luma.plane();
            pixelBytes = luma.step();
            offsetBytes = luma.offset();
            sampleBytes = luma.depth() > 8 ? 2 : 1;
            shift = luma.shift() + luma.depth() - 8;
            fullRange = rgb || isFull(descriptor.nb_components());
            return (flags & never) == 0 && luma.depth() >= 8 && luma.depth() <= 16 && (sampleBytes == 2 || shift == 0);
        }
    }

    private boolean isFull(int components) {
        if (range != AVCOL_RANGE_UNSPECIFIED) {
            return range == AVCOL_RANGE_JPEG;
        }
        return components < 3
                || format == AV_PIX_FMT_YUVJ420P
                || format == AV_PIX_FMT_YUVJ422P
                || format == AV_PIX_FMT_YUVJ444P
                || format == AV_PIX_FMT_YUVJ440P
                || format == AV_PIX_FMT_YUVJ411P;
    }

    /** Samples of a row. */
    int widthPx() {
        return widthPx;
    }

    /** {@link #ROWS} rows of {@link #widthPx} bytes, one after the other. */
    ByteBuffer samples() {
        return samples;
    }

    /** The value of black. */
    int black() {
        return fullRange ? 0 : 16;
    }

    /** A difference of samples, as one of pictures in full range. */
    int scaled(int difference) {
        return fullRange ? difference : difference * 255 / 219;
    }

    /** Counts up when pictures become of another size or format: figures of such are not to be compared. */
    int kind() {
        return kind;
    }
}
