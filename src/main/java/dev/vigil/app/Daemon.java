package dev.vigil.app;

import dev.vigil.app.control.CameraSettings;
import dev.vigil.app.control.Commands;
import dev.vigil.app.http.HttpPort;
import dev.vigil.app.repair.NativeHeap;
import dev.vigil.app.repair.Part;
import dev.vigil.app.repair.Repair;
import dev.vigil.app.repair.Watch;
import dev.vigil.base.Clock;
import dev.vigil.config.CameraConfig;
import dev.vigil.config.Problems;
import dev.vigil.config.TopicConfig;
import dev.vigil.config.VigilConfig;
import dev.vigil.detect.ModelException;
import dev.vigil.frame.Feed;
import dev.vigil.frame.Warnings;
import dev.vigil.infer.InferException;
import dev.vigil.metrics.StepTimes;
import dev.vigil.metrics.box.BoxFigures;
import dev.vigil.metrics.health.Pulses;
import dev.vigil.metrics.health.Silence;
import dev.vigil.mqtt.MqttClient;
import dev.vigil.mqtt.MqttListener;
import dev.vigil.mqtt.MqttOptions;
import dev.vigil.mqtt.MqttTopic;
import dev.vigil.publish.CameraMessages;
import dev.vigil.publish.ObjectPublisher;
import dev.vigil.source.CameraReader;
import dev.vigil.source.CameraStatus;
import dev.vigil.source.SourceOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Everything that runs: assembled from a configuration, started, changed into another configuration while it runs, and stopped
 * in the order in which frames go, so that every account is closed.
 */
