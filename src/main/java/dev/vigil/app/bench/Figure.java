package dev.vigil.app.bench;

import java.util.List;

/**
 * One figure of a benchmark, as it came out of each round.
 *
 * @param name what was measured; with the unit, unique in a benchmark
 * @param rounds one value at least
 */
record Figure(String name, Unit unit, List<Double> rounds) {
    /** What medians must differ by for the difference to be told. */
    static final double DIFFERENCE_MIN = 0.03;

    /** The same for what was measured once, so that nothing is known of its spread. */
    static final double DIFFERENCE_MIN_OF_ONE = 0.1;

    enum Unit {
        MS("ms", true),
        MIB("MiB", true),
        FRAMES_PER_SECOND("frames/s", false),
        CPU_MS_PER_FRAME("CPU ms/frame", true);

        private final String label;
        private final boolean lowerIsBetter;

        Unit(String label, boolean lowerIsBetter) {
            this.label = label;
            this.lowerIsBetter = lowerIsBetter;
        }

        String label() {
            return label;
        }
    }

    /** How a figure is to the same one of before. */
    enum Change {
        NONE,
        BETTER,
        WORSE
    }

    Figure {
        rounds = List.copyOf(rounds);
    }

    Sample sample() {
        return Sample.of(rounds);
    }

    boolean isSame(Figure other) {
        return name.equals(other.name) && unit == other.unit;
    }

    /** By how much the median is more than before; -0.1 for a tenth less. */
    double ratio(Figure before) {
        return sample().median() / before.sample().median() - 1;
    }

    /**
     * A difference counts when it is beyond the spread of both: no round of the one lies among the rounds of the other, and the
     * medians differ by more than {@link #DIFFERENCE_MIN}.
     */
    Change against(Figure before) {
        Sample now = sample();
        Sample then = before.sample();
        boolean spreadKnown = rounds.size() > 1 && before.rounds.size() > 1;
        boolean apart = now.min() > then.max() || now.max() < then.min();
        double least = spreadKnown ? DIFFERENCE_MIN : DIFFERENCE_MIN_OF_ONE;
        if (!apart || Math.abs(ratio(before)) <= least) {
            return Change.NONE;
        }
        return now.median() < then.median() == unit.lowerIsBetter ? Change.BETTER : Change.WORSE;
    }
}
