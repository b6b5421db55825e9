package dev.vigil.workshop.tune;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/** Settings, and all that trials have shown of them. Not threadsafe. */
public final class Tried {
    /** How settings ended. */
    public enum Fate {
        /** Still in the race when the search ended. */
        OPEN,
        CHOSEN,
        /** The default, which was not chosen. */
        DEFAULT,
        /** Does not load or run. */
        FAILED,
        /** Agrees less with the original than asked for. */
        LOSS,
        /** A run takes longer than asked for. */
        LATENCY,
        /** Others do more frames a second. */
        SLOWER,
        /** Not tried, since others like it have shown that it can not win. */
        DOMINATED,
        /** Not tried, since time was over. */
        NO_TIME
    }

    private final Settings settings;
    private final List<Trial> briefly = new ArrayList<>();
    private final List<Trial> rounds = new ArrayList<>();
    private final List<Double> ratios = new ArrayList<>();
    private double lossPoints = Double.NaN;
    private Fate fate = Fate.OPEN;
    private String why = "";

    Tried(Settings settings) {
        this.settings = settings;
    }

    void addShort(Trial trial) {
        briefly.add(trial);
    }

    /** @param standard what the default did in the same round; null for the default itself */
    void addRound(Trial trial, Trial standard) {
        rounds.add(trial);
        if (standard != null) {
            ratios.add(trial.framesPerSecond() / standard.framesPerSecond());
        }
    }

    void setLossPoints(double lossPoints) {
        this.lossPoints = lossPoints;
    }

    void end(Fate newFate, String newWhy) {
        fate = newFate;
        why = newWhy;
    }

    public Settings settings() {
        return settings;
    }

    public Fate fate() {
        return fate;
    }

    /** In words; empty where the fate says all. */
    public String why() {
        return why;
    }

    boolean isOpen() {
        return fate == Fate.OPEN;
    }

    public boolean isTried() {
        return !briefly.isEmpty() || !rounds.isEmpty();
    }

    /** Points of agreement lost to the original; not a number where that was not measured. */
    public double lossPoints() {
        return lossPoints;
    }

    /** Median of the rounds, or of the short trials where there was no round; not a number without both. */
    public double framesPerSecond() {
        return median(Trial::framesPerSecond);
    }

    public double cpuMsPerFrame() {
        return median(Trial::cpuMsPerFrame);
    }

    public double p50Ms() {
        return median(Trial::p50Ms);
    }

    public double p99Ms() {
        return median(Trial::p99Ms);
    }

    /** Rounds in turns with the default. */
    public int rounds() {
        return rounds.size();
    }

    /** Rounds in which it was faster than the default. */
    public int wins() {
        return (int) ratios.stream().filter(ratio -> ratio > 1).count();
    }

    /** Median of its frames a second over those of the default in the same round; not a number without a round. */
    public double ratio() {
        return median(ratios);
    }

    private double median(ToDoubleFunction<Trial> figure) {
        return median((rounds.isEmpty() ? briefly : rounds)
                .stream().map(figure::applyAsDouble).toList());
    }

    private static double median(List<Double> values) {
        double[] sorted =
                values.stream().mapToDouble(Double::doubleValue).sorted().toArray();
        int middle = sorted.length / 2;
        if (sorted.length == 0) {
            return Double.NaN;
        }
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    @Override
    public String toString() {
        return String.format(Locale.ROOT, "%s: %s %s", settings, fate, why);
    }
}
