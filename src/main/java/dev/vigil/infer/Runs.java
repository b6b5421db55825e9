package dev.vigil.infer;

/**
 * The runs that are on, so that nothing is freed under them: a run that does not end would otherwise take the process along.
 * Threadsafe.
 */
public final class Runs {
    private int on;
    private boolean ended;

    /** Counts a run that begins; false when none may begin any more. */
    public synchronized boolean begin() {
        if (ended) {
            return false;
        }
        on++;
        return true;
    }

    public synchronized void end() {
        on--;
    }

    /** Lets no run begin from here on; true when none is on. */
    public synchronized boolean stop() {
        ended = true;
        return on == 0;
    }
}
