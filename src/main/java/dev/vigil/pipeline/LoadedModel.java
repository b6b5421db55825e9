package dev.vigil.pipeline;

import dev.vigil.detect.ModelDescription;
import dev.vigil.detect.ModelException;
import dev.vigil.detect.ModelInfo;
import dev.vigil.detect.family.DetectionModel;
import dev.vigil.frame.TensorInfo;
import dev.vigil.infer.Engine;
import dev.vigil.infer.InferException;
import dev.vigil.infer.InferOptions;
import dev.vigil.infer.TensorRing;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * A model that is ready to run: on its device, with the tensors of one ring, and all known that turns its outputs into boxes.
 */
public record LoadedModel(Engine engine, TensorRing tensors, DetectionModel detection) implements AutoCloseable {
    /**
     * Loads a model and runs it once on zeros.
     *
     * @param cacheDir for unpacked natives and built engines
     * @throws InferException when the file can not be loaded or run
     * @throws ModelException when it is no detection model that is known, or its description does not fit it
     */
    public static LoadedModel load(Path file, ModelDescription description, InferOptions options, Path cacheDir)
            throws InferException, ModelException {
        Engine engine = Engine.open(file, options, cacheDir);
        TensorRing tensors = null;
        boolean loaded = false;
        try {
            ModelInfo declared = new ModelInfo(engine.inputs(), engine.outputs(), engine.metadata())
                    .sized(description.input().size());
            TensorInfo image = declared.image();
            long[] shape = image.shape();
            tensors = new TensorRing(
                    engine, slots(engine), image, Arrays.copyOfRange(shape, 1, shape.length), declared.otherInputs());
            // The run has shown what the file may leave open.
            ModelInfo real = new ModelInfo(declared.inputs(), tensors.outputInfos(), engine.metadata());
            LoadedModel model = new LoadedModel(engine, tensors, DetectionModel.resolve(real, description));
            loaded = true;
            return model;
        } finally {
            if (!loaded) {
                if (tensors != null) {
                    tensors.close();
                }
                engine.close();
            }
        }
    }

    /** Slots of a ring: what is in inference, and as much again converted or on its way out; a power of two. */
    private static int slots(Engine engine) {
        int inInference = engine.workers() * Math.max(1, engine.options().batchMax());
        return Integer.highestOneBit(2 * inInference + 1) << 1;
    }

    @Override
    public void close() {
        tensors.close();
        engine.close();
    }
}
