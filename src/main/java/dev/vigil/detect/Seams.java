package dev.vigil.detect;

import dev.vigil.frame.Window;

/** Where a view of a frame ends inside of the frame: what touches such an edge is cut, a part of something larger. Stateless. */
final class Seams {
    /** A box that ends so near a seam touches it: models are off by a little there. Part of the view's side. */
    private static final float TOUCH = 0.02f;

    private static final float TOUCH_MIN_PX = 1.5f;

    private Seams() {}

    /** Whether a box of a view touches a seam; all in pixels of the frame. */
    static boolean cut(Window view, int frameWidthPx, int frameHeightPx, float x1, float y1, float x2, float y2) {
        float nearX = Math.max(TOUCH_MIN_PX, TOUCH * view.widthPx());
        float nearY = Math.max(TOUCH_MIN_PX, TOUCH * view.heightPx());
        return view.leftPx() > 0 && x1 <= view.leftPx() + nearX
                || view.topPx() > 0 && y1 <= view.topPx() + nearY
                || view.rightPx() < frameWidthPx && x2 >= view.rightPx() - nearX
                || view.bottomPx() < frameHeightPx && y2 >= view.bottomPx() - nearY;
    }
}
