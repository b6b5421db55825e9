package dev.vigil.convert;

import static org.bytedeco.ffmpeg.global.avutil.AV_FRAME_CROP_UNALIGNED;
import static org.bytedeco.ffmpeg.global.avutil.AV_PIX_FMT_FLAG_BITSTREAM;
import static org.bytedeco.ffmpeg.global.avutil.AV_PIX_FMT_FLAG_HWACCEL;
import static org.bytedeco.ffmpeg.global.avutil.av_frame_alloc;
import static org.bytedeco.ffmpeg.global.avutil.av_frame_apply_cropping;
import static org.bytedeco.ffmpeg.global.avutil.av_frame_free;
import static org.bytedeco.ffmpeg.global.avutil.av_frame_ref;
import static org.bytedeco.ffmpeg.global.avutil.av_frame_unref;
import static org.bytedeco.ffmpeg.global.avutil.av_pix_fmt_desc_get;

import dev.vigil.frame.InputSpec;
import dev.vigil.frame.Orientation;
import dev.vigil.frame.Picture;
import dev.vigil.frame.Placement;
import dev.vigil.frame.Window;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import org.bytedeco.ffmpeg.avutil.AVFrame;
import org.bytedeco.ffmpeg.avutil.AVPixFmtDescriptor;

/**
 * Parts of decoded pictures into a model's input, each as if it were a picture of its own. Nothing is copied for it: FFmpeg's
 * cropping moves the pointers to where the part begins, and swscale reads from there. A part begins where its pixels have
 * chroma of their own, so it may be a pixel or three larger than asked for to the left and above; the placement says so.
 *
 * <p>Parts of the size of the one before cost what a picture of that size costs; another size sets swscale up anew.
 *
 * <p>Not threadsafe.
 */
public final class WindowConverter implements AutoCloseable {
    private final FrameConverter converter;
    private final AVFrame part = av_frame_alloc();
    private int format = -1;
    /** Pixels that share a chroma sample. */
    private int chromaWidth;

    private int chromaHeight;
    /** The part of the picture as it is stored. */
    private int storedLeft;

    private int storedTop;
    private int storedRight;
    private int storedBottom;

    public WindowConverter(InputSpec spec) {
        this.converter = new FrameConverter(spec);
    }

    /**
     * Fills a tensor with a part of a picture.
     *
     * @param window of the upright picture; what of it lies outside is left away, and some pixel must lie inside
     * @param bytes and {@code floats} as {@link FrameConverter#convert} wants them
     * @param placement is set to where the whole upright picture lies in the tensor, most of it outside
     * @throws ConvertException when swscale can not read this kind of picture, or it can not be cut
     */
    public void convert(Picture picture, Window window, ByteBuffer bytes, FloatBuffer floats, Placement placement)
            throws ConvertException {
        AVFrame frame = picture.frame();
        Orientation turn = picture.orientation();
        toStored(frame, turn, window);
        align(frame);
        if (av_frame_ref(part, frame) < 0) {
            throw new ConvertException("no memory to cut a picture");
        }
        try {
            part.crop_left(storedLeft);
            part.crop_top(storedTop);
            part.crop_right(frame.width() - storedRight);
            part.crop_bottom(frame.height() - storedBottom);
            int result = av_frame_apply_cropping(part, AV_FRAME_CROP_UNALIGNED);
            if (result < 0) {
                throw new ConvertException(
                        "a picture in pixel format " + frame.format() + " can not be cut: " + result);
            }
            converter.convert(part, turn, bytes, floats, placement);
        } finally {
            av_frame_unref(part);
        }
        toUpright(frame, turn, placement);
    }

    /** Sets the part of the stored picture that a window of the upright one is; see {@link Orientation} for the way back. */
    private void toStored(AVFrame frame, Orientation turn, Window window) throws ConvertException {
        int uprightWidth = turn.isSideways() ? frame.height() : frame.width();
        int uprightHeight = turn.isSideways() ? frame.width() : frame.height();
        int left = Math.max(0, window.leftPx());
        int top = Math.max(0, window.topPx());
        int right = Math.min(uprightWidth, window.rightPx());
        int bottom = Math.min(uprightHeight, window.bottomPx());
        if (left >= right || top >= bottom) {
            throw new ConvertException(
                    "a part of " + window + " lies outside of a picture of " + uprightWidth + "x" + uprightHeight);
        }
        switch (turn.quarterTurns()) { // turned back, counterclockwise
            case 1 -> stored(top, uprightWidth - right, bottom, uprightWidth - left);
            case 2 -> stored(uprightWidth - right, uprightHeight - bottom, uprightWidth - left, uprightHeight - top);
            case 3 -> stored(uprightHeight - bottom, left, uprightHeight - top, right);
            default -> stored(left, top, right, bottom);
        }
        if (turn.mirrored()) {
            stored(frame.width() - storedRight, storedTop, frame.width() - storedLeft, storedBottom);
        }
    }

    private void stored(int left, int top, int right, int bottom) {
        storedLeft = left;
        storedTop = top;
        storedRight = right;
        storedBottom = bottom;
    }

    /** Lets the part begin at a pixel whose chroma is not shared with one outside. */
    private void align(AVFrame frame) throws ConvertException {
        if (frame.format() != format) {
            AVPixFmtDescriptor known = av_pix_fmt_desc_get(frame.format());
            if (known == null || (known.flags() & (AV_PIX_FMT_FLAG_BITSTREAM | AV_PIX_FMT_FLAG_HWACCEL)) != 0) {
                throw new ConvertException("a picture in pixel format " + frame.format() + " can not be cut");
            }
            chromaWidth = 1 << known.log2_chroma_w();
            chromaHeight = 1 << known.log2_chroma_h();
            format = frame.format();
        }
        storedLeft &= -chromaWidth;
        storedTop &= -chromaHeight;
    }

    /** Tells the placement where the part that was really taken lies in the upright picture. */
    private void toUpright(AVFrame frame, Orientation turn, Placement placement) {
        int width = frame.width();
        int height = frame.height();
        int left = turn.mirrored() ? width - storedRight : storedLeft;
        int right = turn.mirrored() ? width - storedLeft : storedRight;
        switch (turn.quarterTurns()) {
            case 1 -> placement.cutFrom(height, width, height - storedBottom, left);
            case 2 -> placement.cutFrom(width, height, width - right, height - storedBottom);
            case 3 -> placement.cutFrom(height, width, storedTop, width - right);
            default -> placement.cutFrom(width, height, left, storedTop);
        }
    }

    @Override
    public void close() {
        converter.close();
        av_frame_free(part);
    }
}
