package dev.vigil.publish;

import dev.vigil.base.Clock;
import dev.vigil.base.Sabotage;
import dev.vigil.detect.StageLabels;
import dev.vigil.frame.DropCause;
import dev.vigil.frame.Feed;
import dev.vigil.mqtt.MqttClient;
import dev.vigil.mqtt.PublishCallback;
import dev.vigil.mqtt.PublishProperties;
import dev.vigil.mqtt.Refusal;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import java.util.IdentityHashMap;
import java.util.Map;

/**
 * The end of a ring that publishes: encodes each result and hands it to the MQTT client, which never makes it wait. A frame
 * counts as published when its message was written to the network, and as dropped when the client refused it or the camera's
 * {@link PublishOptions} did not ask for it.
 *
 * <p>Cameras come and go from any thread; {@link #accept} is the publishing thread's, and takes no lock.
 */
public final class DetectionPublisher implements ResultSink {
    /** Enough for some ten boxes; larger messages grow. */
    private static final int MESSAGE_BYTES = 4_096;

    private static final PublishProperties PROPERTIES =
            PublishProperties.builder().contentType("application/json").build();

    private final MqttClient client;
    private final int qos;
    private final Clock clock;
    /** A new map with each change. */
    private volatile Map<Feed, Outlet> outlets = new IdentityHashMap<>();

    /**
     * @param qos of detection messages, 0 to 2
     */
    public DetectionPublisher(MqttClient client, int qos, Clock clock) {
        this.client = client;
        this.qos = qos;
        this.clock = clock;
    }

    /**
     * A camera whose results will come.
     *
     * @param model the model's name, as messages show it
     * @param options which of its frames are published
     */
    public synchronized void add(CameraMessages camera, String model, StageLabels labels, PublishOptions options) {
        DetectionEncoder encoder =
                new DetectionEncoder(camera.run, camera.node, camera.feed.camera(), model, labels, clock);
        PublishGate gate = new PublishGate(options, labels.all().count());
        Map<Feed, Outlet> more = new IdentityHashMap<>(outlets);
        more.put(camera.feed, new Outlet(camera, encoder, gate));
        outlets = more;
    }

    /** No more results of a camera are published; those that come all the same are dropped. */
    public synchronized void remove(Feed feed) {
        Map<Feed, Outlet> fewer = new IdentityHashMap<>(outlets);
        fewer.remove(feed);
        outlets = fewer;
    }

    /** Says which frames of a camera are published from the next one on. */
    public synchronized void publish(Feed feed, PublishOptions options) {
        Outlet outlet = outlets.get(feed);
        outlet.gate = new PublishGate(options, outlet.encoder.classes());
    }

    /**
     * The connection to a camera or to the broker is a new one, so that subscribers may not know what was published last: the
     * camera's next frame counts as a change. From any thread.
     */
    public void renew(Feed feed) {
        Outlet outlet = outlets.get(feed);
        if (outlet != null) {
            outlet.gate.renew();
        }
    }

    @Override
    public void accept(FrameResult result) {
        Sabotage.at("publish", result.feed().camera());
        Outlet outlet = outlets.get(result.feed());
        if (outlet == null) {
            drop(result, DropCause.SHUT_DOWN);
            return;
        }
        if (!outlet.gate.admits(result.detections(), clock.monotonicNs())) {
            drop(result, DropCause.WITHHELD);
            return;
        }
        long[] dropped = outlet.camera.takeDropped(result.number());
        ByteBuf message = PooledByteBufAllocator.DEFAULT.directBuffer(MESSAGE_BYTES);
        PublishCallback delivery;
        long ageUs;
        try {
            delivery = qos == 0 ? new Delivery(outlet, dropped) : outlet.reliable;
            ageUs = outlet.encoder.encode(result, dropped, message);
        } catch (RuntimeException | Error e) {
            message.release();
            outlet.camera.giveBack(dropped);
            throw e;
        }
        if (!result.take()) {
            message.release();
            outlet.camera.giveBack(dropped);
            return;
        }
        if (publish(outlet, message, delivery, dropped)) {
            outlet.camera.times.record(result.times(), ageUs);
        } else if (qos > 0) {
            outlet.camera.giveBackDrops(dropped);
        }
    }

    /** False when the client refused it at once. */
    private boolean publish(Outlet outlet, ByteBuf message, PublishCallback delivery, long[] dropped) {
        try {
            return client.publish(outlet.camera.topic, message, qos, false, PROPERTIES, delivery);
        } catch (RuntimeException | Error e) {
            outlet.camera.giveBack(dropped);
            outlet.camera.feed.ledger().dropped(DropCause.PUBLISH_FAILED); // the account is no longer the ring's
            throw e;
        }
    }

    private static void drop(FrameResult result, DropCause cause) {
        if (result.take()) {
            result.feed().ledger().dropped(cause);
        }
    }

    /** One camera's way out. */
    private static final class Outlet {
        final CameraMessages camera;
        final DetectionEncoder encoder;
        final Reliable reliable = new Reliable(this);
        /** The publishing thread asks it; replaced from any. */
        volatile PublishGate gate;

        Outlet(CameraMessages camera, DetectionEncoder encoder, PublishGate gate) {
            this.camera = camera;
            this.encoder = encoder;
            this.gate = gate;
        }
    }

    /** Closes a frame's account when its message's fate is known. */
    private record Delivery(Outlet outlet, long[] dropped) implements PublishCallback {
        @Override
        public void sent(long sentNs) {
            outlet.camera.feed.ledger().published();
        }

        @Override
        public void refused(Refusal cause) {
            outlet.camera.giveBack(dropped);
            drop(outlet, cause);
        }
    }

    /**
     * The same for messages of QoS 1 and 2, one for all of a camera's, since many may wait on disk at once. The drops that such
     * a message told of are not told again when it is given up later.
     */
    private record Reliable(Outlet outlet) implements PublishCallback {
        @Override
        public void sent(long sentNs) {
            outlet.camera.feed.ledger().published();
        }

        @Override
        public void refused(Refusal cause) {
            outlet.camera.giveBackFrame();
            drop(outlet, cause);
        }
    }

    private static void drop(Outlet outlet, Refusal cause) {
        outlet.gate.renew();
        outlet.camera
                .feed
                .ledger()
                .dropped(
                        switch (cause) {
                            case BROKER_AWAY -> DropCause.BROKER_AWAY;
                            case QUEUE_FULL, OUTBOX_FULL -> DropCause.OUTBOX_FULL;
                            case EVICTED -> DropCause.OUTBOX_EVICTED;
                            case EXPIRED -> DropCause.OUTBOX_EXPIRED;
                            case CLOSED -> DropCause.SHUT_DOWN;
                            default -> DropCause.PUBLISH_FAILED;
                        });
    }
}