public final class Daemon implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Daemon.class);
    private static final Duration STOP_TIMEOUT = Duration.ofSeconds(2);
    /** For messages on their way to the network when their camera goes. */
    private static final long CLOSE_ACCOUNT_NS = TimeUnit.MILLISECONDS.toNanos(500);

    private final Clock clock;
    private final OutsideHeap outsideHeap;
    private final Watch watch;
    private final MqttClient client;
    private final StatusReporter reporter;
    private final Commands commands;
    private final ObjectPublisher objects;
    private final HomeAssistant homeAssistant;
    private final ModelLoader loader;
    private final Health health;
    private final HttpPort http;
    /** Of the client; added to while it runs already. */
    private final List<MqttListener> listeners = new CopyOnWriteArrayList<>();

    /** Held while the daemon is started or changes, so that one waits for the other. */
    private final Object changing = new Object();

    private volatile VigilConfig config;
    /** In the configuration's order; a new list with each change. */
    private volatile List<Camera> cameras;
    /** Those that cameras use, by name; a new map with each change. */
    private volatile Map<String, RunningModel> models = Map.of();

    /** What was tried before it was given up, for people; null while it was not. */
    private volatile String failure;

    /** Guarded by this. */
    private boolean closed;

    public Daemon(VigilConfig config, Clock clock) {
        this(config, clock, CascadeLoader::load);
    }

    Daemon(VigilConfig config, Clock clock, RunningModel.Opener opener) {
        this.config = config;
        this.clock = clock;
        TopicConfig topics = config.topics();
        MqttTopic availability = MqttTopic.of(topics.availability(config.node()));
        this.outsideHeap = new OutsideHeap(config, this::cameras);
        this.watch = new Watch(
                clock,
                this::parts,
                List.of(outsideHeap, new JavaHeap(), new OpenFiles(this::config), new GpuMemory()),
                () -> this.config.memory().settle(),
                tried -> failure = tried);
        this.reporter = new StatusReporter(config.node(), topics, availability, clock, this::cameras, watch.pulses());
        this.cameras = config.cameras().stream().map(this::camera).toList();
        this.commands = new Commands(config.node(), topics, settings(), clock);
        MqttListener renewing = new MqttListener() {
            @Override
            public void onConnected(boolean sessionPresent) {
                cameras.forEach(Camera::renew);
            }
        };
        listeners.addAll(List.of(reporter, commands, renewing));
        MqttOptions.Will will = new MqttOptions.Will(availability.name(), StatusReporter.OFFLINE, 1, true);
        this.client = new MqttClient(config.mqtt().withWill(will), new Listeners(listeners));
        this.objects = new ObjectPublisher(client, clock);
        this.homeAssistant = new HomeAssistant(client, listeners);
        this.health = new Health(
                clock,
                this::cameras,
                () -> models.values(),
                () -> client.status().connected(),
                nowNs -> watch.pulses().silent(nowNs).stream()
                        .map(Silence::toString)
                        .toList());
        this.loader = new ModelLoader(
                new ModelHost(opener, client, objects, config.node(), topics, clock, watch.pulses()),
                name -> health.isAt("loading the model " + name));
        this.http = new HttpPort(this, clock);
    }

    private Camera camera(CameraConfig camera) {
        Feed feed = new Feed(camera.name(), Camera.isLossless(camera.source()));
        feed.warnings().onChange(told(feed));
        StepTimes times = new StepTimes();
        MqttTopic topic = MqttTopic.of(config.topics().detections(config.node(), camera.name()));
        CameraMessages messages = new CameraMessages(feed, config.node(), topic, run(clock), times);
        return new Camera(camera, feed, messages, times, this::reader, clock);
    }

    private CameraReader reader(Feed feed, SourceOptions source) {
        return new CameraReader(
                feed, source, clock, new SplittableRandom(), watch.pulses(), status -> changed(feed, status));
    }

    private List<CameraSettings> settings() {
        return cameras.stream().map(Camera::settings).toList();
    }

    /** Short and never the same again: the time in milliseconds, and four random digits, in base 36. */
    private static String run(Clock clock) {
        int digits = 36 * 36 * 36 * 36;
        String random = Integer.toString(digits + new SplittableRandom().nextInt(digits), 36);
        return Long.toString(clock.utcUs() / 1_000, 36) + random.substring(1);
    }

    private void changed(Feed feed, CameraStatus status) {
        cameras.stream().filter(camera -> camera.feed() == feed).forEach(camera -> camera.changed(status));
        NativeHeap.noteChange();
        reporter.cameraChanged(feed);
    }

    private Warnings.Listener told(Feed feed) {
        return new Warnings.Listener() {
            @Override
            public void onRaised(Warnings.Warning warning) {
                LOG.warn("{}: {}", feed.camera(), warning.text());
                reporter.cameraChanged(feed);
            }

            @Override
            public void onCleared(Warnings.Warning warning) {
                LOG.info("{}: no longer {}", feed.camera(), warning.kind().label());
                reporter.cameraChanged(feed);
            }
        };
    }

    /**
     * Sets everything going. Cameras and broker are connected to while the models load.
     *
     * @throws InferException when a model can not be loaded
     * @throws ModelException when a model is none that is known, or can not tell what is asked of it
     */
    public void start() throws InferException, ModelException {
        synchronized (changing) {
            watch.start(client);
            http.change(config.http());
            commands.start(client);
            client.start();
            cameras.forEach(camera -> camera.reader().start());
            models = loader.load(config);
            seen();
            models.values().forEach(model -> model.onBuilt(() -> modelChanged(model)));
            reporter.start(client, config.reports());
            listeners.add(objects);
            objects.start();
            homeAssistant.tell(config, cameras);
            health.started();
        }
    }

    private void modelChanged(RunningModel model) {
        watch.settleAnew();
        reporter.modelChanged(model);
    }

    /** Has each camera seen by its model, and tells of those that another has seen before. */
    private void seen() {
        for (Camera camera : cameras) {
            RunningModel before = camera.model();
            RunningModel model = models.get(camera.config().model());
            camera.seenBy(model, config.labels(camera.config(), model.labels()));
            if (model != before) {
                reporter.cameraChanged(camera.feed());
            }
        }
    }

    /**
     * Changes into another configuration, whole or not at all. Cameras that stay as they are do not notice. Models are loaded
     * beside those that run; that may take long, and a daemon that is closed meanwhile does not wait for it.
     *
     * @param problems takes what is wrong
     * @return what has changed, in a line for people; empty where there is a problem, and then nothing has
     * @throws IllegalStateException when the daemon is closed
     */
    public Optional<String> reload(VigilConfig next, Problems problems) {
        synchronized (changing) {
            RestartKeys.check(config, next, problems);
            if (!MemoryCheck.fits(next, BoxFigures.ofThisBox(), problems)) {
                return Optional.empty(); // before anything of it is loaded
            }
            Map<String, RunningModel> loaded = loader.load(next, models, problems);
            synchronized (this) {
                if (closed || !problems.isEmpty()) {
                    loader.closeOthers(loaded, models);
                }
                if (closed) {
                    throw new IllegalStateException("Vigil is being stopped");
                }
                return problems.isEmpty() ? Optional.of(change(next, loaded)) : Optional.empty();
            }
        }
    }

    private String change(VigilConfig next, Map<String, RunningModel> nextModels) {
        Map<String, RunningModel> beforeModels = models;
        Map<String, Camera> gone = new LinkedHashMap<>();
        cameras.forEach(camera -> gone.put(camera.name(), camera));
        Changes changes = new Changes(beforeModels, nextModels);
        config = next;
        models = nextModels;
        List<Camera> all = new ArrayList<>();
        List<Camera> added = new ArrayList<>();
        Map<Camera, CameraConfig> changed = new LinkedHashMap<>();
        for (CameraConfig of : next.cameras()) {
            Camera camera = gone.get(of.name());
            if (camera != null && camera.canBecome(of)) {
                gone.remove(of.name());
                if (!camera.config().equals(of)) {
                    changed.put(camera, of);
                }
            } else {
                camera = camera(of);
                added.add(camera);
            }
            all.add(camera);
        }
        changes.cameras(added, changed.keySet(), gone.values());
        cameras = List.copyOf(all); // before any is stopped: a daemon whose cameras have all stopped is at its end
        end(gone.values());
        changed.forEach(Camera::change);
        commands.change(settings());
        seen();
        nextModels.values().stream()
                .filter(model -> !beforeModels.containsValue(model))
                .forEach(model -> model.onBuilt(() -> modelChanged(model)));
        added.forEach(camera -> camera.reader().start());
        loader.closeOthers(beforeModels, nextModels);
        reporter.intervals(next.reports());
        homeAssistant.tell(next, cameras);
        http.change(next.http());
        outsideHeap.change(next);
        watch.settleAnew();
        return changes.toString();
    }

    /** Ends cameras, closes their accounts, and tells of them for the last time; the others go on. */
    private void end(Collection<Camera> gone) {
        gone.forEach(camera -> camera.reader().stop());
        gone.forEach(Camera::end);
        long deadlineNs = clock.monotonicNs() + CLOSE_ACCOUNT_NS;
        for (Camera camera : gone) {
            while (camera.feed().ledger().snapshot().inFlight() > 0 && clock.monotonicNs() - deadlineNs < 0) {
                LockSupport.parkNanos(this, TimeUnit.MILLISECONDS.toNanos(1));
            }
            objects.remove(camera.feed());
            reporter.removed(camera);
            LOG.info(
                    "{}: removed; {}",
                    camera.name(),
                    Report.ledgerLine(camera.feed().ledger().snapshot()));
        }
    }

    /** Those that there are, in the configuration's order. */
    public List<Camera> cameras() {
        return cameras;
    }

    /** Those that are loaded, by the names that the configuration gives them. */
    public Map<String, RunningModel> models() {
        return models;
    }

    /** What it runs. */
    public VigilConfig config() {
        return config;
    }

    public MqttClient client() {
        return client;
    }

    /** Where those who watch may ask. */
    public HttpPort http() {
        return http;
    }

    public String node() {
        return config.node();
    }

    /** Those that can be restarted alone. */
    private List<Part> parts() {
        List<Part> parts = new ArrayList<>(models.values());
        parts.add(reporter);
        parts.add(watch.mqtt());
        cameras.forEach(camera -> parts.add(camera.readerPart()));
        return parts;
    }

    /** What was tried in vain to repair it, so that only another process will do; null while all is well. */
    String failure() {
        return failure;
    }

    /** What was repaired. */
    Repair repair() {
        return watch.repair();
    }

    /** Whether everything moves. */
    Pulses pulses() {
        return watch.pulses();
    }

    /** How all of it is, at any moment of its life. */
    public Health health() {
        return health;
    }

    /** True when every camera is a file that was played to its end. */
    boolean hasEnded() {
        return cameras.stream()
                .allMatch(camera -> switch (camera.reader().status().state()) {
                    case ENDED, STOPPED -> true;
                    default -> false;
                });
    }

    /** Waits until every frame that was read is published or dropped; false when that takes longer than {@code timeout}. */
    boolean drain(Duration timeout) {
        return models.values().stream().allMatch(model -> model.drain(timeout));
    }

    /** Stops reading, lets what is inside come through, says goodbye to the broker, and frees everything; once. */
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        health.stopping();
        watch.close();
        http.close();
        commands.close();
        cameras.forEach(camera -> camera.reader().stop());
        cameras.forEach(camera -> camera.reader().close());
        models.values().forEach(RunningModel::stop);
        // Their ring has closed them, where there is one: a model that can not be loaded has none.
        cameras.forEach(camera -> camera.feed().mailbox().close());
        homeAssistant.close();
        objects.close();
        reporter.close();
        client.close(STOP_TIMEOUT);
        models.values().forEach(RunningModel::free);
    }
}
