package dev.vigil.workshop.trace;

import dev.vigil.convert.ConvertException;
import dev.vigil.detect.ModelDescription;
import dev.vigil.detect.ModelException;
import dev.vigil.graph.GraphException;
import dev.vigil.graph.OnnxModel;
import dev.vigil.infer.InferException;
import dev.vigil.infer.InferOptions;
import dev.vigil.infer.ort.OrtEngine;
import dev.vigil.infer.ort.OrtProfile;
import dev.vigil.workshop.trial.GraphRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.IntConsumer;
import onnx.Onnx.NodeProto;

/**
 * What ONNX Runtime does with a model: the time of each node, and which nodes it has made of those in the file.
 *
 * @param device where it ran
 * @param inFile nodes of the file, by operator
 * @param inRun nodes of the graph that ran, by operator; empty on devices that do not write it
 * @param log the events of all runs
 */
public record ModelTrace(
        String device, OperatorTimes times, Map<String, Integer> inFile, Map<String, Integer> inRun, Path log) {
    /**
     * How it is run.
     *
     * @param size of the picture, for a model that leaves it open; null where it does not
     * @param warmRuns that come first and do not count
     * @param runs that count; fewer are run where ONNX Runtime would not keep the times of so many
     */
    public record Plan(ModelDescription.Size size, InferOptions options, int warmRuns, int runs) {}

    /** Fills the input before each run. */
    public interface Input {
        /** Numbers between 0 and 1, or bytes of any value. */
        Input RANDOM = (graph, run) -> graph.fill(new Random(run), 0, 1);

        /** Called once, when the model is loaded. */
        default void prepare(GraphRun graph) throws ModelException {}

        /** @param run its number, 0 for the first that warms up */
        void fill(GraphRun graph, int run) throws ConvertException, IOException;
    }

    /**
     * Loads a model, runs it, and reads what was written of that.
     *
     * @param folder an empty one, for what ONNX Runtime writes: the log, and a copy of the model; the caller's to delete
     * @param progress is told after each run how many are done
     * @throws GraphException when the model's graph can not be read
     * @throws ModelException when it takes no picture
     */
    public static ModelTrace of(Path model, Plan plan, Input input, Path cacheDir, Path folder, IntConsumer progress)
            throws InferException, ModelException, ConvertException, GraphException, IOException {
        Map<String, Integer> inFile = nodes(model);
        int events = 3 + inFile.values().stream().mapToInt(Integer::intValue).sum();
        int runs = Math.max(1, Math.min(plan.runs, OrtProfile.EVENTS_MAX / 2 / events - plan.warmRuns));
        OrtProfile profile = new OrtProfile(folder);
        OrtEngine engine = OrtEngine.openProfiled(model, plan.options.withBatchMax(1), cacheDir, profile);
        try (GraphRun graph = GraphRun.of(engine, plan.size)) {
            input.prepare(graph);
            for (int run = 0; run < plan.warmRuns + runs; run++) {
                input.fill(graph, run);
                graph.run();
                progress.accept(run + 1);
            }
            engine.endProfile();
        }
        Path ran = Files.exists(profile.graph()) ? profile.graph() : null;
        return new ModelTrace(
                engine.device(),
                OperatorTimes.read(profile.log(), runs, ran),
                inFile,
                ran == null ? Map.of() : nodes(ran),
                profile.log());
    }

    private static Map<String, Integer> nodes(Path model) throws GraphException {
        Map<String, Integer> nodes = new TreeMap<>();
        for (NodeProto node : OnnxModel.read(model).graph().nodes()) {
            nodes.merge(OperatorTimes.operator(node), 1, Integer::sum);
        }
        return nodes;
    }
}
