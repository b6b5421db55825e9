package dev.vigil.convert;

import static org.bytedeco.ffmpeg.global.avutil.AV_PIX_FMT_BGR24;
import static org.bytedeco.ffmpeg.global.avutil.AV_PIX_FMT_GBRP;
import static org.bytedeco.ffmpeg.global.avutil.AV_PIX_FMT_RGB24;
import static org.bytedeco.ffmpeg.global.swscale.SWS_FAST_BILINEAR;
import static org.bytedeco.ffmpeg.global.swscale.sws_freeContext;
import static org.bytedeco.ffmpeg.global.swscale.sws_getContext;
import static org.bytedeco.ffmpeg.global.swscale.sws_scale;

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
import java.nio.FloatBuffer;
import org.bytedeco.ffmpeg.avutil.AVFrame;
import org.bytedeco.ffmpeg.swscale.SwsContext;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerPointer;

/**
 * One camera's pixels into one model's input tensor: swscale scales and changes colour in one pass into 8-bit planes, a table
 * per channel turns them into the tensor's values (0.29 + 0.07 ms for 1080p to 300x300; scaling into floats and a second pass
 * costs more and rounds differently from what models are trained with).
 *
 * <p>It scales as models were trained: bilinear between the nearest pixels, without averaging (TensorFlow's and OpenCV's
 * default). Of the demo clip's objects the default model finds 96 % so, 91 % after {@code AREA} and 90 % after {@code BILINEAR},
 * which both average.
 *
 * <p>A picture that is stored sideways is scaled as it is stored, and turned on its way into the tensor: only where each value
 * is read from differs, so that turning costs next to nothing.
 *
 * <p>Not threadsafe: the pipeline's converting thread owns it.
 */
public final class FrameConverter implements AutoCloseable {
    /** swscale's SIMD may write past the end of a row. */
    private static final int ROW_ALIGNMENT = 64;

    /** A narrow picture of which a model wants to see the middle only would become as long as it likes. */
    private static final int SCALED_PIXELS_MAX = 1 << 26;

    private final InputSpec spec;
    private final float[][] table = new float[3][256];
    /** The same as half-precision floats; null unless the tensor wants them. */
    private final short[][] halfTable;
    /** The picture's bytes in the tensor's order, before they become half-precision floats; null likewise. */
    private final ByteBuffer unscaled;

    private final PointerPointer<Pointer> planes = new PointerPointer<>(4);
    private final IntPointer strides = new IntPointer(4);

    private SwsContext scaler;
    private int sourceWidthPx;
    private int sourceHeightPx;
    private int sourceFormat = -1;
    private int sourceSpace;
    private int sourceRange;
    private Orientation orientation = Orientation.UPRIGHT;
    /** The upright picture's size. */
    private int uprightWidthPx;

    private int uprightHeightPx;
    /** The whole upright picture's size when it is scaled. */
    private int scaledWidthPx;

    private int scaledHeightPx;
    /** What is seen of it: its size, its place in the tensor, and what is cut off on the left and above. */
    private int widthPx;

    private int heightPx;
    private int leftPx;
    private int topPx;
    private int cutLeftPx;
    private int cutTopPx;
    /** The scaled picture as it is stored: three planes, or one of three bytes a pixel. */
    private ByteBuffer scaled;

    private BytePointer scaledAddress;
    private int storedHeightPx;
    private int planeBytes;
    /** Where the upright picture's top left pixel lies in a plane, and how far it is to the next on the right and below. */
    private int originBytes;

    private int stepRightBytes;
    private int stepDownBytes;

    public FrameConverter(InputSpec spec) {
        this.spec = spec;
        for (int channel = 0; channel < 3; channel++) {
            for (int value = 0; value < 256; value++) {
                table[channel][value] = (value - spec.mean()[channel]) / spec.std()[channel];
            }
        }
        boolean half = spec.element() == Element.FLOAT16;
        halfTable = half ? halves(table) : null;
        unscaled = half ? ByteBuffer.allocateDirect(3 * spec.widthPx() * spec.heightPx()) : null;
    }

