package dev.vigil.workshop.trial;

import dev.vigil.convert.ConvertException;
import dev.vigil.convert.FrameConverter;
import dev.vigil.detect.BoxRules;
import dev.vigil.detect.DetectOptions;
import dev.vigil.detect.Detections;
import dev.vigil.detect.LabelFilters;
import dev.vigil.detect.ModelDescription;
import dev.vigil.detect.ModelException;
import dev.vigil.detect.Suppression;
import dev.vigil.frame.InputSpec;
import dev.vigil.frame.InputSpec.Element;
import dev.vigil.infer.InferException;
import dev.vigil.infer.InferOptions;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/**
 * A model that others are held against: what it finds on frames, or, where its family is not known, what its outputs are for
 * random inputs. Not threadsafe.
 */
public final class Reference {
    /** Of a model whose family is not known; each filled with numbers of 0 to 1. */
    private static final int RANDOM_INPUTS = 8;

    private static final long SEED = 17;

    private final Path file;
    private final ModelDescription description;
    private final FrameSet frames;
    private final float scoreMin;
    private final Bound bound;
    private final Path cacheDir;
    private final Consumer<String> progress;
    /** Null where the family is not known. */
    private final Found found;

    private final InputSpec input;

    /** What a model finds on each frame: above a threshold after NMS, and above half of it before. */
    private record Found(List<Detections> boxes, List<CandidateMatch.Candidates> candidates) {}

    private Reference(
            Path file,
            ModelDescription description,
            FrameSet frames,
            float scoreMin,
            Bound bound,
            Path cacheDir,
            Consumer<String> progress)
            throws InferException, ModelException, ConvertException, IOException {
        this.file = file;
        this.description = description;
        this.frames = frames;
        this.scoreMin = scoreMin;
        this.bound = bound;
        this.cacheDir = cacheDir;
        this.progress = progress;
        Found own = null;
        InputSpec spec = null;
        try (ModelRun run = ModelRun.load(file, description, onCpu(), cacheDir)) {
            own = find(run, all(frames.size()), scoreMin);
            spec = run.model().detection().input();
        } catch (ModelException e) {
            if (description.family() != null) {
                throw e;
            }
            progress.accept("tried on random numbers: " + e.getMessage());
        }
        this.found = own;
        this.input = spec;
    }

    /**
     * Runs the model on all frames.
     *
     * @param frames stay the caller's, and are needed as long as this is used
     * @param scoreMin boxes above it are to be found again
     * @param bound tells what is near
     * @param progress is told a line now and then
     * @throws ModelException when the description does not fit the model
     */
    public static Reference of(
            Path file,
            ModelDescription description,
            FrameSet frames,
            float scoreMin,
            Bound bound,
            Path cacheDir,
            Consumer<String> progress)
            throws InferException, ModelException, ConvertException, IOException {
        return new Reference(file, description, frames, scoreMin, bound, cacheDir, progress);
    }

    /** On this box's CPU with all of its cores: what is compared here is right everywhere. */
    public static InferOptions onCpu() {
        InferOptions usual = InferOptions.DEFAULT;
        return new InferOptions(
                InferOptions.Device.CPU,
                1,
                Runtime.getRuntime().availableProcessors(),
                1,
                usual.batchWait(),
                usual.timeout());
    }

    /** Whether boxes are compared; else outputs. */
    public boolean isOfBoxes() {
        return found != null;
    }

    /** How many inputs models are tried on. */
    public int inputs() {
        return isOfBoxes() ? frames.size() : RANDOM_INPUTS;
    }

    /** What fills a graph that takes the same picture, in its own type; null where the family is not known. */
    public FrameConverter converter(GraphRun run) {
        if (input == null) {
            return null;
        }
        Element element =
                switch (run.picture().type()) {
                    case FLOAT16 -> Element.FLOAT16;
                    case UINT8 -> Element.UINT8;
                    default -> Element.FLOAT32;
                };
        return new FrameConverter(new InputSpec(
                input.widthPx(),
                input.heightPx(),
                input.layout(),
                element,
                input.color(),
                input.mean(),
                input.std(),
                input.resize(),
                input.padding()));
    }

    /** For people: {@code 100 frames}. */
    public String shown() {
        return isOfBoxes()
                ? frames.size() + (frames.size() == 1 ? " frame" : " frames")
                : RANDOM_INPUTS + " random inputs";
    }

