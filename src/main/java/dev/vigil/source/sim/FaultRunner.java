package dev.vigil.source.sim;

import dev.vigil.base.Clock;
import io.netty.channel.EventLoop;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Lets faults begin and end, those of a script at their times, and tells of each. Belongs to the server's thread. */
final class FaultRunner {
    private static final Logger log = LoggerFactory.getLogger(FaultRunner.class);

    private final EventLoop loop;
    private final Clock clock;
    private final FaultActions actions;
    private final FaultListener listener;
    private final long startNs;

    FaultRunner(EventLoop loop, Clock clock, FaultActions actions, FaultListener listener) {
        this.loop = loop;
        this.clock = clock;
        this.actions = actions;
        this.listener = listener;
        this.startNs = clock.monotonicNs();
    }

    /** @param possible what {@code random} without kinds may draw */
    void run(FaultScript script, List<SimulatedCamera> cameras, Set<FaultKind> possible) {
        for (SimulatedCamera camera : cameras) {
            for (FaultTimes times : script.timesAt(camera.number(), possible)) {
                scheduleNext(camera, times);
            }
        }
    }

    private void scheduleNext(SimulatedCamera camera, FaultTimes times) {
        if (times.next()) {
            Fault fault = times.fault();
            long endNs = times.endNs();
            at(times.beginNs(), () -> {
                begin(camera, fault);
                if (endNs != FaultEntry.UNENDING && !fault.kind().momentary()) {
                    at(endNs, () -> end(camera, fault));
                }
                scheduleNext(camera, times);
            });
        }
    }

    @SuppressWarnings("FutureReturnValueIgnored") // Ends with the loop.
    private void at(long sinceStartNs, Runnable task) {
        loop.schedule(
                () -> {
                    try {
                        task.run();
                    } catch (RuntimeException failed) {
                        log.error("a fault could not be simulated", failed);
                    }
                },
                startNs + sinceStartNs - clock.monotonicNs(),
                TimeUnit.NANOSECONDS);
    }

    /** What happens at a moment ends at once. */
    void begin(SimulatedCamera camera, Fault fault) {
        actions.begin(camera, fault);
        tell(camera, fault, true);
        if (fault.kind().momentary()) {
            tell(camera, fault, false);
        }
    }

    void end(SimulatedCamera camera, Fault fault) {
        if (!fault.kind().momentary()) {
            actions.end(camera, fault);
            tell(camera, fault, false);
        }
    }

    private void tell(SimulatedCamera camera, Fault fault, boolean begins) {
        FaultEvent event = new FaultEvent(clock.utcUs(), clock.monotonicNs() - startNs, camera.number(), fault, begins);
        try {
            listener.changed(event);
        } catch (RuntimeException failed) {
            log.error("a listener to faults failed at {}", event, failed);
        }
    }
}
