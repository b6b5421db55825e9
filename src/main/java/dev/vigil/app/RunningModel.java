package dev.vigil.app;

import dev.vigil.app.http.PictureTaps;
import dev.vigil.app.repair.Part;
import dev.vigil.config.ModelConfig;
import dev.vigil.detect.Labels;
import dev.vigil.detect.ModelException;
import dev.vigil.infer.Engine;
import dev.vigil.infer.InferException;
import dev.vigil.metrics.health.Pulse;
import dev.vigil.mqtt.MqttTopic;
import dev.vigil.pipeline.FramePipeline;
import dev.vigil.pipeline.LoadedModel;
import dev.vigil.publish.DetectionPublisher;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A model that is loaded, its ring, and where its results go. Cameras come and go while it runs; whoever adds and removes them is
 * one thread at a time.
 */
public final class RunningModel implements Part, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(RunningModel.class);
    /** For the frames of a camera that leaves, and for those of all at the end. */
    private static final Duration THROUGH_TIMEOUT = Duration.ofSeconds(2);

    /** Without a ring, until it is told that it does not move. */
    private static final Duration AWAY_MAX = Duration.ofSeconds(1);

    /** Loads a model and those that follow it. */
    interface Opener {
        /** @param viewsMax the most parts that a frame is cut into for the first */
        LoadedModel open(List<ModelConfig> chain, Path cacheDir, int viewsMax) throws InferException, ModelException;
    }

    /** The model, and those that follow it. */
    private final List<ModelConfig> chain;

    private final List<String> stamps;
    private final Demand demand;
    private final Path cacheDir;
    private final ModelHost host;
    /** Of a ring that was given up, until there is another. */
    private final Pulse away;

    /** Another one when one was given up. Set under the lock. */
    private volatile Ring ring;

    /** The ring was given up, and there is no other yet: why. Set under the lock. */
    private volatile String broken;

    /** Guarded by this. */
    private final Set<Camera> cameras = new LinkedHashSet<>();

    /** Is called back when what is being built is there; null for nobody. Guarded by this. */
    private Runnable builtListener;

    /** The engines are those of a run that does not come back, or are freed already. Guarded by this. */
    private boolean enginesGone;

    /** Guarded by this. */
    private boolean closed;

    /** What runs, and goes when it does not. */
    private record Ring(LoadedModel loaded, DetectionPublisher publisher, FramePipeline pipeline) {}

    private final PictureTaps taps = new PictureTaps();

    private RunningModel(List<ModelConfig> chain, List<String> stamps, Demand demand, Path cacheDir, ModelHost host) {
        this.chain = chain;
        this.stamps = stamps;
        this.demand = demand;
        this.cacheDir = cacheDir;
        this.host = host;
        this.away = host.pulses().of("model " + chain.get(0).name(), AWAY_MAX);
    }

    /** @param loaded is closed when this fails */
    private Ring ring(LoadedModel loaded) throws InferException {
        DetectionPublisher publisher =
                new DetectionPublisher(host.client(), host.topics().qos(), host.clock());
        boolean whole = false;
        try {
            FramePipeline pipeline = new FramePipeline(
                    loaded,
                    demand.boxesMax(),
                    taps.before(host.objects().before(publisher)),
                    host.clock(),
                    host.pulses(),
                    false);
            whole = true;
            return new Ring(loaded, publisher, pipeline);
        } finally {
            if (!whole) {
                loaded.close();
            }
        }
    }

    /**
     * Loads a model and sets its ring going, without a camera yet.
     *
     * @param chain the model, and those that look at crops of what it finds
     * @param demand what its cameras want at most
     * @throws InferException when it can not be loaded or run
     * @throws ModelException when it is none that is known
     */
    static RunningModel start(List<ModelConfig> chain, Demand demand, Path cacheDir, ModelHost host)
            throws InferException, ModelException {
        List<String> stamps = FileStamps.of(chain); // before: what changes while it is loaded counts as changed
        RunningModel model = new RunningModel(chain, stamps, demand, cacheDir, host);
        boolean started = false;
        try {
            model.ring = model.ring(model.open());
            model.ring.pipeline.start();
            started = true;
        } finally {
            if (!started) {
                host.pulses().gone(model.away);
            }
        }
        Engine engine = model.ring.loaded.engine();
        LOG.info("{}: ready on {} with {} worker(s)", engine.name(), engine.device(), engine.workers());
        return model;
    }

    private LoadedModel open() throws InferException, ModelException {
        return host.opener().open(chain, cacheDir, demand.viewsMax());
    }

    /** What does not move; null while everything does. */
    @Override
    public String trouble(long nowNs) {
        String why = broken;
        return why == null ? ring.pipeline.trouble(nowNs) : why;
    }

    /**
     * Gives the ring up and sets another going: on the same engines, or where a run of those does not come back, on ones that are
     * loaded anew. What stages are in that are stuck is freed when they come back.
     */
    @Override
    public void restart(List<Thread> leftBehind) throws InferException, ModelException {
        LoadedModel before;
        boolean anew;
        synchronized (this) {
            if (closed) {
                return;
            }
            before = ring.loaded;
            anew = broken != null;
            if (!anew) {
                List<Thread> stuck = ring.pipeline.giveUp(inRun -> {
                    before.closeTensors();
                    if (inRun) {
                        before.closeEngines();
                    }
                });
                enginesGone = ring.pipeline.isStuckInRun(stuck);
                if (enginesGone) {
                    before.lose("a run of " + model() + " does not come back");
                }
                anew = enginesGone;
                broken = "it was given up, and there is no other";
                away.beat();
                leftBehind.addAll(stuck);
            }
        }
        LoadedModel loaded = anew ? open() : before.again();
        install(loaded, anew);
    }

    /** Lets what is inside come through, and loads everything anew; there is no time at which it is there twice. */
    @Override
    public void renew(List<Thread> leftBehind) throws InferException, ModelException {
        if (empty()) {
            install(open(), true);
        } else {
            restart(leftBehind);
        }
    }

    /** Ends the ring and frees the engines; false when it can not, for something inside does not come through. */
    private synchronized boolean empty() {
        FramePipeline pipeline = ring.pipeline;
        if (closed
                || broken != null
                || !cameras.stream().allMatch(camera -> pipeline.remove(camera.feed(), THROUGH_TIMEOUT))) {
            return false;
        }
        broken = "it is made anew, and there is no other yet";
        away.beat();
        pipeline.close();
        ring.loaded.close();
        enginesGone = true;
        return true;
    }

    private synchronized void install(LoadedModel loaded, boolean anew) throws InferException {
        LoadedModel before = ring.loaded;
        if (closed) {
            loaded.closeTensors();
            if (anew) {
                loaded.closeEngines();
            }
            return;
        }
        Ring next = ring(loaded);
        if (anew && !enginesGone) {
            before.closeEngines();
        }
        ring = next;
        enginesGone = false;
        broken = null;
        away.rest();
        cameras.forEach(this::letIn);
        next.pipeline.start();
        if (builtListener != null && anew) {
            loaded.engine().onBuilt(builtListener);
        }
    }

    /** Whether it is what is configured now, and its files are what they were. */
    boolean is(List<ModelConfig> next, Demand demand) {
        boolean same = chain.size() == next.size()
                && demand.boxesMax() <= ring.pipeline.boxesMax()
                && demand.viewsMax() <= ring.loaded.viewsMax();
        for (int i = 0; same && i < chain.size(); i++) {
            same = isSame(chain.get(i), next.get(i), i > 0);
        }
        return same && stamps.equals(FileStamps.of(next));
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
    public Labels labels() {
        return ring.loaded.labels().all();
    }

    /** By the names of the models. */
    Map<String, Labels> labelsByModel() {
        Map<String, Labels> byModel = new HashMap<>();
        for (int i = 0; i < chain.size(); i++) {
            byModel.put(chain.get(i).name(), ring.loaded.labels().labels(i));
        }
        return byModel;
    }

    /** As messages name the model that sees frames. */
    public String model() {
        return ring.loaded.engine().name();
    }

    @Override
    public String name() {
        return "model " + model();
    }

    /** Where it runs at the moment. */
    public String device() {
        return ring.loaded.engine().device();
    }

    /** The device that it will go over to when its engine is built; null for none. */
    public String building() {
        return ring.loaded.engine().building();
    }

    /** Frames that its ring has room for. */
    public int slots() {
        return ring.loaded.slots();
    }

    /** Frames in its ring. */
    public int occupiedSlots() {
        return ring.pipeline.occupiedSlots();
    }

    /** Why it is not on a better device that it was on before; null when it is not so. */
    String fault() {
        return ring.loaded.engine().fault();
    }

    /** Calls back when {@link #building} has come to its end, and when the device changes. */
    synchronized void onBuilt(Runnable listener) {
        builtListener = listener;
        ring.loaded.engine().onBuilt(listener);
    }

    synchronized void add(Camera camera) {
        cameras.add(camera);
        host.objects()
                .add(
                        camera.feed(),
                        host.node(),
                        MqttTopic.of(host.topics().objects(host.node(), camera.name())),
                        labels(),
                        camera.labels(),
                        camera::isUp);
        if (broken == null) {
            letIn(camera);
        }
    }

    /** Has the ring that there is take a camera's frames. */
    private void letIn(Camera camera) {
        Ring to = ring;
        to.publisher.add(
                camera.messages(), model(), to.loaded.labels(), camera.config().publish());
        to.pipeline.add(camera.feed(), camera.config().detect(), camera.config().tiles());
        taps.add(camera.feed(), camera.tap());
        to.pipeline.observe(camera.feed(), picture -> {
            camera.tap().look(picture);
            camera.lens().look(picture);
        });
        camera.settings().onDetect(detect -> to.pipeline.detect(camera.feed(), detect));
    }

    /** Takes a camera out, when what is inside of it has come through. */
    synchronized void remove(Camera camera) {
        cameras.remove(camera);
        if (broken == null && !ring.pipeline.remove(camera.feed(), THROUGH_TIMEOUT)) {
            LOG.warn(
                    "{}: frames did not come through {} in time",
                    camera.name(),
                    chain.get(0).name());
        }
        ring.publisher.remove(camera.feed());
        taps.remove(camera.feed());
    }

    void changeLabels(Camera camera) {
        host.objects().always(camera.feed(), camera.labels());
    }

    synchronized void changePublish(Camera camera) {
        if (broken == null) {
            ring.publisher.publish(camera.feed(), camera.config().publish());
        }
    }

    synchronized void changeTiles(Camera camera) {
        ring.pipeline.tiles(camera.feed(), camera.config().tiles());
    }

    void renew(Camera camera) {
        ring.publisher.renew(camera.feed());
    }

    /** Waits until every frame that was read is through; false when that takes longer than {@code timeout}. */
    boolean drain(Duration timeout) {
        return ring.pipeline.drain(timeout);
    }

    /** Stops the ring; the model itself stays. */
    synchronized void stop() {
        closed = true;
        host.pulses().gone(away);
        if (broken == null) {
            ring.pipeline.close();
        }
    }

    /** Frees what is left after {@link #stop()}. */
    synchronized void free() {
        if (broken == null) {
            ring.loaded.close();
        } else if (!enginesGone) {
            ring.loaded.closeEngines();
        }
    }

    @Override
    public void close() {
        stop();
        free();
    }
}
