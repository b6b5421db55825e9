package dev.vigil.app.model;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vigil.workshop.accuracy.MeanPrecision;
import dev.vigil.workshop.compare.Comparison;
import dev.vigil.workshop.compare.Costs;
import dev.vigil.workshop.compare.Figure;
import dev.vigil.workshop.compare.Standing;
import dev.vigil.workshop.compare.Yardstick;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;

/** A comparison as one JSON object. What is not known is null; parts of 1 stay such. */
final class CompareJson {
    private final Comparison.Result result;
    private final ObjectNode json = JsonNodeFactory.instance.objectNode();

    CompareJson(Comparison.Result result, String frames, int rounds, Duration each, Path truth) {
        this.result = result;
        json.put("frames", frames);
        json.put("rounds", rounds);
        json.put("seconds", each.toNanos() / 1e9);
        yardstick(truth);
        json.put("no_energy", result.noEnergy());
        ArrayNode models = json.putArray("models");
        result.standings().forEach(standing -> model(models.addObject(), standing));
    }

    ObjectNode object() {
        return json;
    }

    private void yardstick(Path truth) {
        Yardstick yardstick = result.yardstick();
        if (yardstick == null) {
            json.putNull("held_against");
            return;
        }
        ObjectNode node = json.putObject("held_against");
        node.put("kind", yardstick.kind().name().toLowerCase(Locale.ROOT));
        node.put("file", (truth != null ? truth : result.reference().model().file()).toString());
        node.put("frames", yardstick.frames());
        ObjectNode objects = node.putObject("objects");
        yardstick.objects().forEach(objects::put);
        ObjectNode unknown = node.putObject("unknown_labels");
        yardstick.unknown().forEach(unknown::put);
    }

    private void model(ObjectNode node, Standing standing) {
        node.put("name", standing.model().name());
        node.put("file", standing.model().file().toString());
        node.put("problem", standing.problem());
        if (standing.problem() != null) {
            return;
        }
        node.put("bytes", standing.size().bytes());
        if (standing.size().parameters() < 0) {
            node.putNull("parameters");
            node.putNull("multiply_adds");
        } else {
            node.put("parameters", standing.size().parameters());
            node.put("multiply_adds", (long) standing.size().multiplyAdds());
        }
        node.put("nodes_of_unknown_cost", standing.size().unknownCost());
        node.put("device", standing.device());
        node.put("backend", standing.backend());
        node.put("labels", standing.labels());
        costs(node, standing.costs());
        if (standing.accuracy() == null) {
            node.putNull("accuracy");
        } else {
            accuracy(node.putObject("accuracy"), standing.accuracy());
        }
        ArrayNode lacks = node.putArray("labels_it_lacks");
        standing.lacks().forEach(lacks::add);
        node.put("pareto_front", standing.onFront());
    }

    private static void costs(ObjectNode node, Costs costs) {
        figure(node, "load_ms", costs.loadMs());
        ObjectNode latency = node.putObject("latency_ms");
        latency.put("runs", costs.latency().runs());
        number(latency, "min", costs.latency().minMs());
        number(latency, "p50", costs.latency().p50Ms());
        number(latency, "p90", costs.latency().p90Ms());
        number(latency, "p99", costs.latency().p99Ms());
        figure(latency, "p50_of_rounds", costs.p50Ms());
        figure(node, "boxes_ms", costs.postMs());
        ObjectNode byBatch = node.putObject("frames_per_second_by_batch");
        costs.byBatch().forEach((batch, figure) -> figure(byBatch, batch.toString(), figure));
        node.put("no_batches", costs.batchProblem());
        node.put("workers", costs.workers());
        figure(node, "frames_per_second", costs.framesPerSecond());
        figure(node, "cpu_ms_per_frame", costs.cpuMsPerFrame());
        figure(node, "resident_bytes", costs.residentBytes());
        figure(node, "joules_per_frame", costs.joulesPerFrame());
    }

    private void accuracy(ObjectNode node, MeanPrecision.Summary accuracy) {
        number(node, "map", accuracy.map());
        number(node, "map50", accuracy.map50());
        number(node, "map75", accuracy.map75());
        number(node, "small", accuracy.small());
        number(node, "medium", accuracy.medium());
        number(node, "large", accuracy.large());
        number(node, "recall_1", accuracy.recall()[0]);
        number(node, "recall_10", accuracy.recall()[1]);
        number(node, "recall_100", accuracy.recall()[2]);
        byLabel(node.putObject("map_by_label"), accuracy.ofClass());
        byLabel(node.putObject("map50_by_label"), accuracy.of50Class());
    }

    private void byLabel(ObjectNode node, Map<Integer, Double> ofClass) {
        ofClass.forEach((id, value) -> number(node, result.yardstick().labels().name(id), value));
    }

    private static void figure(ObjectNode into, String key, Figure figure) {
        if (!figure.isKnown()) {
            into.putNull(key);
            return;
        }
        ObjectNode node = into.putObject(key);
        number(node, "median", figure.median());
        number(node, "min", figure.min());
        number(node, "max", figure.max());
    }

    private static void number(ObjectNode into, String key, double value) {
        if (Double.isFinite(value)) {
            into.put(key, value);
        } else {
            into.putNull(key);
        }
    }
}
