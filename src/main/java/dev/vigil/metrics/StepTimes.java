package dev.vigil.metrics;

import dev.vigil.frame.FrameTimes;
import dev.vigil.frame.Step;
import org.HdrHistogram.Histogram;

/** How long the steps of published frames took, and how old the frames were: histograms in microseconds. Threadsafe. */
public final class StepTimes {
    /** Longer ones are counted as this. */
    private static final long MAX_US = 60_000_000;

    private final Histogram[] steps = new Histogram[Step.ALL.length];
    private final Histogram total = histogram();
    private final Histogram age = histogram();
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
            steps[step.ordinal()].recordValue(bounded(times.stepUs(step)));
        }
        total.recordValue(bounded(times.totalUs()));
        age.recordValue(bounded(ageUs));
        recentAge.recordValue(bounded(ageUs));
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
        }
    }

    /** Forgets all so far. */
    public synchronized void reset() {
        for (Histogram step : steps) {
            step.reset();
        }
        total.reset();
        age.reset();
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
