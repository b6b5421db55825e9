package dev.vigil.workshop.trial;

import dev.vigil.detect.Detections;
import dev.vigil.workshop.accuracy.MeanPrecision;
import dev.vigil.workshop.accuracy.Truth;
import java.util.List;

/**
 * How far the boxes of one model or backend are from those of another on the same pictures.
 *
 * @param pairs boxes that both have: of one class, and overlapping by more than half
 * @param alone boxes that only one of them has, those aside whose score is so near to the threshold that the other may well
 *     have dropped them
 * @param cornerPx largest difference of a corner of a pair, in pixels of the picture
 * @param score largest difference of a score of a pair
 * @param map50 mean average precision at IoU 0.5 of the others, where the first ones' boxes above the threshold are the truth, 0..1;
 *     NaN where they have none
 */
public record Agreement(int pairs, int alone, double cornerPx, double score, double map50) {
    /** How near to the threshold a score may be of a box that has no partner, and what scores may differ by at most. */
    public static final float SCORE_NEAR = 0.01f;

    private static final float OVERLAP = 0.5f;

    /**
     * Of the threshold, above which boxes of the first ones are in doubt: in {@link #map50} it is no fault to find them, and none
     * not to. Without it a single box of a rare class, at 0.41 in one frame and at 0.39 in the next, costs ten points as soon as
     * anything changes.
     */
    private static final float DOUBTFUL = 0.5f;

    /** The lowest score of boxes that are compared by {@link #map50}: what lies lower changes it by nothing that could be seen. */
    public static final float SCORE_LOWEST = 0.01f;

    /** How much worse than the first ones the others are, in points of a hundred of {@link #map50}. */
    public double lossPoints() {
        return 100 * (1 - map50);
    }

    /**
     * Compares pictures, each by each. The boxes of the others should reach down to {@link #SCORE_LOWEST}: only those above the
     * threshold are looked for in the first ones, but a true box whose score fell below it is none that was lost.
     *
     * @param scoreMin the threshold
     * @param scoreNear how near to it a box may be that has no partner
     */
    public static Agreement of(List<Detections> some, List<Detections> others, float scoreMin, float scoreNear) {
        Tally tally = new Tally(scoreMin + scoreNear);
        MeanPrecision precision = new MeanPrecision();
        for (int i = 0; i < Math.min(some.size(), others.size()); i++) {
            tally.compare(some.get(i), others.get(i));
            precision.add(truths(some.get(i), scoreMin), others.get(i));
        }
        return new Agreement(
                tally.pairs,
                tally.alone,
                tally.cornerPx,
                tally.score,
                precision.summary().map50());
    }

    /** What the first ones' boxes are taken for in {@link #map50}. */
    public static List<Truth> truths(Detections boxes, float scoreMin) {
        return Truth.of(boxes, scoreMin, DOUBTFUL * scoreMin);
    }

    private static final class Tally {
        private final float scoreClear;
        private int pairs;
        private int alone;
        private double cornerPx;
        private double score;

        Tally(float scoreClear) {
            this.scoreClear = scoreClear;
        }

        void compare(Detections some, Detections others) {
            boolean[] taken = new boolean[others.count()];
            for (int i = 0; i < some.count(); i++) {
                int partner = partner(some, i, others, taken);
                if (partner >= 0) {
                    taken[partner] = true;
                    pair(some, i, others, partner);
                } else if (some.score(i) > scoreClear) {
                    alone++;
                }
            }
            for (int i = 0; i < taken.length; i++) {
                if (!taken[i] && others.score(i) > scoreClear) {
                    alone++;
                }
            }
        }

        private void pair(Detections some, int i, Detections others, int j) {
            pairs++;
            score = Math.max(score, Math.abs(some.score(i) - others.score(j)));
            cornerPx = Math.max(cornerPx, Math.abs(some.x1(i) - others.x1(j)));
            cornerPx = Math.max(cornerPx, Math.abs(some.y1(i) - others.y1(j)));
            cornerPx = Math.max(cornerPx, Math.abs(some.x2(i) - others.x2(j)));
            cornerPx = Math.max(cornerPx, Math.abs(some.y2(i) - others.y2(j)));
        }

        private static int partner(Detections some, int i, Detections others, boolean[] taken) {
            int best = -1;
            double most = OVERLAP;
            for (int j = 0; j < others.count(); j++) {
                if (!taken[j] && others.classId(j) == some.classId(i)) {
                    double overlap = some.iou(i, others, j);
                    if (overlap > most) {
                        most = overlap;
                        best = j;
                    }
                }
            }
            return best;
        }
    }
}
