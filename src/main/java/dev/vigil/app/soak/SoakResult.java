package dev.vigil.app.soak;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What came out of a soak.
 *
 * @param residentMib resident memory at the start, after the warm-up, and at the end
 * @param heapMib what a full collection leaves in the heap, at start and end; -1 where it can not be asked for
 * @param threads at start and end
 * @param descriptors open file descriptors at start and end
 * @param tempFiles in the daemon's own temporary folder at start and end
 * @param quietS the longest silence of any camera that no fault explains
 * @param errors lines of the daemon's log at level ERROR
 * @param unreadable the first message that could not be understood; null when there is none
 */
record SoakResult(
        List<Recoveries.Summary> kinds,
        Recoveries.Times all,
        List<CameraWatch.Account> accounts,
        int[] residentMib,
        SampleLine.Slope resident,
        int[] heapMib,
        int[] threads,
        int[] descriptors,
        int[] tempFiles,
        double quietS,
        int disturbed,
        List<String> disturbances,
        List<String> errors,
        String unreadable) {
    /** From a fault's end to the first detection captured after it, 99th percentile of each kind. */
    static final double RECOVERY_P99_MAX_S = 3;
    /** What memory may rise by in all: pages that are touched once, code that is compiled late. */
    static final double RISE_MAX_MIB = 4;

    /** Which bounds do not hold, for people; empty when all do. */
    List<String> broken() {
        List<String> broken = new ArrayList<>();
        for (Recoveries.Summary kind : kinds) {
            if (kind.recoveredS().p99() > RECOVERY_P99_MAX_S) {
                add(
                        broken,
                        "%s: p99 of recovery is %.2f s",
                        kind.kind(),
                        kind.recoveredS().p99());
            }
            if (kind.unrecovered() > 0) {
                add(broken, "%s: %d were not got over", kind.kind(), kind.unrecovered());
            }
            if (kind.unnoticed() > 0) {
                add(broken, "%s: %d were not told in the status", kind.kind(), kind.unnoticed());
            }
        }
        for (CameraWatch.Account account : accounts) {
            if (!account.balances()) {
                add(broken, "the ledger of %s does not balance: %s", account.camera(), account);
            }
        }
        if (resident.grows(RISE_MAX_MIB)) {
            add(broken, "resident memory grows by %.1f MiB/h", resident.perHour());
        }
        if (heapMib[1] - heapMib[0] > RISE_MAX_MIB) {
            add(broken, "a full collection leaves %d MiB more in the heap", heapMib[1] - heapMib[0]);
        }
        if (threads[1] > threads[0]) {
            add(broken, "%d threads more", threads[1] - threads[0]);
        }
        if (descriptors[1] > descriptors[0]) {
            add(broken, "%d file descriptors more", descriptors[1] - descriptors[0]);
        }
        if (tempFiles[1] > tempFiles[0]) {
            add(broken, "%d temporary files more", tempFiles[1] - tempFiles[0]);
        }
        if (disturbed > 0) {
            add(broken, "cameras were disturbed %d times that nobody touched", disturbed);
        }
        if (!errors.isEmpty()) {
            add(broken, "the daemon logged %d errors, the first: %s", errors.size(), errors.get(0));
        }
        if (unreadable != null) {
            broken.add("a message can not be understood: " + unreadable);
        }
        return broken;
    }

    private static void add(List<String> broken, String format, Object... values) {
        broken.add(String.format(Locale.ROOT, format, values));
    }
}
