package dev.vigil.detect;

import java.util.Arrays;

/**
 * Weighted boxes fusion of one model's boxes (Solovyev, Wang, Gabruseva, 2019; ZFTurbo/Weighted-Boxes-Fusion,
 * ensemble_boxes/ensemble_boxes_wbf.py, {@code weighted_boxes_fusion} with its usual {@code conf_type='avg'} and a single list of
 * boxes): from the best score down, a box joins the cluster of its class whose mean, as it is by then, it overlaps most, if that
 * is by more than the threshold; else it begins one. What is left of a cluster is its mean by score, and the mean of its scores.
 *
 * <p>A box without area stays by itself, where the reference drops it with a warning. Allocates only for more boxes than ever
 * before. Not threadsafe.
 */
final class BoxesFusion {
    private final KeptBoxes kept;
    private final ClusterMeans means;

    BoxesFusion(KeptBoxes kept, ClusterMeans means) {
        this.kept = kept;
        this.means = means;
    }

    /**
     * Fills {@code kept} with the best cluster's first boxes, and sets their corners, keypoints and scores in {@code candidates}
     * to the means.
     *
     * @param order of the best {@code count} candidates, as {@link Nms} sorts them; used up
     */
    void run(Candidates candidates, long[] order, int count, BoxRules rules, int boxesMax) {
        float iouMax = rules.suppression().iouMax();
        for (int n = 0; n < count; n++) {
            int i = (int) order[n];
            int classId = candidates.classId[i];
            int cluster = mostOverlapping(classId, candidates, i, iouMax);
            if (cluster == KeptBoxes.NONE) {
                means.begin(kept.count(), candidates, i);
                kept.add(candidates, i, classId);
            } else {
                means.add(cluster, candidates, i);
                means.move(cluster, kept);
            }
        }
        means.apply(kept, candidates);
        int clusters = kept.count();
        for (int cluster = 0; cluster < clusters; cluster++) {
            int i = kept.candidate(cluster);
            candidates.score[i] = means.score(cluster);
            order[cluster] = Nms.orderOf(candidates.score[i], i);
        }
        Arrays.sort(order, 0, clusters);
        kept.start(rules.classes());
        for (int n = 0; n < clusters && kept.count() < boxesMax; n++) {
            int i = (int) order[n];
            int classId = candidates.classId[i];
            if (kept.countOf(classId) < rules.countMax(classId)) {
                kept.add(candidates, i, classId);
            }
        }
    }

    /** The first of those that overlap it most, by more than {@code iouMax}. */
    private int mostOverlapping(int classId, Candidates candidates, int i, float iouMax) {
        int best = KeptBoxes.NONE;
        int next = kept.firstOverlapping(kept.first(classId), candidates, i, iouMax);
        while (next != KeptBoxes.NONE) {
            best = next;
            next = kept.firstOverlapping(kept.next(best), candidates, i, kept.iou(best, candidates, i));
        }
        return best;
    }
}
