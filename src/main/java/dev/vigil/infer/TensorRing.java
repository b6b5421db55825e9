package dev.vigil.infer;

import dev.vigil.frame.ConstantInput;
import dev.vigil.frame.TensorInfo;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The input and output tensors of a ring's slots, allocated once, off the heap and side by side, so that neighbouring slots are
 * a batch without a copy, where the engine's backend can work in place.
 *
 * <p>Each slot's buffers belong to the stage that holds the slot; {@link Runner}s may run different slots at the same time.
 */
public final class TensorRing implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(TensorRing.class);

    /** Most pictures of a run that a model may insist on, as {@code batch.max} allows. */
    private static final int MADE_MAX = 64;

    private final Engine engine;
    private final TensorInfo input;
    private final long[] imageShape;
    private final List<ConstantInput> others;
    private final int slots;
    private final int batchMax;
    private final ByteBuffer[] inputBytes;
    private final FloatBuffer[] inputFloats;
    private final RingMemory memory;
    private final Engine.Binding binding;
    private final Runs runs = new Runs();

    /** As below, for a model that takes nothing but a picture. */
    public TensorRing(Engine engine, int slots, long[] imageShape) throws InferException {
        this(engine, slots, engine.inputs().get(0), imageShape, List.of());
    }

    /**
     * Allocates the tensors and runs the model once on zeros, which shows the outputs' shapes and warms it up.
     *
     * @param input the one that takes pictures
     * @param imageShape the input's dimensions without the batch; all of them for an input that has none
     * @param others what all other inputs get
     * @throws InferException when the model does not run with such an input
     */
    public TensorRing(Engine engine, int slots, TensorInfo input, long[] imageShape, List<ConstantInput> others)
            throws InferException {
        this.engine = engine;
        this.input = input;
        this.imageShape = imageShape.clone();
        this.others = List.copyOf(others);
        this.slots = slots;
        switch (input.type()) {
            case FLOAT32, FLOAT16, UINT8 -> {}
            default ->
                throw new InferException("the model " + engine.name() + " wants an input of " + input
                        + "; float32, float16 and uint8 can be given");
        }
        try {
            int made = input.rank() == imageShape.length ? 1 : made(input);
            int wanted = batchWanted(made);
            int ran = Math.max(wanted, made);
            InputTensors inputs = new InputTensors(input, imageShape, slots, Constant.of(engine, input, others, ran));
            this.inputBytes = IntStream.range(0, slots)
                    .mapToObj(slot -> inputs.pictures(slot, 1))
                    .toArray(ByteBuffer[]::new);
            this.inputFloats =
                    Arrays.stream(inputBytes).map(ByteBuffer::asFloatBuffer).toArray(FloatBuffer[]::new);
            InputTensors probed = ran <= slots ? inputs : new InputTensors(input, imageShape, ran, inputs.constants());
            long[][] shapes = engine.probe(probed, ran);
            boolean split = Arrays.stream(shapes).allMatch(shape -> shape.length > 0 && shape[0] == ran);
            if (made > 1 && !split) {
                throw new InferException("the model " + engine.name() + " is made for batches of just " + made
                        + " pictures, and does not give one result for each; export it with a batch of 1");
            }
            if (ran > 1 && !split) {
                LOG.warn(
                        "{}: does not give one result for each picture, so it is not run on {} at once",
                        engine.name(),
                        wanted);
                shapes = engine.probe(inputs, 1);
            }
            this.batchMax = split ? wanted : 1;
            long[][] ofOne = ofOneImage(shapes, split ? ran : 1);
            OutputTensors outputs = OutputTensors.of(engine.name(), engine.outputs(), ofOne, slots);
            this.memory = new RingMemory(engine.name(), inputs, outputs, 1, batchMax);
            this.binding = made > 1 ? new FixedBatch(engine, memory, made, imageShape, ofOne) : engine.bind(memory);
        } catch (ArithmeticException e) {
            throw new InferException(
                    "the tensors of " + engine.name() + " are too large: input " + Arrays.toString(imageShape) + " for "
                            + slots + " frames",
                    e);
        } catch (OutOfMemoryError e) {
            // Thrown by Java's own accounting of direct memory; nothing is lost but this model.
            throw new InferException(
                    "the tensors of " + engine.name() + " do not fit into memory (VIGIL_OFF_HEAP): input "
                            + Arrays.toString(imageShape) + " for " + slots + " frames",
                    e);
        }
    }

    /** How many pictures the model is made for; -1 for any number. */
    private int made(TensorInfo input) throws InferException {
        long made = input.shape()[0];
        if (made > MADE_MAX) {
            throw new InferException("the model " + engine.name() + " is made for batches of just " + made
                    + " pictures; up to " + MADE_MAX + " can be run");
        }
        return (int) made;
    }

    private int batchWanted(int made) {
        int wanted = Math.min(Math.max(1, engine.options().batchMax()), slots);
        if (wanted > 1 && made == 1) {
            LOG.warn("{}: made for single pictures, so it is not run on {} at once", engine.name(), wanted);
        }
        if (made > wanted) {
            LOG.warn(
                    "{}: made for batches of just {} pictures, of which batch.max: {} are used",
                    engine.name(),
                    made,
                    wanted);
        }
        return made > 0 ? Math.min(wanted, made) : wanted;
    }

    /** Without the batch; null for one that has no batch, or had no value at all: it is loose. */
    private static long[][] ofOneImage(long[][] shapes, int batch) {
        return Arrays.stream(shapes)
                .map(shape -> shape.length == 0
                                || shape[0] != batch
                                || Arrays.stream(shape).anyMatch(extent -> extent == 0)
                        ? null
                        : Arrays.copyOfRange(shape, 1, shape.length))
                .toArray(long[][]::new);
    }

    /** The same once more, on memory of its own. */
    public TensorRing again() throws InferException {
        return new TensorRing(engine, slots, input, imageShape, others);
    }

    /** How many frames' tensors there are. */
    public int slots() {
        return slots;
    }

    /** Most frames of one run: what was configured, as far as the model takes batches. */
    public int batchMax() {
        return batchMax;
    }

    /** A slot's input as bytes. */
    public ByteBuffer inputBytes(int slot) {
        return inputBytes[slot];
    }

    /** The same memory as floats; meaningless for a model with uint8 input. */
    public FloatBuffer inputFloats(int slot) {
        return inputFloats[slot];
    }

    /**
     * A slot's outputs, in the order of {@link Engine#outputs()}, as floats whatever the model gives. The limit of each is where
     * its values end; in an output whose size differs from picture to picture, it moves with each run.
     */
    public FloatBuffer[] outputs(int slot) {
        return memory.outputs().of(slot);
    }

    /** The outputs as they really are: the model's declaration with every dimension known that is the same for all pictures. */
    public List<TensorInfo> outputInfos() {
        return memory.outputs().infos();
    }

    /** One worker's way to run frames. Owned by its thread, but for {@link #terminate()}. */
    public final class Runner implements AutoCloseable {
        private final Engine.Runner runner;

        private Runner(Engine.Runner runner) {
            this.runner = runner;
        }

        /**
         * Runs {@code frames} neighbouring slots from {@code first} on; their outputs are in place when it returns.
         *
         * @throws InferException when the model fails on them or the run was ended
         */
        public void run(int first, int frames) throws InferException {
            if (!runs.begin()) {
                throw new InferException("the model " + engine.name() + " is closed");
            }
            try {
                runner.run(first, frames);
            } finally {
                runs.end();
            }
        }

        /** Ends the run that is on, from any thread; every later run fails until {@link #reset()}. */
        public void terminate() {
            runner.terminate();
        }

        /** Lets it run again. */
        public void reset() {
            runner.reset();
        }

        /** Where its last run was. */
        public String device() {
            return runner.device();
        }

        @Override
        public void close() {
            runner.close();
        }
    }

    /** A runner for one more worker. */
    public Runner runner() throws InferException {
        return new Runner(binding.runner());
    }

    /** Frees the tensors, unless a run is still on them: then they stay until the process ends. */
    @Override
    public void close() {
        if (!runs.stop()) {
            LOG.warn("{}: a run is still on; its buffers stay until the process ends", engine.name());
            return;
        }
        binding.close();
    }
}
