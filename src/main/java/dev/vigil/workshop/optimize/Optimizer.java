package dev.vigil.workshop.optimize;

import dev.vigil.graph.GraphException;
import dev.vigil.graph.OnnxModel;
import dev.vigil.infer.InferException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/** Runs all passes over a model until none of them finds anything more to do. Stateless. */
public final class Optimizer {
    /** Graphs come to rest after a handful; a bound in case one does not. */
    private static final int ROUNDS_MAX = 50;
    /** With it initialisers need not be inputs. */
    private static final int IR_VERSION_MIN = 4;

    private Optimizer() {}

    /** Is told of every change. */
    public interface Watcher {
        /** @param model as it is now, whole */
        void changed(String pass, OnnxModel model) throws GraphException, InferException, IOException;
    }

    /**
     * What is done how.
     *
     * @param cacheDir for what inference unpacks, and for small models that are run on the way
     * @param skipped names of passes that are left out
     */
    public record Options(Path cacheDir, Set<String> skipped, Watcher watcher) {
        public static Options of(Path cacheDir) {
            return new Options(cacheDir, Set.of(), (pass, model) -> {});
        }
    }

    /**
     * What a pass did in all rounds.
     *
     * @param changes how many
     * @param grown what the model has more of since, or less where negative
     */
    public record Done(String pass, int changes, ModelSize grown) {}

    /** @param passes all of them, in the order in which they run */
    public record Outcome(ModelSize before, ModelSize after, List<Done> passes) {
        /** Names of those that changed anything. */
        public List<String> effective() {
            return passes.stream()
                    .filter(done -> done.changes > 0)
                    .map(Done::pass)
                    .toList();
        }
    }

    /** Names of all passes, in the order in which they run. */
    public static List<String> passes() {
        return all(Path.of("")).stream().map(Pass::name).toList();
    }

    private static List<Pass> all(Path cacheDir) {
        return List.of(
                new Freeze(),
                new Unused(),
                new Constants(),
                new KnownShapes(),
                new FoldConstants(cacheDir),
                new Identities(),
                new Casts(),
                new Reshapes(),
                new Transposes(),
                new PadIntoConv(),
                new AffineAfter(),
                new AffineBefore(),
                new EqualWeights(),
                new CommonNodes());
    }

    /**
     * Changes a model in place.
     *
     * @throws GraphException when it can not be understood; to be read after the file's name
     */
    public static Outcome run(OnnxModel model, Options options) throws GraphException, InferException, IOException {
        model.raiseIrVersion(IR_VERSION_MIN);
        List<Pass> passes = all(options.cacheDir).stream()
                .filter(pass -> !options.skipped.contains(pass.name()))
                .toList();
        ModelSize before = ModelSize.of(model.graph());
        ModelSize now = before;
        int[] changes = new int[passes.size()];
        ModelSize[] grown = new ModelSize[passes.size()];
        Arrays.fill(grown, new ModelSize(0, 0, 0));
        boolean busy = true;
        for (int round = 0; busy && round < ROUNDS_MAX; round++) {
            busy = false;
            for (int i = 0; i < grown.length; i++) {
                Draft draft = new Draft(model);
                int made = passes.get(i).apply(draft);
                if (made > 0) {
                    draft.finish();
                    ModelSize size = ModelSize.of(model.graph());
                    grown[i] = grown[i].plus(size.minus(now));
                    now = size;
                    changes[i] += made;
                    busy = true;
                    options.watcher.changed(passes.get(i).name(), model);
                }
            }
        }
        List<Done> done = new ArrayList<>();
        for (int i = 0; i < grown.length; i++) {
            done.add(new Done(passes.get(i).name(), changes[i], grown[i]));
        }
        return new Outcome(before, now, done);
    }
}
