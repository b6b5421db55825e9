package dev.vigil.app;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vigil.app.repair.NativeHeap;
import dev.vigil.app.repair.Part;
import dev.vigil.base.Clock;
import dev.vigil.base.FaultLog;
import dev.vigil.base.FullHeap;
import dev.vigil.base.Sabotage;
import dev.vigil.config.ReportConfig;
import dev.vigil.config.TopicConfig;
import dev.vigil.frame.Feed;
import dev.vigil.frame.Ledger;
import dev.vigil.frame.Step;
import dev.vigil.metrics.ProcessFigures;
import dev.vigil.metrics.StepTimes;
import dev.vigil.metrics.box.BoxFigures;
import dev.vigil.metrics.box.BoxState;
import dev.vigil.metrics.box.BoxWatch;
import dev.vigil.metrics.health.Pulse;
import dev.vigil.metrics.health.Pulses;
import dev.vigil.metrics.health.Silence;
import dev.vigil.mqtt.MqttClient;
import dev.vigil.mqtt.MqttListener;
import dev.vigil.mqtt.MqttStatus;
import dev.vigil.mqtt.MqttTopic;
import dev.vigil.mqtt.PublishCallback;
import dev.vigil.mqtt.PublishProperties;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the broker how the daemon is doing: presence, each camera's status when it changes and now and then, and figures of the
 * whole. One thread of its own, on which the native heap is tidied too; what it is told from others it hands to that thread.
 */
final class StatusReporter implements MqttListener, Part, AutoCloseable {
    static final String ONLINE = "online";
    static final String OFFLINE = "offline";

    /** Telling the status of all cameras, or tidying the heap, takes a fraction of it. */
    private static final Duration SILENCE_MAX = Duration.ofMillis(1_500);

    private static final Duration TRIM_PERIOD = Duration.ofMinutes(1);
    private static final Logger LOG = LoggerFactory.getLogger(StatusReporter.class);
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    private final String node;
    private final TopicConfig topics;
    private final MqttTopic availability;
    private final Clock clock;
    private final FaultLog faults;
    private final Supplier<List<Camera>> cameras;
    private final Pulse pulse;
    private final long startNs;
    private final Pulses pulses;
    /** Another one when one was given up; set under the lock. */
    private volatile ScheduledExecutorService thread = executor();

    /** The executor's. */
    private volatile Thread current;

    // owned by the reporter's thread; one that was given up may still be in its last task
    private final Map<Feed, Rate> rates = new ConcurrentHashMap<>();
    private final Map<Feed, RecentAge> ages = new ConcurrentHashMap<>();
    private final Rate wholeRate = new Rate();
    /** Of all cameras together. */
    private final StepTimes times = new StepTimes();
    /** Cameras that have gone and of which messages wait in the outbox still. */
    private final List<Camera> leaving = new CopyOnWriteArrayList<>();
    /** Of the cameras that have gone. */
    private final StepTimes timesOfGone = new StepTimes();

    private final BoxFigures box = BoxFigures.ofThisBox();
    private final BoxWatch boxWatch = new BoxWatch();

    /** The broker may not know that this is online; it is told again when that has failed. */
    private volatile boolean untold;

    private long publishedOfGone;
    private List<Future<?>> everySoOften = List.of();
    private ReportConfig intervals;
    private MqttClient client;

    /** Frames per second since it was last asked, or as it was told then when that is less than a second ago. */
    private static final class Rate {
        private long lastCount;
        private long lastNs = Long.MIN_VALUE;
        private double fps;

        double next(long count, long nowNs) {
            if (lastNs != Long.MIN_VALUE && nowNs - lastNs < TimeUnit.SECONDS.toNanos(1)) {
                return fps;
            }
            if (lastNs != Long.MIN_VALUE) {
                fps = Math.round((count - lastCount) * 1e10 / (nowNs - lastNs)) / 10.0;
            }
            lastCount = count;
            lastNs = nowNs;
            return fps;
        }
    }

    /**
     * @param cameras those that there are at a moment
     * @param pulses where its thread tells that it moves
     */
    StatusReporter(
            String node,
            TopicConfig topics,
            MqttTopic availability,
            Clock clock,
            Supplier<List<Camera>> cameras,
            Pulses pulses) {
        this.node = node;
        this.topics = topics;
        this.availability = availability;
        this.clock = clock;
        this.faults = new FaultLog(LOG, clock);
        this.cameras = cameras;
        this.pulses = pulses;
        this.pulse = pulses.of(name(), SILENCE_MAX);
        this.startNs = clock.monotonicNs();
    }

