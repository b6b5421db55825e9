package dev.vigil.app.detect;

import dev.vigil.app.media.MediaSource;
import dev.vigil.base.Clock;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/** A line on the terminal that tells how far things are, rewritten in place; nothing where there is no terminal. */
final class Progress {
    private static final long EVERY_NS = TimeUnit.MILLISECONDS.toNanos(200);
    private static final String CLEAR = "\r\u001b[K";

    private final PrintWriter err;
    private final boolean live;
    private final boolean amongOutput;
    private final int sources;
    private final Clock clock;
    private final long startNs;
    private long shownNs;
    private long frames;
    private boolean dirty;

    /**
     * @param live there is a terminal
     * @param amongOutput results are printed on it too
     */
    Progress(PrintWriter err, boolean live, boolean amongOutput, int sources, Clock clock) {
        this.err = err;
        this.live = live;
        this.amongOutput = amongOutput;
        this.sources = sources;
        this.clock = clock;
        this.startNs = clock.monotonicNs();
        this.shownNs = startNs;
    }

    /** A frame is done. */
    synchronized void frame(MediaSource source, int index) {
        frames++;
        long nowNs = clock.monotonicNs();
        if (!live || nowNs - shownNs < EVERY_NS) {
            return;
        }
        shownNs = nowNs;
        dirty = true;
        err.printf(
                Locale.ROOT,
                "%s%s%s: %d frames, %.0f/s",
                CLEAR,
                sources > 1 ? "[" + index + "/" + sources + "] " : "",
                source.shown(),
                frames,
                frames / ((nowNs - startNs) / 1e9));
        err.flush();
    }

    /** Makes room for a result. */
    void beforeOutput() {
        if (amongOutput) {
            clear();
        }
    }

    /** Takes the line away, before anything else is printed to standard error. */
    synchronized void clear() {
        if (dirty) {
            dirty = false;
            err.print(CLEAR);
            err.flush();
        }
    }
}
