package dev.vigil.metrics;

import dev.vigil.frame.FrameTimes;
import dev.vigil.frame.Step;
import java.util.Arrays;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.HistogramIterationValue;

/** How long the steps of published frames took, and how old the frames were: histograms in microseconds. Threadsafe. */
public final class StepTimes {
    /** Longer ones are counted as this. */
    private static final long MAX_US = 60_000_000;

    // places of sums, after those of the steps
    private static final int TOTAL = Step.ALL.length;
    private static final int AGE = TOTAL + 1;

    private final Histogram[] steps = new Histogram[Step.ALL.length];
    private final Histogram total = histogram();
    private final Histogram age = histogram();
    /** Of each step, of the total, and of the age, which a histogram only has about. */
    private final long[] sumsUs = new long[Step.ALL.length + 2];
    /** Of the frames since it was last taken. */
    private final Histogram recentAge = histogram();

    public StepTimes() {
        for (int i = 0; i < steps.length; i++) {
            steps[i] = histogram();
        }
    }

    private static Histogram histogram() {
        return new Histogram(MAX_US, 2);
    }

    /**
     * @param ageUs the frame's age when its message was handed to the network; a camera's clock may make it negative
     */
    public synchronized void record(FrameTimes times, long ageUs) {
        for (Step step : Step.ALL) {
            record(steps[step.ordinal()], step.ordinal(), times.stepUs(step));
        }
        record(total, TOTAL, times.totalUs());
        record(age, AGE, ageUs);
        recentAge.recordValue(bounded(ageUs));
    }

    private void record(Histogram histogram, int sum, long us) {
        long bounded = bounded(us);
        histogram.recordValue(bounded);
        sumsUs[sum] += bounded;
    }

    private static long bounded(long us) {
        return Math.max(0, Math.min(MAX_US, us));
    }

    /** A copy of all so far, to be read at leisure. */
    public synchronized StepTimes copy() {
        StepTimes copy = new StepTimes();
        copy.add(this);
        return copy;
    }

    /** The ages of the frames since this was last called. */
    public synchronized Histogram takeRecentAge() {
        Histogram recent = recentAge.copy();
        recentAge.reset();
        return recent;
    }

    /** Adds the ages of all frames so far to another histogram. */
    public synchronized void addAges(Histogram to) {
        to.add(age);
    }

    /** An empty histogram that takes what {@link #addAges} adds. */
    public static Histogram ages() {
        return histogram();
    }

    /** Adds all that {@code other} has, but for what {@link #takeRecentAge} takes. */
    public synchronized void add(StepTimes other) {
        synchronized (other) {
            for (int i = 0; i < steps.length; i++) {
                steps[i].add(other.steps[i]);
            }
            total.add(other.total);
            age.add(other.age);
            for (int i = 0; i < sumsUs.length; i++) {
                sumsUs[i] += other.sumsUs[i];
            }
        }
    }

    /** Forgets all so far. */
    public synchronized void reset() {
        for (Histogram step : steps) {
            step.reset();
        }
        total.reset();
        age.reset();
        Arrays.fill(sumsUs, 0);
    }

    /**
     * How values are spread.
     *
     * @param counts of those up to each bound and over the one before, and last of those over all bounds; a bound may be off by
     *     one in a hundred, by which the histogram tells values apart
     */
    public record Spread(long[] counts, long sumUs) {}

    /** @param boundsUs in ascending order, each the largest value that counts for it */
    public synchronized Spread step(Step step, long[] boundsUs) {
        return spread(steps[step.ordinal()], step.ordinal(), boundsUs);
    }

    public synchronized Spread total(long[] boundsUs) {
        return spread(total, TOTAL, boundsUs);
    }

    public synchronized Spread age(long[] boundsUs) {
        return spread(age, AGE, boundsUs);
    }

    private Spread spread(Histogram histogram, int sum, long[] boundsUs) {
        long[] counts = new long[boundsUs.length + 1];
        int bound = 0;
        for (HistogramIterationValue value : histogram.recordedValues()) {
            long us = histogram.lowestEquivalentValue(value.getValueIteratedTo());
            while (bound < boundsUs.length && us > boundsUs[bound]) {
                bound++;
            }
            counts[bound] += value.getCountAtValueIteratedTo();
        }
        return new Spread(counts, sumsUs[sum]);
    }

    /** The histogram of a step; of a {@link #copy()} only, as it is read without the lock. */
    public Histogram step(Step step) {
        return steps[step.ordinal()];
    }

    public Histogram total() {
        return total;
    }

    public Histogram age() {
        return age;
    }
}
