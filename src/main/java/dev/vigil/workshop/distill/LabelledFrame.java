package dev.vigil.workshop.distill;

import dev.vigil.detect.Detections;
import dev.vigil.frame.Picture;
import dev.vigil.workshop.trial.FrameWalk.Place;

/**
 * A frame of the set with what the teacher sees in it, by the set's classes, in pixels of the upright picture.
 *
 * @param part the side of the split: {@link #TRAIN} or {@link #VAL}
 * @param file its name without a folder
 * @param place where it is from
 * @param labels boxes to learn
 * @param unsure boxes that may be right or wrong
 */
record LabelledFrame(
        String part, String file, Place place, int widthPx, int heightPx, Detections labels, Detections unsure) {
    static final String TRAIN = "train";
    static final String VAL = "val";

    /** Boxes that are smaller than this on a side can not be learnt, and some tools refuse them. */
    private static final float SIDE_MIN_PX = 1;

    /** Two boxes of more IoU are of the same thing. */
    private static final double SAME_PLACE_MIN = 0.8;

    /** Fewer unsure boxes need nobody's look. */
    private static final int UNSURE_MIN = 2;

    /**
     * Tells sure boxes from unsure ones. Of two labels of different classes in the same place the better is sure, the other not.
     *
     * @param candidate what it was
     * @param picture of its file
     */
    static LabelledFrame of(
            String part, Candidate candidate, Picture picture, Detections found, DistillOptions options) {
        Detections labels = new Detections(Math.max(1, found.count()));
        Detections unsure = new Detections(Math.max(1, found.count()));
        for (int i = 0; i < found.count(); i++) {
            float score = found.score(i);
            boolean large = found.x2(i) - found.x1(i) >= SIDE_MIN_PX && found.y2(i) - found.y1(i) >= SIDE_MIN_PX;
            boolean doubt = score >= options.unsureLow() && score < options.unsureHigh();
            Detections into = doubt || contradicts(found, i, labels) ? unsure : labels;
            if (large && (doubt || score >= options.scoreMin())) {
                into.add(found.x1(i), found.y1(i), found.x2(i), found.y2(i), score, found.classId(i));
            }
        }
        return new LabelledFrame(
                part,
                candidate.file().getFileName().toString(),
                candidate.place(),
                picture.widthPx(),
                picture.heightPx(),
                labels,
                unsure);
    }

    /** Whether a better label of another class is where a box is: one of the two is wrong. Best scores come first. */
    private static boolean contradicts(Detections found, int i, Detections labels) {
        for (int k = 0; k < labels.count(); k++) {
            double iou = found.iou(i, labels, k);
            if (labels.classId(k) != found.classId(i) && iou > SAME_PLACE_MIN) {
                return true;
            }
        }
        return false;
    }

    /** Whether a person should look at it: it has several unsure boxes, and half as many as labels, or more. */
    boolean isDoubtful() {
        return unsure.count() >= UNSURE_MIN && 2 * unsure.count() >= labels.count();
    }
}
