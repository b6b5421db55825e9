package dev.vigil.pipeline;

import com.lmax.disruptor.RingBuffer;
import com.lmax.disruptor.Sequence;
import dev.vigil.base.Clock;
import dev.vigil.convert.ConvertException;
import dev.vigil.detect.DetectOptions;
import dev.vigil.detect.TileOptions;
import dev.vigil.detect.family.DetectionModel;
import dev.vigil.frame.DropCause;
import dev.vigil.frame.Feed;
import dev.vigil.frame.Picture;
import dev.vigil.frame.Step;
import dev.vigil.infer.Engine;
import dev.vigil.infer.InferException;
import dev.vigil.infer.TensorRing;
import dev.vigil.metrics.health.Pulse;
import dev.vigil.metrics.health.Pulses;
import dev.vigil.publish.ResultSink;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * A model's ring, and the whole way of a frame through it:
 *
 * <pre>
 *  mailbox ─┐
 *  mailbox ─┼─► ingress ──► [convert] ──► [infer × k] ──► [post × m] ──► [cascade] ──► [publish] ──► sink
 *  mailbox ─┘   takes turns   1 thread     k workers       m workers      1 thread      1 thread
 *               over the cameras,          that take       that take      where other   hands the result
 *               when inference is          turns           turns: outputs models look   on, never waits
 *               about to be free                           into boxes     at crops
 * </pre>
 *
 * <p>A frame's tensors are one, or as many as it is cut into; its picture goes back to its camera when it is converted, or, where
 * models look at crops of it, after those.
 *
 * <p>All cameras of a model share its ring, so that their frames form batches. While the backbone runs on frame n+1, the boxes of
 * frame n are decoded; those of a large batch on several threads.
 */
public final class FramePipeline implements AutoCloseable {

    /** Is told when no thread of a ring that was given up is inside any more, on one of the ring's. */
    public interface Gone {
        /** @param inRun it was a run of a model that did not come back */
        void gone(boolean inRun);
    }

    private final Clock clock;
    private final RingBuffer<Slot> ring;
    private final ParkingWaitStrategy waitStrategy = new ParkingWaitStrategy();
    private final int boxesMax;
    private final DetectionModel detection;
    private final RingPulses pulses;
    private final Lanes lanes = new Lanes();
    private final Ingress ingress;
    private final InferStage infer;
    private final PostStage post;
    private final RingThreads threads;
    /** The last frame that is through. */
    private final Sequence published;

    private final TensorRing tensors;
    private final boolean keepsPictures;
    private final int viewsMax;
    private final Optional<Cascade> cascade;
    private final int admittedAtOnce;
    private final boolean onCpu;
    private final RingEnd end;

    /**
     * Builds the ring; {@link #start()} sets it going.
     *
     * @param model not closed by the pipeline; its tensors belong to this ring alone
     * @param cameras whose frames come, and which of their boxes count
     * @param sink where results go
     * @throws InferException when its workers can not be made
     */
    public FramePipeline(LoadedModel model, Map<Feed, DetectOptions> cameras, ResultSink sink, Clock clock)
            throws InferException {
        this(model, cameras, sink, clock, false);
    }

    /**
     * As above, for a sink that may want the frame's pixels.
     *
     * @param keepsPictures the decoder gets a frame's pixels back only after the sink has seen them; costs a decoded picture of
     *     memory for each slot
     */
    public FramePipeline(
            LoadedModel model, Map<Feed, DetectOptions> cameras, ResultSink sink, Clock clock, boolean keepsPictures)
            throws InferException {
        this(model, DetectOptions.boxesMax(cameras.values()), sink, clock, keepsPictures);
        cameras.forEach(this::add);
    }

    /**
     * Without a camera yet.
     *
     * @param boxesMax the most boxes that any camera may want of a frame
     */
    public FramePipeline(LoadedModel model, int boxesMax, ResultSink sink, Clock clock, boolean keepsPictures)
            throws InferException {
        this(model, boxesMax, sink, clock, new Pulses(clock), keepsPictures);
    }

