package dev.vigil.workshop.accuracy;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeSet;

/**
 * COCO's mean average precision by the plainest loops: one pass of everything for each class, area and threshold, with nothing
 * kept between (cocodataset/cocoapi, PythonAPI/pycocotools/cocoeval.py, the definition).
 */
final class CocoLoops {
    private static final double[][] AREAS = {{0, 1e10}, {0, 1024}, {1024, 9216}, {9216, 1e10}};
    /** As numpy prints its {@code linspace(.5, .95, 10)}. */
    private static final double[] IOUS = {0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.8999999999999999, 0.95};

    private final List<List<Truth>> objects = new ArrayList<>();
    private final List<float[][]> boxes = new ArrayList<>();

    /** A box of all pictures, judged. */
    private record Line(double score, boolean right) {}

    /** @param found class, score, x1, y1, x2, y2; best score first */
    void add(List<Truth> there, float[][] found) {
        objects.add(there);
        boxes.add(found);
    }

    /** map, map50, map75, small, medium, large; NaN where there is no object. */
    double[] figures() {
        return new double[] {
            mean(0, 0, 10), mean(0, 0, 1), mean(0, 5, 6), mean(1, 0, 10), mean(2, 0, 10), mean(3, 0, 10)
        };
    }

    private double mean(int area, int from, int to) {
        TreeSet<Integer> classes = new TreeSet<>();
        objects.forEach(picture -> picture.forEach(object -> classes.add(object.classId())));
        double sum = 0;
        int count = 0;
        for (int classId : classes) {
            for (int threshold = from; threshold < to; threshold++) {
                double precision = averagePrecision(classId, AREAS[area], IOUS[threshold]);
                if (!Double.isNaN(precision)) {
                    sum += precision;
                    count++;
                }
            }
        }
        return count == 0 ? Double.NaN : sum / count;
    }

    private double averagePrecision(int classId, double[] area, double iou) {
        List<Line> lines = new ArrayList<>();
        int there = 0;
        for (int picture = 0; picture < objects.size(); picture++) {
            List<Truth> counting = new ArrayList<>();
            List<Truth> ignored = new ArrayList<>();
            for (Truth object : objects.get(picture)) {
                if (object.classId() == classId) {
                    boolean outside = object.area() < area[0] || object.area() > area[1];
                    (object.crowd() || outside ? ignored : counting).add(object);
                }
            }
            there += counting.size();
            int looked = 0;
            for (float[] box : boxes.get(picture)) {
                if ((int) box[0] == classId && looked++ < 100) {
                    judge(box, counting, ignored, area, iou, lines);
                }
            }
        }
        return there == 0 ? Double.NaN : underCurve(lines, there);
    }

    /** Takes what the box is given out of the lists, unless it is a crowd. */
    private static void judge(
            float[] box, List<Truth> counting, List<Truth> ignored, double[] area, double iou, List<Line> lines) {
        Truth mine = best(box, counting, iou);
        if (mine != null) {
            counting.remove(indexOf(counting, mine));
            lines.add(new Line(box[1], true));
            return;
        }
        mine = best(box, ignored, iou);
        if (mine != null) {
            if (!mine.crowd()) {
                ignored.remove(indexOf(ignored, mine));
            }
            return;
        }
        double boxArea = ((double) box[4] - box[2]) * ((double) box[5] - box[3]);
        if (boxArea >= area[0] && boxArea <= area[1]) {
            lines.add(new Line(box[1], false));
        }
    }

    /** The very same, not one that is equal. */
    private static int indexOf(List<Truth> list, Truth object) {
        for (int i = 0; i < list.size(); i++) {
            if (list.get(i) == object) {
                return i;
            }
        }
        throw new IllegalArgumentException("not in the list: " + object);
    }

    /** The last of those that overlap most. */
    private static Truth best(float[] box, List<Truth> objects, double iou) {
        Truth best = null;
        double most = iou;
        for (Truth object : objects) {
            double width = Math.min(box[4], object.x2()) - Math.max(box[2], object.x1());
            double height = Math.min(box[5], object.y2()) - Math.max(box[3], object.y1());
            double both = width > 0 && height > 0 ? width * height : 0;
            double boxArea = ((double) box[4] - box[2]) * ((double) box[5] - box[3]);
            double all = boxArea + (object.x2() - object.x1()) * (object.y2() - object.y1()) - both;
            double overlap = both / (object.crowd() ? boxArea : all);
            if (overlap >= most) {
                most = overlap;
                best = object;
            }
        }
        return best;
    }

    private static double underCurve(List<Line> lines, int there) {
        lines.sort(Comparator.comparingDouble(line -> -line.score()));
        double sum = 0;
        for (int point = 0; point <= 100; point++) {
            double bestPrecision = 0;
            int right = 0;
            for (int i = 0; i < lines.size(); i++) {
                right += lines.get(i).right() ? 1 : 0;
                if ((double) right / there >= point * 0.01) {
                    bestPrecision = Math.max(bestPrecision, right / (i + 1 + Math.ulp(1.0)));
                }
            }
            sum += bestPrecision;
        }
        return sum / 101;
    }
}
