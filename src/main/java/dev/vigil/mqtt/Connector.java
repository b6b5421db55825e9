package dev.vigil.mqtt;

import dev.vigil.mqtt.MqttStatus.State;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.codec.mqtt.MqttDecoder;
import io.netty.handler.codec.mqtt.MqttEncoder;
import io.netty.handler.codec.mqtt.MqttMessage;
import io.netty.handler.codec.mqtt.MqttProperties;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.concurrent.ScheduledFuture;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;

/**
 * Keeps a connection to the broker: tries, has each try end within its deadline, waits, tries again. Confined to the event
 * loop.
 *
 * <pre>
 *            ┌──────────────── wait (backoff) ◄───────────────┐
 *            ▼                                                │ fault or deadline
 *  start ► lookup ► dial address 1, 2, … ► TLS ► CONNECT ► CONNACK ► session
 * </pre>
 */
final class Connector {
    /** Largest packet taken from the broker, which MQTT 5 is told; more than any message that Vigil subscribes to. */
    static final int INBOUND_MAX_BYTES = 1 << 20;

    /** After a connection that held this long, the next fault starts again from the shortest wait. */
    private static final long STABLE_MAX_NS = TimeUnit.SECONDS.toNanos(10);
    /** How long a broker may take to close the connection after DISCONNECT. */
    private static final long FAREWELL_NS = TimeUnit.MILLISECONDS.toNanos(500);

    private static final long CLOSE_POLL_NS = TimeUnit.MILLISECONDS.toNanos(5);

    private final MqttOptions options;
    private final String clientId;
    private final EventLoop loop;
    private final Counters counters;
    private final MqttListener listener;
    private final Outbox outbox;
    private final Subscriptions subscriptions;
    private final Lookup lookup;
    private final Backoff backoff;
    private final ConnectionLog log;

    // For the client's life.
    private boolean metBefore;
    private ScheduledFuture<?> retry;
    private Runnable whenClosed;
    private long closeDeadlineNs;
    private ScheduledFuture<?> closeStep;

    // For one try and the connection that comes of it.
    /** Tells a late event of an earlier try from one of the current. */
    private int attempt;

    private Channel channel;
    private ScheduledFuture<?> deadline;
    private String waitingFor;
    private boolean up;
    private long upSinceNs;

    Connector(
            MqttOptions options,
            String clientId,
            EventLoop loop,
            Counters counters,
            MqttListener listener,
            Outbox outbox,
            Subscriptions subscriptions,
            Backoff backoff) {
        this.options = options;
        this.clientId = clientId;
        this.loop = loop;
        this.counters = counters;
        this.listener = listener;
        this.outbox = outbox;
        this.subscriptions = subscriptions;
        this.lookup = new Lookup(options, loop);
        this.backoff = backoff;
        this.log = new ConnectionLog(options.brokerName());
    }

    void start() {
        if (counters.state != State.NEW) {
            return;
        }
        if (options.tls() && options.insecure()) {
            log.insecure();
        }
        connect();
    }

    private void connect() {
        int id = ++attempt;
        counters.state = State.CONNECTING;
        up = false;
        channel = null;
        waitingFor = options.tls() ? "its address and the trusted certificates" : "its address";
        deadline = loop.schedule(() -> expired(id), options.connectTimeout().toNanos(), TimeUnit.NANOSECONDS);
        lookup.start(new Lookup.Result() {
            @Override
            public void found(Lookup.Found found) {
                if (id == attempt) {
                    dial(id, found, 0);
                }
            }

            @Override
            public void failed(String reason) {
                if (id == attempt) {
                    away(id, MqttFault.passing(reason));
                }
            }
        });
    }

