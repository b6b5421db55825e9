package dev.vigil.infer;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One worker's runs on whichever engine serves. Owned by its thread, but for what {@link Engine.Runner} allows others. */
final class SwitchingRunner implements Engine.Runner {
    private static final Logger LOG = LoggerFactory.getLogger(SwitchingRunner.class);

    private final SwitchingBinding binding;
    /** Guarded by this; replaced by the owner's thread only. */
    private SwitchingBinding.Bound using;

    /** Guarded by this; replaced by the owner's thread only. */
    private Engine.Runner runner;

    /** What could not be gone over to; the owner's thread's. */
    private SwitchingBinding.Bound refused;

    /** Written under the lock. */
    private volatile boolean terminated;

    /** Guarded by this. */
    private boolean gone;

    SwitchingRunner(SwitchingBinding binding) throws InferException {
        this.binding = binding;
        this.using = binding.active();
        this.runner = binding.open(using);
    }

    @Override
    public void run(int first, int frames) throws InferException {
        binding.engine().awaitFall(this);
        Engine.Runner on = now();
        SwitchingBinding.Bound bound = using;
        try {
            on.run(first, frames);
        } catch (InferException e) {
            binding.engine().failed(bound.serving, e, terminated);
            throw e;
        }
        binding.engine().succeeded();
    }

    /** Whether the run that waits is to end. */
    boolean isEnded() {
        return terminated;
    }

    /** The runner to use, after going over where that is due. */
    private synchronized Engine.Runner now() {
        SwitchingBinding.Bound active = binding.active();
        if (using != active && !gone && refused != active) {
            try {
                goOver(active);
            } catch (InferException e) {
                LOG.warn("a runner stays on {}: {}", runner.device(), e.getMessage());
                refused = active;
            }
        }
        return runner;
    }

    private synchronized void goOver(SwitchingBinding.Bound active) throws InferException {
        Engine.Runner next = binding.open(active);
        if (terminated) {
            next.terminate();
        }
        runner.close();
        binding.left(using);
        using = active;
        runner = next;
    }

    @Override
    public synchronized void terminate() {
        terminated = true;
        runner.terminate();
    }

    @Override
    public synchronized void reset() {
        terminated = false;
        runner.reset();
    }

    @Override
    public synchronized String device() {
        return runner.device();
    }

    @Override
    public synchronized void close() {
        if (!gone) {
            gone = true;
            runner.close();
            binding.left(using);
        }
    }
}
