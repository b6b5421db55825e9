package dev.vigil.workshop.tune;

import dev.vigil.workshop.tune.Tried.Fate;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * A short trial of everything that may win, the most promising first. What is far behind, or breaks a bound, or is of a kind that
 * did, leaves here.
 */
final class Screening {
    /** A family whose usual shape does less than this part of the best one's is not tried in other shapes. */
    private static final double FAMILY_MIN = 0.5;

    /** A larger batch is not tried where this one does less than this part of the smaller one. */
    private static final double BATCH_MIN = 0.9;

    private final TrialTime time;
    private final Bounds bounds;
    private final List<Tried> all;
    private final Tried standard;

    /** @param all the default first, which was tried; each family's usual shape first, batches of a spread in ascending order */
    Screening(TrialTime time, Bounds bounds, List<Tried> all) {
        this.time = time;
        this.bounds = bounds;
        this.all = all;
        this.standard = all.get(0);
    }

    void run() {
        Map<String, List<Tried>> families = new LinkedHashMap<>();
        for (Tried tried : all) {
            families.computeIfAbsent(tried.settings().family(), family -> new ArrayList<>())
                    .add(tried);
        }
        List<List<Tried>> order = new ArrayList<>(families.values());
        IntStream.range(0, order.size()).forEach(i -> usualShape(order.get(i), order.size() - i));
        order.removeIf(family -> !family.get(0).isTried());
        order.sort(Comparator.comparingDouble(family -> -family.get(0).framesPerSecond()));
        Tried best = order.get(0).get(0);
        for (List<Tried> family : order) {
            Tried usual = family.get(0);
            if (usual != standard && usual.framesPerSecond() < FAMILY_MIN * best.framesPerSecond()) {
                endAll(family, Fate.DOMINATED, behind(usual, best));
            } else {
                agreement(family);
            }
        }
        order.forEach(this::otherShapes);
    }

    private void usualShape(List<Tried> family, int left) {
        Tried usual = family.get(0);
        if (usual == standard) {
            return;
        }
        tryOne(usual, time.shortS(left));
        if (usual.fate() == Fate.FAILED || usual.fate() == Fate.NO_TIME) {
            endAll(family, usual.fate(), usual.why());
        }
    }

    private void tryOne(Tried tried, double seconds) {
        time.tell("trying " + tried.settings());
        Trial trial = time.run(tried, seconds);
        if (trial == null) {
            if (tried.isOpen()) {
                tried.end(Fate.NO_TIME, "");
            }
            return;
        }
        tried.addShort(trial);
        if (trial.p50Ms() > bounds.latencyMs()) {
            tried.end(
                    Fate.LATENCY, String.format(Locale.ROOT, "half of its runs take %.1f ms and more", trial.p50Ms()));
        }
    }

    private static void endAll(List<Tried> family, Fate fate, String why) {
        family.stream().filter(Tried::isOpen).forEach(tried -> tried.end(fate, why));
    }

    /** The shape changes nothing about the boxes: one of a family speaks for all. */
    private void agreement(List<Tried> family) {
        Tried usual = family.get(0);
        if (usual != standard) {
            time.tell("agreement of " + usual.settings().family());
            if (!time.measureLoss(usual)) {
                endAll(family, usual.fate(), usual.why());
                return;
            }
        }
        double loss = usual.lossPoints();
        family.forEach(tried -> tried.setLossPoints(loss));
        if (Double.isNaN(loss)) {
            endAll(family, Fate.LOSS, "the frames show nothing to compare");
        } else if (loss > bounds.lossPoints()) {
            endAll(family, Fate.LOSS, String.format(Locale.ROOT, "loses %.1f points", loss));
        }
    }

    private void otherShapes(List<Tried> family) {
        Map<String, Tried> smallerBatches = new HashMap<>();
        for (Tried tried : family) {
            Tried smaller = smallerBatches.put(tried.settings().spread(), tried);
            if (tried.isTried() || !tried.isOpen()) {
                continue;
            }
            boolean smallerRan = smaller != null && smaller.isTried();
            if (smaller == null || smaller.isOpen() || smaller.fate() == Fate.FAILED) {
                tryOne(tried, time.shortS(untried()));
                if (smallerRan && tried.isOpen() && tried.framesPerSecond() < BATCH_MIN * smaller.framesPerSecond()) {
                    tried.end(Fate.SLOWER, behind(tried, smaller));
                }
            } else if (smaller.fate() == Fate.NO_TIME) {
                tried.end(Fate.NO_TIME, "");
            } else {
                boolean first = smaller.fate() != Fate.DOMINATED;
                tried.end(Fate.DOMINATED, first ? "with a smaller batch, " + smaller.why() : smaller.why());
            }
        }
    }

    private long untried() {
        return all.stream().filter(tried -> tried.isOpen() && !tried.isTried()).count();
    }

    /** In short trials. */
    static String behind(Tried tried, Tried best) {
        return String.format(
                Locale.ROOT,
                "%s does %.1f frames/s, %s %.1f",
                tried.settings(),
                tried.framesPerSecond(),
                best.settings(),
                best.framesPerSecond());
    }
}
