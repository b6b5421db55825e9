package dev.vigil.workshop.compare;

import dev.vigil.convert.ConvertException;
import dev.vigil.detect.BoxRules;
import dev.vigil.detect.DetectOptions;
import dev.vigil.detect.Detections;
import dev.vigil.detect.LabelFilters;
import dev.vigil.detect.Labels;
import dev.vigil.detect.ModelException;
import dev.vigil.detect.Suppression;
import dev.vigil.infer.Engine;
import dev.vigil.infer.InferException;
import dev.vigil.infer.InferOptions;
import dev.vigil.workshop.accuracy.LabelIds;
import dev.vigil.workshop.compare.ParetoFront.Point;
import dev.vigil.workshop.trial.EnergyMeter;
import dev.vigil.workshop.trial.FrameSet;
import dev.vigil.workshop.trial.FrameTruths;
import dev.vigil.workshop.trial.ModelRun;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Models on the same frames of the same box. Each is loaded, looked at and freed in turn, and so in several rounds, so that what
 * else happens on the box meets all of them, and no more than one is in memory. Not threadsafe.
 */
public final class Comparison {
    /**
     * What is found for mean average precision: boxes down to a score that nobody would publish, 300 of a frame at most, of
     * which {@link dev.vigil.workshop.accuracy.MeanPrecision} takes the best 100 of each class.
     */
    private static final DetectOptions ALL_BOXES =
            new DetectOptions(0.01f, Suppression.Override.NONE, 300, LabelFilters.NONE);

    private final Options options;
    private final FrameSet frames;
    private final Consumer<String> progress;
    private final Round.Plan plan;

    /**
     * How it is done.
     *
     * @param infer of every model, batches aside
     * @param rounds how often each is measured
     * @param seconds of each figure of a round
     * @param cacheDir for unpacked natives and built engines
     * @param trim gives the memory of models that were freed back to the system
     * @param meter of the box
     */
    public record Options(
            InferOptions infer, int rounds, double seconds, Path cacheDir, Runnable trim, EnergyMeter meter) {}

    /** Reads what is in the frames, of some classes. */
    public interface TruthReader {
        FrameTruths read(Labels labels) throws IOException;
    }

    /**
     * What came out.
     *
     * @param standings in the order of the models
     * @param yardstick what their boxes were held against; null where there was nothing
     * @param reference the model that they were held against; null where it is no model
     * @param noEnergy why the box does not tell its energy; null where it does
     */
    public record Result(List<Standing> standings, Yardstick yardstick, Standing reference, String noEnergy) {}

    /** A model after its first look: {@code boxes} of every frame; with {@code problem} there is nothing more. */
    private record Look(
            Candidate model,
            String problem,
            ModelSize size,
            String device,
            String backend,
            boolean batches,
            Labels labels,
            List<Detections> boxes) {
        static Look failed(Candidate model, String problem) {
            return new Look(model, problem, null, null, null, false, null, List.of());
        }
    }

    public Comparison(Options options, FrameSet frames, Consumer<String> progress) {
        this.options = options;
        this.frames = frames;
        this.progress = progress;
        this.plan = new Round.Plan(options.infer, options.seconds, options.cacheDir, options.trim, options.meter);
    }

    /**
     * Does it.
     *
     * @param truth null for none: then a model's boxes are the truth
     * @param reference that model; null for the first that can be loaded
     * @throws IOException when the frames or the truth can not be read
     * @throws ConvertException when a frame can not be brought to a model
     */
    public Result run(List<Candidate> models, TruthReader truth, Candidate reference)
            throws IOException, ConvertException, InterruptedException {
        List<Look> looks = new ArrayList<>();
        for (Candidate model : models) {
            looks.add(look(model));
        }
        List<Look> graded = looks.stream().filter(look -> look.problem == null).toList();
        Look against = null;
        if (truth == null) {
            against = reference != null
                    ? look(reference)
                    : graded.stream().findFirst().orElse(null);
        }
        List<Labels> all = new ArrayList<>(graded.stream().map(Look::labels).toList());
        if (against != null && against.problem == null) {
            all.add(against.labels);
        }
        CommonLabels common = new CommonLabels(all);
        Yardstick yardstick = null;
        if (!graded.isEmpty() && truth != null) {
            yardstick = Yardstick.ofTruth(truth.read(common.labels()), common.labels(), frames.size());
        } else if (against != null && against.problem == null) {
            yardstick = Yardstick.ofReference(
                    renumbered(against, common), DetectOptions.DEFAULT.scoreMin(), common.labels());
        }
        List<Standing> standings = standings(looks, yardstick, common);
        Standing said = against == null
                ? null
                : against.problem != null
                        ? Standing.failed(against.model, against.problem)
                        : standing(against, null, yardstick, common);
        return new Result(standings, yardstick, said, plan.meter().why());
    }

