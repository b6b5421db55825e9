package dev.vigil.workshop.accuracy;

import dev.vigil.detect.Detections;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;

/**
 * Mean average precision as pycocotools defines it ({@code cocoeval.py}: {@code evaluateImg}, {@code accumulate},
 * {@code summarize}): IoU from 0.50 to 0.95 in steps of 0.05, precision at 101 points of recall, the best 100 boxes of each class
 * and picture, objects of all, small (up to 32² square pixels), medium (up to 96²) and large areas. Not threadsafe.
 */
public final class MeanPrecision {
    /** Of IoU: 0.50, 0.55, …, 0.95. */
    static final int THRESHOLDS = 10;

    private static final double IOU_FIRST = 0.5;
    private static final double IOU_LAST = 0.95;
    private static final double IOU_STEP = (IOU_LAST - IOU_FIRST) / (THRESHOLDS - 1);

    private static final int RECALLS = 101;
    /** As numpy's {@code linspace(0, 1, 101)} rounds its points: multiplied, not divided. */
    private static final double RECALL_STEP = 0.01;

    /** Boxes of a class and picture that count, for recall; the last for precision too. */
    private static final int[] BOXES = {1, 10, 100};

    private static final int BOXES_MAX = 100;
    private static final double[][] AREAS = {{0, 1e10}, {0, 32 * 32}, {32 * 32, 96 * 96}, {96 * 96, 1e10}};

    private final Map<Integer, OfClass> classes = new TreeMap<>();

    /** What was found of one class in all pictures, and how many objects of it there are by area. */
    private static final class OfClass {
        private final List<Judged> boxes = new ArrayList<>();
        private final int[] objects = new int[AREAS.length];
    }

    /**
     * A box, and for each area and threshold (a bit each) whether it has an object of its own, and whether it does not count.
     *
     * @param rank in its picture and class, best score first
     */
    private record Judged(float score, int rank, int[] matched, int[] ignored) {}

    /**
     * Figures in 0..1; NaN where there is no object that they are about.
     *
     * @param map mean over IoU 0.50 to 0.95
     * @param map50 at IoU 0.50
     * @param small {@code map} of small objects; likewise medium and large
     * @param recall by most boxes of a class and picture: 1, 10, 100
     * @param ofClass {@code map} by class, for the classes that have objects
     * @param of50Class {@code map50} by class
     */
    public record Summary(
            double map,
            double map50,
            double map75,
            double small,
            double medium,
            double large,
            double[] recall,
            Map<Integer, Double> ofClass,
            Map<Integer, Double> of50Class) {}

    /** Takes one picture: what is in it, and what was found, best score first. */
    public void add(List<Truth> truths, Detections found) {
        Map<Integer, List<Truth>> truthsOf = new TreeMap<>();
        truths.forEach(t ->
                truthsOf.computeIfAbsent(t.classId(), c -> new ArrayList<>()).add(t));
        Map<Integer, List<Integer>> foundOf = new TreeMap<>();
        IntStream.range(0, found.count())
                .boxed()
                .sorted(Comparator.comparingDouble(i -> -found.score(i)))
                .forEach(i -> foundOf.computeIfAbsent(found.classId(i), c -> new ArrayList<>())
                        .add(i));
        for (Map.Entry<Integer, List<Truth>> entry : truthsOf.entrySet()) {
            judge(entry.getKey(), entry.getValue(), foundOf.getOrDefault(entry.getKey(), List.of()), found);
        }
        foundOf.keySet().removeAll(truthsOf.keySet());
        foundOf.forEach((classId, boxes) -> judge(classId, List.of(), boxes, found));
    }

    private void judge(int classId, List<Truth> truths, List<Integer> boxes, Detections found) {
        OfClass of = classes.computeIfAbsent(classId, c -> new OfClass());
        List<Integer> best = boxes.subList(0, Math.min(BOXES_MAX, boxes.size()));
        double[][] overlaps = new double[best.size()][truths.size()];
        for (int box = 0; box < best.size(); box++) {
            for (int truth = 0; truth < truths.size(); truth++) {
                overlaps[box][truth] = overlap(found, best.get(box), truths.get(truth));
            }
        }
        List<Judged> judged = new ArrayList<>();
        for (int box = 0; box < best.size(); box++) {
            judged.add(new Judged(found.score(best.get(box)), box, new int[AREAS.length], new int[AREAS.length]));
        }
        for (int area = 0; area < AREAS.length; area++) {
            boolean[] ignored = new boolean[truths.size()];
            for (int truth = 0; truth < ignored.length; truth++) {
                ignored[truth] =
                        truths.get(truth).crowd() || isOutside(truths.get(truth).area(), area);
                of.objects[area] += ignored[truth] ? 0 : 1;
            }
            boolean[] crowds = new boolean[truths.size()];
            for (int truth = 0; truth < crowds.length; truth++) {
                crowds[truth] = truths.get(truth).crowd();
            }
            // Those that count first, otherwise in their order.
            int[] order = IntStream.concat(
                            IntStream.range(0, ignored.length).filter(t -> !ignored[t]),
                            IntStream.range(0, ignored.length).filter(t -> ignored[t]))
                    .toArray();
            for (int threshold = 0; threshold < THRESHOLDS; threshold++) {
                match(judged, overlaps, order, ignored, crowds, area, threshold);
            }
            for (int box = 0; box < best.size(); box++) {
                if (isOutside(found.area(best.get(box)), area)) {
                    judged.get(box).ignored[area] |= ~judged.get(box).matched[area];
                }
            }
        }
        of.boxes.addAll(judged);
    }

