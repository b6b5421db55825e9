package dev.vigil.detect;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;

/** NMS of each kind as its definition reads, slowly, and boxes to try it on. */
final class NmsReference {
    private NmsReference() {}

    /** A box with its place among the candidates. */
    record Box(int index, float x1, float y1, float x2, float y2, float score, int classId) {
        float area() {
            return (x2 - x1) * (y2 - y1);
        }

        float iou(Box other) {
            float width = Math.max(0, Math.min(x2, other.x2) - Math.max(x1, other.x1));
            float height = Math.max(0, Math.min(y2, other.y2) - Math.max(y1, other.y1));
            float intersection = width * height;
            return intersection <= 0 ? 0 : intersection / (area() + other.area() - intersection);
        }

        /** Squared distance of the centres over the squared diagonal of the box around both. */
        double distance(Box other) {
            double x = (x1 + x2) / 2.0 - (other.x1 + other.x2) / 2.0;
            double y = (y1 + y2) / 2.0 - (other.y1 + other.y2) / 2.0;
            double width = Math.max(x2, other.x2) - Math.min(x1, other.x1);
            double height = Math.max(y2, other.y2) - Math.min(y1, other.y1);
            return (x * x + y * y) / (width * width + height * height);
        }

        Box withScore(float newScore) {
            return new Box(index, x1, y1, x2, y2, newScore, classId);
        }
    }

    private static final Comparator<Box> BEST_FIRST =
            Comparator.comparing(Box::score).reversed().thenComparing(Box::index);

    /** What stays with {@link Suppression.Kind#BY_CLASS}, best first. */
    static List<Box> run(List<Box> boxes, float scoreMin, float iouMax, int boxesMax) {
        return run(boxes, new Suppression(Suppression.Kind.BY_CLASS, iouMax), scoreMin, boxesMax);
    }

    /**
     * What stays, best first, with the score and the corners that it has then: each class for itself, or all in one, then all
     * together, the best {@code boxesMax}.
     */
    static List<Box> run(List<Box> boxes, Suppression suppression, float scoreMin, int boxesMax) {
        if (suppression.kind() == Suppression.Kind.WBF) {
            return fused(boxes, suppression.iouMax(), scoreMin, boxesMax);
        }
        boolean together = suppression.kind() == Suppression.Kind.ALL_CLASSES;
        Map<Integer, List<Box>> groups = boxes.stream()
                .filter(box -> box.score > scoreMin)
                .sorted(BEST_FIRST)
                .collect(Collectors.groupingBy(box -> together ? 0 : box.classId));
        List<Box> kept = new ArrayList<>();
        for (List<Box> group : groups.values()) {
            List<Box> left = new ArrayList<>(group);
            while (!left.isEmpty()) {
                Box best = left.stream().min(BEST_FIRST).orElseThrow();
                left.remove(best);
                kept.add(suppress(best, left, suppression, scoreMin));
            }
        }
        return kept.stream().sorted(BEST_FIRST).limit(boxesMax).toList();
    }

    /** Takes out of the others what the best suppresses, or from their scores; what the best becomes. */
    private static Box suppress(Box best, List<Box> left, Suppression suppression, float scoreMin) {
        float iouMax = suppression.iouMax();
        switch (suppression.kind()) {
            case NONE -> {}
            case BY_CLASS, ALL_CLASSES -> left.removeIf(box -> box.iou(best) > iouMax);
            case DIOU -> left.removeIf(box -> box.iou(best) > 0 && box.iou(best) - box.distance(best) > iouMax);
            case SOFT_LINEAR -> {
                left.replaceAll(box -> box.iou(best) > iouMax ? box.withScore(box.score * (1 - box.iou(best))) : box);
                left.removeIf(box -> box.score <= scoreMin);
            }
            case SOFT_GAUSSIAN -> {
                left.replaceAll(box -> box.withScore(
                        box.score * (float) Math.exp(-(box.iou(best) * box.iou(best)) / suppression.sigma())));
                left.removeIf(box -> box.score <= scoreMin);
            }
            case WEIGHTED -> {
                List<Box> cluster = new ArrayList<>(
                        left.stream().filter(box -> box.iou(best) > iouMax).toList());
                left.removeAll(cluster);
                cluster.add(best);
                return new Box(
                        best.index,
                        mean(cluster, Box::x1),
                        mean(cluster, Box::y1),
                        mean(cluster, Box::x2),
                        mean(cluster, Box::y2),
                        best.score,
                        best.classId);
            }
            case WBF -> throw new IllegalArgumentException("is not greedy");
        }
        return best;
    }

