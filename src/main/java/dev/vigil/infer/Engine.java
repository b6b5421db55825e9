package dev.vigil.infer;

import dev.vigil.frame.TensorInfo;
import dev.vigil.infer.opencv.CvEngine;
import dev.vigil.infer.ort.OrtEngine;
import dev.vigil.infer.tflite.LiteEngine;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * A loaded model on its device, in the hands of a backend. Its description is fixed; what uses it runs it through a
 * {@link TensorRing}, which owns the memory.
 *
 * <p>Threadsafe: several workers may run frames at the same time.
 */
public interface Engine extends AutoCloseable {
    /**
     * Loads a model on the best device that the options allow and the box has, and says in one line why it is not a better one.
     *
     * @param cacheDir for unpacked natives and built engines
     * @throws InferException when the file is missing or no model, or a device that was asked for can not be had
     */
    static Engine open(Path model, InferOptions options, Path cacheDir) throws InferException {
        String problem = ModelFile.problem(model);
        if (problem != null) {
            throw new InferException("the model " + model + " " + problem);
        }
        Backend backend = ModelFormat.of(model).backend(options.backend().backend(), model);
        return DeepStack.call("load-" + ModelFormat.stem(model), () -> switch (backend) {
            case TFLITE -> LiteEngine.open(model, options);
            case OPENCV -> CvEngine.open(model, options);
            case AUTO, ONNXRUNTIME -> OrtEngine.open(model, options, cacheDir);
        });
    }

    ModelFacts facts();

    default String name() {
        return facts().name();
    }

    Backend backend();

    /** Where it runs, as messages show it. */
    String device();

    /** The device that a better engine is being built for, which will then take over; null when none is. */
    default String building() {
        return null;
    }

    /** Why it is not on a better device that it was on before; null when it is not so. */
    default String fault() {
        return null;
    }

    /** The device that it runs on is not to be used any more by this process: a run on it does not come back. */
    default void lose(String why) {}

    /**
     * Calls back when {@link #building} has come to its end, well or not, and later each time its device changes: at once where
     * that is past, else on a thread of the engine's. Never where nothing is built and no device can change.
     */
    default void onBuilt(Runnable listener) {}

    /** Whether its work is the CPU's. */
    boolean onCpu();

    default List<TensorInfo> inputs() {
        return facts().inputs();
    }

    default List<TensorInfo> outputs() {
        return facts().outputs();
    }

    default Map<String, String> metadata() {
        return facts().metadata();
    }

    InferOptions options();

    /**
     * Frames in inference at the same time. On a CPU several workers of one thread beat one worker of several (17.3 against
     * 20.8 ms of CPU a frame on two cores) and keep all cores busy beside decoding; a GPU wants one, with batches.
     */
    default int workers() {
        if (options().workers() > 0) {
            return options().workers();
        }
        return onCpu()
                ? Math.max(
                        1,
                        Runtime.getRuntime().availableProcessors()
                                / Math.max(1, options().threads()))
                : 1;
    }

    /**
     * Runs the model on the first {@code batch} slots as they are.
     *
     * @return the outputs' shapes as they came, with the batch; {@code (batch, 0)} for one that is not asked for
     * @throws InferException when the model does not run with such inputs
     */
    long[][] probe(InputTensors inputs, int batch) throws InferException;

    /** Makes ready to run on a ring's memory, which outlives what is given here. */
    Binding bind(RingMemory memory) throws InferException;

    /** Frees the model, unless a run is still on: then it stays until the process ends. */
    @Override
    void close();

    /** What an engine needs to run on the memory of one ring. Threadsafe. */
    interface Binding extends AutoCloseable {
        /** For one more worker. */
        Runner runner() throws InferException;

        /** When no run is on any more. */
        @Override
        void close();
    }

    /** One worker's way to run frames. Owned by its thread, but for {@link #terminate()}. */
    interface Runner extends AutoCloseable {
        /**
         * Runs {@code frames} neighbouring slots from {@code first} on, as many as {@link RingMemory} allows; their outputs are
         * in place when it returns.
         *
         * @throws InferException when the model fails on them or the run was ended
         */
        void run(int first, int frames) throws InferException;

        /**
         * Ends the run that is on, from any thread; every later run fails until {@link #reset()}. A backend that can not end one
         * lets it come to its end, and fails then.
         */
        void terminate();

        /** Lets it run again. */
        void reset();

        /** Where its last run was, as {@link Engine#device()} says it. */
        String device();

        /** From any thread, more than once too. */
        @Override
        void close();
    }
}