    void start(MqttClient newClient, ReportConfig reports) {
        run(() -> {
            client = newClient;
            connected();
            publishEvery(reports);
        });
    }

    /** Says how often figures are published from here on. */
    void intervals(ReportConfig reports) {
        run(() -> {
            if (!reports.equals(intervals)) {
                publishEvery(reports);
            }
        });
    }

    private void publishEvery(ReportConfig reports) {
        intervals = reports;
        everySoOften.forEach(before -> before.cancel(false));
        everySoOften = List.of(
                every(reports.statusInterval(), this::publishStatuses),
                every(reports.statsInterval(), this::publishStats),
                every(TRIM_PERIOD, NativeHeap::trimAfterChange));
    }

    private ScheduledExecutorService executor() {
        return Executors.newSingleThreadScheduledExecutor(task -> {
            Thread reporter = new Thread(task, "status");
            reporter.setDaemon(true);
            reporter.setUncaughtExceptionHandler(FullHeap.WATCHED); // its pool has another in its place
            current = reporter;
            return reporter;
        });
    }

    @Override
    public String name() {
        return "reporter";
    }

    @Override
    public String trouble(long nowNs) {
        Silence silence = thread.isShutdown() ? null : pulses.silence(pulse, nowNs);
        return silence == null ? null : silence.toString();
    }

    /** Another thread tells everything again, and goes on with the intervals. */
    @Override
    public synchronized void restart(List<Thread> leftBehind) throws InterruptedException {
        ScheduledExecutorService before = thread;
        Thread stuck = current;
        if (before.isShutdown()) {
            return; // it is being closed
        }
        before.shutdownNow();
        if (!before.awaitTermination(200, TimeUnit.MILLISECONDS)) {
            leftBehind.add(stuck);
        }
        pulse.rest();
        thread = executor();
        run(() -> {
            connected();
            if (intervals != null) {
                publishEvery(intervals);
            }
        });
    }

    private Future<?> every(Duration period, Runnable task) {
        // What fails in it is logged by the guard.
        return thread.scheduleAtFixedRate(
                () -> guarded(task), period.toNanos(), period.toNanos(), TimeUnit.NANOSECONDS);
    }

    private void run(Runnable task) {
        if (!thread.isShutdown()) {
            thread.execute(() -> guarded(task));
        }
    }

    private void guarded(Runnable task) {
        pulse.beat();
        try {
            Sabotage.at("reporter");
            task.run();
        } catch (RuntimeException | Error e) {
            faults.error("a status could not be told", e);
        } finally {
            pulse.rest();
        }
    }

    @Override
    public void onConnected(boolean sessionPresent) {
        untold = true;
        run(this::connected);
    }

    private void connected() {
        untold = true;
        publishStatuses();
    }

    private void publishStatuses() {
        if (untold) {
            publish(availability, ONLINE.getBytes(StandardCharsets.UTF_8));
        }
        cameras.get().forEach(this::publishStatus);
        untold = false;
    }

    /** A camera's state, or what is not as it should be with it, has changed. */
    void cameraChanged(Feed feed) {
        run(() -> cameras.get().stream().filter(camera -> camera.feed() == feed).forEach(this::publishStatus));
    }

    /** What a model was built for is there, or is not to be had. */
    void modelChanged(RunningModel model) {
        run(() ->
                cameras.get().stream().filter(camera -> camera.model() == model).forEach(this::publishStatus));
    }

    /** Tells the last state of a camera that has gone, and has the broker forget it, unless another has taken its place. */
    void removed(Camera camera) {
        run(() -> {
            if (cameras.get().stream().noneMatch(other -> other.name().equals(camera.name()))) {
                publishStatus(camera);
                client.forget(statusTopic(camera));
            }
            rates.remove(camera.feed());
            ages.remove(camera.feed());
            leaving.add(camera);
        });
    }

    private MqttTopic statusTopic(Camera camera) {
        return MqttTopic.of(topics.status(node, camera.name()));
    }

