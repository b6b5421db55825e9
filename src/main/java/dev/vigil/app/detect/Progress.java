package dev.vigil.app.detect;

import dev.vigil.app.StatusLine;
import dev.vigil.app.media.MediaSource;
import dev.vigil.base.Clock;
import java.io.PrintWriter;
import java.util.Locale;

/** Tells on the terminal how far things are; nothing where there is none. */
final class Progress {
    private final StatusLine line;
    private final boolean amongOutput;
    private final int sources;
    private final Clock clock;
    private final long startNs;
    private long frames;

    /**
     * @param live there is a terminal
     * @param amongOutput results are printed on it too
     */
    Progress(PrintWriter err, boolean live, boolean amongOutput, int sources, Clock clock) {
        this.line = new StatusLine(err, live, clock);
        this.amongOutput = amongOutput;
        this.sources = sources;
        this.clock = clock;
        this.startNs = clock.monotonicNs();
    }

    /** A frame is done. */
    synchronized void frame(MediaSource source, int index) {
        frames++;
        double seconds = (clock.monotonicNs() - startNs) / 1e9;
        line.show(() -> String.format(
                Locale.ROOT,
                "%s%s: %d frames, %.0f/s",
                sources > 1 ? "[" + index + "/" + sources + "] " : "",
                source.shown(),
                frames,
                frames / seconds));
    }

    /** Makes room for a result. */
    void beforeOutput() {
        if (amongOutput) {
            clear();
        }
    }

    /** Takes the line away, before anything else is printed to standard error. */
    void clear() {
        line.clear();
    }
}
