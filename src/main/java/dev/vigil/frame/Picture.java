package dev.vigil.frame;

import static org.bytedeco.ffmpeg.global.avutil.av_frame_alloc;
import static org.bytedeco.ffmpeg.global.avutil.av_frame_free;
import static org.bytedeco.ffmpeg.global.avutil.av_frame_ref;
import static org.bytedeco.ffmpeg.global.avutil.av_frame_unref;

import dev.vigil.base.trace.Tracing;
import org.bytedeco.ffmpeg.avutil.AVFrame;

/**
 * One decoded picture: a reference to the decoder's own buffers, and what is known of it. Pictures are recycled by their
 * {@link Mailbox}; whoever was handed one owns it until it is given back.
 */
public final class Picture {
    private final AVFrame frame = av_frame_alloc();
    private final FrameTimes times = new FrameTimes();
    private Orientation orientation = Orientation.UPRIGHT;
    private final int camera;
    private long number;

    /** A picture of no camera. */
    public Picture() {
        this(Tracing.NAMELESS);
    }

    /** @param camera its name, as {@link Tracing#name(String)} has it */
    Picture(int camera) {
        this.camera = camera;
    }

    /**
     * Another picture of the same pixels, which stay for as long as one of the two has them; nothing is copied.
     *
     * @return to be freed by whoever gets it; null when there is no memory for it
     */
    public Picture share() {
        Picture other = new Picture(camera);
        if (av_frame_ref(other.frame, frame) < 0) {
            other.free();
            return null;
        }
        other.times.set(times);
        other.orientation = orientation;
        other.number = number;
        return other;
    }

    /** The pixels as they are stored: not yet upright. */
    public AVFrame frame() {
        return frame;
    }

    /** How the stored pixels become upright. */
    public Orientation orientation() {
        return orientation;
    }

    public void setOrientation(Orientation orientation) {
        this.orientation = orientation;
    }

    /** Of the upright picture; 0 while it is empty. */
    public int widthPx() {
        return orientation.isSideways() ? frame.height() : frame.width();
    }

    /** Of the upright picture; 0 while it is empty. */
    public int heightPx() {
        return orientation.isSideways() ? frame.width() : frame.height();
    }

    public FrameTimes times() {
        return times;
    }

    /** The camera's frame number, as its {@link Ledger} counts. */
    public long number() {
        return number;
    }

    public void setNumber(long number) {
        this.number = number;
        times.of(camera, number);
    }

    /** Gives the pixels back to the decoder's pool. */
    void clear() {
        av_frame_unref(frame);
        orientation = Orientation.UPRIGHT;
    }

    /** The end of it, pixels and all. */
    public void free() {
        av_frame_free(frame);
    }
}
