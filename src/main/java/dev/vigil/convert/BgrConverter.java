package dev.vigil.convert;

import static org.bytedeco.ffmpeg.global.avutil.AV_PIX_FMT_BGR24;
import static org.bytedeco.ffmpeg.global.swscale.SWS_ACCURATE_RND;
import static org.bytedeco.ffmpeg.global.swscale.SWS_BILINEAR;
import static org.bytedeco.ffmpeg.global.swscale.SWS_FULL_CHR_H_INT;
import static org.bytedeco.ffmpeg.global.swscale.sws_freeContext;
import static org.bytedeco.ffmpeg.global.swscale.sws_getContext;
import static org.bytedeco.ffmpeg.global.swscale.sws_scale;

import dev.vigil.frame.Picture;
import org.bytedeco.ffmpeg.avutil.AVFrame;
import org.bytedeco.ffmpeg.swscale.SwsContext;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.javacpp.PointerPointer;

/** Decoded pictures into 8-bit BGR as they are stored, at their own size, for drawing. Not threadsafe. */
public final class BgrConverter implements AutoCloseable {
    private final PointerPointer<BytePointer> planes = new PointerPointer<>(4);
    private final IntPointer strides = new IntPointer(4);
    private SwsContext scaler;
    private int widthPx;
    private int heightPx;
    private int format = -1;
    private int space;
    private int range;

    /**
     * Writes a picture's pixels.
     *
     * @param into three bytes a pixel, rows of {@code strideBytes}; may be written to up to the end of each row, and 64 bytes
     *     after the last
     * @throws ConvertException when swscale can not read this kind of picture
     */
    public void convert(Picture picture, BytePointer into, int strideBytes) throws ConvertException {
        AVFrame frame = picture.frame();
        if (frame.width() != widthPx
                || frame.height() != heightPx
                || frame.format() != format
                || frame.colorspace() != space
                || frame.color_range() != range) {
            prepare(frame);
        }
        planes.put(0, into);
        strides.put(0, strideBytes);
        int rows = sws_scale(scaler, frame.data(), frame.linesize(), 0, frame.height(), planes, strides);
        if (rows != frame.height()) {
            throw new ConvertException("converting gave " + rows + " rows of " + frame.height());
        }
    }

    private void prepare(AVFrame frame) throws ConvertException {
        free();
        widthPx = frame.width();
        heightPx = frame.height();
        space = frame.colorspace();
        range = frame.color_range();
        scaler = sws_getContext(
                widthPx,
                heightPx,
                frame.format(),
                widthPx,
                heightPx,
                AV_PIX_FMT_BGR24,
                SWS_BILINEAR | SWS_ACCURATE_RND | SWS_FULL_CHR_H_INT,
                null,
                null,
                (DoublePointer) null);
        if (scaler == null || scaler.isNull()) {
            scaler = null;
            throw new ConvertException("a picture of " + widthPx + "x" + heightPx + " in pixel format " + frame.format()
                    + " can not be converted");
        }
        SourceColors.apply(scaler, frame);
        format = frame.format();
    }

    private void free() {
        if (scaler != null) {
            sws_freeContext(scaler);
            scaler = null;
        }
        format = -1;
    }

    @Override
    public void close() {
        free();
        planes.close();
        strides.close();
    }
}
