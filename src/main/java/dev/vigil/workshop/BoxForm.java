package dev.vigil.workshop;

import java.util.Locale;

/** How four numbers tell a box. */
public enum BoxForm {
    /** Two corners: x1, y1, x2, y2. */
    XYXY,
    /** Two corners, y first: y1, x1, y2, x2. */
    YXYX,
    /** Centre and size: centre x, centre y, width, height. */
    CXCYWH;

    /** As metadata and options have it. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
