package dev.vigil.workshop.distill;

import dev.vigil.detect.Detections;
import dev.vigil.frame.Window;

/**
 * Objects that two views have found with boxes so different that their IoU tells nothing, such as a whole person in the one and
 * the upper half in the other: of two boxes of one class, of which one lies in the other by most of its area (IoS in SAHI,
 * sahi/postprocess/combine.py), only the better stays, unless some view has itself told the two apart.
 */
final class Doubles {
    /** Least part of the smaller box that lies in the other. */
    private static final double INSIDE_MIN = 0.7;
    /** A view has found a box when one of its own is so much the same, where it looks. */
    private static final double SAME_MIN = 0.5;

    private static final int NONE = -1;

    private Doubles() {}

    /**
     * Leaves away what is there twice.
     *
     * @param merged best score first
     * @param found the boxes of each view, in the same pixels
     * @param windows where each view looks
     */
    static Detections without(Detections merged, Detections[] found, Window[] windows) {
        Detections kept = new Detections(Math.max(1, merged.count()));
        for (int i = 0; i < merged.count(); i++) {
            boolean there = false;
            for (int k = 0; k < kept.count() && !there; k++) {
                there = kept.classId(k) == merged.classId(i)
                        && inside(kept, k, merged, i) > INSIDE_MIN
                        && !areToldApart(kept, k, merged, i, found, windows);
            }
            if (!there) {
                kept.add(merged.x1(i), merged.y1(i), merged.x2(i), merged.y2(i), merged.score(i), merged.classId(i));
            }
        }
        return kept;
    }

    private static double inside(Detections some, int i, Detections others, int j) {
        double smaller = Math.min(some.area(i), others.area(j));
        return smaller <= 0 ? 0 : some.sharedArea(i, others, j) / smaller;
    }

    private static boolean areToldApart(
            Detections some, int i, Detections others, int j, Detections[] found, Window[] windows) {
        for (int view = 0; view < found.length; view++) {
            int one = partner(some, i, found[view], windows[view]);
            int other = partner(others, j, found[view], windows[view]);
            if (one != NONE && other != NONE && one != other) {
                return true;
            }
        }
        return false;
    }

    /** The box of a view that is most the same as what the view can see of another. */
    private static int partner(Detections boxes, int i, Detections found, Window window) {
        double left = Math.max(boxes.x1(i), window.leftPx());
        double top = Math.max(boxes.y1(i), window.topPx());
        double right = Math.min(boxes.x2(i), window.rightPx());
        double bottom = Math.min(boxes.y2(i), window.bottomPx());
        int best = NONE;
        double most = SAME_MIN;
        for (int j = 0; j < found.count(); j++) {
            double width = Math.min(right, found.x2(j)) - Math.max(left, found.x1(j));
            double height = Math.min(bottom, found.y2(j)) - Math.max(top, found.y1(j));
            if (found.classId(j) == boxes.classId(i) && width > 0 && height > 0) {
                double both = width * height;
                double iou = both / ((right - left) * (bottom - top) + found.area(j) - both);
                if (iou > most) {
                    most = iou;
                    best = j;
                }
            }
        }
        return best;
    }
}
