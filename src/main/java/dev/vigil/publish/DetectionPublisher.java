package dev.vigil.publish;

import dev.vigil.base.Clock;
import dev.vigil.detect.Labels;
import dev.vigil.frame.DropCause;
import dev.vigil.frame.Feed;
import dev.vigil.metrics.StepTimes;
import dev.vigil.mqtt.MqttClient;
import dev.vigil.mqtt.MqttTopic;
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
 * <p>Cameras are added before the ring starts; {@link #accept} is the publishing thread's.
 */
public final class DetectionPublisher implements ResultSink {
    /** Enough for some ten boxes; larger messages grow. */
    private static final int MESSAGE_BYTES = 4_096;

    private static final PublishProperties PROPERTIES =
            PublishProperties.builder().contentType("application/json").build();

    private final MqttClient client;
    private final int qos;
    private final String run;
    private final Clock clock;
    private final Map<Feed, Outlet> outlets = new IdentityHashMap<>();

    /**
     * @param qos of detection messages, 0 to 2
     * @param run begins the messages' ids: letters and digits that no other run of the daemon has had
     */
    public DetectionPublisher(MqttClient client, int qos, String run, Clock clock) {
        this.client = client;
        this.qos = qos;
        this.run = run;
        this.clock = clock;
    }

    /**
     * A camera whose results will come.
     *
     * @param model the model's name, as messages show it
     * @param device where it runs, as messages show it
     * @param times where the steps of its published frames are recorded
     * @param options which of its frames are published
     */
    public void add(
            Feed feed,
            String node,
            MqttTopic topic,
            String model,
            String device,
            Labels labels,
            StepTimes times,
            PublishOptions options) {
        DetectionEncoder encoder = new DetectionEncoder(run, node, feed.camera(), model, device, labels, clock);
        PublishGate gate = new PublishGate(options, labels.count());
        outlets.put(feed, new Outlet(feed, topic, encoder, times, gate));
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
        Outlet outlet = outlets.get(result.feed());
        if (!outlet.gate.admits(result.detections(), clock.monotonicNs())) {
            outlet.feed.ledger().dropped(DropCause.WITHHELD);
            return;
        }
        long[] dropped = outlet.takeDropped(result.number());
        ByteBuf message = PooledByteBufAllocator.DEFAULT.directBuffer(MESSAGE_BYTES);
        long ageUs;
        try {
            ageUs = outlet.encoder.encode(result, dropped, message);
        } catch (RuntimeException | Error e) {
            message.release();
            outlet.giveBack(dropped);
            throw e;
        }
        PublishCallback delivery = qos == 0 ? new Delivery(outlet, dropped) : outlet.reliable;
        if (client.publish(outlet.topic, message, qos, false, PROPERTIES, delivery)) {
            outlet.times.record(result.times(), ageUs);
        } else if (qos > 0) {
            outlet.giveBackDrops(dropped);
        }
    }

    /** One camera's way out. */
    private static final class Outlet {
        final Feed feed;
        final MqttTopic topic;
        final DetectionEncoder encoder;
        final StepTimes times;
        final PublishGate gate;
        final Reliable reliable = new Reliable(this);
        /** Drops that messages have told of, by the ordinal of their cause. Guarded by this. */
        private final long[] told = new long[DropCause.ALL.length];
        /** Frames that messages account for: each its own, and the drops that it tells of. Guarded by this. */
        private long accounted;

        Outlet(Feed feed, MqttTopic topic, DetectionEncoder encoder, StepTimes times, PublishGate gate) {
            this.feed = feed;
            this.topic = topic;
            this.encoder = encoder;
            this.times = times;
            this.gate = gate;
        }

        /**
         * The drops before {@code frame} that no message has told of yet; from here on one has. So the frame numbers between
         * two messages are just the drops that the second one tells of, and a subscriber sees what it missed.
         */
        synchronized long[] takeDropped(long frame) {
            long[] dropped = new long[told.length];
            feed.ledger().droppedInto(dropped);
            long untold = 0;
            for (int cause = 0; cause < told.length; cause++) {
                dropped[cause] -= told[cause];
                untold += dropped[cause];
            }
            // Later frames may have been dropped already, while this one was inferred. Only a reader and its mailbox
            // do that, whose causes come first.
            long later = untold - Math.max(0, frame - 1 - accounted);
            for (int cause = 0; cause < told.length && later > 0; cause++) {
                long withheld = Math.min(later, dropped[cause]);
                dropped[cause] -= withheld;
                later -= withheld;
            }
            account(dropped, 1);
            return dropped;
        }

        /** The message that told of them did not go out: the next one will. */
        synchronized void giveBack(long[] dropped) {
            account(dropped, -1);
        }

        synchronized void giveBackDrops(long[] dropped) {
            account(dropped, -1);
            accounted++;
        }

        /** A frame whose message was to go out counts among the drops now. */
        synchronized void giveBackFrame() {
            accounted--;
        }

        private synchronized void account(long[] dropped, int sign) {
            accounted += sign;
            for (int cause = 0; cause < told.length; cause++) {
                told[cause] += sign * dropped[cause];
                accounted += sign * dropped[cause];
            }
        }
    }

    /** Closes a frame's account when its message's fate is known. */
    private record Delivery(Outlet outlet, long[] dropped) implements PublishCallback {
        @Override
        public void sent(long sentNs) {
            outlet.feed.ledger().published();
        }

        @Override
        public void refused(Refusal cause) {
            outlet.giveBack(dropped);
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
            outlet.feed.ledger().published();
        }

        @Override
        public void refused(Refusal cause) {
            outlet.giveBackFrame();
            drop(outlet, cause);
        }
    }

    private static void drop(Outlet outlet, Refusal cause) {
        outlet.gate.renew();
        outlet.feed
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
