package dev.vigil.app.model;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vigil.app.TextTable;
import dev.vigil.workshop.trace.ModelTrace;
import dev.vigil.workshop.trace.OperatorTimes;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;

/**
 * What a trace of a model tells, as tables or as one JSON object.
 *
 * @param plan what was asked for
 * @param out where the trace itself lies; null for nowhere
 */
record TraceReport(Path model, ModelTrace trace, ModelTrace.Plan plan, Path out) {
    /** @param nodesMax how many of the costliest nodes are listed */
    void text(PrintWriter to, int nodesMax) {
        OperatorTimes times = trace.times();
        to.println(model + " on " + trace.device() + ": " + ms(times.runUs()) + " ms a run, mean of " + times.runs()
                + " after " + plan.warmRuns() + " to warm up"
                + (times.runs() < plan.runs() ? " (no times of more are kept)" : ""));
        to.println();
        TextTable operators = new TextTable("operator", "nodes", "ms a run", "share", "us a call", "provider");
        for (OperatorTimes.Operator row : times.operators()) {
            operators.row(
                    row.name(),
                    "" + row.nodes(),
                    ms(row.us()),
                    percent(times.share(row.us())),
                    us(row.us() * times.runs() / row.calls()),
                    row.providers());
        }
        operators.row("between nodes", "", ms(times.otherUs()), "", "", "");
        operators.lines().forEach(to::println);
        List<OperatorTimes.Node> costliest = times.costliest();
        if (nodesMax > 0) {
            to.println();
            TextTable nodes = new TextTable("node", "operator", "us a run", "share", "calls", "input", "provider");
            for (OperatorTimes.Node row : costliest.subList(0, Math.min(nodesMax, costliest.size()))) {
                nodes.row(
                        row.name(),
                        row.operator(),
                        us(row.us()),
                        percent(times.share(row.us())),
                        "" + row.calls(),
                        row.inputs().isEmpty() ? "" : row.inputs().get(0),
                        row.provider());
            }
            nodes.lines().forEach(to::println);
            if (nodesMax < costliest.size()) {
                to.println("and " + (costliest.size() - nodesMax) + " more: --nodes " + costliest.size());
            }
        }
        to.println();
        graphs(to);
        if (out != null) {
            to.println();
            to.println(out + ": open it in chrome://tracing or ui.perfetto.dev");
        }
    }

    private void graphs(PrintWriter to) {
        if (trace.inRun().isEmpty()) {
            to.println(sum(trace.inFile()) + " nodes in the file; " + trace.device()
                    + " does not tell what it has made of them");
            return;
        }
        TextTable table = new TextTable("nodes by operator", "in the file", "as run");
        TreeSet<String> names = new TreeSet<>(trace.inFile().keySet());
        names.addAll(trace.inRun().keySet());
        for (String name : names) {
            table.row(
                    name,
                    "" + trace.inFile().getOrDefault(name, 0),
                    "" + trace.inRun().getOrDefault(name, 0));
        }
        table.row("all", "" + sum(trace.inFile()), "" + sum(trace.inRun()));
        table.lines().forEach(to::println);
    }

    private static int sum(Map<String, Integer> nodes) {
        return nodes.values().stream().mapToInt(Integer::intValue).sum();
    }

    ObjectNode json() {
        OperatorTimes times = trace.times();
        ObjectNode object = JsonNodeFactory.instance.objectNode();
        object.put("file", model.toString());
        object.put("device", trace.device());
        object.put("threads", plan.options().threads());
        object.put("runs", times.runs());
        object.put("run_us", times.runUs());
        object.put("between_nodes_us", times.otherUs());
        ArrayNode operators = object.putArray("operators");
        for (OperatorTimes.Operator row : times.operators()) {
            operators
                    .addObject()
                    .put("operator", row.name())
                    .put("nodes", row.nodes())
                    .put("calls", row.calls())
                    .put("us", row.us())
                    .put("share", times.share(row.us()))
                    .put("provider", row.providers());
        }
        ArrayNode nodes = object.putArray("nodes");
        for (OperatorTimes.Node row : times.nodes()) {
            ObjectNode node = nodes.addObject()
                    .put("node", row.name())
                    .put("operator", row.operator())
                    .put("calls", row.calls())
                    .put("us", row.us())
                    .put("share", times.share(row.us()))
                    .put("provider", row.provider());
            row.inputs().forEach(node.putArray("inputs")::add);
            row.outputs().forEach(node.putArray("outputs")::add);
        }
        trace.inFile().forEach(object.putObject("nodes_in_file")::put);
        if (trace.inRun().isEmpty()) {
            object.putNull("nodes_as_run");
        } else {
            trace.inRun().forEach(object.putObject("nodes_as_run")::put);
        }
        object.put("trace", out == null ? null : out.toString());
        return object;
    }

    private static String ms(double us) {
        return String.format(Locale.ROOT, "%.3f", us / 1e3);
    }

    private static String us(double us) {
        return String.format(Locale.ROOT, "%.1f", us);
    }

    private static String percent(double share) {
        return String.format(Locale.ROOT, "%.1f %%", 100 * share);
    }
}
