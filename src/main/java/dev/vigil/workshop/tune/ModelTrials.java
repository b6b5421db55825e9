package dev.vigil.workshop.tune;

import dev.vigil.convert.ConvertException;
import dev.vigil.detect.BoxRules;
import dev.vigil.detect.DetectOptions;
import dev.vigil.detect.Detections;
import dev.vigil.detect.ModelException;
import dev.vigil.infer.Backend;
import dev.vigil.infer.Engine;
import dev.vigil.infer.InferException;
import dev.vigil.infer.InferOptions.Device;
import dev.vigil.workshop.trial.Agreement;
import dev.vigil.workshop.trial.FrameSet;
import dev.vigil.workshop.trial.FullLoad;
import dev.vigil.workshop.trial.ModelRun;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Trials of models on this box. Keeps a few of them loaded, so that races need not load them anew in each round. Owned by one
 * thread.
 */
public final class ModelTrials implements Trials, AutoCloseable {
    /** The default and two finalists. */
    private static final int LOADED_MAX = 3;

    private static final double WARM_S = 0.15;
    /** Of the frames that agreement is measured on, however long they take. */
    private static final int FRAMES_MIN = 10;

    /** A prime: frames are taken in an order that is spread over all, where there is not time for each. */
    private static final long ORDER_STEP = 7919;

    private final Settings standard;
    private final FrameSet frames;
    private final Duration buildTime;
    private final Duration agreementTime;
    private final Path cacheDir;

    /** The one that was used last is the last. */
    private final Map<Settings, ModelRun> loaded = new LinkedHashMap<>();

    /** Boxes of the original on the frames; null until they are wanted. */
    private List<Detections> reference;

    /**
     * @param standard what others must agree with
     * @param buildTime how long an engine of a GPU may take to be built
     * @param agreementTime how long the frames are run by the original to compare with; what are left then are not compared
     */
    public ModelTrials(Settings standard, FrameSet frames, Duration buildTime, Duration agreementTime, Path cacheDir) {
        this.standard = standard;
        this.frames = frames;
        this.buildTime = buildTime;
        this.agreementTime = agreementTime;
        this.cacheDir = cacheDir;
    }

    @Override
    public Trial run(Settings settings, double seconds) throws TrialException, InterruptedException {
        try {
            ModelRun run = load(settings);
            int batch = settings.infer().batchMax();
            if (run.model().tensors().batchMax() < batch) {
                throw new TrialException("does not take " + batch + " pictures at once");
            }
            FullLoad load = FullLoad.measure(run.model().tensors(), settings.workers(), batch, WARM_S, seconds);
            return new Trial(
                    load.throughput().framesPerSecond(),
                    load.throughput().cpuMsPerFrame(),
                    load.latency().p50Ms(),
                    load.latency().p99Ms());
        } catch (InferException | ModelException | ConvertException e) {
            unload(settings);
            throw new TrialException(e.getMessage(), e);
        } catch (IOException e) {
            throw unreadable(e);
        } finally {
            unloadSome();
        }
    }

    @Override
    public double lossPoints(Settings settings) throws TrialException, InterruptedException {
        try {
            if (reference == null) {
                reference = boxes(standard, frames.size(), agreementTime);
            }
            List<Detections> boxes = boxes(settings, reference.size(), Duration.ofDays(1));
            return Agreement.of(reference, boxes, DetectOptions.DEFAULT.scoreMin(), Agreement.SCORE_NEAR)
                    .lossPoints();
        } catch (InferException | ModelException | ConvertException e) {
            unload(settings);
            throw new TrialException(e.getMessage(), e);
        } catch (IOException e) {
            throw unreadable(e);
        } finally {
            unloadSome();
        }
    }

    /** An interrupt closes the file that is being read. */
    private static UncheckedIOException unreadable(IOException e) throws InterruptedException {
        if (e instanceof ClosedByInterruptException) {
            Thread.interrupted();
            throw new InterruptedException();
        }
        return new UncheckedIOException("the frames can not be read", e);
    }

    /** How many of the frames agreement was measured on; 0 where nothing had to agree. */
    public int comparedFrames() {
        return reference == null ? 0 : reference.size();
    }

    /** Of the first frames in that order. */
    private List<Detections> boxes(Settings settings, int count, Duration atMost)
            throws InferException, ModelException, ConvertException, IOException, TrialException, InterruptedException {
        ModelRun run = load(settings);
        BoxRules rules = run.rules(DetectOptions.DEFAULT.withScoreMin(Agreement.SCORE_LOWEST));
        List<Detections> boxes = new ArrayList<>();
        long startNs = System.nanoTime();
        for (int i = 0; i < count; i++) {
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            if (i >= FRAMES_MIN && System.nanoTime() - startNs > atMost.toNanos()) {
                break;
            }
            boxes.add(run.detect(frames.picture((int) (i * ORDER_STEP % frames.size())), rules));
        }
        return boxes;
    }

    private ModelRun load(Settings settings)
            throws InferException, ModelException, ConvertException, IOException, TrialException, InterruptedException {
        ModelRun run = loaded.remove(settings);
        if (run == null) {
            run = loadNew(settings);
            boolean ready = false;
            try {
                requireDevice(run, settings);
                run.fillAll(frames);
                ready = true;
            } finally {
                if (!ready) {
                    run.close();
                }
            }
        }
        loaded.put(settings, run);
        return run;
    }

    /** Its tensors may fit into memory only when those of others have left it. */
    private ModelRun loadNew(Settings settings) throws InferException, ModelException {
        Variant variant = settings.variant();
        try {
            return ModelRun.begin(variant.file(), variant.description(), settings.infer(), cacheDir);
        } catch (InferException e) {
            if (loaded.isEmpty()) {
                throw e;
            }
            close();
            return ModelRun.begin(variant.file(), variant.description(), settings.infer(), cacheDir);
        }
    }

    /** What falls back to another device was not what was to be tried. */
    private void requireDevice(ModelRun run, Settings settings) throws TrialException, InterruptedException {
        Device wanted = settings.infer().device();
        Engine engine = run.model().engine();
        if (!run.awaitBuilt(buildTime)) {
            throw new TrialException("was not built for " + engine.building() + " within " + buildTime.toSeconds()
                    + " s; give it more time with --for");
        }
        String device = engine.device();
        if (wanted != Device.AUTO && !device.equals(wanted.name().toLowerCase(Locale.ROOT))) {
            throw new TrialException("this box runs it on " + device);
        }
    }

    /** OpenCV has one number of threads for the process, which is that of the model that was loaded last. */
    private void unloadSome() {
        loaded.keySet().stream()
                .filter(settings -> settings.infer().backend().backend() == Backend.OPENCV)
                .toList()
                .forEach(this::unload);
        while (loaded.size() > LOADED_MAX) {
            unload(loaded.keySet().iterator().next());
        }
    }

    private void unload(Settings settings) {
        ModelRun run = loaded.remove(settings);
        if (run != null) {
            run.close();
        }
    }

    @Override
    public void close() {
        List.copyOf(loaded.keySet()).forEach(this::unload);
    }
}
