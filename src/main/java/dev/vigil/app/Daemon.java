package dev.vigil.app;

import dev.vigil.app.control.CameraSettings;
import dev.vigil.app.control.Commands;
import dev.vigil.base.Clock;
import dev.vigil.config.CameraConfig;
import dev.vigil.config.LabelCheck;
import dev.vigil.config.ModelConfig;
import dev.vigil.config.TopicConfig;
import dev.vigil.config.VigilConfig;
import dev.vigil.detect.DetectOptions;
import dev.vigil.detect.Labels;
import dev.vigil.detect.ModelException;
import dev.vigil.frame.Feed;
import dev.vigil.frame.Warnings;
import dev.vigil.infer.InferException;
import dev.vigil.metrics.StepTimes;
import dev.vigil.mqtt.MqttClient;
import dev.vigil.mqtt.MqttListener;
import dev.vigil.mqtt.MqttOptions;
import dev.vigil.mqtt.MqttTopic;
import dev.vigil.pipeline.FramePipeline;
import dev.vigil.pipeline.LoadedModel;
import dev.vigil.publish.DetectionPublisher;
import dev.vigil.publish.ObjectPublisher;
import dev.vigil.source.CameraReader;
import dev.vigil.source.CameraStatus;
import dev.vigil.source.SourceAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CopyOnWriteArrayList;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Everything that runs: assembled from a configuration, started, and stopped in the order in which frames go, so that every
 * account is closed.
 */
