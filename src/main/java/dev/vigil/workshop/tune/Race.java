package dev.vigil.workshop.tune;

import dev.vigil.workshop.tune.Tried.Fate;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/**
 * Rounds in which everything that is left runs in turns with the default: successive halving (Jamieson and Talwalkar, Non-stochastic
 * Best Arm Identification and Hyperparameter Optimization, 2016), where the slower half leaves and the others get more rounds, and
 * finals that prove the best against the default.
 */
final class Race {
    /** What takes part must do so much of the best one's frames in the short trial, and so many are let in at most. */
    private static final double RATE_MIN = 0.75;

    private static final int ENTRIES_MAX = 8;
    private static final int FINALISTS = 2;
    private static final int ROUNDS_PER_HALVING = 2;

    /** Finalists nearer than this do the same: then the one with the shorter runs is better. */
    private static final double SAME = 0.02;

    private final TrialTime time;
    private final Bounds bounds;
    private final Tried standard;
    private int rounds;

    Race(TrialTime time, Bounds bounds, Tried standard) {
        this.time = time;
        this.bounds = bounds;
        this.standard = standard;
    }

    /** Lets the best of the short trials run until few are left; @return the finalists, the best first */
    List<Tried> run(List<Tried> all) {
        List<Tried> racing = entries(all);
        while (racing.size() > FINALISTS) {
            for (int i = 0; i < ROUNDS_PER_HALVING; i++) {
                if (!round(racing)) {
                    return racing;
                }
            }
            dropBroken(racing);
            racing.sort(Comparator.comparingDouble(tried -> -tried.ratio()));
            for (int left = Math.max(FINALISTS, racing.size() / 2); racing.size() > left; ) {
                Tried last = racing.remove(racing.size() - 1);
                last.end(
                        Fate.SLOWER,
                        String.format(
                                Locale.ROOT,
                                "%.2f x the default, %s %.2f x",
                                last.ratio(),
                                racing.get(0).settings(),
                                racing.get(0).ratio()));
            }
        }
        return racing;
    }

    private List<Tried> entries(List<Tried> all) {
        List<Tried> entries = new ArrayList<>(all.stream()
                .filter(tried -> tried.isOpen() && tried.isTried() && tried != standard)
                .sorted(Comparator.comparingDouble(tried -> -tried.framesPerSecond()))
                .toList());
        for (int place = entries.size() - 1; place > 0; place--) {
            Tried last = entries.get(place);
            if (place >= ENTRIES_MAX
                    || last.framesPerSecond() < RATE_MIN * entries.get(0).framesPerSecond()) {
                last.end(Fate.SLOWER, Screening.behind(last, entries.get(0)));
                entries.remove(place);
            }
        }
        return entries;
    }

    /** One trial of each and of the default, in another order each time; false when there was no time for it. */
    private boolean round(List<Tried> racing) {
        if (time.isOver(racing.size() + 1, time.roundS())) {
            return false;
        }
        rounds++;
        time.tell("round " + rounds + ": " + racing.size() + " against the default");
        boolean standardFirst = rounds % 2 == 1;
        Trial ofStandard = standardFirst ? time.run(standard, time.roundS()) : null;
        List<Trial> others = new ArrayList<>();
        for (Tried tried : racing) {
            others.add(time.run(tried, time.roundS()));
        }
        ofStandard = standardFirst ? ofStandard : time.run(standard, time.roundS());
        if (ofStandard == null) {
            return false;
        }
        standard.addRound(ofStandard, null);
        for (int i = 0; i < others.size(); i++) {
            if (others.get(i) != null) {
                racing.get(i).addRound(others.get(i), ofStandard);
            }
        }
        racing.removeIf(tried -> tried.fate() == Fate.FAILED);
        return !time.isStopped();
    }

    private void dropBroken(List<Tried> racing) {
        for (Tried tried : racing) {
            if (tried.p99Ms() > bounds.latencyMs()) {
                tried.end(Fate.LATENCY, String.format(Locale.ROOT, "p99 of its runs is %.1f ms", tried.p99Ms()));
            }
        }
        racing.removeIf(tried -> !tried.isOpen());
    }

    /** Goes on until it is settled of each finalist whether it is faster than the default, or time is over. */
    void finals(List<Tried> finalists) {
        List<Tried> left = new ArrayList<>(finalists);
        while (!left.isEmpty() && round(left)) {
            left.removeIf(Evidence::isSettled);
        }
        dropBroken(new ArrayList<>(finalists));
    }

    /** The better of two that both may be chosen. */
    static Tried better(Tried one, Tried other) {
        if (one.rounds() == 0 || other.rounds() == 0) { // ended before they met
            return one.framesPerSecond() >= other.framesPerSecond() ? one : other;
        }
        boolean same = Math.abs(one.ratio() / other.ratio() - 1) < SAME;
        boolean first = same ? one.p50Ms() <= other.p50Ms() : one.ratio() > other.ratio();
        return first ? one : other;
    }
}
