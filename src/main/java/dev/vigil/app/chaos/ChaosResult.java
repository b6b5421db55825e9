package dev.vigil.app.chaos;

import dev.vigil.app.soak.SampleLine;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What a chaos run came to.
 *
 * @param runs each camera's frames of each process of the daemon
 * @param resident of the last process
 * @param unreadable the first message that could not be understood; null when there is none
 */
record ChaosResult(
        List<Outcome> outcomes,
        List<RunAccount.Sum> runs,
        ChaosDaemon.Footprint first,
        ChaosDaemon.Footprint last,
        double residentMaxMib,
        SampleLine.Slope resident,
        int processes,
        boolean ownDisk,
        String unreadable) {
    /** Frames of which nobody knows what became of them. */
    long lost() {
        return runs.stream().mapToLong(RunAccount.Sum::lost).sum();
    }

    /** What breaks a bound, in words; empty when all hold. */
    List<String> broken() {
        List<String> broken = new ArrayList<>();
        outcomes.forEach(outcome -> broken.addAll(outcome.broken()));
        for (RunAccount.Sum run : runs) {
            if (run.lost() > 0) {
                broken.add(String.format(
                        Locale.ROOT,
                        "%d frames of %s in run %s are not accounted for: %s",
                        run.lost(),
                        run.camera(),
                        run.run(),
                        run));
            }
        }
        if (unreadable != null) {
            broken.add("a message could not be understood: " + unreadable);
        }
        return broken;
    }
}
