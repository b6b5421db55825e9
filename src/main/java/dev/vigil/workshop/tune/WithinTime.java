package dev.vigil.workshop.tune;

import java.time.Duration;
import java.util.function.Consumer;

/** Is told how far a work is, and ends it from there when it takes too long. */
final class WithinTime implements Consumer<String> {
    private final Duration atMost;
    private final long startNs = System.nanoTime();

    /** Thrown through the work. */
    static final class Over extends RuntimeException {
        private static final long serialVersionUID = 1;

        Over(Duration atMost) {
            super("it took longer than " + atMost.toSeconds() + " s");
        }
    }

    /** Begins now. */
    WithinTime(Duration atMost) {
        this.atMost = atMost;
    }

    @Override
    public void accept(String line) {
        if (System.nanoTime() - startNs > atMost.toNanos()) {
            throw new Over(atMost);
        }
    }
}