    /** @param pulses where its threads tell that they move */
    public FramePipeline(
            LoadedModel model, int boxesMax, ResultSink sink, Clock clock, Pulses pulses, boolean keepsPictures)
            throws InferException {
        Engine engine = model.engine();
        this.clock = clock;
        this.tensors = model.tensors();
        this.detection = model.detection();
        this.boxesMax = boxesMax;
        this.keepsPictures = keepsPictures;
        this.admittedAtOnce = engine.workers() * model.framesMax() + (model.then() == null ? 0 : 1);
        this.viewsMax = model.viewsMax();
        this.onCpu = engine.onCpu();
        int[] index = {0};
        this.ring = RingBuffer.createSingleProducer(
                () -> new Slot(index[0]++, viewsMax, model.boxesMax(boxesMax), model.keypointsMax()),
                model.slots(),
                waitStrategy);
        String name = engine.name();
        this.pulses = new RingPulses(pulses, name);
        this.threads = new RingThreads(ring, name);
        this.ingress = new Ingress(ring, clock, step("ingress"), name);
        Sequence converted = threads.add(
                "convert",
                ring.newBarrier(),
                stage("converting", this::convert, DropCause.CONVERT_FAILED, step("convert"), () -> {}));
        Pulse cropping = model.then() == null ? null : this.pulses.of("crops", RingPulses.run(Cascade.timeout(model)));
        this.cascade = cropping == null ? Optional.empty() : Optional.of(new Cascade(model, clock, cropping));
        this.infer = new InferStage(
                ring,
                ring.newBarrier(converted),
                waitStrategy,
                tensors,
                viewsMax,
                engine.options(),
                engine.workers(),
                clock,
                this.pulses,
                name,
                cascade.isEmpty() ? ingress::left : frames -> {});
        this.post = new PostStage(
                ring,
                ring.newBarrier(infer.sequence()),
                waitStrategy,
                model,
                boxesMax,
                PostStage.workers(tensors.batchMax(), Runtime.getRuntime().availableProcessors()),
                clock,
                this.pulses,
                name);
        Sequence looked = post.sequence();
        if (cascade.isPresent()) {
            looked = threads.add(
                    RingEnd.CASCADE,
                    ring.newBarrier(looked),
                    stage("looking at crops", this::cascade, DropCause.POST_FAILED, cropping, () -> ingress.left(1)));
        }
        this.published = threads.add(
                "publish",
                ring.newBarrier(looked),
                stage(
                        "publishing",
                        slot -> publish(slot, sink),
                        DropCause.PUBLISH_FAILED,
                        step("publish"),
                        ingress::wake));
        ring.addGatingSequences(published);
        Thread housekeeping = threads.add("housekeeping", this::keepHouse);
        threads.add(infer.workers().threads());
        threads.add(post.workers().threads());
        threads.add(List.of(ingress.thread()));
        this.end = new RingEnd(
                ring,
                threads,
                () -> {
                    waitStrategy.wakeAll();
                    LockSupport.unpark(housekeeping);
                },
                ingress,
                infer,
                post.workers(),
                cascade,
                lanes,
                published,
                this.pulses);
    }

    /**
     * On a CPU the converting takes time from inference wherever it is done, so nothing is gained by converting ahead, and
     * freshness lost; a GPU would stand still meanwhile, and where every frame is wanted there is no freshness to lose.
     */
    private int admittedMax() {
        return onCpu && !lanes.areLossless() ? admittedAtOnce : 2 * admittedAtOnce;
    }

    private Stage stage(String what, FrameStep.Work work, DropCause failure, Pulse pulse, Runnable onDone) {
        return new Stage(new FrameStep(what, work, failure, clock), waitStrategy, pulse, onDone);
    }

    private Pulse step(String stage) {
        return pulses.of(stage, RingPulses.STEP);
    }

    private void convert(Slot slot) throws ConvertException {
        slot.times.mark(Step.QUEUE, clock.monotonicNs());
        slot.lane.views.convert(slot, slot.lane.tiles, tensors, slot.index * viewsMax);
        slot.lane.observer.accept(slot.picture);
        if (!keepsPictures && cascade.isEmpty()) {
            slot.releasePicture();
        }
        slot.times.mark(Step.CONVERT, clock.monotonicNs());
    }

    private void cascade(Slot slot) {
        cascade.orElseThrow().run(slot);
        if (!keepsPictures) {
            slot.releasePicture();
        }
    }

    private void publish(Slot slot, ResultSink sink) {
        if (slot.lane.abandoned) {
            slot.drop(DropCause.SHUT_DOWN);
            return;
        }
        slot.times.mark(Step.QUEUE, clock.monotonicNs());
        try {
            sink.accept(slot);
        } finally {
            slot.releasePicture();
        }
        slot.alive = false; // its account is the sink's
    }

    /**
     * Says which boxes of a camera count from the next frame on; from any thread.
     *
     * @param detect never more boxes than the pipeline was built for are found, whatever it says
     */
    public void detect(Feed feed, DetectOptions detect) {
        lanes.of(feed).ifPresent(lane -> lane.rules = detection.rules(detect));
    }

    /**
     * Says how a camera's frames are cut from the next one on; from any thread.
     *
     * @param tiles passed by if they are more than the model was loaded for
     */
    public void tiles(Feed feed, TileOptions tiles) {
        if (tiles.views() <= viewsMax) {
            lanes.of(feed).ifPresent(lane -> lane.tiles = tiles);
        }
    }

