package dev.vigil.frame;

/**
 * A part of a picture: whole pixels of the upright picture, its top left corner and its size. Not threadsafe: whoever made it
 * says when it may change.
 */
public final class Window {
    private int leftPx;
    private int topPx;
    private int widthPx;
    private int heightPx;

    /** An empty one. */
    public Window() {}

    public Window(int leftPx, int topPx, int widthPx, int heightPx) {
        set(leftPx, topPx, widthPx, heightPx);
    }

    public void set(int newLeftPx, int newTopPx, int newWidthPx, int newHeightPx) {
        leftPx = newLeftPx;
        topPx = newTopPx;
        widthPx = newWidthPx;
        heightPx = newHeightPx;
    }

    public int leftPx() {
        return leftPx;
    }

    public int topPx() {
        return topPx;
    }

    public int widthPx() {
        return widthPx;
    }

    public int heightPx() {
        return heightPx;
    }

    /** The first column right of it. */
    public int rightPx() {
        return leftPx + widthPx;
    }

    /** The first row below it. */
    public int bottomPx() {
        return topPx + heightPx;
    }

    /** For people: {@code 640x360 at (1280, 0)}. */
    @Override
    public String toString() {
        return widthPx + "x" + heightPx + " at (" + leftPx + ", " + topPx + ")";
    }
}
