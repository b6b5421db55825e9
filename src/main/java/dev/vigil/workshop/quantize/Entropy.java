package dev.vigil.workshop.quantize;

/** See {@link Calibration#ENTROPY}. Stateless. */
final class Entropy {
    /** Bins of the histogram that become one of the bins that are looked at: the search is of the square of their number. */
    private static final int MERGED = 2;

    /** What stands for no probability at all, so that a logarithm can be had of it. */
    private static final double SMALL = 1e-10;

    private Entropy() {}

    static Range range(Histogram seen) {
        long[] fine = seen.counts();
        long[] counts = new long[fine.length / MERGED];
        for (int i = 0; i < fine.length; i++) {
            counts[i / MERGED] += fine[i];
        }
        int zero = counts.length / 2;
        int below = 0;
        int above = counts.length - 1;
        while (below < zero && counts[below] == 0) {
            below++;
        }
        while (above >= zero && counts[above] == 0) {
            above--;
        }
        int reach = Math.max(zero - below, above + 1 - zero);
        boolean oneSided = below == zero || above < zero;
        int levels = oneSided ? Step.LEVELS + 1 : (Step.LEVELS + 1) / 2;
        double best = Double.POSITIVE_INFINITY;
        int bestReach = reach;
        // Fewer bins than levels lose nothing but what they cut off.
        for (int tried = Math.min(reach, levels); tried <= reach; tried++) {
            int from = Math.max(below, zero - tried);
            int to = Math.min(above + 1, zero + tried);
            double divergence = divergence(counts, from, to, Step.LEVELS + 1);
            if (divergence < best) {
                best = divergence;
                bestReach = tried;
            }
        }
        double width = seen.width() * MERGED;
        return Calibration.bounded(seen, -bestReach * width, bestReach * width);
    }

    /**
     * Of the values with those outside at the borders, from what is left of those inside after rounding to so many levels.
     *
     * @param to the first bin that lies outside
     */
    static double divergence(long[] counts, int from, int to, int levels) {
        int bins = to - from;
        if (bins <= 0) {
            return Double.POSITIVE_INFINITY;
        }
        double[] values = new double[bins];
        for (int i = 0; i < counts.length; i++) {
            values[Math.max(0, Math.min(bins - 1, i - from))] += counts[i];
        }
        double[] rounded = new double[bins];
        int steps = Math.min(levels, bins);
        for (int step = 0; step < steps; step++) {
            int first = (int) ((long) step * bins / steps);
            int end = (int) ((long) (step + 1) * bins / steps);
            double sum = 0;
            int filled = 0;
            for (int i = first; i < end; i++) {
                sum += counts[from + i];
                filled += counts[from + i] > 0 ? 1 : 0;
            }
            for (int i = first; i < end; i++) {
                rounded[i] = counts[from + i] > 0 ? sum / filled : 0;
            }
        }
        return divergence(values, rounded);
    }

    private static double divergence(double[] values, double[] rounded) {
        double allValues = 0;
        double allRounded = 0;
        for (int i = 0; i < values.length; i++) {
            allValues += values[i];
            allRounded += rounded[i];
        }
        if (allRounded == 0) {
            return Double.POSITIVE_INFINITY;
        }
        double divergence = 0;
        for (int i = 0; i < values.length; i++) {
            double p = values[i] / allValues;
            if (p > 0) {
                divergence += p * Math.log(p / Math.max(SMALL, rounded[i] / allRounded));
            }
        }
        return divergence;
    }
}
