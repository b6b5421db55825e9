package dev.vigil.detect;

import java.util.Arrays;

/**
 * The candidates that stay, best first, in groups that are compared among themselves: a chain for each, from its best box to its
 * worst.
 *
 * <p>The IoU is computed as ONNX Runtime's NonMaxSuppression does, {@code intersection / (a + b - intersection)} in floats; a box
 * without area overlaps none. Allocates only for more boxes, groups or classes than ever before. Not threadsafe.
 */
final class KeptBoxes {
    /** No box. */
    static final int NONE = -1;
    /** x1, y1, x2, y2, area. */
    private static final int BOX = 5;

    private int[] candidate = new int[256];
    private int[] groupOf = new int[256];
    private float[] box = new float[BOX * 256];
    /** For each box, the one of its group that came after it. */
    private int[] next = new int[256];
    /** For each group its best box and its worst; {@link #NONE} before the first. */
    private int[] first = new int[0];

    private int[] last = new int[0];
    /** Boxes of each class. */
    private int[] countOf = new int[0];

    private int[] classOf = new int[256];
    private int count;

    /** @param classes how many there are; groups are numbered below that, too */
    void start(int classes) {
        if (first.length < classes) {
            first = new int[classes];
            last = new int[classes];
            countOf = new int[classes];
            Arrays.fill(first, NONE);
        }
        for (int k = 0; k < count; k++) {
            first[groupOf[k]] = NONE;
            countOf[classOf[k]] = 0;
        }
        count = 0;
    }

    int count() {
        return count;
    }

    int countOf(int classId) {
        return countOf[classId];
    }

    int candidate(int kept) {
        return candidate[kept];
    }

    /** The best box of a group. */
    int first(int group) {
        return first[group];
    }

    /** The one of its group that came after it. */
    int next(int kept) {
        return next[kept];
    }

    void add(Candidates candidates, int i, int group) {
        if (count == candidate.length) {
            candidate = Arrays.copyOf(candidate, 2 * count);
            groupOf = Arrays.copyOf(groupOf, 2 * count);
            classOf = Arrays.copyOf(classOf, 2 * count);
            next = Arrays.copyOf(next, 2 * count);
            box = Arrays.copyOf(box, 2 * BOX * count);
        }
        move(count, candidates.x1[i], candidates.y1[i], candidates.x2[i], candidates.y2[i]);
        candidate[count] = i;
        classOf[count] = candidates.classId[i];
        countOf[classOf[count]]++;
        groupOf[count] = group;
        next[count] = NONE;
        if (first[group] == NONE) {
            first[group] = count;
        } else {
            next[last[group]] = count;
        }
        last[group] = count++;
    }

    /** Gives a box other corners; its candidate keeps its own. */
    void move(int kept, float x1, float y1, float x2, float y2) {
        int at = BOX * kept;
        box[at] = x1;
        box[at + 1] = y1;
        box[at + 2] = x2;
        box[at + 3] = y2;
        box[at + 4] = (x2 - x1) * (y2 - y1);
    }

    /**
     * The first box at or after {@code kept} in its group that overlaps a candidate by more than {@code iouMax}.
     *
     * @param kept may be {@link #NONE}
     * @return {@link #NONE} when none does
     */
    int firstOverlapping(int kept, Candidates candidates, int i, float iouMax) {
        float x1 = candidates.x1[i];
        float y1 = candidates.y1[i];
        float x2 = candidates.x2[i];
        float y2 = candidates.y2[i];
        float area = (x2 - x1) * (y2 - y1);
        float[] boxes = box;
        int k = kept;
        while (k != NONE) {
            int at = BOX * k;
            float width = Math.min(x2, boxes[at + 2]) - Math.max(x1, boxes[at]);
            float height = Math.min(y2, boxes[at + 3]) - Math.max(y1, boxes[at + 1]);
            if (width > 0 && height > 0) {
                float intersection = width * height;
                if (intersection / (area + boxes[at + 4] - intersection) > iouMax) {
                    return k;
                }
            }
            k = next[k];
        }
        return NONE;
    }

    /** The IoU of a box and a candidate. */
    float iou(int kept, Candidates candidates, int i) {
        float x1 = candidates.x1[i];
        float y1 = candidates.y1[i];
        float x2 = candidates.x2[i];
        float y2 = candidates.y2[i];
        int at = BOX * kept;
        float width = Math.min(x2, box[at + 2]) - Math.max(x1, box[at]);
        float height = Math.min(y2, box[at + 3]) - Math.max(y1, box[at + 1]);
        if (!(width > 0 && height > 0)) {
            return 0;
        }
        float intersection = width * height;
        return intersection / ((x2 - x1) * (y2 - y1) + box[at + 4] - intersection);
    }

    /**
     * How far apart the centres of a box and a candidate are: the squared distance over the squared diagonal of the box around
     * both (R_DIoU of Zheng et al., 2020).
     */
    float centreDistance(int kept, Candidates candidates, int i) {
        int at = BOX * kept;
        float doubledX = candidates.x1[i] + candidates.x2[i] - box[at] - box[at + 2];
        float doubledY = candidates.y1[i] + candidates.y2[i] - box[at + 1] - box[at + 3];
        float width = Math.max(candidates.x2[i], box[at + 2]) - Math.min(candidates.x1[i], box[at]);
        float height = Math.max(candidates.y2[i], box[at + 3]) - Math.min(candidates.y1[i], box[at + 1]);
        return (doubledX * doubledX + doubledY * doubledY) / 4 / (width * width + height * height);
    }
}
