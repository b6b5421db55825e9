package dev.vigil.lens;

/**
 * For how long something has been so: a level that rises while it is, and falls while it is not, so that what interrupts it for
 * a moment (headlights, a bus before the lens) neither begins nor ends it. Not threadsafe.
 */
final class Persistence {
    private final long afterNs;
    /** How much faster the level falls than it rises. */
    private final long fall;

    private long levelNs;
    private boolean held;

    /**
     * @param afterNs how long it must be so to hold; 0 for never
     * @param fall 2: it no longer holds after half that time; 0: at once
     */
    Persistence(long afterNs, long fall) {
        this.afterNs = afterNs;
        this.fall = fall;
    }

    /**
     * @param elapsedNs since the last time; no more than a third of the whole counts, so that two pictures alone prove nothing
     * @return whether it holds
     */
    boolean step(boolean isSo, long elapsedNs) {
        if (afterNs == 0) {
            return false;
        }
        long countedNs = Math.min(elapsedNs, afterNs / 3);
        if (isSo) {
            levelNs = Math.min(afterNs, levelNs + countedNs);
        } else {
            levelNs = fall == 0 ? 0 : Math.max(0, levelNs - fall * countedNs);
        }
        // A third three times may fall short of the whole by what the division left over.
        held = held ? levelNs > 0 : levelNs >= afterNs / 3 * 3;
        return held;
    }

    void reset() {
        levelNs = 0;
        held = false;
    }
}
