package dev.vigil.workshop.trial;

import dev.vigil.convert.ConvertException;
import dev.vigil.convert.FrameConverter;
import dev.vigil.detect.BoxRules;
import dev.vigil.detect.DetectOptions;
import dev.vigil.detect.Detections;
import dev.vigil.detect.ModelDescription;
import dev.vigil.detect.ModelException;
import dev.vigil.detect.PostProcessor;
import dev.vigil.frame.Orientation;
import dev.vigil.frame.Picture;
import dev.vigil.frame.Placement;
import dev.vigil.infer.Engine;
import dev.vigil.infer.InferException;
import dev.vigil.infer.InferOptions;
import dev.vigil.infer.TensorRing;
import dev.vigil.pipeline.LoadedModel;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.bytedeco.ffmpeg.avutil.AVFrame;

/** A detection model with one worker, from pictures to boxes, outside of any pipeline. Not threadsafe. */
public final class ModelRun implements AutoCloseable {
    /** What builds gives up before. */
    private static final Duration BUILD_MAX = Duration.ofHours(3);

    private final LoadedModel model;
    private final FrameConverter converter;
    private final PostProcessor post;
    private final TensorRing.Runner runner;
    private final Placement placement = new Placement();

    private ModelRun(LoadedModel model) throws InferException {
        this.model = model;
        this.converter = new FrameConverter(model.detection().input());
        this.post = model.detection().postProcessor();
        this.runner = model.tensors().runner();
    }

    /**
     * Loads a model, runs it once on zeros, and waits until it is built for the device that was asked for, or known to stay on
     * another.
     *
     * @param cacheDir for unpacked natives and built engines
     * @throws InferException when the file can not be loaded or run
     * @throws ModelException when it is no detection model that is known, or its description does not fit it
     */
    public static ModelRun load(Path file, ModelDescription description, InferOptions options, Path cacheDir)
            throws InferException, ModelException {
        ModelRun run = begin(file, description, options, cacheDir);
        boolean built = false;
        try {
            built = run.awaitBuilt(BUILD_MAX);
            if (!built) {
                throw new InferException("was not built for " + run.engine().building() + " within " + BUILD_MAX);
            }
            return run;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InferException("interrupted while it was being built", e);
        } finally {
            if (!built) {
                run.close();
            }
        }
    }

    /** The same without waiting: until it is built, it runs on another device. */
    public static ModelRun begin(Path file, ModelDescription description, InferOptions options, Path cacheDir)
            throws InferException, ModelException {
        LoadedModel model = LoadedModel.load(file, description, options, cacheDir);
        boolean made = false;
        try {
            ModelRun run = new ModelRun(model);
            made = true;
            return run;
        } finally {
            if (!made) {
                model.close();
            }
        }
    }

    /** False when it is still being built for another device after that time. */
    public boolean awaitBuilt(Duration atMost) throws InterruptedException {
        long endNs = System.nanoTime() + atMost.toNanos();
        while (engine().building() != null) {
            if (System.nanoTime() - endNs > 0) {
                return false;
            }
            TimeUnit.MILLISECONDS.sleep(100);
        }
        return true;
    }

    private Engine engine() {
        return model.engine();
    }

    public LoadedModel model() {
        return model;
    }

    /** What {@link #boxes} goes by. */
    public BoxRules rules(DetectOptions options) {
        return model.detection().rules(options);
    }

    /** Puts a picture into the first slot's tensor, as the pipeline would. */
    public void fill(Picture picture) throws ConvertException {
        fill(picture.frame(), picture.orientation());
    }

    /** The same with a picture as a reader gives it. */
    public void fill(AVFrame frame, Orientation orientation) throws ConvertException {
        TensorRing tensors = model.tensors();
        converter.convert(frame, orientation, tensors.inputBytes(0), tensors.inputFloats(0), placement);
    }

    /** Puts pictures into the tensors of all slots, the same ones over and over where there are fewer. */
    public void fillAll(FrameSet frames) throws ConvertException, IOException {
        TensorRing tensors = model.tensors();
        for (int slot = 0; slot < tensors.slots(); slot++) {
            Picture picture = frames.picture(slot % frames.size());
            converter.convert(
                    picture.frame(),
                    picture.orientation(),
                    tensors.inputBytes(slot),
                    tensors.inputFloats(slot),
                    placement);
        }
    }

    /** Runs the first slot. */
    public void run() throws InferException {
        runner.run(0, 1);
    }

    /** The same, and tells how long it took. */
    public long runNs() throws InferException {
        long startNs = System.nanoTime();
        run();
        return System.nanoTime() - startNs;
    }

    /** The boxes of what was run last, in pixels of the upright frame. */
    public Detections boxes(BoxRules rules) {
        Detections boxes = new Detections(rules.boxesMax(), model.detection().keypoints());
        post.process(model.tensors().outputs(0), placement, rules, boxes);
        return boxes;
    }

    /** How many pixels of the picture that was filled in last one of the model's input covers, from left to right. */
    double pxX() {
        return placement.toFrameXUnbounded(1) - placement.toFrameXUnbounded(0);
    }

    /** The same from top to bottom. */
    double pxY() {
        return placement.toFrameYUnbounded(1) - placement.toFrameYUnbounded(0);
    }

    /** All of it. */
    public Detections detect(Picture picture, BoxRules rules) throws ConvertException, InferException {
        fill(picture);
        run();
        return boxes(rules);
    }

    @Override
    public void close() {
        runner.close();
        converter.close();
        model.close();
    }
}
