package dev.vigil.workshop.quantize;

import java.util.Locale;

/** Which part of the values that were seen becomes bytes. A narrower one has finer steps, and cuts more off. Stateless. */
public enum Calibration {
    /** All that was seen. */
    MINMAX {
        @Override
        Range range(Histogram seen) {
            return new Range(seen.min(), seen.max());
        }
    },
    /** All but one value in 20 000 on either side. */
    PERCENTILE {
        @Override
        Range range(Histogram seen) {
            return percentile(seen, OUTSIDE);
        }
    },
    /**
     * The range whose bytes tell most of what the values told: least Kullback-Leibler divergence between the values, with those
     * beyond the range at its borders, and what is left of them after rounding. As S. Migacz, "8-bit inference with TensorRT" (GTC
     * 2017), and {@code get_entropy_threshold} of {@code onnxruntime/python/tools/quantization/calibrate.py} of
     * microsoft/onnxruntime have it; with a border on either side of zero where values lie on both.
     */
    ENTROPY {
        @Override
        Range range(Histogram seen) {
            return Entropy.range(seen);
        }
    };

    private static final double OUTSIDE = 5e-5;

    /** Of at least one value. */
    abstract Range range(Histogram seen);

    /** As options and reports have it. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** @param outside the part of all values that may lie beyond, on either side */
    static Range percentile(Histogram seen, double outside) {
        long[] counts = seen.counts();
        double allowed = outside * seen.total();
        int first = 0;
        for (double beyond = counts[0]; beyond <= allowed; beyond += counts[first]) {
            first++;
        }
        int last = counts.length - 1;
        for (double beyond = counts[last]; beyond <= allowed; beyond += counts[last]) {
            last--;
        }
        return bounded(seen, seen.low(first), seen.low(last + 1));
    }

    /** Never beyond what was seen, as bins are. */
    static Range bounded(Histogram seen, double low, double high) {
        float min = Math.max(seen.min(), (float) low);
        return new Range(min, Math.max(min, Math.min(seen.max(), (float) high)));
    }
}