    /** Gives each box, the best first, the object that it overlaps most and that no better box has. */
    private static void match(
            List<Judged> boxes,
            double[][] overlaps,
            int[] order,
            boolean[] ignored,
            boolean[] crowds,
            int area,
            int threshold) {
        boolean[] taken = new boolean[ignored.length];
        for (Judged box : boxes) {
            double most = Math.min(iou(threshold), 1 - 1e-10);
            int mine = -1;
            for (int truth : order) {
                if (taken[truth] && !crowds[truth]) {
                    continue;
                }
                if (mine >= 0 && !ignored[mine] && ignored[truth]) {
                    break; // one that counts is better than any that does not
                }
                if (overlaps[box.rank][truth] >= most) {
                    most = overlaps[box.rank][truth];
                    mine = truth;
                }
            }
            if (mine >= 0) {
                taken[mine] = true;
                box.matched[area] |= 1 << threshold;
                box.ignored[area] |= ignored[mine] ? 1 << threshold : 0;
            }
        }
    }

    /** As numpy's {@code linspace(0.5, 0.95, 10)} rounds them: an IoU of just 0.85 is enough for 0.85. */
    private static double iou(int threshold) {
        return threshold == THRESHOLDS - 1 ? IOU_LAST : IOU_FIRST + threshold * IOU_STEP;
    }

    private static boolean isOutside(double area, int range) {
        return area < AREAS[range][0] || area > AREAS[range][1];
    }

    /** IoU; with a crowd, the part of the box that lies in it. */
    private static double overlap(Detections boxes, int i, Truth truth) {
        double width = Math.min(boxes.x2(i), truth.x2()) - Math.max(boxes.x1(i), truth.x1());
        double height = Math.min(boxes.y2(i), truth.y2()) - Math.max(boxes.y1(i), truth.y1());
        if (width <= 0 || height <= 0) {
            return 0;
        }
        double both = width * height;
        double ofTruth = (truth.x2() - truth.x1()) * (truth.y2() - truth.y1());
        return both / (truth.crowd() ? boxes.area(i) : boxes.area(i) + ofTruth - both);
    }

    /** The figures of all pictures so far. */
    public Summary summary() {
        Map<Integer, Double> ofClass = new TreeMap<>();
        Map<Integer, Double> of50Class = new TreeMap<>();
        double[][] precision = new double[AREAS.length + 2][];
        for (int area = 0; area < AREAS.length; area++) {
            precision[area] = precisions(area, 0, THRESHOLDS);
        }
        precision[AREAS.length] = precisions(0, 0, 1);
        precision[AREAS.length + 1] = precisions(0, 5, 6);
        classes.forEach((id, of) -> {
            if (of.objects[0] > 0) {
                ofClass.put(id, mean(precisions(of, 0, 0, THRESHOLDS)));
                of50Class.put(id, mean(precisions(of, 0, 0, 1)));
            }
        });
        return new Summary(
                mean(precision[0]),
                mean(precision[AREAS.length]),
                mean(precision[AREAS.length + 1]),
                mean(precision[1]),
                mean(precision[2]),
                mean(precision[3]),
                Arrays.stream(BOXES).mapToDouble(this::recall).toArray(),
                ofClass,
                of50Class);
    }

    private double[] precisions(int area, int from, int to) {
        return classes.values().stream()
                .flatMapToDouble(of -> Arrays.stream(precisions(of, area, from, to)))
                .toArray();
    }

    /** The average precision at each of some thresholds; none where there is no object. */
    private static double[] precisions(OfClass of, int area, int from, int to) {
        if (of.objects[area] == 0) {
            return new double[0];
        }
        List<Judged> sorted = sorted(of, BOXES_MAX);
        return IntStream.range(from, to)
                .mapToDouble(threshold -> averagePrecision(sorted, of.objects[area], area, 1 << threshold))
                .toArray();
    }

    private static List<Judged> sorted(OfClass of, int boxesMax) {
        return of.boxes.stream()
                .filter(box -> box.rank < boxesMax)
                .sorted(Comparator.comparingDouble(box -> -box.score))
                .toList();
    }

    private static double averagePrecision(List<Judged> boxes, int objects, int area, int bit) {
        double[] precision = new double[boxes.size()];
        double[] recall = new double[boxes.size()];
        int right = 0;
        int wrong = 0;
        for (int i = 0; i < precision.length; i++) {
            Judged box = boxes.get(i);
            if ((box.ignored[area] & bit) == 0) {
                right += (box.matched[area] & bit) != 0 ? 1 : 0;
                wrong += (box.matched[area] & bit) == 0 ? 1 : 0;
            }
            recall[i] = (double) right / objects;
            precision[i] = right / (right + wrong + Math.ulp(1.0));
        }
        for (int i = precision.length - 1; i > 0; i--) {
            precision[i - 1] = Math.max(precision[i - 1], precision[i]);
        }
        double sum = 0;
        int at = 0;
        for (int point = 0; point < RECALLS; point++) {
            double wanted = point * RECALL_STEP;
            while (at < recall.length && recall[at] < wanted) {
                at++;
            }
            sum += at < precision.length ? precision[at] : 0;
        }
        return sum / RECALLS;
    }

    /** Over all areas and thresholds, with at most so many boxes of a class and picture. */
    private double recall(int boxesMax) {
        return mean(classes.values().stream()
                .filter(of -> of.objects[0] > 0)
                .flatMapToDouble(of -> IntStream.range(0, THRESHOLDS).mapToDouble(threshold -> {
                    int bit = 1 << threshold;
                    long right = of.boxes.stream()
                            .filter(box -> box.rank < boxesMax)
                            .filter(box -> (box.matched[0] & bit) != 0 && (box.ignored[0] & bit) == 0)
                            .count();
                    return (double) right / of.objects[0];
                }))
                .toArray());
    }

    private static double mean(double[] values) {
        return Arrays.stream(values).average().orElse(Double.NaN);
    }
}
