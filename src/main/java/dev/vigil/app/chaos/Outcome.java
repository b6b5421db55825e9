package dev.vigil.app.chaos;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * A fault, and what became of it. Times are seconds.
 *
 * @param atS since the beginning
 * @param noticedS until something told of it; NaN when nothing did
 * @param noticedBy what told of it first; null when nothing did
 * @param unharmed nothing needed to be told: no camera was silent for longer than usual
 * @param recoveredS from its end to the last camera's first picture of after it; NaN when one stayed away
 * @param dropped what messages told of as dropped meanwhile, by cause
 */
record Outcome(
        double atS,
        String kind,
        Duration lasted,
        double noticedS,
        String noticedBy,
        boolean unharmed,
        double recoveredS,
        Map<String, Long> dropped,
        ChaosDaemon.Footprint footprint) {
    static final double NOTICED_MAX_S = 2;
    static final double RECOVERED_MAX_S = 5;

    /** Until something told of it; NaN too when nothing needed to be told. */
    double noticedInNeedS() {
        return unharmed ? Double.NaN : noticedS;
    }

    /** The bounds that it breaks, in words. */
    List<String> broken() {
        List<String> broken = new ArrayList<>();
        String what = String.format(Locale.ROOT, "%s at %.1f s ", kind, atS);
        if (Double.isNaN(noticedS) && !unharmed) {
            broken.add(what + "was not noticed");
        } else if (noticedS > NOTICED_MAX_S && !unharmed) {
            broken.add(String.format(
                    Locale.ROOT, "%swas noticed after %.2f s: more than %.0f", what, noticedS, NOTICED_MAX_S));
        }
        if (Double.isNaN(recoveredS)) {
            broken.add(what + "was not got over");
        } else if (recoveredS > RECOVERED_MAX_S) {
            broken.add(String.format(
                    Locale.ROOT, "%swas got over after %.2f s: more than %.0f", what, recoveredS, RECOVERED_MAX_S));
        }
        return broken;
    }
}
