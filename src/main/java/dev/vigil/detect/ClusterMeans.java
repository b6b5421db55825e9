package dev.vigil.detect;

import java.util.Arrays;

/**
 * The means, by score, of the boxes that were taken together with each kept one, and itself. Allocates only for more boxes than ever
 * before. Not threadsafe.
 */
final class ClusterMeans {
    /** Sums for a box: of the scores, and of the scores times x1, y1, x2, y2; and how many there are. */
    private static final int BOX = 6;
    /** Sums for a keypoint: of the scores of those that know it, and of these times x and y. */
    private static final int POINT = 3;

    private double[] sums = new double[0];
    private double[] pointSums = new double[0];

    /** Begins the cluster of a kept box with that box. */
    void begin(int kept, Candidates candidates, int i) {
        int points = POINT * candidates.keypoints();
        if (sums.length < BOX * (kept + 1) || pointSums.length < points * (kept + 1)) {
            int capacity = Math.max(256, 2 * kept);
            sums = Arrays.copyOf(sums, BOX * capacity);
            pointSums = Arrays.copyOf(pointSums, points * capacity);
        }
        Arrays.fill(sums, BOX * kept, BOX * (kept + 1), 0);
        Arrays.fill(pointSums, points * kept, points * (kept + 1), 0);
        add(kept, candidates, i);
    }

    void add(int kept, Candidates candidates, int i) {
        double score = candidates.score[i];
        int at = BOX * kept;
        sums[at] += score;
        sums[at + 1] += score * candidates.x1[i];
        sums[at + 2] += score * candidates.y1[i];
        sums[at + 3] += score * candidates.x2[i];
        sums[at + 4] += score * candidates.y2[i];
        sums[at + 5]++;
        for (int point = 0; point < candidates.keypoints(); point++) {
            double x = candidates.keypointX(i, point);
            double y = candidates.keypointY(i, point);
            if (!Double.isNaN(x) && !Double.isNaN(y)) {
                int of = POINT * (kept * candidates.keypoints() + point);
                pointSums[of] += score;
                pointSums[of + 1] += score * x;
                pointSums[of + 2] += score * y;
            }
        }
    }

    /** Moves the candidates that were kept to the means of their clusters. */
    void apply(KeptBoxes boxes, Candidates candidates) {
        for (int kept = 0; kept < boxes.count(); kept++) {
            int i = boxes.candidate(kept);
            candidates.x1[i] = mean(kept, 1);
            candidates.y1[i] = mean(kept, 2);
            candidates.x2[i] = mean(kept, 3);
            candidates.y2[i] = mean(kept, 4);
            for (int point = 0; point < candidates.keypoints(); point++) {
                int of = POINT * (kept * candidates.keypoints() + point);
                // Where nobody knows it, 0 / 0 is the NaN that says so.
                candidates.keypoint(i, point, (float) (pointSums[of + 1] / pointSums[of]), (float)
                        (pointSums[of + 2] / pointSums[of]));
            }
        }
    }

    /** Moves what others are compared with to the mean of its cluster. */
    void move(int kept, KeptBoxes boxes) {
        boxes.move(kept, mean(kept, 1), mean(kept, 2), mean(kept, 3), mean(kept, 4));
    }

    /** The mean of a cluster's scores. */
    float score(int kept) {
        return (float) (sums[BOX * kept] / sums[BOX * kept + 5]);
    }

    private float mean(int kept, int corner) {
        return (float) (sums[BOX * kept + corner] / sums[BOX * kept]);
    }
}
