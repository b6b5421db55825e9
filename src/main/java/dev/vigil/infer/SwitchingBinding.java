package dev.vigil.infer;

import java.util.ArrayList;
import java.util.List;

/** A ring's memory on whichever engine serves; each runner goes over between two of its runs. Threadsafe. */
final class SwitchingBinding implements Engine.Binding {
    private final SwitchingEngine engine;
    private final RingMemory memory;

    /** What runners are to use from their next run on; set under the lock. */
    private volatile Bound active;

    /** Bound to an engine that may serve next. Guarded by this. */
    private final List<Bound> prepared = new ArrayList<>();

    /** Guarded by this. */
    private boolean gone;

    /** The memory on one of the engines. */
    static final class Bound {
        final ServingEngine serving;
        final Engine.Binding binding;
        /** Guarded by the binding that it is of. */
        private int runners;
        /** Guarded by the binding that it is of. */
        private boolean closed;

        Bound(ServingEngine serving, RingMemory memory) throws InferException {
            this.serving = serving;
            this.binding = serving.engine.bind(memory);
            serving.use();
        }

        private void close() {
            if (!closed) {
                closed = true;
                binding.close();
                serving.unuse();
            }
        }
    }

    SwitchingBinding(SwitchingEngine engine, RingMemory memory, ServingEngine serving) throws InferException {
        this.engine = engine;
        this.memory = memory;
        this.active = new Bound(serving, memory);
    }

    /** Outputs must be of the same shapes; all sizes of batches are tried, since an engine may be built for each. */
    void prepare(ServingEngine next) throws InferException {
        InputTensors inputs = memory.inputs();
        for (int frames : new int[] {memory.batchMax(), memory.batchMin()}) {
            InputTensors zeros = new InputTensors(inputs.picture(), inputs.imageShape(), frames, inputs.constants());
            next.engine.probe(zeros, frames);
        }
        Bound bound = new Bound(next, memory);
        synchronized (this) {
            if (gone) {
                bound.close();
            } else {
                prepared.add(bound);
            }
        }
    }

    synchronized void goOver(ServingEngine next) {
        for (Bound bound : prepared) {
            if (bound.serving == next && !gone) {
                Bound before = active;
                active = bound;
                closeWhenUnused(before);
            } else {
                bound.close(); // of one that never came to serve
            }
        }
        prepared.clear();
    }

    /** Frees what was prepared for an engine that does not come to serve. */
    synchronized void discard(ServingEngine next) {
        for (Bound bound : prepared) {
            if (bound.serving == next) {
                bound.close();
            }
        }
        prepared.removeIf(bound -> bound.closed);
    }

    private void closeWhenUnused(Bound bound) {
        if (bound != active && bound.runners == 0) {
            bound.close();
        }
    }

    Bound active() {
        return active;
    }

    synchronized Engine.Runner open(Bound bound) throws InferException {
        Engine.Runner runner = bound.binding.runner();
        bound.runners++;
        return runner;
    }

    synchronized void left(Bound bound) {
        bound.runners--;
        closeWhenUnused(bound);
    }

    RingMemory memory() {
        return memory;
    }

    SwitchingEngine engine() {
        return engine;
    }

    @Override
    public Engine.Runner runner() throws InferException {
        return new SwitchingRunner(this);
    }

    @Override
    public void close() {
        synchronized (this) {
            gone = true;
            active.close();
            prepared.forEach(Bound::close);
        }
        engine.unbind(this);
    }
}