    /** Tries the host's addresses in turn: one name may stand for both IPv6 and IPv4, and only one be listened on. */
    private void dial(int id, Lookup.Found found, int index) {
        InetAddress[] addresses = found.addresses();
        waitingFor = "a TCP connection to " + addresses[index].getHostAddress();
        long shareMs = Math.max(1, options.connectTimeout().toMillis() / addresses.length);
        Bootstrap bootstrap = new Bootstrap()
                .group(loop)
                .channel(NioSocketChannel.class)
                .option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.SO_KEEPALIVE, true)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, (int) Math.min(Integer.MAX_VALUE, shareMs))
                .handler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel fresh) {
                        assemble(id, fresh, found.tls());
                    }
                });
        channel = bootstrap
                .connect(new InetSocketAddress(addresses[index], options.port()))
                .addListener((ChannelFutureListener) connecting -> {
                    if (id != attempt || connecting.isSuccess()) {
                        return; // An expired try closed its channel; a good one goes on in its pipeline.
                    }
                    if (index + 1 < addresses.length) {
                        dial(id, found, index + 1);
                    } else {
                        away(id, MqttFault.passing(Causes.words(connecting.cause())));
                    }
                })
                .channel();
    }

    private void assemble(int id, Channel fresh, SslContext tls) {
        boolean v5 = options.protocol() == MqttOptions.Protocol.MQTT_5;
        if (tls != null) {
            SslHandler handler = tls.newHandler(fresh.alloc(), options.host(), options.port());
            handler.setHandshakeTimeoutMillis(0); // The deadline of the whole try covers it.
            fresh.pipeline().addLast(handler);
        }
        PacketFramer framer = new PacketFramer(INBOUND_MAX_BYTES);
        fresh.pipeline()
                .addLast(framer)
                .addLast(new MqttDecoder(INBOUND_MAX_BYTES))
                .addLast(framer.witness())
                .addLast(MqttEncoder.INSTANCE)
                .addLast(new HandshakeHandler(options, clientId, cleanStart(), new HandshakeHandler.Progress() {
                    @Override
                    public void stage(String what) {
                        waitingFor = what;
                    }

                    @Override
                    public void accepted(ChannelHandlerContext ctx, BrokerLimits limits, boolean sessionPresent) {
                        if (id == attempt) {
                            connected(ctx, limits, sessionPresent);
                        }
                    }
                }))
                .addLast(new FaultHandler(v5, fault -> away(id, fault)));
    }

    /**
     * Whether the broker is to forget an older session. With MQTT 5 the first connection of a process always asks for it, since
     * nothing is known of what an earlier process left behind.
     */
    private boolean cleanStart() {
        return !options.resumes() || options.protocol() == MqttOptions.Protocol.MQTT_5 && !metBefore;
    }

    private void connected(ChannelHandlerContext handshake, BrokerLimits limits, boolean sessionPresent) {
        deadline.cancel(false);
        up = true;
        metBefore = true;
        upSinceNs = System.nanoTime();
        counters.state = State.CONNECTED;
        counters.connects.increment();
        KeepAliveHandler keepAlive = new KeepAliveHandler(limits.keepAlive(), options.connectTimeout(), this::overdue);
        SessionHandler session = new SessionHandler(limits.v5(), outbox, subscriptions, listener, counters);
        handshake.pipeline().addBefore(handshake.name(), "keepAlive", keepAlive);
        handshake.pipeline().replace(handshake.handler(), "session", session);
        log.connected(options.protocol(), sessionPresent);
        outbox.connected(channel, limits, sessionPresent);
        subscriptions.connected(channel, limits, sessionPresent);
        listener.onConnected(sessionPresent);
    }

    private String overdue(long nowNs) {
        String debt = outbox.overdue(nowNs);
        return debt != null ? debt : subscriptions.overdue(nowNs);
    }

    private void expired(int id) {
        if (id != attempt || up) {
            return;
        }
        Channel stuck = channel;
        away(
                id,
                MqttFault.passing("gave no connection within "
                        + options.connectTimeout().toMillis() + " ms, still waiting for " + waitingFor));
        if (stuck != null) {
            Wire.close(stuck);
        }
    }

    /**
     * A try failed, or the connection ended.
     *
     * @param fault null when the broker just closed it
     */
    private void away(int id, MqttFault fault) {
        if (id != attempt) {
            return;
        }
        attempt++;
        deadline.cancel(false);
        boolean wasUp = up;
        up = false;
        channel = null;
        String reason = options.brokerName() + " " + words(fault, wasUp);
        if (whenClosed == null) {
            counters.lastError = reason;
        }
        if (wasUp) {
            outbox.disconnected(fault == null || !fault.isSilence());
            subscriptions.disconnected();
        }
        if (whenClosed != null) {
            finish();
            return;
        }
        if (wasUp
                && System.nanoTime() - upSinceNs
                        >= Math.min(STABLE_MAX_NS, options.retryMax().toNanos())) {
            backoff.reset();
        }
        long waitNs = fault != null && fault.isLasting() ? backoff.longestNs() : backoff.nextNs();
        counters.state = State.AWAY;
        log.away(reason, waitNs);
        retry = loop.schedule(this::connect, waitNs, TimeUnit.NANOSECONDS);
        if (fault != null && fault.isLogin()) {
            listener.onLoginRefused();
        }
        listener.onAway(reason);
    }

    private String words(MqttFault fault, boolean wasUp) {
        if (fault != null) {
            return fault.getMessage();
        }
        if (wasUp) {
            return "closed the connection";
        }
        return "closed the connection before " + waitingFor
                + (options.protocol() == MqttOptions.Protocol.MQTT_5 ? " (does it speak MQTT 5?)" : "");
    }

    /** Sends what can be sent until {@code deadlineNs} of {@link System#nanoTime()}, says farewell, and calls back once. */
    void close(long deadlineNs, Runnable closed) {
        whenClosed = closed;
        closeDeadlineNs = deadlineNs;
        outbox.stopTaking();
        switch (counters.state) {
            case NEW, CLOSED -> finish();
            case AWAY -> {
                retry.cancel(false);
                finish();
            }
            case CONNECTING, CONNECTED -> flushThenLeave();
        }
    }

    private void flushThenLeave() {
        if (whenClosed == null) {
            return; // The connection ended meanwhile, and with it the waiting.
        }
        if (!outbox.isDone() && System.nanoTime() - closeDeadlineNs < 0) {
            closeStep = loop.schedule(this::flushThenLeave, CLOSE_POLL_NS, TimeUnit.NANOSECONDS);
        } else if (up) {
            leave();
        } else {
            abandon();
        }
    }

    /** The broker closes the connection after DISCONNECT; closing it first could lose what is still on its way to the broker. */
    private void leave() {
        MqttMessage farewell = MqttMessage.DISCONNECT;
        if (options.protocol() == MqttOptions.Protocol.MQTT_5) {
            MqttProperties properties = new MqttProperties();
            properties.add(new MqttProperties.IntegerProperty(MqttProperties.SESSION_EXPIRY_INTERVAL, 0));
            farewell = FaultHandler.disconnect(0, properties);
        }
        Wire.writeAndFlush(channel, farewell);
        if (whenClosed != null) {
            closeStep = loop.schedule(this::abandon, FAREWELL_NS, TimeUnit.NANOSECONDS);
        }
    }

    private void abandon() {
        if (whenClosed != null) {
            Channel left = channel;
            attempt++;
            if (deadline != null) {
                deadline.cancel(false);
            }
            if (left != null) {
                Wire.close(left);
            }
            finish();
        }
    }

    private void finish() {
        Runnable told = whenClosed;
        whenClosed = null;
        if (closeStep != null) {
            closeStep.cancel(false);
        }
        up = false;
        counters.state = State.CLOSED;
        int unacknowledged = outbox.close();
        subscriptions.disconnected();
        log.closed(unacknowledged);
        told.run();
    }
}
