package dev.vigil.workshop.tune;

import dev.vigil.base.Clock;
import dev.vigil.workshop.tune.Tried.Fate;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/** Trials within the time that there is: what would not come to its end in time is not begun. Owned by one thread. */
final class TrialTime {
    private static final double ROUND_S_MIN = 0.25;
    private static final double ROUND_S_MAX = 1;
    private static final double SHORT_S_MIN = 0.15;
    /** How long a round is, of all the time. */
    private static final double ROUND_PART = 1 / 300.0;

    private final Trials trials;
    private final Clock clock;
    private final BooleanSupplier stop;
    private final Consumer<String> progress;
    private final double budgetS;
    private final long startNs;
    private double untilS;
    /** What a trial takes beside its own seconds, for loading and warming up: the most of late. */
    private double extraS;
    /** What the last measurement of agreement took. */
    private double agreementS;

    private boolean interrupted;

    /** The time begins here. */
    TrialTime(Trials trials, Clock clock, Duration budget, BooleanSupplier stop, Consumer<String> progress) {
        this.trials = trials;
        this.clock = clock;
        this.stop = stop;
        this.progress = progress;
        this.budgetS = budget.toNanos() / 1e9;
        this.startNs = clock.monotonicNs();
        this.untilS = budgetS;
    }

    /** What follows may take until that part of all the time is over, 0..1. */
    void until(double part) {
        untilS = part * budgetS;
    }

    double elapsedS() {
        return (clock.monotonicNs() - startNs) / 1e9;
    }

    /** Of one trial in a round. */
    double roundS() {
        return Math.max(ROUND_S_MIN, Math.min(ROUND_S_MAX, ROUND_PART * budgetS));
    }

    /** Of each of so many short trials that share what is left. */
    double shortS(long trialsLeft) {
        double each = (untilS - elapsedS()) / Math.max(1, trialsLeft) - extraS;
        return Math.max(SHORT_S_MIN, Math.min(roundS(), each));
    }

    /** Whether somebody has ended the search. */
    boolean isStopped() {
        return interrupted || stop.getAsBoolean();
    }

    /** Whether there is no time for trials of so many seconds. */
    boolean isOver(int count, double seconds) {
        return isStopped() || elapsedS() + count * (seconds + extraS) > untilS;
    }

    void tell(String line) {
        progress.accept(line);
    }

    /** @return null when there is no time for it, or it does not run: then it is told so */
    Trial run(Tried tried, double seconds) {
        if (isOver(1, seconds)) {
            return null;
        }
        double beforeS = elapsedS();
        try {
            return trials.run(tried.settings(), seconds);
        } catch (TrialException e) {
            tried.end(Fate.FAILED, e.getMessage());
            return null;
        } catch (InterruptedException e) {
            interrupted = true;
            return null;
        } finally {
            extraS = Math.max(0.8 * extraS, elapsedS() - beforeS - seconds);
        }
    }

    /** @return whether it was measured: not where there is no time for it, or it does not run, which it is told */
    boolean measureLoss(Tried tried) {
        if (isStopped() || elapsedS() + agreementS > untilS) {
            tried.end(Fate.NO_TIME, "its agreement was not measured");
            return false;
        }
        double beforeS = elapsedS();
        try {
            tried.setLossPoints(trials.lossPoints(tried.settings()));
            agreementS = elapsedS() - beforeS;
            return true;
        } catch (TrialException e) {
            tried.end(Fate.FAILED, e.getMessage());
            return false;
        } catch (InterruptedException e) {
            interrupted = true;
            tried.end(Fate.NO_TIME, "its agreement was not measured");
            return false;
        }
    }
}
