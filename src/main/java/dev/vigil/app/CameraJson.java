package dev.vigil.app;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vigil.base.KnownSecrets;
import dev.vigil.frame.CascadeCounts;
import dev.vigil.frame.ClockStatus;
import dev.vigil.frame.DropCause;
import dev.vigil.frame.Ledger;
import dev.vigil.frame.Warnings;
import dev.vigil.source.CameraStatus;
import dev.vigil.source.StreamInfo;
import java.time.Instant;
import java.util.Locale;
import org.HdrHistogram.Histogram;

/** What there is to say of a camera ({@code config/schema/status.schema.json}), to whoever is told. */
public final class CameraJson {
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    private CameraJson() {}

    /**
     * @param fps frames published a second lately
     * @param age of frames lately, {@link #quantiles} or null in JSON
     */
    public static ObjectNode status(String node, Camera camera, double fps, JsonNode age) {
        CameraStatus status = camera.reader().status();
        StreamInfo stream = status.stream();
        ObjectNode json = JSON.objectNode();
        json.put("v", 1).put("node", node).put("camera", camera.name());
        json.put("state", status.state().name().toLowerCase(Locale.ROOT));
        json.put("width", stream.widthPx()).put("height", stream.heightPx());
        json.put("codec", stream.codec()).put("decoder", stream.decoder());
        json.put("transport", stream.transport()).put("stream", stream.stream());
        json.put("fps", fps);
        json.set("age_us", age);
        json.put("reconnects", status.reconnects());
        json.put("cause", status.cause() == null ? null : status.cause().name().toLowerCase(Locale.ROOT));
        json.put("error", status.error() == null ? null : KnownSecrets.masked(status.error()));
        json.set("clock", clock(camera.feed().clock()));
        json.set("warnings", warnings(camera.feed().warnings()));
        json.set("ledger", ledger(camera.feed().ledger().snapshot()));
        json.set("model", model(camera.model()));
        CascadeCounts cascade = camera.feed().cascade();
        json.putObject("cascade")
                .put("crops", cascade.seen())
                .put("left_out", cascade.leftOut())
                .put("failed", cascade.failures());
        return json;
    }

    private static JsonNode model(RunningModel model) {
        return model == null
                ? JSON.nullNode()
                : JSON.objectNode()
                        .put("name", model.model())
                        .put("device", model.device())
                        .put("building", model.building())
                        .put("fault", model.fault());
    }

    private static JsonNode clock(ClockStatus clock) {
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

    private static ArrayNode warnings(Warnings warnings) {
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

    /** A camera's account, those causes of drops only that there were. */
    public static ObjectNode ledger(Ledger.Snapshot ledger) {
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

    public static ObjectNode quantiles(Histogram histogram) {
        return JSON.objectNode()
                .put("p50", histogram.getValueAtPercentile(50))
                .put("p99", histogram.getValueAtPercentile(99))
                .put("max", histogram.getMaxValue());
    }
}