    /**
     * Fills a tensor with a frame.
     *
     * @param frame in system memory, of any pixel format that swscale reads; each may differ from the one before in anything
     * @param turn how the frame becomes upright: the tensor shows it so
     * @param bytes the tensor as bytes, for all but {@link Element#FLOAT32}
     * @param floats the same memory as floats, for {@link Element#FLOAT32}
     * @param placement is set to where the upright frame lies in it
     * @throws ConvertException when swscale can not read this kind of frame
     */
    public void convert(AVFrame frame, Orientation turn, ByteBuffer bytes, FloatBuffer floats, Placement placement)
            throws ConvertException {
        if (isOther(frame) || turn != orientation) {
            prepare(frame, turn);
        }
        int rows = sws_scale(scaler, frame.data(), frame.linesize(), 0, frame.height(), planes, strides);
        if (rows != storedHeightPx) {
            throw new ConvertException("scaling gave " + rows + " rows of " + storedHeightPx);
        }
        switch (spec.element()) {
            case FLOAT32 -> writeFloats(floats);
            case FLOAT16 -> writeHalves(bytes);
            case UINT8 -> writeBytes(bytes);
        }
        placement.set(
                uprightWidthPx,
                uprightHeightPx,
                (float) scaledWidthPx / uprightWidthPx,
                (float) scaledHeightPx / uprightHeightPx,
                leftPx - cutLeftPx,
                topPx - cutTopPx);
    }

    private boolean isOther(AVFrame frame) {
        return frame.width() != sourceWidthPx
                || frame.height() != sourceHeightPx
                || frame.format() != sourceFormat
                || frame.colorspace() != sourceSpace
                || frame.color_range() != sourceRange;
    }

    private void prepare(AVFrame frame, Orientation turn) throws ConvertException {
        free();
        orientation = turn;
        sourceWidthPx = frame.width();
        sourceHeightPx = frame.height();
        uprightWidthPx = turn.isSideways() ? sourceHeightPx : sourceWidthPx;
        uprightHeightPx = turn.isSideways() ? sourceWidthPx : sourceHeightPx;
        sourceSpace = frame.colorspace();
        sourceRange = frame.color_range();
        place();
        boolean planar = spec.layout() == Layout.NCHW;
        boolean rgb = spec.color() == Color.RGB;
        int storedWidthPx = turn.isSideways() ? scaledHeightPx : scaledWidthPx;
        storedHeightPx = turn.isSideways() ? scaledWidthPx : scaledHeightPx;
        scaler = sws_getContext(
                sourceWidthPx,
                sourceHeightPx,
                frame.format(),
                storedWidthPx,
                storedHeightPx,
                planar ? AV_PIX_FMT_GBRP : rgb ? AV_PIX_FMT_RGB24 : AV_PIX_FMT_BGR24,
                SWS_FAST_BILINEAR,
                null,
                null,
                (DoublePointer) null);
        if (scaler == null || scaler.isNull()) {
            scaler = null;
            throw new ConvertException("frames of " + sourceWidthPx + "x" + sourceHeightPx + " in pixel format "
                    + frame.format() + " can not be scaled");
        }
        SourceColors.apply(scaler, frame);
        allocate(storedWidthPx, planar, rgb);
        sourceFormat = frame.format();
    }

