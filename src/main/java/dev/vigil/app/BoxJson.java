package dev.vigil.app;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vigil.metrics.box.BoxState;
import dev.vigil.metrics.box.BoxWarning;
import dev.vigil.metrics.box.GpuState;
import java.util.List;

/** The part {@code box} of the stats message. Stateless. */
final class BoxJson {
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    private BoxJson() {}

    static ObjectNode of(BoxState state, List<BoxWarning> warnings) {
        ObjectNode json = JSON.objectNode();
        json.put("cpus", state.cpus()).put("cpu_quota", state.cpuQuota()).put("cpu_throttled_us", state.throttledUs());
        json.put("frequency_share", state.frequencyShare()).put("thermal_throttles", state.thermalThrottles());
        json.put("temperature_c", state.temperatureC()).put("temperature_limit_c", state.temperatureLimitC());
        json.put("under_voltage", state.underVoltage());
        json.put("memory_bytes", state.totalBytes()).put("memory_available_bytes", state.availableBytes());
        json.put("memory_limit_bytes", state.limitBytes()).put("memory_limit_events", state.limitEvents());
        json.put("swap_bytes", state.swapBytes()).put("oom_kills", state.oomKills());
        json.putObject("pressure")
                .<ObjectNode>set("cpu", pressure(state.cpu()))
                .<ObjectNode>set("memory", pressure(state.memory()))
                .set("io", pressure(state.io()));
        json.put("descriptors", state.descriptors()).put("descriptors_max", state.descriptorsMax());
        ArrayNode gpus = json.putArray("gpus");
        state.gpus().forEach(gpu -> gpus.add(gpu(gpu)));
        ArrayNode told = json.putArray("warnings");
        warnings.forEach(
                warning -> told.addObject().put("kind", warning.kind().label()).put("text", warning.text()));
        return json;
    }

    private static ObjectNode gpu(GpuState gpu) {
        ObjectNode json = JSON.objectNode();
        json.put("index", gpu.index()).put("name", gpu.name()).put("memory_bytes", gpu.memoryBytes());
        json.put("memory_used_bytes", gpu.usedBytes()).put("memory_own_bytes", gpu.ownBytes());
        json.put("utilization_percent", gpu.utilizationPercent()).put("temperature_c", gpu.temperatureC());
        return json.put("slowed_by_heat", gpu.slowedByHeat());
    }

    private static JsonNode pressure(BoxState.Pressure pressure) {
        return pressure == null
                ? JSON.nullNode()
                : JSON.objectNode().put("some_percent", pressure.somePercent()).put("some_us", pressure.someUs());
    }
}
