package dev.vigil.infer;

/** One of the engines of a {@link SwitchingEngine}: freed when it was left, and nothing of it is in use any more. Threadsafe. */
final class ServingEngine {
    final Engine engine;
    /** Which of them it is. */
    final int step;

    /** Guarded by this. */
    private int uses;
    /** Guarded by this. */
    private boolean left;
    /** Guarded by this. */
    private boolean closed;

    ServingEngine(Engine engine, int step) {
        this.engine = engine;
        this.step = step;
    }

    synchronized void use() {
        uses++;
    }

    synchronized void unuse() {
        uses--;
        closeWhenUnused();
    }

    /** Another one serves from here on. */
    synchronized void leave() {
        left = true;
        closeWhenUnused();
    }

    private void closeWhenUnused() {
        if (left && uses == 0) {
            close();
        }
    }

    synchronized void close() {
        if (!closed) {
            closed = true;
            engine.close();
        }
    }
}
