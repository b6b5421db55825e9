package dev.vigil.pipeline;

import dev.vigil.detect.ModelDescription;
import dev.vigil.detect.ModelException;
import dev.vigil.detect.ModelInfo;
import dev.vigil.detect.StageLabels;
import dev.vigil.detect.family.DetectionModel;
import dev.vigil.frame.InputSpec.Resize;
import dev.vigil.infer.Engine;
import dev.vigil.infer.InferException;
import dev.vigil.infer.InferOptions;
import dev.vigil.infer.TensorRing;
import java.nio.file.Path;

/**
 * A model that is ready to run: on its device, with the tensors of one ring, and all known that turns its outputs into boxes.
 *
 * @param viewsMax how many tensors each slot of the ring has, side by side: as many as a frame may be cut into
 * @param then what looks at crops of what it finds; null for none. Closed with it
 */
public record LoadedModel(Engine engine, TensorRing tensors, DetectionModel detection, int viewsMax, ThenModel then)
        implements AutoCloseable {
    /** More than any model gains from, and more tensors to bind for each slot. */
    private static final int BATCH_MAX = 64;

    /** As below, for frames that are seen as a whole. */
    public static LoadedModel load(Path file, ModelDescription description, InferOptions options, Path cacheDir)
            throws InferException, ModelException {
        return load(file, description, options, cacheDir, 1);
    }

    /**
     * Loads a model and runs it once on zeros.
     *
     * @param options of whole frames: a batch of {@code batchMax} frames is one of all their views
     * @param cacheDir for unpacked natives and built engines
     * @param viewsMax the most parts that a frame may be cut into, see {@link dev.vigil.detect.TileOptions#views()}
     * @throws InferException when the file can not be loaded or run
     * @throws ModelException when it is no detection model that is known, or its description does not fit it
     */
    public static LoadedModel load(
            Path file, ModelDescription description, InferOptions options, Path cacheDir, int viewsMax)
            throws InferException, ModelException {
        LoadedModel model = load(file, description, options, cacheDir, viewsMax, false);
        if (viewsMax > 1 && model.detection.input().resize() == Resize.CROP) {
            model.close();
            throw new ModelException(
                    "with resize: crop a model sees the middle of each tile only: tiles go with the other ways");
        }
        return model;
    }

    /** As above, for a model that sees crops of one frame at a time, to follow another. */
    public static LoadedModel loadForCrops(
            Path file, ModelDescription description, InferOptions options, Path cacheDir, int cropsMax)
            throws InferException, ModelException {
        return load(file, description, options, cacheDir, cropsMax, true);
    }

    private static LoadedModel load(
            Path file,
            ModelDescription description,
            InferOptions options,
            Path cacheDir,
            int viewsMax,
            boolean ofOneFrame)
            throws InferException, ModelException {
        int frames = ofOneFrame ? 1 : Math.max(1, options.batchMax());
        Engine engine = Engine.open(file, options.withBatchMax(Math.min(BATCH_MAX, frames * viewsMax)), cacheDir);
        return of(engine, description, frames, viewsMax, ofOneFrame);
    }

    /**
     * As above, on an engine that is open already; it is closed with the model, and when this fails.
     *
     * @param frames of a batch
     * @param ofOneFrame whether it sees crops of one frame at a time
     */
    public static LoadedModel of(
            Engine engine, ModelDescription description, int frames, int viewsMax, boolean ofOneFrame)
            throws InferException, ModelException {
        TensorRing tensors = null;
        boolean loaded = false;
        try {
            ModelInfo declared = new ModelInfo(engine.inputs(), engine.outputs(), engine.metadata())
                    .sized(description.input().size());
            tensors = new TensorRing(
                    engine,
                    (ofOneFrame ? 1 : slots(engine, frames)) * viewsMax,
                    declared.image(),
                    declared.imageShape(),
                    declared.otherInputs());
            // The run has shown what the file may leave open.
            ModelInfo real = new ModelInfo(declared.inputs(), tensors.outputInfos(), engine.metadata());
            LoadedModel model =
                    new LoadedModel(engine, tensors, DetectionModel.resolve(real, description), viewsMax, null);
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
    private static int slots(Engine engine, int frames) {
        int inInference = engine.workers() * frames;
        return Integer.highestOneBit(2 * inInference + 1) << 1;
    }

    /**
     * The same, followed by another model on the crops of what it finds.
     *
     * @param next belongs to this one from here on; loaded for as many views as there are crops
     * @throws ModelException when this model does not have one of the labels whose crops are wanted; then {@code next} is still
     *     the caller's
     */
    public LoadedModel followedBy(ThenModel next) throws ModelException {
        for (String label : next.crops().labels()) {
            if (!detection.labels().names().contains(label)) {
                throw new ModelException("then.labels: the model " + engine.name() + " has no label " + label);
            }
        }
        if (next.model().viewsMax() < next.crops().max()) {
            throw new IllegalArgumentException("loaded for " + next.model().viewsMax() + " of " + next.crops());
        }
        return new LoadedModel(engine, tensors, detection, viewsMax, next);
    }

    /** The labels of its boxes, and of those of the models that follow it. */
    public StageLabels labels() {
        StageLabels own = StageLabels.of(engine.name(), detection.labels());
        return then == null ? own : own.then(then.model().labels());
    }

    /** Most boxes of a frame, when it may itself find {@code own}. */
    int boxesMax(int own) {
        return own + (then == null ? 0 : then.model().boxesMax(then.detect().boxesMax()));
    }

    /** Most keypoints of a box, of whichever model. */
    int keypointsMax() {
        return Math.max(detection.keypoints(), then == null ? 0 : then.model().keypointsMax());
    }

    /** Slots of the ring: how many frames it has tensors for. */
    public int slots() {
        return tensors.slots() / viewsMax;
    }

    /** Most frames of one batch. */
    int framesMax() {
        return Math.max(1, tensors.batchMax() / viewsMax);
    }

    /**
     * The same on tensors of their own, for another ring in place of one that is given up. The engines are shared: whichever of the
     * two goes first has only its tensors freed.
     *
     * @throws InferException when it does not run any more
     */
    public LoadedModel again() throws InferException {
        TensorRing own = tensors.again();
        boolean whole = false;
        try {
            ThenModel next = then == null ? null : new ThenModel(then.model().again(), then.crops(), then.detect());
            whole = true;
            return new LoadedModel(engine, own, detection, viewsMax, next);
        } finally {
            if (!whole) {
                own.close();
            }
        }
    }

    /** Frees the tensors, and those of the models that follow; the engines stay. */
    public void closeTensors() {
        if (then != null) {
            then.model().closeTensors();
        }
        tensors.close();
    }

    /** The devices of this model, and of those that follow, are not to be used any more by this process. */
    public void lose(String why) {
        engine.lose(why);
        if (then != null) {
            then.model().lose(why);
        }
    }

    /** Frees the engines, and those of the models that follow, after the tensors of all that share them. */
    public void closeEngines() {
        if (then != null) {
            then.model().closeEngines();
        }
        engine.close();
    }

    @Override
    public void close() {
        closeTensors();
        closeEngines();
    }
}
