package dev.vigil.pipeline;

import dev.vigil.metrics.health.Pulse;
import dev.vigil.metrics.health.Pulses;
import dev.vigil.metrics.health.Silence;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** The pulses of one ring's threads. Made by one thread, and then read by any. */
final class RingPulses {
    /** One frame in a stage that computes: a hundred times what the slowest takes. */
    static final Duration STEP = Duration.ofMillis(1_500);

    private final Pulses pulses;
    private final String model;
    private final List<Pulse> all = new ArrayList<>();

    RingPulses(Pulses pulses, String model) {
        this.pulses = pulses;
        this.model = model;
    }

    /** @param limit how long one piece of the stage's work may take */
    Pulse of(String stage, Duration limit) {
        Pulse pulse = pulses.of(model + " " + stage, limit);
        all.add(pulse);
        return pulse;
    }

    /** A run of a model, which is ended when its deadline is past and may take a moment to come back then. */
    static Duration run(Duration timeout) {
        return timeout.plus(STEP);
    }

    /** The first that does not move; null when all do. */
    Silence silence(long nowNs) {
        for (Pulse pulse : all) {
            Silence silence = pulses.silence(pulse, nowNs);
            if (silence != null) {
                return silence;
            }
        }
        return null;
    }

    /** The ring's threads have ended, or nobody waits for them any more. */
    void gone() {
        all.forEach(pulses::gone);
    }
}
