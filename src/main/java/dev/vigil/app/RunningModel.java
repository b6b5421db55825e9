package dev.vigil.app;

import dev.vigil.base.Clock;
import dev.vigil.config.ModelConfig;
import dev.vigil.config.TopicConfig;
import dev.vigil.detect.Labels;
import dev.vigil.detect.ModelException;
import dev.vigil.infer.InferException;
import dev.vigil.metrics.health.Pulses;
import dev.vigil.mqtt.MqttClient;
import dev.vigil.mqtt.MqttTopic;
import dev.vigil.pipeline.FramePipeline;
import dev.vigil.pipeline.LoadedModel;
import dev.vigil.publish.DetectionPublisher;
import dev.vigil.publish.ObjectPublisher;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A model that is loaded, its ring, and where its results go. Cameras come and go while it runs; whoever adds and removes them is
 * one thread at a time.
 */
final class RunningModel implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(RunningModel.class);
    /** For the frames of a camera that leaves, and for those of all at the end. */
    private static final Duration THROUGH_TIMEOUT = Duration.ofSeconds(2);

    /** Loads a model and those that follow it. */
    interface Opener {
        /** @param viewsMax the most parts that a frame is cut into for the first */
        LoadedModel open(List<ModelConfig> chain, Path cacheDir, int viewsMax) throws InferException, ModelException;
    }

    /** The model, and those that follow it. */
    private final List<ModelConfig> chain;

    private final List<String> stamps;
    private final LoadedModel loaded;
    private final DetectionPublisher publisher;
    private final ObjectPublisher objects;
    private final FramePipeline pipeline;
    private final String node;
    private final TopicConfig topics;

    private RunningModel(
            List<ModelConfig> chain,
            List<String> stamps,
            LoadedModel loaded,
            int boxesMax,
            MqttClient client,
            ObjectPublisher objects,
            String node,
            TopicConfig topics,
            Clock clock,
            Pulses pulses)
            throws InferException {
        this.chain = chain;
        this.stamps = stamps;
        this.loaded = loaded;
        this.objects = objects;
        this.node = node;
        this.topics = topics;
        this.publisher = new DetectionPublisher(client, topics.qos(), clock);
        this.pipeline = new FramePipeline(loaded, boxesMax, objects.before(publisher), clock, pulses, false);
    }

    /**
     * Loads a model and sets its ring going, without a camera yet.
     *
     * @param chain the model, and those that look at crops of what it finds
     * @param demand what its cameras want at most
     * @throws InferException when it can not be loaded or run
     * @throws ModelException when it is none that is known
     */
    static RunningModel start(
            List<ModelConfig> chain,
            Demand demand,
            Path cacheDir,
            Opener opener,
            MqttClient client,
            ObjectPublisher objects,
            String node,
            TopicConfig topics,
            Clock clock,
            Pulses pulses)
            throws InferException, ModelException {
        List<String> stamps = stamps(chain); // before: what changes while it is loaded counts as changed
        LoadedModel loaded = opener.open(chain, cacheDir, demand.viewsMax());
        boolean started = false;
        try {
            RunningModel model = new RunningModel(
                    chain, stamps, loaded, demand.boxesMax(), client, objects, node, topics, clock, pulses);
            model.pipeline.start();
            started = true;
            LOG.info(
                    "{}: ready on {} with {} worker(s)",
                    loaded.engine().name(),
                    loaded.engine().device(),
                    loaded.engine().workers());
            return model;
        } finally {
            if (!started) {
                loaded.close();
            }
        }
    }

    /** What tells the files of a model from others that were put in their place. */
    private static List<String> stamps(List<ModelConfig> chain) {
        List<String> stamps = new ArrayList<>();
        chain.stream()
                .flatMap(config -> Stream.of(
                        config.file(),
                        config.infer().backend().graph(),
                        config.description().labels()))
                .filter(file -> file != null)
                .forEach(file -> stamps.add(stamp(file)));
        return stamps;
    }

    private static String stamp(Path file) {
        try {
            BasicFileAttributes now = Files.readAttributes(file, BasicFileAttributes.class);
            return now.fileKey() + " " + now.size() + " " + now.lastModifiedTime();
        } catch (IOException e) {
            return "unreadable: " + e; // whoever loads it tells
        }
    }

    /** Whether it is what is configured now, and its files are what they were. */
    boolean is(List<ModelConfig> next, Demand demand) {
        boolean same = chain.size() == next.size()
                && demand.boxesMax() <= pipeline.boxesMax()
                && demand.viewsMax() <= loaded.viewsMax();
        for (int i = 0; same && i < chain.size(); i++) {
            same = isSame(chain.get(i), next.get(i), i > 0);
        }
        return same && stamps.equals(stamps(next));
    }

    /** @param follows it looks at crops, so that no camera says which of its boxes count */
    private static boolean isSame(ModelConfig now, ModelConfig next, boolean follows) {
        return now.file().equals(next.file())
                && now.description().equals(next.description())
                && now.nms() == next.nms()
                && now.infer().equals(next.infer())
                && Objects.equals(now.then(), next.then())
                && (!follows || now.detect().equals(next.detect()));
    }

    /** Those of all models that look at a frame. */
    Labels labels() {
        return loaded.labels().all();
    }

    /** By the names of the models. */
    Map<String, Labels> labelsByModel() {
        Map<String, Labels> byModel = new HashMap<>();
        for (int i = 0; i < chain.size(); i++) {
            byModel.put(chain.get(i).name(), loaded.labels().labels(i));
        }
        return byModel;
    }

    /** As messages name the model that sees frames. */
    String name() {
        return loaded.engine().name();
    }

    /** Where it runs at the moment. */
    String device() {
        return loaded.engine().device();
    }

    /** The device that it will go over to when its engine is built; null for none. */
    String building() {
        return loaded.engine().building();
    }

    /** Calls back when {@link #building} has come to its end; never where nothing has been built. */
    void onBuilt(Runnable listener) {
        loaded.engine().onBuilt(listener);
    }

    void add(Camera camera) {
        objects.add(
                camera.feed(),
                node,
                MqttTopic.of(topics.objects(node, camera.name())),
                labels(),
                camera.labels(),
                camera::isUp);
        publisher.add(
                camera.messages(),
                loaded.engine().name(),
                loaded.labels(),
                camera.config().publish());
        pipeline.add(camera.feed(), camera.config().detect(), camera.config().tiles());
        pipeline.observe(camera.feed(), picture -> camera.lens().look(picture));
        camera.settings().onDetect(detect -> pipeline.detect(camera.feed(), detect));
    }

    /** Takes a camera out, when what is inside of it has come through. */
    void remove(Camera camera) {
        if (!pipeline.remove(camera.feed(), THROUGH_TIMEOUT)) {
            LOG.warn(
                    "{}: frames did not come through {} in time",
                    camera.name(),
                    chain.get(0).name());
        }
        publisher.remove(camera.feed());
    }

    void changeLabels(Camera camera) {
        objects.always(camera.feed(), camera.labels());
    }

    void changePublish(Camera camera) {
        publisher.publish(camera.feed(), camera.config().publish());
    }

    void changeTiles(Camera camera) {
        pipeline.tiles(camera.feed(), camera.config().tiles());
    }

    void renew(Camera camera) {
        publisher.renew(camera.feed());
    }

    /** Waits until every frame that was read is through; false when that takes longer than {@code timeout}. */
    boolean drain(Duration timeout) {
        return pipeline.drain(timeout);
    }

    /** Stops the ring; the model itself stays. */
    void stop() {
        pipeline.close();
    }

    /** Frees what is left after {@link #stop()}. */
    void free() {
        loaded.close();
    }

    @Override
    public void close() {
        stop();
        free();
    }
}
