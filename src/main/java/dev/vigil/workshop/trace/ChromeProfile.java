package dev.vigil.workshop.trace;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.vigil.metrics.trace.ChromeTrace;
import dev.vigil.metrics.trace.TraceFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** A model's profile as a trace for viewers: runs, the nodes inside them, and what a GPU did meanwhile. */
public final class ChromeProfile {
    private static final int PROCESS = 1;
    private static final int LOADING = 1;
    private static final int RUNS = 2;
    private static final int KERNELS = 3;

    private final ModelTrace trace;
    private final Map<String, String> operators = new HashMap<>();
    private int runs;

    private ChromeProfile(ModelTrace trace) {
        this.trace = trace;
        trace.times().nodes().forEach(node -> operators.put(node.name(), node.operator()));
    }

    /**
     * Writes all events of a trace, those of loading and of runs that warmed up too.
     *
     * @param model its name
     */
    public static void write(ModelTrace trace, String model, Path file) throws IOException {
        try (TraceFile to = new TraceFile(file)) {
            to.about(JsonNodeFactory.instance
                    .objectNode()
                    .put("model", model)
                    .put("device", trace.device())
                    .toString());
            ChromeTrace chrome = new ChromeTrace(to::add);
            chrome.process(PROCESS, model + " on " + trace.device());
            chrome.thread(PROCESS, LOADING, "loading", 1);
            chrome.thread(PROCESS, RUNS, "runs", 2);
            ChromeProfile profile = new ChromeProfile(trace);
            int[] all = {0};
            boolean[] kernels = {false};
            new ProfileLog(trace.log()).read(event -> {
                all[0] += event.isRun() ? 1 : 0;
                kernels[0] |= event.isKernel();
            });
            if (kernels[0]) {
                chrome.thread(PROCESS, KERNELS, "GPU kernels", 3);
            }
            int warm = all[0] - trace.times().runs();
            new ProfileLog(trace.log()).read(event -> profile.write(event, warm, chrome));
        }
    }

    private void write(ProfileEvent event, int warm, ChromeTrace chrome) throws IOException {
        if (event.isRun()) {
            runs++;
            String name = runs <= warm ? "warm-up " + runs : "run " + (runs - warm);
            chrome.slice(PROCESS, RUNS, "run", name, event.startUs(), event.durationUs(), ChromeTrace.Arguments.NONE);
        } else if (event.isNode()) {
            chrome.slice(
                    PROCESS,
                    RUNS,
                    "node",
                    operators.getOrDefault(event.name(), event.text("op_name")),
                    event.startUs(),
                    event.durationUs(),
                    json -> arguments(event, json));
        } else if (event.isLoading() || event.isKernel()) {
            chrome.slice(
                    PROCESS,
                    event.isKernel() ? KERNELS : LOADING,
                    event.category(),
                    event.name().replace('_', ' '),
                    event.startUs(),
                    event.durationUs(),
                    ChromeTrace.Arguments.NONE);
        }
    }

    private static void arguments(ProfileEvent event, JsonGenerator json) throws IOException {
        json.writeStringField("node", event.name());
        json.writeStringField("provider", event.text("provider"));
        json.writeStringField("inputs", String.join(", ", event.shapes("input_type_shape")));
        json.writeStringField("outputs", String.join(", ", event.shapes("output_type_shape")));
        json.writeStringField("weight bytes", event.text("parameter_size"));
    }
}
