package dev.vigil.infer;

/**
 * A runner of a backend that has something of its own for each, such as a network: it is freed when the runner is closed, but
 * never under a run.
 */
public abstract class GuardedRunner implements Engine.Runner {
    private final Engine engine;
    /** Written under the lock. */
    private volatile boolean terminated;

    /** Guarded by this. */
    private boolean running;

    /** Guarded by this. */
    private boolean gone;

    protected GuardedRunner(Engine engine) {
        this.engine = engine;
    }

    /** As {@link #run}, for a runner that is neither closed nor ended. */
    protected abstract void runNow(int first, int frames) throws InferException;

    /** Has the run that is on end soon, where the backend can. */
    protected void cancel() {}

    /** Called once, when no run is on any more. */
    protected abstract void free();

    protected final boolean isTerminated() {
        return terminated;
    }

    @Override
    public final void run(int first, int frames) throws InferException {
        begin();
        try {
            runNow(first, frames);
        } finally {
            end();
        }
        if (terminated) {
            throw ended();
        }
    }

    private InferException ended() {
        return new InferException("the model " + engine.name() + " failed: the run was ended");
    }

    private synchronized void begin() throws InferException {
        if (gone || terminated) {
            throw ended();
        }
        running = true;
    }

    private synchronized void end() {
        running = false;
        if (gone) {
            free();
        }
    }

    @Override
    public final String device() {
        return engine.device();
    }

    @Override
    public final synchronized void terminate() {
        terminated = true;
        if (running) {
            cancel();
        }
    }

    @Override
    public final synchronized void reset() {
        terminated = false;
    }

    @Override
    public final synchronized void close() {
        if (!gone) {
            gone = true;
            if (!running) {
                free();
            }
        }
    }
}
