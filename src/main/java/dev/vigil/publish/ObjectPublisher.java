package dev.vigil.publish;

import static dev.vigil.publish.JsonBytes.quoted;
import static dev.vigil.publish.JsonBytes.raw;

import dev.vigil.base.Clock;
import dev.vigil.base.FaultLog;
import dev.vigil.base.FullHeap;
import dev.vigil.detect.Detections;
import dev.vigil.detect.Labels;
import dev.vigil.frame.Feed;
import dev.vigil.mqtt.MqttClient;
import dev.vigil.mqtt.MqttListener;
import dev.vigil.mqtt.MqttTopic;
import dev.vigil.mqtt.PublishCallback;
import dev.vigil.mqtt.PublishProperties;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.Arrays;
import java.util.Collection;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells how many objects each camera sees ({@code config/schema/objects.schema.json}): retained, when the counts have changed,
 * at most once a second for a camera. A change goes out with the frame that brings it; what the second held back, and what
 * changes without a frame, is told by a thread of its own that looks five times a second.
 *
 * <p>Threadsafe. It stands before the sink of each ring, which it never makes wait.
 */
public final class ObjectPublisher implements MqttListener, AutoCloseable {
    static final long EVERY_NS = TimeUnit.SECONDS.toNanos(1);
    private static final long LOOK_NS = TimeUnit.MILLISECONDS.toNanos(200);
    private static final long CLOSE_MS = 2_000;
    private static final Logger LOG = LoggerFactory.getLogger(ObjectPublisher.class);

    private final MqttClient client;
    private final Clock clock;
    private final FaultLog faults;
    private final Map<Feed, Outlet> outlets = new ConcurrentHashMap<>();
    private final Thread thread = new Thread(this::run, "objects");
    private volatile boolean closed;

    public ObjectPublisher(MqttClient client, Clock clock) {
        this.client = client;
        this.clock = clock;
        this.faults = new FaultLog(LOG, clock);
    }

    /**
     * A camera whose results will come, from here on of this model.
     *
     * @param always labels that are told of even when there is none of them
     * @param up whether the camera's pictures come; while they do not, there is nothing to count
     */
    public void add(
            Feed feed, String node, MqttTopic topic, Labels labels, Collection<String> always, BooleanSupplier up) {
        Outlet before = outlets.get(feed);
        if (before != null) {
            before.end(); // another model has seen it
        }
        outlets.put(feed, new Outlet(node, feed.camera(), topic, new ObjectCounts(labels, always), up));
    }

    /** Says which labels of a camera are told of even when there is none. */
    public void always(Feed feed, Collection<String> labels) {
        outlets.get(feed).always(labels);
    }

    /** Counts a camera's objects no longer; the broker forgets what it was told. */
    public void remove(Feed feed) {
        Outlet outlet = outlets.remove(feed);
        if (outlet != null) {
            outlet.end();
            client.forget(outlet.topic);
        }
    }

    /** A sink that counts what it passes on to {@code next}. */
    public ResultSink before(ResultSink next) {
        return result -> {
            Outlet outlet = outlets.get(result.feed());
            if (outlet != null) {
                outlet.seen(result.detections());
            }
            next.accept(result);
        };
    }

    /** Begins to tell what frames do not. */
    public void start() {
        thread.setDaemon(true);
        thread.start();
    }

    /** The broker is told everything again: it may have lost what it kept. */
    @Override
    public void onConnected(boolean sessionPresent) {
        outlets.values().forEach(outlet -> outlet.untold = true);
    }

    private void run() {
        FullHeap.repeat(this::look, () -> closed);
    }

    private void look() {
        try {
            outlets.values().forEach(Outlet::look);
        } catch (RuntimeException | Error e) {
            faults.error("the objects of a camera could not be told", e);
        }
        LockSupport.parkNanos(this, LOOK_NS);
    }

    /** Tells the last counts; to be called when nothing more comes. */
    @Override
    public void close() {
        closed = true;
        LockSupport.unpark(thread);
        try {
            thread.join(CLOSE_MS);
            if (thread.isAlive()) {
                LOG.warn("the last counts of objects could not be told in time");
                return;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return;
        }
        outlets.values().forEach(Outlet::last);
    }

    /** One camera's way out. Its lock is held for some microseconds. */
    private final class Outlet {
        private final byte[] head;
        private final MqttTopic topic;
        private final ObjectCounts counts;
        private final BooleanSupplier up;
        /** The broker does not know yet, or no longer. */
        private volatile boolean untold = true;

        // guarded by this
        private final int[] now;
        private final int[] told;
        private boolean upNow;
        private boolean toldUp;
        private boolean ended;
        private long toldNs = clock.monotonicNs() - EVERY_NS;

        Outlet(String node, String camera, MqttTopic topic, ObjectCounts counts, BooleanSupplier up) {
            ByteBuf text = Unpooled.buffer();
            text.writeBytes(raw("{\"v\":1,\"node\":")).writeBytes(quoted(node));
            text.writeBytes(raw(",\"camera\":")).writeBytes(quoted(camera)).writeBytes(raw(",\"counts\":"));
            this.head = Arrays.copyOf(text.array(), text.readableBytes());
            this.topic = topic;
            this.counts = counts;
            this.up = up;
            this.now = counts.room();
            this.told = counts.room();
        }

        synchronized void seen(Detections detections) {
            long nowNs = clock.monotonicNs();
            counts.seen(detections, nowNs);
            tell(nowNs);
        }

        synchronized void look() {
            tell(clock.monotonicNs());
        }

        synchronized void always(Collection<String> labels) {
            counts.always(labels);
            untold = true;
        }

        synchronized void end() {
            ended = true;
        }

        synchronized void last() {
            toldNs = clock.monotonicNs() - EVERY_NS;
            look();
        }

        private void tell(long nowNs) {
            if (ended) {
                return;
            }
            upNow = up.getAsBoolean();
            if (!upNow) {
                counts.forget();
            }
            counts.into(now, nowNs);
            boolean news = untold || upNow != toldUp || !Arrays.equals(now, told);
            // Nothing of it needs to wait for a broker that is away: it is told when it is back.
            if (!news || nowNs - toldNs < EVERY_NS || !client.status().connected()) {
                return;
            }
            untold = false;
            ByteBuf message = Unpooled.buffer(256).writeBytes(head);
            if (upNow) {
                counts.write(now, message);
            } else {
                message.writeBytes(raw("{}"));
            }
            message.writeByte('}');
            toldNs = nowNs;
            toldUp = upNow;
            System.arraycopy(now, 0, told, 0, now.length);
            if (!client.publishInMemory(topic, message, 1, true, PublishProperties.NONE, PublishCallback.NONE)) {
                untold = true;
            }
        }
    }
}
