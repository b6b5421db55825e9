package dev.vigil.detect;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;

/** Greedy NMS as its definition reads, slowly, and boxes to try it on. */
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
    }

    /** What stays, best first: each class for itself, then all together, the best {@code boxesMax}. */
    static List<Box> run(List<Box> boxes, float scoreMin, float iouMax, int boxesMax) {
        Comparator<Box> bestFirst = Comparator.comparing(Box::score).reversed().thenComparing(Box::index);
        List<Box> kept = new ArrayList<>();
        for (int classId : boxes.stream().mapToInt(Box::classId).distinct().toArray()) {
            List<Box> left = new ArrayList<>(boxes.stream()
                    .filter(box -> box.classId == classId && box.score > scoreMin)
                    .sorted(bestFirst)
                    .toList());
            while (!left.isEmpty()) {
                Box best = left.remove(0);
                kept.add(best);
                left.removeIf(box -> box.iou(best) > iouMax);
            }
        }
        return kept.stream().sorted(bestFirst).limit(boxesMax).toList();
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
        int kept = nms.run(candidates(boxes, 0), rules, boxesMax);
        List<Integer> indices = new ArrayList<>();
        for (int rank = 0; rank < kept; rank++) {
            indices.add(nms.candidate(rank));
        }
        return indices;
    }

    static List<Integer> indices(List<Box> boxes) {
        return boxes.stream().map(Box::index).toList();
    }
}