    private void place() throws ConvertException {
        double scaleX = (double) spec.widthPx() / uprightWidthPx;
        double scaleY = (double) spec.heightPx() / uprightHeightPx;
        if (spec.resize() == Resize.STRETCH) {
            scaledWidthPx = spec.widthPx();
            scaledHeightPx = spec.heightPx();
        } else {
            double scale = spec.resize() == Resize.CROP ? Math.max(scaleX, scaleY) : Math.min(scaleX, scaleY);
            scaledWidthPx = Math.max(1, (int) Math.round(uprightWidthPx * scale));
            scaledHeightPx = Math.max(1, (int) Math.round(uprightHeightPx * scale));
        }
        if ((long) scaledWidthPx * scaledHeightPx > SCALED_PIXELS_MAX) {
            throw new ConvertException(
                    "frames of " + sourceWidthPx + "x" + sourceHeightPx + " are too narrow for crop");
        }
        widthPx = Math.min(scaledWidthPx, spec.widthPx());
        heightPx = Math.min(scaledHeightPx, spec.heightPx());
        cutLeftPx = (scaledWidthPx - widthPx) / 2;
        cutTopPx = (scaledHeightPx - heightPx) / 2;
        boolean centred = spec.resize() == Resize.LETTERBOX;
        leftPx = centred ? (spec.widthPx() - widthPx) / 2 : 0;
        topPx = centred ? (spec.heightPx() - heightPx) / 2 : 0;
    }

    private void allocate(int storedWidthPx, boolean planar, boolean rgb) {
        int pixelBytes = planar ? 1 : 3;
        int strideBytes = (pixelBytes * storedWidthPx + ROW_ALIGNMENT - 1) / ROW_ALIGNMENT * ROW_ALIGNMENT;
        planeBytes = strideBytes * storedHeightPx;
        int bytes = (planar ? 3 : 1) * planeBytes + 2 * ROW_ALIGNMENT;
        if (scaled == null || scaled.capacity() < bytes) { // windows of a picture may be of another size each time
            scaled = ByteBuffer.allocateDirect(bytes).order(ByteOrder.nativeOrder());
            scaledAddress = new BytePointer(scaled);
        }
        if (planar) {
            // FFmpeg's order of GBRP is green, blue, red; our planes lie in the tensor's order.
            planes.put(0, scaledAddress.getPointer((long) planeBytes));
            planes.put(1, scaledAddress.getPointer(rgb ? 2L * planeBytes : 0L));
            planes.put(2, scaledAddress.getPointer(rgb ? 0L : 2L * planeBytes));
            strides.put(0, strideBytes).put(1, strideBytes).put(2, strideBytes);
        } else {
            planes.put(0, scaledAddress);
            strides.put(0, strideBytes);
        }
        int lastColumn = (storedWidthPx - 1) * pixelBytes;
        int toRight = orientation.mirrored() ? -pixelBytes : pixelBytes; // in the stored picture, as is all of this
        int leftmost = orientation.mirrored() ? lastColumn : 0;
        int rightmost = lastColumn - leftmost;
        int bottom = (storedHeightPx - 1) * strideBytes;
        switch (orientation.quarterTurns()) {
            case 1 -> walk(leftmost + bottom, -strideBytes, toRight);
            case 2 -> walk(rightmost + bottom, -toRight, -strideBytes);
            case 3 -> walk(rightmost, strideBytes, -toRight);
            default -> walk(leftmost, toRight, strideBytes);
        }
    }

    private void walk(int origin, int stepRight, int stepDown) {
        originBytes = origin + cutLeftPx * stepRight + cutTopPx * stepDown;
        stepRightBytes = stepRight;
        stepDownBytes = stepDown;
    }

    private void writeFloats(FloatBuffer out) {
        if (spec.layout() == Layout.NCHW) {
            for (int channel = 0; channel < 3; channel++) {
                writePlane(out, channel);
            }
        } else {
            writeInterleaved(out);
        }
    }

    private void writePlane(FloatBuffer out, int channel) {
        float[] values = table[channel];
        float padding = values[spec.padding()[channel]];
        int base = channel * spec.widthPx() * spec.heightPx();
        fill(out, base, base + topPx * spec.widthPx(), padding);
        for (int y = 0; y < heightPx; y++) {
            int from = channel * planeBytes + originBytes + y * stepDownBytes;
            int to = base + (topPx + y) * spec.widthPx();
            fill(out, to, to + leftPx, padding);
            to += leftPx;
            for (int x = 0; x < widthPx; x++, from += stepRightBytes) {
                out.put(to + x, values[scaled.get(from) & 0xff]);
            }
            fill(out, to + widthPx, to - leftPx + spec.widthPx(), padding);
        }
        fill(out, base + (topPx + heightPx) * spec.widthPx(), base + spec.widthPx() * spec.heightPx(), padding);
    }