    /**
     * Sets who sees a camera's decoded pictures when they have been converted, on the converting thread; from any thread.
     *
     * @param observer must neither block nor keep the picture; the frame is dropped if it throws
     */
    public void observe(Feed feed, Consumer<Picture> observer) {
        lanes.of(feed).ifPresent(lane -> lane.observer = observer);
    }

    /** The most boxes of a frame that the first model finds, whatever a camera asks for. */
    public int boxesMax() {
        return boxesMax;
    }

    /** As below, for a camera whose frames are seen as a whole. */
    public void add(Feed feed, DetectOptions detect) {
        add(feed, detect, TileOptions.NONE);
    }

    /**
     * Lets a camera's frames in, before the start or while the others run; the feed is in no other pipeline.
     *
     * @param tiles no more than the model was loaded for
     */
    public synchronized void add(Feed feed, DetectOptions detect, TileOptions tiles) {
        if (tiles.views() > viewsMax) {
            throw new IllegalArgumentException(tiles + " for a model that was loaded for " + viewsMax + " views");
        }
        open(lanes.add(new Lane(feed, detection.input(), detection.rules(detect), tiles)));
        feed.mailbox().onArrival(ingress::wake);
        ingress.wake(); // a picture may be there already
    }

    /**
     * Lets in no more frames of a camera, and waits until those that are inside are through, while the others run. What lies in
     * the mailbox stays there.
     *
     * @return false when that took longer than {@code timeout}: then what is inside is dropped as it comes out
     */
    public synchronized boolean remove(Feed feed, Duration timeout) {
        long deadlineNs = clock.monotonicNs() + timeout.toNanos();
        Lane lane = lanes.of(feed).orElse(null);
        if (lane == null) {
            return true;
        }
        open(lanes.remove(lane));
        boolean left = await(ingress::hasLeftOthers, deadlineNs);
        long last = left ? ring.getCursor() : Long.MAX_VALUE;
        boolean through = left && await(() -> published.get() >= last, deadlineNs);
        lane.abandoned = true;
        lanes.leave(lane, last);
        return through;
    }

    private void open(List<Lane> newLanes) {
        ingress.lanes(newLanes.toArray(Lane[]::new), admittedMax());
    }

    private boolean await(BooleanSupplier condition, long deadlineNs) {
        while (!condition.getAsBoolean()) {
            if (clock.monotonicNs() - deadlineNs > 0) {
                return false;
            }
            LockSupport.parkNanos(this, TimeUnit.MILLISECONDS.toNanos(1));
        }
        return true;
    }

    public void start() {
        threads.start();
        infer.workers().start();
        post.workers().start();
        ingress.start();
    }

    private void keepHouse() {
        while (!end.hasBegun()) {
            infer.endStuckRuns();
            cascade.ifPresent(Cascade::endStuckRuns);
            lanes.closeLeft(published.get());
            LockSupport.parkNanos(this, TimeUnit.MILLISECONDS.toNanos(100));
        }
    }

    /** Waits until every frame that was read is through; false when that takes longer than {@code timeout}. */
    public boolean drain(Duration timeout) {
        return await(this::isEmpty, clock.monotonicNs() + timeout.toNanos());
    }

    /** Looked at in the order in which frames go, so that none slips from a place not looked at into one that was. */
    private boolean isEmpty() {
        return lanes.all().stream().noneMatch(lane -> lane.feed.mailbox().isFull())
                && ingress.isEmpty()
                && occupiedSlots() == 0;
    }

    /** How many frames are in the ring; from any thread. */
    public int occupiedSlots() {
        return (int) -(published.get() - ring.getCursor()); // looked at in this order, so that none is missed
    }

    /** What does not move, for people; null while everything does. Asked by whoever may give the ring up. */
    public String trouble(long nowNs) {
        return end.trouble(nowNs);
    }

    /** Whether a run of a model does not come back, so that the model is not to be trusted any more. */
    public boolean isStuckInRun(List<Thread> stuck) {
        return end.isStuckInRun(stuck);
    }

    /**
     * Gives the ring up, because it does not move: what is inside is dropped, and another ring may take from the mailboxes from
     * here on. Stages that are stuck keep what they are in, and nothing of it is freed before they come back.
     *
     * @param onGone called at once when none is stuck
     * @return the threads that are stuck
     */
    public List<Thread> giveUp(Gone onGone) {
        return end.giveUp(onGone);
    }

    /**
     * Stops: frames in the mailboxes are dropped, those in the ring get a moment to come through, and what is left then is
     * dropped too, so that every account is closed. Readers are stopped before.
     */
    @Override
    public void close() {
        lanes.all().forEach(lane -> lane.feed.mailbox().close());
        ingress.halt();
        drain(Duration.ofSeconds(1));
        end.stop();
    }
}
