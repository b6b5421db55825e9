package dev.vigil.detect;

import java.util.Arrays;

/**
 * Non-maximum suppression, of the {@link Suppression.Kind} that is wanted: from the best score down, a box stays unless it
 * overlaps one that stayed too much.
 *
 * <p>Exact: classes are compared, never moved apart by offsets, and a box is suppressed when its IoU is {@code >} the threshold,
 * as in ONNX Runtime's NonMaxSuppression; a box without area neither suppresses nor is suppressed. Deterministic: equal scores go
 * by the order of the candidates. All classes are walked together in the order of scores, so that it ends with the last box
 * wanted, and the result is what each class for itself would give, the best {@code boxesMax} of it. A box beyond its class's
 * {@link BoxRules#countMax} neither stays nor suppresses.
 *
 * <p>At most {@link Candidates#MAX} candidates times {@code boxesMax} comparisons; for the soft kinds and for fusion, which can
 * not leave a candidate at its first overlap, {@link #SOFT_MAX} candidates. Allocates only when an image has more candidates or classes than
 * any before, or sorts several thousand. Not threadsafe.
 */
public final class Nms {
    /** Most candidates of the soft kinds and of fusion, the best by score. */
    public static final int SOFT_MAX = 4_096;

    private long[] order = new long[1_024];
    private final KeptBoxes kept = new KeptBoxes();
    private final SoftScores soft = new SoftScores(kept);
    private final ClusterMeans means = new ClusterMeans();
    private final BoxesFusion fusion = new BoxesFusion(kept, means);

    /**
     * Finds the boxes that stay. The soft kinds set their scores in {@code candidates}, the weighted one their corners and
     * keypoints, fusion all of these.
     *
     * @param boxesMax most boxes that stay, the best by score
     * @return how many stay; {@link #candidate} tells which, by falling score
     */
    public int run(Candidates candidates, BoxRules rules, int boxesMax) {
        candidates.keepBest();
        int count = candidates.count();
        sort(candidates, count);
        kept.start(rules.classes());
        switch (rules.suppression().kind()) {
            case NONE -> takeBest(candidates, rules, boxesMax);
            case BY_CLASS, ALL_CLASSES -> greedy(candidates, rules, boxesMax);
            case DIOU -> greedyByDistance(candidates, rules, boxesMax);
            case SOFT_LINEAR, SOFT_GAUSSIAN -> soft.run(candidates, order, Math.min(count, SOFT_MAX), rules, boxesMax);
            case WEIGHTED -> gather(candidates, rules, boxesMax);
            case WBF -> fusion.run(candidates, order, Math.min(count, SOFT_MAX), rules, boxesMax);
        }
        return kept.count();
    }

    /** The candidate that stayed as number {@code rank}, 0 for the best score. */
    public int candidate(int rank) {
        if (rank >= kept.count()) {
            throw new IndexOutOfBoundsException("rank " + rank + " of " + kept.count());
        }
        return kept.candidate(rank);
    }

    /** A long that sorts by falling score and then by rising index: positive floats order as their bits. */
    static long orderOf(float score, int index) {
        return (long) (Integer.MAX_VALUE - Float.floatToRawIntBits(score)) << 32 | index;
    }

    private void sort(Candidates candidates, int count) {
        if (order.length < count) {
            order = new long[Math.max(count, Math.min(2 * order.length, Candidates.MAX))];
        }
        for (int i = 0; i < count; i++) {
            order[i] = orderOf(candidates.score[i], i);
        }
        Arrays.sort(order, 0, count);
    }

    private boolean isFull(Candidates candidates, int i, BoxRules rules) {
        int classId = candidates.classId[i];
        return kept.countOf(classId) >= rules.countMax(classId);
    }

    private void takeBest(Candidates candidates, BoxRules rules, int boxesMax) {
        for (int n = 0; n < candidates.count() && kept.count() < boxesMax; n++) {
            int i = (int) order[n];
            if (!isFull(candidates, i, rules)) {
                kept.add(candidates, i, candidates.classId[i]);
            }
        }
    }

    private void greedy(Candidates candidates, BoxRules rules, int boxesMax) {
        boolean byClass = rules.suppression().kind() == Suppression.Kind.BY_CLASS;
        float iouMax = rules.suppression().iouMax();
        for (int n = 0; n < candidates.count() && kept.count() < boxesMax; n++) {
            int i = (int) order[n];
            int group = byClass ? candidates.classId[i] : 0;
            boolean suppressed = kept.firstOverlapping(kept.first(group), candidates, i, iouMax) != KeptBoxes.NONE;
            if (!suppressed && !isFull(candidates, i, rules)) {
                kept.add(candidates, i, group);
            }
        }
    }

    private void greedyByDistance(Candidates candidates, BoxRules rules, int boxesMax) {
        float iouMax = rules.suppression().iouMax();
        for (int n = 0; n < candidates.count() && kept.count() < boxesMax; n++) {
            int i = (int) order[n];
            int classId = candidates.classId[i];
            // The distance only takes from the IoU: who is below the threshold without it is so with it.
            int other = kept.firstOverlapping(kept.first(classId), candidates, i, iouMax);
            while (other != KeptBoxes.NONE
                    && kept.iou(other, candidates, i) - kept.centreDistance(other, candidates, i) <= iouMax) {
                other = kept.firstOverlapping(kept.next(other), candidates, i, iouMax);
            }
            if (other == KeptBoxes.NONE && !isFull(candidates, i, rules)) {
                kept.add(candidates, i, classId);
            }
        }
    }

    /** To its end, whatever the number of boxes: also the worst have a say in where a good one is. */
    private void gather(Candidates candidates, BoxRules rules, int boxesMax) {
        float iouMax = rules.suppression().iouMax();
        for (int n = 0; n < candidates.count(); n++) {
            int i = (int) order[n];
            int classId = candidates.classId[i];
            int best = kept.firstOverlapping(kept.first(classId), candidates, i, iouMax);
            if (best != KeptBoxes.NONE) {
                means.add(best, candidates, i);
            } else if (kept.count() < boxesMax && !isFull(candidates, i, rules)) {
                means.begin(kept.count(), candidates, i);
                kept.add(candidates, i, classId);
            }
        }
        means.apply(kept, candidates);
    }
}
