package dev.vigil.workshop.accuracy;

import dev.vigil.detect.Detections;
import java.util.ArrayList;
import java.util.List;

/**
 * One object that is in a picture, in pixels of the upright frame.
 *
 * @param area of the object in square pixels, which may be less than that of its box
 * @param crowd a region with many of them: a box inside it is neither right nor wrong
 */
public record Truth(int classId, double x1, double y1, double x2, double y2, double area, boolean crowd) {
    /** An object that fills its box. */
    public static Truth of(int classId, double x1, double y1, double x2, double y2) {
        return new Truth(classId, x1, y1, x2, y2, (x2 - x1) * (y2 - y1), false);
    }

    /**
     * What one model found, for another to be held against: its boxes with a score above {@code scoreMin}, and those above
     * {@code doubtfulMin} as regions where a box is neither right nor wrong, because so little more makes it one that counts.
     */
    public static List<Truth> of(Detections boxes, float scoreMin, float doubtfulMin) {
        List<Truth> truths = new ArrayList<>();
        for (int i = 0; i < boxes.count(); i++) {
            if (boxes.score(i) > doubtfulMin) {
                double width = (double) boxes.x2(i) - boxes.x1(i);
                double height = (double) boxes.y2(i) - boxes.y1(i);
                truths.add(new Truth(
                        boxes.classId(i),
                        boxes.x1(i),
                        boxes.y1(i),
                        boxes.x2(i),
                        boxes.y2(i),
                        width * height,
                        boxes.score(i) <= scoreMin));
            }
        }
        return truths;
    }
}