    private List<Standing> standings(List<Look> looks, Yardstick yardstick, CommonLabels common)
            throws IOException, ConvertException, InterruptedException {
        List<Look> left = new ArrayList<>(looks);
        List<List<Round>> rounds = new ArrayList<>();
        looks.forEach(look -> rounds.add(new ArrayList<>()));
        for (int round = 0; round < options.rounds; round++) {
            for (int turn = 0; turn < looks.size(); turn++) {
                // Another one begins each round.
                int at = (turn + round) % looks.size();
                Look look = left.get(at);
                if (look.problem == null) {
                    progress.accept("round " + (round + 1) + " of " + options.rounds + ": " + look.model.name());
                    try {
                        int firstFrame = (int) ((long) round * frames.size() / options.rounds);
                        rounds.get(at).add(Round.measure(look.model, plan, frames, firstFrame, look.batches));
                    } catch (InferException | ModelException e) {
                        left.set(at, Look.failed(look.model, e.getMessage()));
                    }
                }
            }
        }
        List<Standing> standings = new ArrayList<>();
        for (int i = 0; i < looks.size(); i++) {
            Look look = left.get(i);
            standings.add(
                    look.problem != null
                            ? Standing.failed(look.model, look.problem)
                            : standing(look, Costs.of(rounds.get(i)), yardstick, common));
        }
        boolean[] front =
                ParetoFront.of(standings.stream().map(s -> point(s, yardstick)).toList());
        for (int i = 0; i < front.length; i++) {
            standings.set(i, standings.get(i).onFront(front[i]));
        }
        return standings;
    }

    /** Where a model stands: frames a second of all workers, and its grade. */
    public static Point point(Standing standing, Yardstick yardstick) {
        return new Point(
                standing.costs() == null
                        ? Double.NaN
                        : standing.costs().framesPerSecond().median(),
                yardstick == null ? Double.NaN : yardstick.grade(standing.accuracy()));
    }

    private static Standing standing(Look look, Costs costs, Yardstick yardstick, CommonLabels common) {
        return new Standing(
                look.model,
                null,
                look.size,
                look.device,
                look.backend,
                look.labels.text(),
                costs,
                yardstick == null ? null : yardstick.measure(renumbered(look, common)),
                yardstick == null
                        ? Set.of()
                        : yardstick.lacking(look.labels.names().stream()
                                .map(LabelIds::plain)
                                .toList()),
                false);
    }

    private static List<Detections> renumbered(Look look, CommonLabels common) {
        return look.boxes.stream()
                .map(boxes -> common.renumbered(boxes, look.labels))
                .toList();
    }

    /** Loads a model and takes its boxes of every frame. */
    private Look look(Candidate model) throws IOException, ConvertException {
        if (model.problem() != null) {
            return Look.failed(model, model.problem());
        }
        InferOptions single = options.infer.withBatchMax(1);
        try (ModelRun run = ModelRun.load(model.file(), model.description(), single, options.cacheDir)) {
            Engine engine = run.model().engine();
            BoxRules rules = run.rules(ALL_BOXES);
            List<Detections> boxes = new ArrayList<>();
            for (int i = 0; i < frames.size(); i++) {
                progress.accept(model.name() + ": frame " + (i + 1) + " of " + frames.size());
                boxes.add(run.detect(frames.picture(i), rules));
            }
            long made = run.model().detection().info().image().shape()[0];
            return new Look(
                    model,
                    null,
                    ModelSize.of(model.file(), model.description()),
                    engine.device(),
                    engine.backend().label(),
                    made != 1 && run.model().detection().info().image().rank() == 4,
                    run.model().detection().labels(),
                    boxes);
        } catch (InferException | ModelException e) {
            return Look.failed(model, e.getMessage());
        }
    }
}
