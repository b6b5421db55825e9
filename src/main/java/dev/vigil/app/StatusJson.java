package dev.vigil.app;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vigil.frame.ClockStatus;
import dev.vigil.frame.DropCause;
import dev.vigil.frame.Ledger;
import dev.vigil.frame.Warnings;
import java.time.Instant;

/** The parts of a camera's status message. Stateless. */
final class StatusJson {
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    private StatusJson() {}

    static JsonNode model(RunningModel model) {
        return model == null
                ? JSON.nullNode()
                : JSON.objectNode()
                        .put("name", model.model())
                        .put("device", model.device())
                        .put("building", model.building());
    }

    static JsonNode clock(ClockStatus clock) {
        return clock == null
                ? JSON.nullNode()
                : JSON.objectNode()
                        .put("source", clock.source().label())
                        .put("uncertainty_us", clock.uncertaintyUs())
                        .put("offset_us", clock.offsetUs())
                        .put("drift_ppm", clock.driftPpm())
                        .put("drift_uncertainty_ppm", clock.driftUncertaintyPpm())
                        .put("reports", clock.reports())
                        .put("steps", clock.steps());
    }

    static ArrayNode warnings(Warnings warnings) {
        ArrayNode json = JSON.arrayNode();
        for (Warnings.Warning warning : warnings.held()) {
            json.addObject()
                    .put("kind", warning.kind().label())
                    .put(
                            "since",
                            Instant.ofEpochMilli(warning.sinceUtcUs() / 1_000).toString())
                    .put("text", warning.text());
        }
        return json;
    }

    static ObjectNode ledger(Ledger.Snapshot ledger) {
        ObjectNode json = JSON.objectNode();
        json.put("read", ledger.read()).put("published", ledger.published()).put("in_flight", ledger.inFlight());
        ObjectNode dropped = json.putObject("dropped");
        for (DropCause cause : DropCause.ALL) {
            if (ledger.dropped(cause) > 0) {
                dropped.put(cause.label(), ledger.dropped(cause));
            }
        }
        return json;
    }
}
