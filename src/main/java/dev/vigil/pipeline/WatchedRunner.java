package dev.vigil.pipeline;

import dev.vigil.base.Clock;
import dev.vigil.base.Sabotage;
import dev.vigil.base.trace.Recording;
import dev.vigil.base.trace.Tracing;
import dev.vigil.infer.InferException;
import dev.vigil.infer.TensorRing;
import java.time.Duration;

/**
 * Runs of one thread, each of which is ended when it takes longer than its deadline. {@link #run} is its owner's; the rest may be
 * called from any thread.
 */
final class WatchedRunner implements AutoCloseable {
    private static final int RUN = Tracing.name("model run");

    private final TensorRing.Runner runner;
    private final Duration timeout;
    private final Clock clock;
    /** When the run that is on began; 0 for none. Guarded by this. */
    private long runningSinceNs;

    /** The run that is on was ended from outside. Guarded by this. */
    private boolean terminated;

    /** No run is to succeed any more. Guarded by this. */
    private boolean halted;

    WatchedRunner(TensorRing.Runner runner, Duration timeout, Clock clock) {
        this.runner = runner;
        this.timeout = timeout;
        this.clock = clock;
    }

    /**
     * Runs {@code count} neighbouring tensors from {@code first} on, and has the deadline begin anew.
     *
     * @throws InferException when the model fails on them, or the run was ended
     */
    void run(int first, int count) throws InferException {
        long beganNs = begin();
        try {
            Sabotage.at("infer");
            runner.run(first, count);
            Recording recording = Tracing.current();
            if (recording != null) {
                recording.slice(RUN, Tracing.NAMELESS, beganNs, count);
            }
        } catch (InferException e) {
            throw wasEnded() ? new InferException("an inference was ended after " + timeout.toMillis() + " ms", e) : e;
        } finally {
            end();
        }
    }

    /** Where its last run was. */
    String device() {
        return runner.device();
    }

    private synchronized long begin() {
        runningSinceNs = clock.monotonicNs();
        return runningSinceNs;
    }

    private synchronized boolean wasEnded() {
        return terminated && !halted;
    }

    private synchronized void end() {
        runningSinceNs = 0;
        if (terminated && !halted) {
            terminated = false;
            runner.reset();
        }
    }

    /** Ends the run that is on if it has taken longer than its deadline. */
    synchronized void endWhenStuck() {
        boolean stuck = runningSinceNs != 0 && clock.monotonicNs() - runningSinceNs > timeout.toNanos();
        if (stuck && !terminated) {
            terminated = true;
            runner.terminate();
        }
    }

    /** Ends the run that is on, and every later one. */
    synchronized void halt() {
        halted = true;
        terminated = true;
        runner.terminate();
    }

    @Override
    public void close() {
        runner.close();
    }
}
