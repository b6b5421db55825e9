package dev.vigil.workshop.tune;

import dev.vigil.base.Clock;
import dev.vigil.workshop.tune.Tried.Fate;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * Looks for the fastest settings that keep the bounds, within a time. The default is measured first, and again in every round of
 * the race: nothing is chosen that was not faster than it in turns. Owned by one thread.
 */
public final class TuneSearch {
    /** Parts of the time until which there are short trials, and a race; the rest is for the finals. */
    private static final double SHORT_UNTIL = 0.5;

    private static final double RACE_UNTIL = 0.75;

    private final Plan plan;
    private final Trials trials;
    private final Clock clock;
    private final BooleanSupplier stop;
    private final Consumer<String> progress;

    /**
     * What is wanted.
     *
     * @param slowerIsAllowed where the default does not keep the bounds, take what does, be it slower than it
     * @param time for all of it
     */
    public record Plan(Bounds bounds, boolean slowerIsAllowed, Duration time) {}

    /**
     * @param stop ends it with the best so far
     * @param progress takes a line now and then
     */
    public TuneSearch(Plan plan, Trials trials, Clock clock, BooleanSupplier stop, Consumer<String> progress) {
        this.plan = plan;
        this.trials = trials;
        this.clock = clock;
        this.stop = stop;
        this.progress = progress;
    }

    /**
     * @param space the default first; of each family its usual shape first, batches of a spread in ascending order
     * @throws TrialException when the default itself does not run
     */
    public TuneResult run(List<Settings> space) throws TrialException {
        List<Tried> all = space.stream().map(Tried::new).toList();
        Tried standard = all.get(0);
        TrialTime time = new TrialTime(trials, clock, plan.time, stop, progress);
        time.tell("trying the default");
        Trial first = time.run(standard, time.roundS());
        if (standard.fate() == Fate.FAILED) {
            throw new TrialException(standard.why());
        }
        standard.setLossPoints(0);
        if (first != null) {
            standard.addShort(first);
            time.until(SHORT_UNTIL);
            new Screening(time, plan.bounds, all).run();
            time.until(RACE_UNTIL);
            Race race = new Race(time, plan.bounds, standard);
            List<Tried> finalists = race.run(all);
            time.until(1);
            race.finals(finalists);
        }
        Optional<Tried> chosen = choose(all, standard);
        settle(all, standard, chosen);
        boolean timeWasOver = first == null || all.stream().anyMatch(tried -> tried.fate() == Fate.NO_TIME);
        String ended = time.isStopped() ? "it was ended" : timeWasOver ? "the time was over" : "";
        return new TuneResult(chosen, standard, all, ended, time.elapsedS());
    }

    private boolean keepsBounds(Tried tried) {
        return tried.p99Ms() <= plan.bounds.latencyMs() && tried.lossPoints() <= plan.bounds.lossPoints();
    }

    private Optional<Tried> choose(List<Tried> all, Tried standard) {
        boolean standardWill = !standard.isTried() || keepsBounds(standard);
        Optional<Tried> faster = all.stream()
                .filter(tried -> tried != standard && tried.isOpen() && keepsBounds(tried))
                .filter(tried ->
                        standardWill ? Evidence.isFaster(tried) : plan.slowerIsAllowed || Evidence.isNoSlower(tried))
                .reduce(Race::better);
        return faster.isPresent() || !standardWill ? faster : Optional.of(standard);
    }

    /** Says of each how it ended. */
    private void settle(List<Tried> all, Tried standard, Optional<Tried> chosen) {
        for (Tried tried : all) {
            if (tried == chosen.orElse(null)) {
                tried.end(Fate.CHOSEN, "");
            } else if (tried == standard) {
                standard.end(
                        Fate.DEFAULT,
                        keepsBounds(standard)
                                ? ""
                                : String.format(Locale.ROOT, "p99 of its runs is %.1f ms", standard.p99Ms()));
            } else if (tried.isOpen() && tried.rounds() > 0) {
                tried.end(
                        Fate.SLOWER,
                        String.format(
                                Locale.ROOT,
                                "%.2f x the default, faster in %d of %d rounds",
                                tried.ratio(),
                                tried.wins(),
                                tried.rounds()));
            } else if (tried.isOpen()) {
                tried.end(Fate.NO_TIME, "");
            }
        }
    }
}
