package dev.vigil.base;

import java.time.Instant;

/**
 * The two clocks of the process. Order and durations go by {@link #monotonicNs()}; {@link #utcUs()} is only ever shown or
 * compared with other machines' clocks. Injected, so that a test can own time.
 */
public interface Clock {
    Clock SYSTEM = new Clock() {
        @Override
        public long monotonicNs() {
            return System.nanoTime();
        }

        @Override
        public long utcUs() {
            Instant now = Instant.now();
            return now.getEpochSecond() * 1_000_000L + now.getNano() / 1_000 + Sabotage.clockStepUs();
        }
    };

    /** Nanoseconds since an arbitrary origin; never goes back. */
    long monotonicNs();

    /** Microseconds since 1970-01-01T00:00:00Z; may step when the system's clock is set. */
    long utcUs();
}
