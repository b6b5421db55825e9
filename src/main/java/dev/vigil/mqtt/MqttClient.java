package dev.vigil.mqtt;

import dev.vigil.base.FullHeap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An MQTT 3.1.1 and 5 client that publishes and subscribes at QoS 0, 1 and 2. It connects by itself, and again by itself; nobody
 * ever waits for it. Threadsafe; the work is done on one thread, its event loop.
 *
 * <p>A message of QoS 0 is sent now or refused. One of QoS 1 or 2 waits in memory until the broker has acknowledged it, over
 * lost connections too, so that it arrives at least once (QoS 1), or exactly once as long as the broker keeps the session
 * (QoS 2); memory ends with the process. The number of messages inside is bounded by
 * {@link MqttOptions#queueMessages()}.
 */
public final class MqttClient implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(MqttClient.class);
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(2);
    /** What closing may take beyond the time for flushing: the farewell, and ending the thread. */
    private static final long CLOSE_MARGIN_MS = 2_000;

    private final EventLoopGroup group;
    private final boolean ownsGroup;
    private final EventLoop loop;
    private final Counters counters;
    private final Outbox outbox;
    private final Subscriptions subscriptions;
    private final Connector connector;
    private final CompletableFuture<Void> closed = new CompletableFuture<>();
    private boolean closing;

    /**
     * A client with an event loop of its own.
     *
     * @throws IllegalArgumentException with all {@link MqttOptions#problems()}
     */
    public MqttClient(MqttOptions options, MqttListener listener) {
        this(options, listener, newEventLoopGroup(1), true);
    }

    /** A client on a group of {@link #newEventLoopGroup}, which others may use too and which {@link #close} leaves running. */
    public MqttClient(MqttOptions options, MqttListener listener, EventLoopGroup shared) {
        this(options, listener, shared, false);
    }

    private MqttClient(MqttOptions options, MqttListener listener, EventLoopGroup group, boolean ownsGroup) {
        List<String> problems = options.problems();
        if (!problems.isEmpty()) {
            throw new IllegalArgumentException(String.join("; ", problems));
        }
        this.group = group;
        this.ownsGroup = ownsGroup;
        this.loop = group.next();
        this.counters = new Counters(options.brokerName());
        Faults faults = new Faults(counters);
        MqttListener safe = new SafeListener(listener, faults);
        PacketIds packetIds = new PacketIds();
        InFlight inFlight = new InFlight(counters, packetIds, faults);
        this.outbox = new Outbox(loop, counters, inFlight, faults, options.queueMessages(), options.outbox());
        counters.spool = outbox.spool();
        this.subscriptions = new Subscriptions(
                packetIds, safe, faults, options.connectTimeout().toNanos());
        this.connector = new Connector(
                options,
                new ClientId(options.clientId()),
                loop,
                counters,
                safe,
                outbox,
                subscriptions,
                new Backoff(options.retryMin(), options.retryMax(), new SplittableRandom()));
    }

    /** Threads that several clients may share. */
    public static EventLoopGroup newEventLoopGroup(int threads) {
        return new MultiThreadIoEventLoopGroup(
                threads, new DefaultThreadFactory("mqtt", true), NioIoHandler.newFactory());
    }

    /** Begins to connect, and returns at once. */
    public void start() {
        outbox.start();
        loop.execute(FullHeap.orEnd(connector::start));
    }

    /** {@link #publish(MqttTopic, ByteBuf, int, boolean, PublishProperties, PublishCallback)} without properties. */
    public boolean publish(MqttTopic topic, ByteBuf payload, int qos, boolean retain, PublishCallback callback) {
        return publish(topic, payload, qos, retain, PublishProperties.NONE, callback);
    }

    /**
     * Hands over a message. Never blocks, and throws only for wrong arguments.
     *
     * @param payload passes to the client, which releases it whatever happens
     * @param qos 0, 1 or 2
     * @param properties what MQTT 5 is to say about it
     * @param callback told once what became of it
     * @return false when it was refused at once, of which the callback has then been told already
     */
    public boolean publish(
            MqttTopic topic,
            ByteBuf payload,
            int qos,
            boolean retain,
            PublishProperties properties,
            PublishCallback callback) {
        return publish(topic, payload, qos, retain, properties, true, callback);
    }

    /**
     * As {@link #publish}, for what is worth nothing later, such as a state that is told anew with each connection: it never goes
     * to the outbox on disk.
     */
    public boolean publishInMemory(
            MqttTopic topic,
            ByteBuf payload,
            int qos,
            boolean retain,
            PublishProperties properties,
            PublishCallback callback) {
        return publish(topic, payload, qos, retain, properties, false, callback);
    }

    private boolean publish(
            MqttTopic topic,
            ByteBuf payload,
            int qos,
            boolean retain,
            PublishProperties properties,
            boolean mayWaitOnDisk,
            PublishCallback callback) {
        if (qos < 0 || qos > 2) {
            payload.release();
            throw new IllegalArgumentException("qos must be 0, 1 or 2, is " + qos);
        }
        Objects.requireNonNull(topic, "topic");
        Objects.requireNonNull(callback, "callback");
        Objects.requireNonNull(properties, "properties");
        return outbox.publish(topic, payload, qos, retain, properties, mayWaitOnDisk, callback);
    }

    /** Has the broker keep nothing on a topic any more: now, or as soon as it is there. */
    public void forget(MqttTopic topic) {
        publishInMemory(topic, Unpooled.EMPTY_BUFFER, 1, true, PublishProperties.NONE, new PublishCallback() {
            @Override
            public void sent(long sentNs) {
                log.debug("the broker keeps nothing on {}", topic.name());
            }

            @Override
            public void refused(Refusal cause) {
                log.warn("the broker could not be told to keep nothing on {}: {}", topic.name(), cause);
            }
        });
    }

    /** {@link #subscribe(String, SubscribeOptions)} with the quality of service only. */
    public void subscribe(String filter, int qos) {
        subscribe(filter, SubscribeOptions.of(qos));
    }

    /**
     * Wants the messages of a topic filter ({@code +} and {@code #} allowed), now and after each reconnect. The listener is told
     * what the broker says to it. Subscribing to the same filter again replaces the options.
     *
     * @throws IllegalArgumentException for a filter that is none, or a shared one with {@code noLocal}
     */
    public void subscribe(String filter, SubscribeOptions options) {
        String problem = MqttTopic.problemOfFilter(filter);
        if (problem != null) {
            throw new IllegalArgumentException("filter " + problem);
        }
        if (options.noLocal() && filter.startsWith(Subscriptions.SHARED)) {
            throw new IllegalArgumentException(
                    "filter \"" + filter + "\" is shared, which noLocal is not allowed with");
        }
        onLoop(() -> subscriptions.subscribe(filter, options));
    }

    /** Wants the messages of a filter no longer. */
    public void unsubscribe(String filter) {
        onLoop(() -> subscriptions.unsubscribe(filter));
    }

    private void onLoop(Runnable task) {
        try {
            loop.execute(FullHeap.orEnd(task));
        } catch (RejectedExecutionException e) {
            log.debug("ignored, the client is closed", e);
        }
    }

    /** Runs a task on the event loop, which shows that it moves; never where the client is closed. The task must not block. */
    public void onEventLoop(Runnable task) {
        onLoop(task);
    }

    /** For how long the outbox has waited for its disk; 0 where there is none, or nothing to be done. */
    public long diskSilentNs(long nowNs) {
        return outbox.spool() == null ? 0 : outbox.spool().silentNs(nowNs);
    }

    /** State and counters at this moment. */
    public MqttStatus status() {
        return counters.status();
    }

    /** {@link #close(Duration)} with two seconds. */
    @Override
    public void close() {
        close(CLOSE_TIMEOUT);
    }

    /**
     * Refuses new messages, sends and has acknowledged what waits as far as the time allows (a broker that is away is not
     * waited for), sends DISCONNECT, so that the will is not published, and frees the thread. Returns when that is done. Not to
     * be called on the event loop.
     */
    public void close(Duration timeout) {
        if (loop.inEventLoop()) {
            throw new IllegalStateException("close must not be called on the event loop");
        }
        outbox.stopTaking();
        if (begin()) {
            long deadlineNs = System.nanoTime() + timeout.toNanos();
            loop.execute(FullHeap.orEnd(() -> connector.close(deadlineNs, () -> closed.complete(null))));
        }
        try {
            closed.get(timeout.toMillis() + CLOSE_MARGIN_MS, TimeUnit.MILLISECONDS);
            if (ownsGroup) {
                group.shutdownGracefully(0, CLOSE_MARGIN_MS, TimeUnit.MILLISECONDS)
                        .await(CLOSE_MARGIN_MS);
            }
            if (outbox.spool() != null && !outbox.spool().close(CLOSE_MARGIN_MS)) {
                log.error("the disk of the outbox did not answer in time; what was not written is lost");
            }
        } catch (TimeoutException | ExecutionException e) {
            log.error("the MQTT client did not close in time: its event loop is blocked", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized boolean begin() {
        boolean first = !closing;
        closing = true;
        return first;
    }
}