    /**
     * Fills a graph that takes the same picture.
     *
     * @param converter of {@link #converter}
     */
    public void fill(GraphRun run, FrameConverter converter, int index) throws ConvertException, IOException {
        if (converter == null) {
            run.fill(new Random(SEED + index), 0, 1);
        } else {
            run.fill(frames.picture(index), converter);
        }
    }

    /** Compares a model on all inputs. */
    public Likeness compare(Path other) throws InferException, ModelException, ConvertException, IOException {
        return compare(other, onCpu(), inputs());
    }

    /**
     * Compares a model.
     *
     * @param most how many inputs at most, spread evenly over all
     */
    public Likeness compare(Path other, InferOptions options, int most)
            throws InferException, ModelException, ConvertException, IOException {
        int[] chosen = spread(Math.min(most, inputs()));
        if (!isOfBoxes()) {
            return new Likeness(null, null, outputs(other, options, chosen));
        }
        try (ModelRun run = ModelRun.load(other, description, options, cacheDir)) {
            Found theirs = find(run, chosen, Agreement.SCORE_LOWEST);
            Agreement boxes = Agreement.of(some(found.boxes, chosen), theirs.boxes, scoreMin, Agreement.SCORE_NEAR);
            CandidateMatch candidates =
                    CandidateMatch.of(some(found.candidates, chosen), theirs.candidates, scoreMin, bound);
            return new Likeness(boxes, candidates, Double.NaN);
        }
    }

    private static <T> List<T> some(List<T> all, int[] chosen) {
        return IntStream.of(chosen).mapToObj(all::get).toList();
    }

    /** @param lowest score of boxes after NMS */
    private Found find(ModelRun run, int[] chosen, float lowest) throws ConvertException, InferException, IOException {
        BoxRules rules = run.rules(DetectOptions.DEFAULT.withScoreMin(lowest));
        BoxRules raw = run.rules(new DetectOptions(
                scoreMin / 2,
                new Suppression.Override(Suppression.Kind.NONE, null, null),
                DetectOptions.BOXES_MAX,
                LabelFilters.NONE));
        Found all = new Found(new ArrayList<>(), new ArrayList<>());
        for (int index : chosen) {
            all.boxes.add(run.detect(frames.picture(index), rules));
            all.candidates.add(new CandidateMatch.Candidates(run.boxes(raw), run.pxX(), run.pxY()));
            progress.accept("compared on " + all.boxes.size() + " of " + chosen.length + " frames");
        }
        return all;
    }

    private double outputs(Path other, InferOptions options, int[] chosen)
            throws InferException, ModelException, ConvertException, IOException {
        ModelDescription.Size size = description.input().size();
        double worst = 0;
        try (GraphRun first = GraphRun.open(file, size, onCpu(), cacheDir);
                GraphRun second = GraphRun.open(other, size, options, cacheDir)) {
            for (int index : chosen) {
                fill(first, null, index);
                fill(second, null, index);
                first.run();
                second.run();
                worst = Math.max(worst, difference(first.outputs(), second.outputs()));
            }
        }
        return worst;
    }

    private static double difference(FloatBuffer[] wanted, FloatBuffer[] found) {
        double worst = wanted.length == found.length ? 0 : Double.POSITIVE_INFINITY;
        for (int output = 0; output < Math.min(wanted.length, found.length); output++) {
            if (wanted[output].limit() != found[output].limit()) {
                return Double.POSITIVE_INFINITY;
            }
            double largest = Float.MIN_NORMAL;
            double apart = 0;
            for (int i = 0; i < wanted[output].limit(); i++) {
                float a = wanted[output].get(i);
                float b = found[output].get(i);
                if (Float.isFinite(a) && Float.isFinite(b)) {
                    largest = Math.max(largest, Math.abs(a));
                    apart = Math.max(apart, Math.abs((double) a - b));
                } else if (Float.compare(a, b) != 0) {
                    return Double.POSITIVE_INFINITY;
                }
            }
            worst = Math.max(worst, apart / largest);
        }
        return worst;
    }

    private int[] spread(int count) {
        return IntStream.range(0, count)
                .map(i -> (int) ((2L * i + 1) * inputs() / (2L * count)))
                .toArray();
    }

    private static int[] all(int count) {
        return IntStream.range(0, count).toArray();
    }
}
