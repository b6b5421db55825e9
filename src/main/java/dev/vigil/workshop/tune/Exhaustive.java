package dev.vigil.workshop.tune;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * Every one of the settings measured, in turns and without leaving any out: what a search is to be held against.
 *
 * @param all what each did, in the order of the space; without those that do not run
 * @param best the fastest that keeps the bounds; empty where none does
 * @param whole whether every round came to its end
 */
public record Exhaustive(List<Tried> all, Optional<Tried> best, boolean whole) {
    /**
     * Measures.
     *
     * @param rounds of one trial of each
     * @param seconds of each trial
     */
    public static Exhaustive of(
            List<Settings> space,
            Bounds bounds,
            int rounds,
            double seconds,
            Trials trials,
            BooleanSupplier stop,
            Consumer<String> progress) {
        List<Tried> all = new ArrayList<>(space.stream().map(Tried::new).toList());
        Map<String, Double> losses = new HashMap<>();
        for (int round = 1; round <= rounds; round++) {
            for (Tried tried : List.copyOf(all)) {
                if (stop.getAsBoolean()) {
                    return new Exhaustive(all, best(all, bounds), false);
                }
                progress.accept("all, round " + round + " of " + rounds + ": " + tried.settings());
                try {
                    String family = tried.settings().family();
                    if (!losses.containsKey(family)) {
                        boolean same = family.equals(space.get(0).family());
                        losses.put(family, same ? 0 : trials.lossPoints(tried.settings()));
                    }
                    tried.setLossPoints(losses.get(family));
                    tried.addRound(trials.run(tried.settings(), seconds), null);
                } catch (TrialException e) {
                    tried.end(Tried.Fate.FAILED, e.getMessage());
                    all.remove(tried);
                } catch (InterruptedException e) {
                    return new Exhaustive(all, best(all, bounds), false);
                }
            }
        }
        return new Exhaustive(all, best(all, bounds), true);
    }

    private static Optional<Tried> best(List<Tried> all, Bounds bounds) {
        return all.stream()
                .filter(tried -> tried.p99Ms() <= bounds.latencyMs() && tried.lossPoints() <= bounds.lossPoints())
                .max(Comparator.comparingDouble(Tried::framesPerSecond));
    }

    /** Part of the best one's frames a second that some settings do here; not a number where there is no best, or they do not run. */
    public double part(Settings settings) {
        return all.stream()
                .filter(tried -> tried.settings().equals(settings))
                .findFirst()
                .flatMap(tried -> best.map(b -> tried.framesPerSecond() / b.framesPerSecond()))
                .orElse(Double.NaN);
    }
}
