package dev.vigil.app.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vigil.app.Camera;
import dev.vigil.app.CameraJson;
import dev.vigil.app.Daemon;
import dev.vigil.base.Clock;
import dev.vigil.http.Answer;
import dev.vigil.http.Page;
import dev.vigil.http.Request;
import dev.vigil.metrics.ProcessFigures;
import dev.vigil.metrics.StepTimes;
import dev.vigil.mqtt.MqttStatus;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/**
 * {@code /status}: the daemon and each camera at this moment, the cameras as their status messages tell of them. Rates and ages are
 * of the time since the page was asked for before, at least a second ago; the first time, since the camera is configured.
 */
final class StatusPage implements Page {
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
    private static final long RECENT_NS = TimeUnit.SECONDS.toNanos(1);

    private final Daemon daemon;
    private final Clock clock;
    /** Guarded by this. */
    private final Map<Camera, Recent> recent = new HashMap<>();

    /** What a camera did lately, and what it is counted from the next time. */
    private record Recent(long atNs, long published, Histogram ages, double fps, JsonNode age) {
        static Recent start(Camera camera) {
            return new Recent(camera.beganNs(), 0, StepTimes.ages(), 0, JSON.nullNode());
        }

        Recent next(Camera camera, long nowNs) {
            if (nowNs - atNs < RECENT_NS) {
                return this;
            }
            long count = camera.feed().ledger().snapshot().published();
            Histogram all = StepTimes.ages();
            camera.times().addAges(all);
            Histogram since = all.copy();
            since.subtract(ages);
            double perSecond = Math.round((count - published) * 1e10 / (nowNs - atNs)) / 10.0;
            return new Recent(
                    nowNs,
                    count,
                    all,
                    perSecond,
                    since.getTotalCount() == 0 ? JSON.nullNode() : CameraJson.quantiles(since));
        }
    }

    StatusPage(Daemon daemon, Clock clock) {
        this.daemon = daemon;
        this.clock = clock;
    }

    @Override
    public Answer answer(Request request) {
        ObjectNode json = JSON.objectNode();
        json.put("node", daemon.node());
        json.put("phase", daemon.health().phase().name().toLowerCase(Locale.ROOT));
        json.put("status", daemon.health().line());
        json.put("unready", daemon.health().unready().orElse(null));
        ArrayNode stuck = json.putArray("stuck");
        daemon.health().stuck().forEach(stuck::add);
        json.set("mqtt", mqtt(daemon.client().status()));
        json.set("process", process());
        json.set("cameras", cameras(daemon.cameras()));
        return Answer.json(json.toPrettyString());
    }

    private static ObjectNode mqtt(MqttStatus mqtt) {
        return JSON.objectNode()
                .put("state", mqtt.state().name().toLowerCase(Locale.ROOT))
                .put("broker", mqtt.broker())
                .put("error", mqtt.lastError())
                .put("reconnects", mqtt.reconnects())
                .put("sent", mqtt.sent())
                .put("refused", mqtt.refusedTotal())
                .put("waiting", mqtt.waiting())
                .put("stored", mqtt.stored())
                .put("stored_bytes", mqtt.storedBytes());
    }

    private static ObjectNode process() {
        return JSON.objectNode()
                .put("resident_bytes", ProcessFigures.residentBytes())
                .put(
                        "heap_bytes",
                        Runtime.getRuntime().totalMemory()
                                - Runtime.getRuntime().freeMemory())
                .put("cpu_us", ProcessFigures.cpuNs() / 1_000)
                .put("threads", ProcessFigures.threads())
                .put("open_files", ProcessFigures.openFiles());
    }

    private synchronized ArrayNode cameras(List<Camera> cameras) {
        recent.keySet().retainAll(cameras);
        ArrayNode all = JSON.arrayNode();
        for (Camera camera : cameras) {
            Recent now = recent.computeIfAbsent(camera, Recent::start).next(camera, clock.monotonicNs());
            recent.put(camera, now);
            all.add(CameraJson.status(daemon.node(), camera, now.fps, now.age));
        }
        return all;
    }
}
