package dev.vigil.infer;

/** A real engine under the name of a device that this box may lack. */
public final class NamedEngine implements Engine {
    private final Engine engine;
    private final String device;
    /** What its runs fail with; null for not. */
    volatile InferException failure;

    volatile boolean closed;

    public NamedEngine(Engine engine, String device) {
        this.engine = engine;
        this.device = device;
    }

    /** Has every run fail from here on. */
    public void fail(InferException with) {
        failure = with;
    }

    @Override
    public ModelFacts facts() {
        return engine.facts();
    }

    @Override
    public Backend backend() {
        return engine.backend();
    }

    @Override
    public String device() {
        return device;
    }

    @Override
    public boolean onCpu() {
        return engine.onCpu();
    }

    @Override
    public InferOptions options() {
        return engine.options();
    }

    @Override
    public long[][] probe(InputTensors inputs, int batch) throws InferException {
        if (failure != null) {
            throw failure;
        }
        return engine.probe(inputs, batch);
    }

    @Override
    public Binding bind(RingMemory memory) throws InferException {
        Binding binding = engine.bind(memory);
        return new Binding() {
            @Override
            public Runner runner() throws InferException {
                return named(binding.runner());
            }

            @Override
            public void close() {
                binding.close();
            }
        };
    }

    private Runner named(Runner runner) {
        return new Runner() {
            @Override
            public void run(int first, int frames) throws InferException {
                if (failure != null) {
                    throw failure;
                }
                runner.run(first, frames);
            }

            @Override
            public void terminate() {
                runner.terminate();
            }

            @Override
            public void reset() {
                runner.reset();
            }

            @Override
            public String device() {
                return device;
            }

            @Override
            public void close() {
                runner.close();
            }
        };
    }

    @Override
    public void close() {
        closed = true;
        engine.close();
    }
}
