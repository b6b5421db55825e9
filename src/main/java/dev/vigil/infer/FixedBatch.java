package dev.vigil.infer;

import java.nio.ByteBuffer;
import java.util.List;

/**
 * Runs a model that is made for just so many pictures at once on fewer: each runner has memory of its own for a whole batch, into
 * which pictures are copied, and results out of it. What is left of the batch computes what nobody looks at.
 */
final class FixedBatch implements Engine.Binding {
    private final Engine engine;
    private final RingMemory memory;
    private final int batch;
    private final long[] imageShape;
    private final long[][] outputShapes;

    /**
     * @param memory of the ring
     * @param imageShape the picture's dimensions without the batch
     * @param outputShapes as {@link OutputTensors#of} takes them
     */
    FixedBatch(Engine engine, RingMemory memory, int batch, long[] imageShape, long[][] outputShapes) {
        this.engine = engine;
        this.memory = memory;
        this.batch = batch;
        this.imageShape = imageShape.clone();
        this.outputShapes = outputShapes.clone();
    }

    @Override
    public Engine.Runner runner() throws InferException {
        List<Constant> constants = memory.inputs().constants();
        InputTensors inputs = new InputTensors(memory.inputs().picture(), imageShape, batch, constants);
        OutputTensors outputs = OutputTensors.of(engine.name(), engine.outputs(), outputShapes, batch);
        RingMemory own = new RingMemory(engine.name(), inputs, outputs, batch, batch);
        return new Runner(own, engine.bind(own));
    }

    @Override
    public void close() {
        // What is to be freed belongs to the runners.
    }

    private final class Runner implements Engine.Runner {
        private final RingMemory own;
        private final Engine.Binding binding;
        private final Engine.Runner runner;
        /** By slot of the ring. */
        private final ByteBuffer[] pictures;
        /** By place in the batch. */
        private final ByteBuffer[] places;

        private final Runs runs = new Runs();

        Runner(RingMemory own, Engine.Binding binding) throws InferException {
            this.own = own;
            this.binding = binding;
            this.runner = binding.runner();
            this.pictures = pictures(memory.inputs());
            this.places = pictures(own.inputs());
        }

        private static ByteBuffer[] pictures(InputTensors inputs) {
            ByteBuffer[] pictures = new ByteBuffer[inputs.slots()];
            for (int slot = 0; slot < pictures.length; slot++) {
                pictures[slot] = inputs.pictures(slot, 1);
            }
            return pictures;
        }

        @Override
        public void run(int first, int frames) throws InferException {
            if (!runs.begin()) {
                throw new InferException("the model " + engine.name() + " is closed");
            }
            try {
                for (int i = 0; i < frames; i++) {
                    places[i].put(0, pictures[first + i], 0, places[i].capacity());
                }
                runner.run(0, batch);
                for (int i = 0; i < frames; i++) {
                    memory.outputs().copy(own.outputs(), i, first + i);
                }
            } finally {
                runs.end();
            }
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
            return runner.device();
        }

        /** Tensors that a run is still on stay until the process ends. */
        @Override
        public void close() {
            runner.close();
            if (runs.stop()) {
                binding.close();
            }
        }
    }
}
