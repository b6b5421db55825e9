package dev.vigil.source.proof;

import dev.vigil.source.sim.CameraClock;
import java.time.Duration;

/** What happens to a camera's clocks, some time after it was connected to. */
enum ClockProofCase {
    NOMINAL("nothing", false, clock -> {}),
    SAMPLING_FAST("timestamps +500 ppm", false, clock -> clock.samplingDrift(500)),
    SAMPLING_SLOW("timestamps -500 ppm", false, clock -> clock.samplingDrift(-500)),
    WALL_FAST("wall clock +500 ppm", true, clock -> clock.wallDrift(500)),
    WALL_SLOW("wall clock -500 ppm", true, clock -> clock.wallDrift(-500)),
    STEP_FORWARDS("wall clock set by +2 s", false, clock -> clock.stepWall(Duration.ofSeconds(2))),
    STEP_BACK("wall clock set by -2 s", false, clock -> clock.stepWall(Duration.ofSeconds(-2))),
    JUMP_FORWARDS("timestamps jump by +10 min", false, clock -> clock.jumpTimestamps(Duration.ofMinutes(10))),
    JUMP_BACK("timestamps jump by -10 min", false, clock -> clock.jumpTimestamps(Duration.ofMinutes(-10))),
    MISSING("reports missing", false, clock -> clock.reports(false));

    final String shown;
    /**
     * Captures by the camera's clock are compared with what that shows; otherwise, also when it is set, with the true time: by
     * the old time until the step is noticed, by the box's clock from then on.
     */
    final boolean byWallClock;

    private final Fault fault;

    /** Until the next report after a jump, a capture is as exact as the way of the pictures since then is even. */
    boolean byWay() {
        return this == JUMP_FORWARDS || this == JUMP_BACK;
    }

    private interface Fault {
        void happen(CameraClock clock);
    }

    ClockProofCase(String shown, boolean byWallClock, Fault fault) {
        this.shown = shown;
        this.byWallClock = byWallClock;
        this.fault = fault;
    }

    void happen(CameraClock clock) {
        fault.happen(clock);
    }
}
