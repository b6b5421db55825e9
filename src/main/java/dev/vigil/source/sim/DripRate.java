package dev.vigil.source.sim;

import dev.vigil.base.Clock;
import java.util.concurrent.TimeUnit;

/** How many bytes a dripping camera may send to one client now (a token bucket). Belongs to the server's thread. */
final class DripRate {
    /** At least one datagram's worth is saved up; without it none would ever go out. */
    private static final double SAVED_BYTES_MIN = 1_500;

    private final CameraFaults faults;
    private final Clock clock;
    private double savedBytes;
    private long savedUntilNs;
    private boolean dripping;

    DripRate(CameraFaults faults, Clock clock) {
        this.faults = faults;
        this.clock = clock;
    }

    boolean on() {
        return faults.on(FaultKind.DRIP);
    }

    /** Bytes that may go out now, and then are spent. */
    int take() {
        saveUp();
        int bytes = (int) savedBytes;
        savedBytes -= bytes;
        return bytes;
    }

    /** Whether so many bytes may go out now; then they are spent. Without a drip they always may. */
    boolean lets(int bytes) {
        if (!on()) {
            dripping = false;
            return true;
        }
        saveUp();
        if (savedBytes < bytes) {
            return false;
        }
        savedBytes -= bytes;
        return true;
    }

    private void saveUp() {
        double bytesPerS = faults.valueOf(FaultKind.DRIP);
        long nowNs = clock.monotonicNs();
        if (dripping) {
            double gained = bytesPerS * (nowNs - savedUntilNs) / TimeUnit.SECONDS.toNanos(1);
            savedBytes = Math.min(savedBytes + gained, Math.max(bytesPerS / 10, SAVED_BYTES_MIN));
        } else {
            dripping = true;
            savedBytes = 0;
        }
        savedUntilNs = nowNs;
    }
}
