package dev.vigil.infer;

/**
 * Runs ONNX Runtime's start and its loading of models on a thread with a deep stack. Version 1.29 matches the process's command
 * line against a regular expression that recurses for every character of it: with a class path of 7 KB that is 10,600 frames,
 * which overflow Java's usual 1 MB of stack and end the process with SIGSEGV and not a word. Graphs of great depth recurse too.
 */
public final class DeepStack {
    /** Only what is touched is ever resident. */
    private static final long STACK_BYTES = 64 << 20;

    /** What is run. */
    public interface Work<T> {
        T call() throws InferException;
    }

    private DeepStack() {}

    /** Runs {@code work} to its end and returns or throws what it did. */
    public static <T> T call(String name, Work<T> work) throws InferException {
        Outcome<T> outcome = new Outcome<>(work);
        Thread thread = new Thread(null, outcome, name, STACK_BYTES);
        thread.setDaemon(true);
        thread.start();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InferException("interrupted while loading a model", e);
        }
        return outcome.get();
    }

    private static final class Outcome<T> implements Runnable {
        private final Work<T> work;
        private T value;
        private Throwable failure;

        Outcome(Work<T> work) {
            this.work = work;
        }

        @Override
        public void run() {
            try {
                value = work.call();
            } catch (InferException | RuntimeException | Error e) {
                failure = e; // thrown again by the thread that waits
            }
        }

        T get() throws InferException {
            if (failure instanceof InferException e) {
                throw e;
            }
            if (failure instanceof RuntimeException e) {
                throw e;
            }
            if (failure instanceof Error e) {
                throw e;
            }
            return value;
        }
    }
}
