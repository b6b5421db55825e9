package dev.vigil.workshop.distill;

import java.util.Arrays;

/**
 * Chooses points that are far from each other: always the one next that is farthest from all that were chosen (Gonzalez, 1985;
 * greedy k-centre). With equal weights no point is farther from a chosen one than twice what the best choice of as many would
 * leave, and no two chosen ones are nearer to each other than that.
 */
final class FarthestPoint {
    private FarthestPoint() {}

    /**
     * Chooses.
     *
     * @param points all of the same length
     * @param weights of each, above 0: a point's distance counts as so many times itself
     * @param most how many are chosen at most
     * @param apart chosen ones are at least so far from each other, without their weights; the choice ends where no other is
     * @param first the one that is chosen first; -1 for the one of the greatest weight, the first of these
     * @return indices in the order of choice
     */
    static int[] choose(float[][] points, float[] weights, int most, double apart, int first) {
        int wanted = Math.min(most, points.length);
        int[] chosen = new int[wanted];
        if (wanted == 0) {
            return chosen;
        }
        double[] nearest = new double[points.length];
        Arrays.fill(nearest, Double.MAX_VALUE);
        int next = first >= 0 ? first : heaviest(weights);
        int count = 0;
        while (next >= 0 && count < wanted) {
            chosen[count++] = next;
            int farthest = -1;
            double most2 = -1;
            for (int i = 0; i < points.length; i++) {
                nearest[i] = Math.min(nearest[i], squared(points[i], points[next]));
                double weighted = nearest[i] * weights[i] * weights[i];
                if (nearest[i] > 0 && nearest[i] >= apart * apart && weighted > most2) {
                    most2 = weighted;
                    farthest = i;
                }
            }
            next = farthest;
        }
        return Arrays.copyOf(chosen, count);
    }

    private static int heaviest(float[] weights) {
        int best = 0;
        for (int i = 1; i < weights.length; i++) {
            best = weights[i] > weights[best] ? i : best;
        }
        return best;
    }

    /** The square of the distance of two points. */
    static double squared(float[] a, float[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            double difference = a[i] - b[i];
            sum += difference * difference;
        }
        return sum;
    }
}
