package dev.vigil.infer;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtUtil;
import dev.vigil.frame.ConstantInput;
import dev.vigil.frame.TensorInfo;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The input and output tensors of a ring's slots, allocated once, off the heap and side by side, so that neighbouring slots are
 * a batch without a copy. ONNX Runtime reads and writes them in place.
 *
 * <p>Each slot's buffers belong to the stage that holds the slot; {@link Runner}s may run different slots at the same time.
 */
public final class TensorRing implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(TensorRing.class);

    private final Engine engine;
    private final int slots;
    private final int batchMax;
    private final TensorInfo input;
    private final long[] imageShape;
    private final ByteBuffer block;
    private final ByteBuffer[] inputBytes;
    private final FloatBuffer[] inputFloats;
    /** By name and number of frames; what they hold is written once. */
    private final Map<String, OnnxTensor[]> constants;

    /** What runs read and write; another one when an output turns out to be loose. */
    private volatile Bound bound;

    private final List<Bound> bounds = new ArrayList<>();
    private final Runs runs = new Runs();

    /** @param bindings by first slot and number of frames */
    private record Bound(OutputTensors outputs, Set<String> loose, Binding[][] bindings) {}

    private record Binding(Map<String, OnnxTensor> inputs, Map<String, OnnxTensor> outputs) {}

    /** As below, for a model that takes nothing but a picture. */
    public TensorRing(Engine engine, int slots, long[] imageShape) throws InferException {
        this(engine, slots, engine.inputs().get(0), imageShape, List.of());
    }

    /**
     * Allocates the tensors and runs the model once on zeros, which shows the outputs' shapes and warms it up.
     *
     * @param input the one that takes pictures
     * @param imageShape the input's dimensions without the batch
     * @param others what all other inputs get
     * @throws InferException when the model does not run with such an input
     */
    public TensorRing(Engine engine, int slots, TensorInfo input, long[] imageShape, List<ConstantInput> others)
            throws InferException {
        this.engine = engine;
        this.slots = slots;
        this.input = input;
        this.imageShape = imageShape.clone();
        switch (input.type()) {
            case FLOAT32, FLOAT16, UINT8 -> {}
            default ->
                throw new InferException("the model " + engine.name() + " wants an input of " + input
                        + "; float32, float16 and uint8 can be given");
        }
        try {
            int imageBytes = Math.multiplyExact(count(imageShape), Values.bytes(input.type()));
            this.block = direct(Math.multiplyExact(imageBytes, slots));
            this.inputBytes = slices(block, imageBytes);
            this.inputFloats =
                    Arrays.stream(inputBytes).map(ByteBuffer::asFloatBuffer).toArray(FloatBuffer[]::new);
            int wanted = batchWanted();
            this.constants = ConstantTensors.of(engine, input, others, wanted);
            long[][] shapes = probe(wanted);
            boolean split = Arrays.stream(shapes).allMatch(shape -> shape.length > 0 && shape[0] == wanted);
            if (wanted > 1 && !split) {
                LOG.warn(
                        "{}: does not give one result for each picture, so batch.max: {} is not used",
                        engine.name(),
                        wanted);
                shapes = probe(1);
            }
            this.batchMax = split ? wanted : 1;
            bind(OutputTensors.of(engine.name(), engine.outputs(), ofOneImage(shapes), slots));
        } catch (ArithmeticException e) {
            throw new InferException(
                    "the tensors of " + engine.name() + " are too large: input " + Arrays.toString(imageShape) + " for "
                            + slots + " frames",
                    e);
        } catch (OutOfMemoryError e) {
            // Thrown by Java's own accounting of direct memory; nothing is lost but this model.
            throw new InferException(
                    "the tensors of " + engine.name() + " do not fit into memory (-XX:MaxDirectMemorySize): input "
                            + Arrays.toString(imageShape) + " for " + slots + " frames",
                    e);
        } catch (OrtException e) {
            throw new InferException("the model " + engine.name() + " does not run: " + Engine.firstLine(e), e);
        }
    }

    private int batchWanted() throws InferException {
        int wanted = Math.min(Math.max(1, engine.options().batchMax()), slots);
        long made = input.shape()[0];
        if (made > 1) {
            throw new InferException("the model " + engine.name() + " is made for batches of just " + made
                    + " pictures; export it with an open batch, or with a batch of 1");
        }
        if (wanted > 1 && made == 1) {
            LOG.warn("{}: made for single pictures, so batch.max: {} is not used", engine.name(), wanted);
            return 1;
        }
        return wanted;
    }

    /**
     * Runs the model on zeros.
     *
     * @return the outputs' shapes as they came, with the batch; none for one that is not asked for
     */
    private long[][] probe(int batch) throws OrtException, InferException {
        List<TensorInfo> declared = engine.outputs();
        Set<String> wanted = declared.stream()
                .filter(OutputTensors::isAskedFor)
                .map(TensorInfo::name)
                .collect(Collectors.toSet());
        long[][] shapes = new long[declared.size()][];
        Map<String, OnnxTensor> ins = new HashMap<>();
        constants.forEach((name, byFrames) -> ins.put(name, byFrames[batch]));
        ByteBuffer zeros = direct(Math.multiplyExact(batch * Values.bytes(input.type()), count(imageShape)));
        try (OnnxTensor picture = tensor(zeros, batch)) {
            ins.put(input.name(), picture);
            try (OrtSession.Result result = engine.session().run(ins, wanted)) {
                for (int i = 0; i < shapes.length; i++) {
                    shapes[i] = wanted.contains(declared.get(i).name())
                            ? shape(result.get(declared.get(i).name()).orElseThrow(), declared.get(i))
                            : new long[] {batch, 0};
                }
            }
        }
        return shapes;
    }

    private long[] shape(OnnxValue value, TensorInfo declared) throws InferException {
        if (value instanceof OnnxTensor tensor) {
            return tensor.getInfo().getShape();
        }
        throw new InferException("the model " + engine.name() + " gives " + declared + ", which is no tensor");
    }

    /** Without the batch; null for one that has no batch, or had no value at all: it is loose. */
    private static long[][] ofOneImage(long[][] shapes) {
        return Arrays.stream(shapes)
                .map(shape -> shape.length == 0
                                || shape[0] < 1
                                || Arrays.stream(shape).anyMatch(extent -> extent == 0)
                        ? null
                        : Arrays.copyOfRange(shape, 1, shape.length))
                .toArray(long[][]::new);
    }

    private void bind(OutputTensors outputs) throws OrtException {
        int imageBytes = inputBytes[0].capacity();
        Binding[][] all = new Binding[slots][batchMax + 1];
        for (int first = 0; first < slots; first++) {
            for (int frames = 1; frames <= batchMax && first + frames <= slots; frames++) {
                Map<String, OnnxTensor> ins = new HashMap<>();
                int now = frames;
                constants.forEach((name, byFrames) -> ins.put(name, byFrames[now]));
                ins.put(
                        input.name(),
                        tensor(
                                block.slice(first * imageBytes, frames * imageBytes)
                                        .order(ByteOrder.nativeOrder()),
                                frames));
                all[first][frames] = new Binding(Map.copyOf(ins), outputs.bind(engine, first, frames));
            }
        }
        bound = new Bound(outputs, outputs.loose(), all);
        bounds.add(bound);
    }

    /**
     * Binds anew after a run whose outputs were of other sizes than those on zeros: what the file leaves open is loose.
     *
     * @return false when there is nothing that could be
     */
    private synchronized boolean loosen(Bound failed) throws OrtException {
        if (bound == failed) {
            if (!failed.outputs.mayBeLoose()) {
                return false;
            }
            bind(failed.outputs.loosened());
            LOG.info("{}: {} have other sizes with each picture", engine.name(), bound.loose);
        }
        return true;
    }

    private OnnxTensor tensor(ByteBuffer bytes, int frames) throws OrtException {
        return OnnxTensor.createTensor(
                engine.environment(), bytes, withBatch(imageShape, frames), Values.javaType(input.type()));
    }

    static long[] withBatch(long[] shape, int batch) {
        long[] whole = new long[shape.length + 1];
        whole[0] = batch;
        System.arraycopy(shape, 0, whole, 1, shape.length);
        return whole;
    }

    /** How many values a shape holds; an ArithmeticException when that is none, or more than a buffer can hold. */
    static int count(long[] shape) {
        long elements = OrtUtil.elementCount(shape);
        if (elements <= 0 || elements > Integer.MAX_VALUE) {
            throw new ArithmeticException("elements: " + elements);
        }
        return (int) elements;
    }

    static ByteBuffer direct(int bytes) {
        return ByteBuffer.allocateDirect(bytes).order(ByteOrder.nativeOrder());
    }

    private ByteBuffer[] slices(ByteBuffer block, int bytes) {
        ByteBuffer[] parts = new ByteBuffer[slots];
        for (int slot = 0; slot < slots; slot++) {
            parts[slot] = block.slice(slot * bytes, bytes).order(ByteOrder.nativeOrder());
        }
        return parts;
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
        return bound.outputs.of(slot);
    }

    /** The outputs as they really are: the model's declaration with every dimension known that is the same for all pictures. */
    public List<TensorInfo> outputInfos() {
        return bound.outputs.infos();
    }

    /** One worker's way to run frames. Owned by its thread, but for {@link #terminate()}. */
    public final class Runner implements AutoCloseable {
        private final OrtSession.RunOptions runOptions;
        /** Guarded by this: whoever ends a run may come when its worker has just gone. */
        private boolean closed;

        private Runner() throws OrtException {
            this.runOptions = new OrtSession.RunOptions();
            runOptions.setLogLevel(ai.onnxruntime.OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL);
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
                runNow(first, frames);
            } catch (OrtException e) {
                throw new InferException("the model " + engine.name() + " failed: " + Engine.firstLine(e), e);
            } finally {
                runs.end();
            }
        }

        private void runNow(int first, int frames) throws OrtException, InferException {
            Bound now = bound;
            try {
                runOn(now, first, frames);
            } catch (OrtException e) {
                boolean ofAnotherSize = String.valueOf(e.getMessage()).contains("shape");
                if (!ofAnotherSize || !loosen(now)) {
                    throw e;
                }
                runOn(bound, first, frames);
            }
        }

        private void runOn(Bound now, int first, int frames) throws OrtException, InferException {
            Binding binding = now.bindings[first][frames];
            try (OrtSession.Result result = engine.run(binding.inputs, now.loose, binding.outputs, runOptions)) {
                now.outputs.take(result, first, frames);
            }
        }

        /** Ends the run that is on, from any thread; every later run fails until {@link #reset()}. */
        public void terminate() {
            setTerminate(true);
        }

        /** Lets it run again. */
        public void reset() {
            setTerminate(false);
        }

        private synchronized void setTerminate(boolean terminate) {
            if (closed) {
                return;
            }
            try {
                runOptions.setTerminate(terminate);
            } catch (OrtException e) {
                LOG.error("{}: a run can not be ended: {}", engine.name(), Engine.firstLine(e));
            }
        }

        @Override
        public synchronized void close() {
            if (!closed) {
                closed = true;
                runOptions.close();
            }
        }
    }

    /** A runner for one more worker. */
    public Runner runner() throws InferException {
        try {
            return new Runner();
        } catch (OrtException e) {
            throw new InferException("no runner for " + engine.name() + ": " + Engine.firstLine(e), e);
        }
    }

    /** Frees the tensors, unless a run is still on them: then they stay until the process ends. */
    @Override
    public void close() {
        if (!runs.stop()) {
            LOG.warn("{}: a run is still on; its buffers stay until the process ends", engine.name());
            return;
        }
        for (Bound one : bounds) {
            Arrays.stream(one.bindings)
                    .flatMap(Arrays::stream)
                    .filter(Objects::nonNull)
                    .forEach(binding -> {
                        binding.inputs.get(input.name()).close();
                        binding.outputs.values().forEach(OnnxTensor::close);
                    });
        }
        constants.values().stream()
                .flatMap(Arrays::stream)
                .filter(Objects::nonNull)
                .forEach(OnnxTensor::close);
    }
}