public final class Daemon implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Daemon.class);
    private static final Duration STOP_TIMEOUT = Duration.ofSeconds(2);

    private final VigilConfig config;
    private final Clock clock;
    private final MqttClient client;
    private final StatusReporter reporter;
    private final Commands commands;
    private final ObjectPublisher objects;
    private final HomeAssistant homeAssistant;
    /** Of the client; added to while it runs already. */
    private final List<MqttListener> listeners = new CopyOnWriteArrayList<>();
    /** In every message's id, so that messages of different runs differ. */
    private final String run;

    private final List<Camera> cameras = new ArrayList<>();
    private final List<LoadedModel> models = new ArrayList<>();
    private final List<FramePipeline> pipelines = new ArrayList<>();
    /** Added to while cameras run already. */
    private final List<DetectionPublisher> publishers = new CopyOnWriteArrayList<>();

    private boolean closed;

    public Daemon(VigilConfig config, Clock clock) {
        this.config = config;
        this.clock = clock;
        TopicConfig topics = config.topics();
        MqttTopic availability = MqttTopic.of(topics.availability(config.node()));
        this.reporter = new StatusReporter(config, availability, clock, cameras);
        MqttOptions.Will will = new MqttOptions.Will(availability.name(), StatusReporter.OFFLINE, 1, true);
        this.run = run(clock);
        for (CameraConfig camera : config.cameras()) {
            boolean lossless = SourceAddress.kind(camera.source().uri()) == SourceAddress.Kind.FILE
                    && !camera.source().realtime();
            Feed feed = new Feed(camera.name(), lossless);
            feed.warnings().onChange(told(feed));
            CameraReader reader = new CameraReader(
                    feed, camera.source(), clock, new SplittableRandom(), status -> changed(feed, status));
            cameras.add(new Camera(camera, feed, reader, new CameraSettings(camera, reader), new StepTimes()));
        }
        List<CameraSettings> settings = cameras.stream().map(Camera::settings).toList();
        this.commands = new Commands(config.node(), topics, settings, clock);
        MqttListener renewing = new MqttListener() {
            @Override
            public void onConnected(boolean sessionPresent) {
                cameras.forEach(camera -> renew(camera.feed()));
            }
        };
        listeners.addAll(List.of(reporter, commands, renewing));
        this.client = new MqttClient(config.mqtt().withWill(will), new Listeners(listeners));
        this.objects = new ObjectPublisher(client, clock);
        this.homeAssistant = new HomeAssistant(config, client, listeners);
    }

    /** Short and never the same again: the time in milliseconds, and four random digits, in base 36. */
    private static String run(Clock clock) {
        int digits = 36 * 36 * 36 * 36;
        String random = Integer.toString(digits + new SplittableRandom().nextInt(digits), 36);
        return Long.toString(clock.utcUs() / 1_000, 36) + random.substring(1);
    }

    private void changed(Feed feed, CameraStatus status) {
        if (status.state() == CameraStatus.State.UP) {
            renew(feed);
        }
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

    /** What subscribers know of a camera may not be what was published last. */
    private void renew(Feed feed) {
        publishers.forEach(publisher -> publisher.renew(feed));
    }

    /**
     * Sets everything going. Cameras and broker are connected to while the models load.
     *
     * @throws InferException when a model can not be loaded
     * @throws ModelException when a model is none that is known
     */
    public void start() throws InferException, ModelException {
        commands.start(client);
        client.start();
        cameras.forEach(camera -> camera.reader().start());
        for (ModelConfig model : config.models().values()) {
            List<Camera> users = cameras.stream()
                    .filter(camera -> camera.config().model().equals(model.name()))
                    .toList();
            if (!users.isEmpty()) {
                LoadedModel loaded =
                        LoadedModel.load(model.file(), model.description(), model.infer(), config.cacheDir());
                models.add(loaded);
                startPipeline(loaded, users);
            }
        }
        reporter.start(client);
        listeners.add(objects);
        objects.start();
        homeAssistant.start();
    }

    private void startPipeline(LoadedModel model, List<Camera> users) throws InferException, ModelException {
        DetectionPublisher publisher =
                new DetectionPublisher(client, config.topics().qos(), run, clock);
        Map<Feed, DetectOptions> feeds = new LinkedHashMap<>();
        for (Camera camera : users) {
            feeds.put(camera.feed(), camera.config().detect());
            Labels names = model.detection().labels();
            List<String> labels = LabelCheck.labels(config, camera.config(), names);
            MqttTopic objectsTopic = MqttTopic.of(config.topics().objects(config.node(), camera.name()));
            objects.add(camera.feed(), config.node(), objectsTopic, names, labels, () -> isUp(camera));
            homeAssistant.add(camera.name(), labels);
            publisher.add(
                    camera.feed(),
                    config.node(),
                    MqttTopic.of(config.topics().detections(config.node(), camera.name())),
                    model.engine().name(),
                    model.engine().device(),
                    names,
                    camera.times(),
                    camera.config().publish());
        }
        publishers.add(publisher);
        FramePipeline pipeline = new FramePipeline(model, feeds, objects.before(publisher), clock);
        users.forEach(camera -> camera.settings().onDetect(detect -> pipeline.detect(camera.feed(), detect)));
        pipelines.add(pipeline);
        pipeline.start();
        LOG.info(
                "{}: ready on {} with {} worker(s) for {} camera(s)",
                model.engine().name(),
                model.engine().device(),
                model.engine().workers(),
                users.size());
    }

    private static boolean isUp(Camera camera) {
        return camera.reader().status().state() == CameraStatus.State.UP;
    }

    List<Camera> cameras() {
        return List.copyOf(cameras);
    }

    MqttClient client() {
        return client;
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
        return pipelines.stream().allMatch(pipeline -> pipeline.drain(timeout));
    }

    /** Stops reading, lets what is inside come through, says goodbye to the broker, and frees everything; once. */
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        commands.close();
        cameras.forEach(camera -> camera.reader().stop());
        cameras.forEach(camera -> camera.reader().close());
        pipelines.forEach(FramePipeline::close);
        // Their pipeline has closed them, where there is one: a model that can not be loaded has none.
        cameras.forEach(camera -> camera.feed().mailbox().close());
        homeAssistant.close();
        objects.close();
        reporter.close();
        client.close(STOP_TIMEOUT);
        models.forEach(LoadedModel::close);
    }
}
