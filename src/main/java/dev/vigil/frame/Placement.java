package dev.vigil.frame;

/**
 * Where a frame's picture lies inside the model's input: {@code model = frame * scale + offset} on each axis, in pixels. The
 * one place that converts coordinates between the two.
 *
 * <p>Not threadsafe: it belongs to the slot of its frame.
 */
public final class Placement {
    private float scaleX = 1;
    private float scaleY = 1;
    private float offsetX;
    private float offsetY;
    private int frameWidthPx;
    private int frameHeightPx;

    /** Model pixels per frame pixel, and where the frame's top left corner lies in the model's input. */
    public void set(int frameWidthPx, int frameHeightPx, float scaleX, float scaleY, float offsetX, float offsetY) {
        this.frameWidthPx = frameWidthPx;
        this.frameHeightPx = frameHeightPx;
        this.scaleX = scaleX;
        this.scaleY = scaleY;
        this.offsetX = offsetX;
        this.offsetY = offsetY;
    }

    /**
     * What was set was about a window as if it were all of the frame; from here on it is about the frame.
     *
     * @param frameWidthPx and {@code frameHeightPx} of the upright frame that the window was cut from
     */
    public void cutFrom(int frameWidthPx, int frameHeightPx, int windowLeftPx, int windowTopPx) {
        this.frameWidthPx = frameWidthPx;
        this.frameHeightPx = frameHeightPx;
        offsetX -= windowLeftPx * scaleX;
        offsetY -= windowTopPx * scaleY;
    }

    public int frameWidthPx() {
        return frameWidthPx;
    }

    public int frameHeightPx() {
        return frameHeightPx;
    }

    /** A model x in pixels as a frame x, held inside the frame. */
    public float toFrameX(float modelX) {
        return Math.min(Math.max(toFrameXUnbounded(modelX), 0), frameWidthPx);
    }

    /** A model y in pixels as a frame y, held inside the frame. */
    public float toFrameY(float modelY) {
        return Math.min(Math.max(toFrameYUnbounded(modelY), 0), frameHeightPx);
    }

    /** A model x in pixels as a frame x, which may lie outside the frame. */
    public float toFrameXUnbounded(float modelX) {
        return (modelX - offsetX) / scaleX;
    }

    /** A model y in pixels as a frame y, which may lie outside the frame. */
    public float toFrameYUnbounded(float modelY) {
        return (modelY - offsetY) / scaleY;
    }
}