    private void writeInterleaved(FloatBuffer out) {
        for (int channel = 0; channel < 3; channel++) {
            float[] values = table[channel];
            float padding = values[spec.padding()[channel]];
            for (int y = 0; y < spec.heightPx(); y++) {
                int to = y * spec.widthPx() * 3 + channel;
                int from = originBytes + (y - topPx) * stepDownBytes + channel;
                boolean inside = y >= topPx && y < topPx + heightPx;
                for (int x = 0; x < spec.widthPx(); x++) {
                    boolean picture = inside && x >= leftPx && x < leftPx + widthPx;
                    out.put(
                            to + 3 * x,
                            picture ? values[scaled.get(from + stepRightBytes * (x - leftPx)) & 0xff] : padding);
                }
            }
        }
    }

    private static void fill(FloatBuffer out, int from, int to, float value) {
        for (int i = from; i < to; i++) {
            out.put(i, value);
        }
    }

    private void writeHalves(ByteBuffer out) {
        writeBytes(unscaled);
        boolean planar = spec.layout() == Layout.NCHW;
        int pixels = spec.widthPx() * spec.heightPx();
        for (int channel = 0; channel < 3; channel++) {
            short[] values = halfTable[channel];
            int at = planar ? channel * pixels : channel;
            for (int i = 0; i < pixels; i++, at += planar ? 1 : 3) {
                out.putShort(Short.BYTES * at, values[unscaled.get(at) & 0xff]);
            }
        }
    }

    private static short[][] halves(float[][] values) {
        short[][] halves = new short[values.length][values[0].length];
        for (int i = 0; i < values.length; i++) {
            for (int j = 0; j < values[i].length; j++) {
                halves[i][j] = Halves.of(values[i][j]);
            }
        }
        return halves;
    }

    private void writeBytes(ByteBuffer out) {
        int channels = spec.layout() == Layout.NCHW ? 3 : 1;
        int pixelBytes = spec.layout() == Layout.NCHW ? 1 : 3;
        int rowBytes = spec.widthPx() * pixelBytes;
        for (int channel = 0; channel < channels; channel++) {
            for (int y = 0; y < spec.heightPx(); y++) {
                int to = (channel * spec.heightPx() + y) * rowBytes;
                boolean inside = y >= topPx && y < topPx + heightPx;
                int from = to + leftPx * pixelBytes;
                int copied = inside ? widthPx * pixelBytes : 0;
                for (int i = to; i < from; i++) {
                    out.put(i, paddingAt(channel, i));
                }
                if (inside) {
                    copyRow(out, from, channel * planeBytes + originBytes + (y - topPx) * stepDownBytes, pixelBytes);
                }
                for (int i = from + copied; i < to + rowBytes; i++) {
                    out.put(i, paddingAt(channel, i));
                }
            }
        }
    }

    /** @param at index in the tensor, whose last dimension is the channel unless it is planar */
    private byte paddingAt(int plane, int at) {
        return (byte) spec.padding()[spec.layout() == Layout.NCHW ? plane : at % 3];
    }

    private void copyRow(ByteBuffer out, int to, int from, int pixelBytes) {
        if (stepRightBytes == pixelBytes) {
            out.put(to, scaled, from, widthPx * pixelBytes);
            return;
        }
        for (int x = 0; x < widthPx; x++) {
            for (int i = 0; i < pixelBytes; i++) {
                out.put(to + x * pixelBytes + i, scaled.get(from + x * stepRightBytes + i));
            }
        }
    }

    private void free() {
        if (scaler != null) {
            sws_freeContext(scaler);
            scaler = null;
        }
        sourceFormat = -1;
    }

    @Override
    public void close() {
        free();
        planes.close();
        strides.close();
    }
}
