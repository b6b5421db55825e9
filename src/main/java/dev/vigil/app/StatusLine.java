package dev.vigil.app;

import dev.vigil.base.Clock;
import java.io.PrintWriter;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** A line on the terminal that tells how far things are, rewritten in place; nothing where there is no terminal. */
public final class StatusLine {
    private static final long EVERY_NS = TimeUnit.MILLISECONDS.toNanos(200);
    private static final String CLEAR = "\r\u001b[K";

    private final PrintWriter err;
    private final boolean live;
    private final Clock clock;
    private long shownNs;
    private boolean dirty;

    /** @param live there is a terminal, see {@link Terminal#onError()} */
    public StatusLine(PrintWriter err, boolean live, Clock clock) {
        this.err = err;
        this.live = live;
        this.clock = clock;
        this.shownNs = clock.monotonicNs() - EVERY_NS;
    }

    /** Shows a line in place of the last, unless that one is too young. */
    public void show(String line) {
        show(() -> line);
    }

    /** As above, of a line that is made only when it is shown. */
    public synchronized void show(Supplier<String> line) {
        long nowNs = clock.monotonicNs();
        if (live && nowNs - shownNs >= EVERY_NS) {
            shownNs = nowNs;
            dirty = true;
            err.print(CLEAR + line.get());
            err.flush();
        }
    }

    /** Takes the line away, before anything else is printed to standard error or the terminal. */
    public synchronized void clear() {
        if (dirty) {
            dirty = false;
            err.print(CLEAR);
            err.flush();
        }
    }
}
