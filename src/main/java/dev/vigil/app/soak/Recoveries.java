package dev.vigil.app.soak;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** How the daemon got over faults, by kind. Threadsafe. */
final class Recoveries {
    private final Map<String, Kind> kinds = new TreeMap<>();
    private double slowestS;
    private int faults;

    /** Of one kind of fault; times are seconds. */
    private static final class Kind {
        private int faults;
        private int unrecovered;
        private int unnoticed;
        private final List<Double> recoveredS = new ArrayList<>();
        private final List<Double> noticedS = new ArrayList<>();
    }

    /**
     * @param recoveredS from the fault's end to the first detection captured after it
     * @param noticedS from the fault's begin to the status that tells it
     * @param unrecovered faults after which no detection came
     * @param unnoticed faults that no status told, and that one should have
     */
    record Summary(String kind, int faults, int unrecovered, int unnoticed, Times recoveredS, Times noticedS) {}

    /** All NaN where there is none. */
    record Times(int count, double p50, double p99, double max) {
        static Times of(List<Double> values) {
            double[] sorted =
                    values.stream().mapToDouble(Double::doubleValue).sorted().toArray();
            return new Times(sorted.length, quantile(sorted, 0.5), quantile(sorted, 0.99), quantile(sorted, 1));
        }

        /** The smallest value that a share q of all does not exceed. */
        private static double quantile(double[] sorted, double q) {
            int rank = (int) Math.ceil(q * sorted.length);
            return sorted.length == 0 ? Double.NaN : sorted[Math.max(0, rank - 1)];
        }
    }

    private Kind kind(String name) {
        return kinds.computeIfAbsent(name, n -> new Kind());
    }

    synchronized void begun(String kind) {
        kind(kind).faults++;
        faults++;
    }

    synchronized void recovered(String kind, long us) {
        kind(kind).recoveredS.add(us / 1e6);
        slowestS = Math.max(slowestS, us / 1e6);
    }

    synchronized void noticed(String kind, long us) {
        kind(kind).noticedS.add(us / 1e6);
    }

    synchronized void unrecovered(String kind) {
        kind(kind).unrecovered++;
    }

    synchronized void unnoticed(String kind) {
        kind(kind).unnoticed++;
    }

    synchronized int faults() {
        return faults;
    }

    synchronized double slowestS() {
        return slowestS;
    }

    synchronized List<Summary> summaries() {
        List<Summary> summaries = new ArrayList<>();
        kinds.forEach((name, kind) -> summaries.add(new Summary(
                name,
                kind.faults,
                kind.unrecovered,
                kind.unnoticed,
                Times.of(kind.recoveredS),
                Times.of(kind.noticedS))));
        return summaries;
    }

    /** Of all kinds together. */
    synchronized Times all() {
        return Times.of(kinds.values().stream()
                .flatMap(kind -> kind.recoveredS.stream())
                .toList());
    }
}
