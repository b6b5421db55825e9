package dev.vigil.detect;

import java.util.Arrays;

/**
 * Soft-NMS: which candidate has the best score once the better ones have taken their part of it.
 *
 * <p>Gives what the definition gives, bit for bit (pick the best, lower all others of its class, again), without lowering all of
 * them each time: scores only fall, so the score that is known of a candidate is an upper bound, and only one that comes to the
 * top of a heap must be brought up to date. That is how TensorFlow does it, too (core/kernels/image/non_max_suppression_op.cc).
 * Allocates only for more candidates than ever before. Not threadsafe.
 */
final class SoftScores {
    /** For each candidate, the last box that its score was lowered by; {@link KeptBoxes#NONE} for none. */
    private int[] loweredBy = new int[0];

    private final KeptBoxes kept;

    SoftScores(KeptBoxes kept) {
        this.kept = kept;
    }

    /**
     * Fills {@code kept} with the best, and sets their scores in {@code candidates} to what is left of them.
     *
     * @param order of the best {@code count} candidates, as {@link Nms} sorts them; used up
     */
    void run(Candidates candidates, long[] order, int count, BoxRules rules, int boxesMax) {
        if (loweredBy.length < candidates.count()) {
            loweredBy = new int[candidates.score.length];
        }
        Arrays.fill(loweredBy, 0, candidates.count(), KeptBoxes.NONE);
        int left = count; // what is sorted is a heap already
        while (left > 0 && kept.count() < boxesMax) {
            int i = (int) order[0];
            int classId = candidates.classId[i];
            float before = candidates.score[i];
            boolean counts = kept.countOf(classId) < rules.countMax(classId);
            if (counts) {
                lower(candidates, i, rules.suppression());
                counts = candidates.score[i] > rules.scoreMin(classId);
            }
            if (counts && candidates.score[i] < before) {
                order[0] = Nms.orderOf(candidates.score[i], i);
            } else {
                if (counts) {
                    kept.add(candidates, i, classId);
                }
                order[0] = order[--left];
            }
            sink(order, left);
        }
    }

    /** Takes from a score what those boxes take that have come since the last time, in their order. */
    private void lower(Candidates candidates, int i, Suppression suppression) {
        int classId = candidates.classId[i];
        int k = loweredBy[i] == KeptBoxes.NONE ? kept.first(classId) : kept.next(loweredBy[i]);
        while (k != KeptBoxes.NONE) {
            float iou = kept.iou(k, candidates, i);
            float weight = 1;
            if (suppression.kind() == Suppression.Kind.SOFT_GAUSSIAN) {
                weight = iou == 0 ? 1 : (float) Math.exp(-(iou * iou) / suppression.sigma());
            } else if (iou > suppression.iouMax()) {
                weight = 1 - iou;
            }
            if (weight < 1) { // not where the areas overflow and it is NaN
                candidates.score[i] *= weight;
            }
            loweredBy[i] = k;
            k = kept.next(k);
        }
    }

    /** Puts the first of a heap of {@code count} where it belongs. */
    private static void sink(long[] heap, int count) {
        long value = heap[0];
        int at = 0;
        while (2 * at + 1 < count) {
            int child = 2 * at + 1;
            if (child + 1 < count && heap[child + 1] < heap[child]) {
                child++;
            }
            if (heap[child] >= value) {
                break;
            }
            heap[at] = heap[child];
            at = child;
        }
        heap[at] = value;
    }
}