    private void publishStatus(Camera camera) {
        publish(statusTopic(camera), bytes(status(camera)));
    }

    private ObjectNode status(Camera camera) {
        long published = camera.feed().ledger().snapshot().published();
        long nowNs = clock.monotonicNs();
        double fps = rates.computeIfAbsent(camera.feed(), f -> new Rate()).next(published, nowNs);
        JsonNode age = ages.computeIfAbsent(camera.feed(), f -> new RecentAge()).next(camera.times(), nowNs);
        return CameraJson.status(node, camera, fps, age);
    }

    private void publishStats() {
        List<Camera> now = cameras.get();
        leaving.removeIf(this::hasLeft);
        long published = publishedOfGone;
        int up = 0;
        times.reset();
        times.add(timesOfGone);
        for (Camera camera : leaving) {
            published += camera.feed().ledger().snapshot().published();
            times.add(camera.times());
        }
        for (Camera camera : now) {
            published += camera.feed().ledger().snapshot().published();
            up += camera.isUp() ? 1 : 0;
            times.add(camera.times());
        }
        long nowNs = clock.monotonicNs();
        ObjectNode json = JSON.objectNode();
        json.put("v", 1).put("node", node);
        json.put("uptime_s", TimeUnit.NANOSECONDS.toSeconds(nowNs - startNs));
        json.putObject("cameras").put("configured", now.size()).put("up", up);
        json.put("fps", wholeRate.next(published, nowNs)).put("published", published);
        ObjectNode us = json.putObject("us");
        for (Step step : Step.ALL) {
            us.set(step.label(), CameraJson.quantiles(times.step(step)));
        }
        us.set("total", CameraJson.quantiles(times.total()));
        json.set("age_us", CameraJson.quantiles(times.age()));
        json.put("resident_bytes", ProcessFigures.residentBytes());
        json.put("resident_peak_bytes", ProcessFigures.residentPeakBytes());
        json.put(
                "heap_bytes",
                Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory());
        json.put("heap_allocated_bytes", ProcessFigures.allocatedBytes());
        json.put("cpu_us", ProcessFigures.cpuNs() / 1_000);
        json.put("threads", ProcessFigures.threads());
        json.set("box", box(nowNs));
        MqttStatus mqtt = client.status();
        json.putObject("mqtt")
                .put("sent", mqtt.sent())
                .put("refused", mqtt.refusedTotal())
                .put("reconnects", mqtt.reconnects())
                .put("waiting", mqtt.waiting())
                .put("stored", mqtt.stored())
                .put("stored_bytes", mqtt.storedBytes());
        publish(MqttTopic.of(topics.stats(node)), bytes(json), false);
    }

    private JsonNode box(long nowNs) {
        BoxState state = box.read();
        return BoxJson.of(state, boxWatch.look(state, nowNs));
    }

    /** Adds a camera that has gone to the figures of those, once nothing changes in its account. */
    private boolean hasLeft(Camera camera) {
        Ledger.Snapshot ledger = camera.feed().ledger().snapshot();
        if (ledger.inFlight() > 0) {
            return false;
        }
        publishedOfGone += ledger.published();
        timesOfGone.add(camera.times());
        return true;
    }

    private static byte[] bytes(ObjectNode json) {
        return json.toString().getBytes(StandardCharsets.UTF_8);
    }

    private void publish(MqttTopic topic, byte[] payload) {
        publish(topic, payload, true);
    }

    private void publish(MqttTopic topic, byte[] payload, boolean retain) {
        // Told again with the next connection: nothing of it needs to wait for a broker that is away.
        if (client != null && client.status().connected()) {
            client.publishInMemory(
                    topic,
                    Unpooled.wrappedBuffer(payload),
                    retain ? 1 : 0,
                    retain,
                    PublishProperties.NONE,
                    PublishCallback.NONE);
        }
    }

    /** Tells the last state of every camera, and that the daemon goes. */
    @Override
    public synchronized void close() {
        run(() -> {
            cameras.get().forEach(this::publishStatus);
            publish(availability, OFFLINE.getBytes(StandardCharsets.UTF_8));
        });
        thread.shutdown();
        try {
            if (!thread.awaitTermination(2, TimeUnit.SECONDS)) {
                LOG.warn("the last status could not be told in time");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