    /**
     * weighted_boxes_fusion of ensemble_boxes_wbf.py with one model, whose weight is 1: prefilter_boxes sorts, each box is given
     * to find_matching_box of the weighted ones, and get_weighted_box makes the cluster's anew with 'avg'. Each under the index of
     * its cluster's first.
     */
    private static List<Box> fused(List<Box> boxes, float iouMax, float scoreMin, int boxesMax) {
        Map<Integer, List<Box>> labels = boxes.stream()
                .filter(box -> box.score > scoreMin)
                .sorted(BEST_FIRST)
                .collect(Collectors.groupingBy(Box::classId));
        List<Box> overall = new ArrayList<>();
        for (List<Box> label : labels.values()) {
            List<List<Box>> clusters = new ArrayList<>();
            List<Box> weighted = new ArrayList<>();
            for (Box box : label) {
                int match = -1;
                float bestIou = iouMax;
                for (int k = 0; k < weighted.size(); k++) {
                    if (weighted.get(k).iou(box) > bestIou) {
                        match = k;
                        bestIou = weighted.get(k).iou(box);
                    }
                }
                if (match < 0) {
                    clusters.add(new ArrayList<>(List.of(box)));
                    weighted.add(box);
                } else {
                    clusters.get(match).add(box);
                    weighted.set(match, weightedBox(clusters.get(match)));
                }
            }
            overall.addAll(weighted);
        }
        return overall.stream().sorted(BEST_FIRST).limit(boxesMax).toList();
    }

    private static Box weightedBox(List<Box> cluster) {
        double scores = cluster.stream().mapToDouble(Box::score).sum();
        Box first = cluster.get(0);
        return new Box(
                first.index,
                mean(cluster, Box::x1),
                mean(cluster, Box::y1),
                mean(cluster, Box::x2),
                mean(cluster, Box::y2),
                (float) (scores / cluster.size()),
                first.classId);
    }

    private static float mean(List<Box> cluster, ToDoubleFunction<Box> corner) {
        double sum = cluster.stream()
                .mapToDouble(box -> box.score * corner.applyAsDouble(box))
                .sum();
        return (float) (sum / cluster.stream().mapToDouble(Box::score).sum());
    }

    /**
     * Boxes around a few centres, so that many overlap; coordinates are quarters of a pixel, so that sums and products of
     * them are exact and every implementation gets the same IoU.
     *
     * @param scoreSteps how many different scores there are: few make ties
     */
    static List<Box> random(Random random, int count, int classes, int scoreSteps) {
        List<Box> boxes = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            float x = 100 * random.nextInt(6) + random.nextInt(160) / 4f;
            float y = 100 * random.nextInt(4) + random.nextInt(160) / 4f;
            float width = (1 + random.nextInt(320)) / 4f;
            float height = (1 + random.nextInt(320)) / 4f;
            float score = (1 + random.nextInt(scoreSteps)) / (scoreSteps + 1f);
            boxes.add(new Box(i, x, y, x + width, y + height, score, random.nextInt(classes)));
        }
        return boxes;
    }

    static Candidates candidates(List<Box> boxes, float scoreMin) {
        Candidates candidates = new Candidates();
        candidates.start(scoreMin);
        boxes.forEach(box -> candidates.add(box.x1, box.y1, box.x2, box.y2, box.score, box.classId));
        return candidates;
    }

    /** What {@link Nms} leaves of the boxes, by their places in {@code boxes}; they must all be above {@code scoreMin}. */
    static List<Integer> runOurs(Nms nms, List<Box> boxes, float iouMax, int boxesMax) {
        BoxRules rules = Rules.of(new Suppression(Suppression.Kind.BY_CLASS, iouMax));
        return indices(runOurs(nms, boxes, rules, boxesMax));
    }

    /** What {@link Nms} leaves of the boxes, with the scores and corners that they have then. */
    static List<Box> runOurs(Nms nms, List<Box> boxes, BoxRules rules, int boxesMax) {
        Candidates candidates = candidates(boxes, 0);
        int kept = nms.run(candidates, rules, boxesMax);
        List<Box> result = new ArrayList<>();
        for (int rank = 0; rank < kept; rank++) {
            int i = nms.candidate(rank);
            result.add(new Box(
                    i,
                    candidates.x1(i),
                    candidates.y1(i),
                    candidates.x2(i),
                    candidates.y2(i),
                    candidates.score(i),
                    candidates.classId(i)));
        }
        return result;
    }

    static List<Integer> indices(List<Box> boxes) {
        return boxes.stream().map(Box::index).toList();
    }
}
