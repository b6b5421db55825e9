package dev.vigil.app.http;

import dev.vigil.app.Camera;
import dev.vigil.app.Daemon;
import dev.vigil.app.RunningModel;
import dev.vigil.app.VersionCommand;
import dev.vigil.frame.CascadeCounts;
import dev.vigil.frame.ClockStatus;
import dev.vigil.frame.DropCause;
import dev.vigil.frame.Ledger;
import dev.vigil.frame.Step;
import dev.vigil.frame.Warnings;
import dev.vigil.http.Answer;
import dev.vigil.http.HttpFigures;
import dev.vigil.http.Page;
import dev.vigil.http.Request;
import dev.vigil.metrics.box.BoxFigures;
import dev.vigil.metrics.prometheus.BoxMetrics;
import dev.vigil.metrics.prometheus.Metric;
import dev.vigil.metrics.prometheus.ProcessMetrics;
import dev.vigil.metrics.prometheus.Scrape;
import dev.vigil.mqtt.MqttStatus;
import dev.vigil.mqtt.Refusal;
import dev.vigil.source.CameraStatus;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Set;

/** {@code /metrics}, as {@code docs/metrics.md} lists them. A camera or a model that is removed is gone from the next scrape on. */
final class MetricsPage implements Page {
    private static final long[] BOUNDS_US = Scrape.boundsUs();

    private final Daemon daemon;
    private final HttpFigures figures;
    /** Read by the one worker that scrapes. */
    private final BoxFigures box = BoxFigures.ofThisBox();

    private final String version = VersionCommand.version();
    private final String commit = VersionCommand.commit();

    MetricsPage(Daemon daemon, HttpFigures figures) {
        this.daemon = daemon;
        this.figures = figures;
    }

    @Override
    public Answer answer(Request request) {
        Scrape.Written written = scrape().write(request.accept());
        return Answer.of(200, written.contentType(), written.content());
    }

    Scrape scrape() {
        Scrape scrape = new Scrape();
        scrape.set(Metric.BUILD_INFO, true, version, commit, Runtime.version().toString());
        scrape.set(Metric.READY, daemon.health().unready().isEmpty());
        scrape.set(Metric.LIVE, daemon.health().stuck().isEmpty());
        daemon.cameras().forEach(camera -> camera(camera, scrape));
        daemon.models().forEach((name, model) -> model(name, model, scrape));
        mqtt(daemon.client().status(), scrape);
        figures.answers().forEach((status, count) -> scrape.set(Metric.HTTP_ANSWERS, count, status.toString()));
        scrape.set(Metric.HTTP_TURNED_AWAY, figures.turnedAwayTotal());
        BoxMetrics.into(scrape, box);
        ProcessMetrics.into(scrape);
        return scrape;
    }

    private static void camera(Camera camera, Scrape scrape) {
        String name = camera.name();
        CameraStatus status = camera.reader().status();
        scrape.set(Metric.CAMERA_UP, status.state() == CameraStatus.State.UP, name);
        for (CameraStatus.State state : CameraStatus.State.values()) {
            scrape.set(Metric.CAMERA_STATE, status.state() == state, name, word(state));
        }
        scrape.set(Metric.CAMERA_INFO, true, name, camera.config().model());
        scrape.set(Metric.CAMERA_RECONNECTS, status.reconnects(), name);
        scrape.set(Metric.CAMERA_WIDTH, status.stream().widthPx(), name);
        scrape.set(Metric.CAMERA_HEIGHT, status.stream().heightPx(), name);
        Set<Warnings.Kind> held = new LinkedHashSet<>();
        camera.feed().warnings().held().forEach(warning -> held.add(warning.kind()));
        for (Warnings.Kind kind : Warnings.Kind.values()) {
            scrape.set(Metric.CAMERA_WARNING, held.contains(kind), name, kind.label());
        }
        ClockStatus clock = camera.feed().clock();
        if (clock != null && clock.offsetUs() != null) {
            scrape.set(Metric.CLOCK_OFFSET, clock.offsetUs() / 1e6, name);
        }
        ledger(name, camera.feed().ledger().snapshot(), scrape);
        for (Step step : Step.ALL) {
            scrape.histogram(Metric.STEP_SECONDS, camera.times().step(step, BOUNDS_US), name, step.label());
        }
        scrape.histogram(Metric.TOTAL_SECONDS, camera.times().total(BOUNDS_US), name);
        scrape.histogram(Metric.AGE_SECONDS, camera.times().age(BOUNDS_US), name);
        CascadeCounts crops = camera.feed().cascade();
        scrape.set(Metric.CROPS, crops.seen(), name);
        scrape.set(Metric.CROPS_LEFT_OUT, crops.leftOut(), name);
        scrape.set(Metric.CROPS_FAILED, crops.failures(), name);
    }

    private static void ledger(String name, Ledger.Snapshot ledger, Scrape scrape) {
        scrape.set(Metric.FRAMES_READ, ledger.read(), name);
        scrape.set(Metric.FRAMES_PUBLISHED, ledger.published(), name);
        for (DropCause cause : DropCause.ALL) {
            scrape.set(Metric.FRAMES_DROPPED, ledger.dropped(cause), name, cause.label());
        }
        scrape.set(Metric.FRAMES_IN_FLIGHT, ledger.inFlight(), name);
        scrape.set(
                Metric.FRAMES_UNACCOUNTED,
                ledger.read() - ledger.published() - ledger.droppedTotal() - ledger.inFlight(),
                name);
    }

    /** @param name as configured */
    private static void model(String name, RunningModel model, Scrape scrape) {
        scrape.set(Metric.MODEL_INFO, true, name, model.device());
        scrape.set(Metric.MODEL_BUILDING, model.building() != null, name);
        scrape.set(Metric.RING_SLOTS, model.slots(), name);
        scrape.set(Metric.RING_OCCUPIED, model.occupiedSlots(), name);
    }

    private void mqtt(MqttStatus mqtt, Scrape scrape) {
        scrape.set(Metric.MQTT_CONNECTED, mqtt.connected());
        for (String broker : daemon.config().mqtt().brokerNames()) {
            scrape.set(Metric.MQTT_BROKER_CONNECTED, mqtt.connected() && broker.equals(mqtt.broker()), broker);
        }
        scrape.set(Metric.MQTT_CONNECTS, mqtt.connects());
        scrape.set(Metric.MQTT_SENT, mqtt.sent());
        scrape.set(Metric.MQTT_RESENT, mqtt.resent());
        scrape.set(Metric.MQTT_ACKNOWLEDGED, mqtt.acknowledged());
        scrape.set(Metric.MQTT_REJECTED, mqtt.rejected());
        for (Refusal cause : Refusal.values()) {
            scrape.set(Metric.MQTT_REFUSED, mqtt.refused(cause), word(cause));
        }
        scrape.set(Metric.MQTT_RECEIVED, mqtt.received());
        scrape.set(Metric.MQTT_WAITING, mqtt.waiting());
        scrape.set(Metric.OUTBOX_MESSAGES, mqtt.stored());
        scrape.set(Metric.OUTBOX_BYTES, mqtt.storedBytes());
    }

    private static String word(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }
}
