package dev.vigil.mqtt;

import dev.vigil.base.FullHeap;
import dev.vigil.mqtt.MqttOptions.Protocol;
import dev.vigil.mqtt.MqttStatus.State;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.mqtt.MqttMessage;
import io.netty.handler.codec.mqtt.MqttProperties;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Keeps a connection to a broker: tries one after the other, waits, tries again. Confined to the event loop.
 *
 * <pre>
 *            ┌────────────────── wait (backoff) ◄── round over ─┐
 *            ▼                                                  │
 *  start ► first broker of a round ► {@link Attempt} ─ ended ► next broker
 *            ▲                          ▲   │                   or the same in another version,
 *            │                          │   ▼                   or one that it sends us to
 *            └─── wait ◄─── ended ─── session
 * </pre>
 */
final class Connector implements Attempt.Owner {
    /** Largest packet taken from the broker, which MQTT 5 is told; more than any message that Vigil subscribes to. */
    static final int INBOUND_MAX_BYTES = 1 << 20;

    /** After a connection that held this long, the next fault starts again from the shortest wait. */
    private static final long STABLE_MAX_NS = TimeUnit.SECONDS.toNanos(10);
    /** How long a broker may take to close the connection after DISCONNECT. */
    private static final long FAREWELL_NS = TimeUnit.MILLISECONDS.toNanos(500);

    private static final long CLOSE_POLL_NS = TimeUnit.MILLISECONDS.toNanos(5);

    private final MqttOptions options;
    private final ClientId clientId;
    private final EventLoop loop;
    private final Counters counters;
    private final MqttListener listener;
    private final Outbox outbox;
    private final Subscriptions subscriptions;
    private final Lookup lookup;
    private final Backoff backoff;
    private final Brokers brokers;
    private final Versions versions;
    private final ConnectionLog log = new ConnectionLog();

    // For the client's life.
    /** Whose session it is that stands, or can be resumed; null before the first. */
    private BrokerAddress sessionAt;

    private ScheduledFuture<?> retry;
    private Runnable whenClosed;
    private long closeDeadlineNs;
    private ScheduledFuture<?> closeStep;

    // For one try and the connection that comes of it.
    private Attempt attempt;
    private boolean up;
    private long upSinceNs;

    Connector(
            MqttOptions options,
            ClientId clientId,
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
        this.brokers = new Brokers(options.addresses());
        this.versions = new Versions(options);
    }

    void start() {
        if (counters.state != State.NEW) {
            return;
        }
        if (options.tls().insecure() && options.addresses().stream().anyMatch(BrokerAddress::tls)) {
            log.insecure(options.brokerName());
        }
        beginRound();
    }

    private void beginRound() {
        connect(brokers.first(System.nanoTime()));
    }

    private void connect(BrokerAddress address) {
        Protocol protocol = versions.of(address);
        if (protocol == Protocol.MQTT_3_1_1) {
            clientId.beKnown();
        }
        counters.state = State.CONNECTING;
        counters.broker = address.name();
        counters.protocol = protocol;
        attempt = new Attempt(
                options, address, protocol, clientId.get(), cleanStart(address, protocol), loop, lookup, this);
        attempt.start();
    }

    /**
     * Whether the broker is to forget an older session. With MQTT 5 the first connection to a broker always asks for it, since
     * nothing is known of what an earlier process, or an earlier turn of another broker, left behind there.
     */
    private boolean cleanStart(BrokerAddress address, Protocol protocol) {
        return !options.resumes(protocol)
                || protocol == Protocol.MQTT_5
                        && (!address.equals(sessionAt) || clientId.get().isEmpty());
    }

    @Override
    public void accepted(Attempt of, ChannelHandlerContext handshake, HandshakeHandler.Answer answer) {
        BrokerAddress address = of.address;
        up = true;
        upSinceNs = System.nanoTime();
        // What another broker's session had says nothing of what stands here.
        boolean resumed = answer.sessionPresent() && (sessionAt == null || sessionAt.equals(address));
        sessionAt = address;
        brokers.accepted(address);
        versions.accepted(address, of.protocol);
        clientId.accepted(answer.assignedClientId());
        counters.connects.increment();
        BrokerLimits limits = answer.limits();
        KeepAliveHandler keepAlive = new KeepAliveHandler(limits.keepAlive(), options.connectTimeout(), this::overdue);
        SessionHandler session = new SessionHandler(limits.v5(), outbox, subscriptions, listener, counters);
        handshake.pipeline().addBefore(handshake.name(), "keepAlive", keepAlive);
        handshake.pipeline().replace(handshake.handler(), "session", session);
        log.connected(address.name(), of.protocol, resumed);
        outbox.connected(of.channel(), limits, resumed);
        // Only now, so that who sees it is not refused a message.
        counters.state = State.CONNECTED;
        MqttTrace.connection(true);
        subscriptions.connected(of.channel(), limits, resumed);
        listener.onConnected(resumed);
    }

    private String overdue(long nowNs) {
        String debt = outbox.overdue(nowNs);
        return debt != null ? debt : subscriptions.overdue(nowNs);
    }

    @Override
    public void ended(Attempt of, MqttFault how, boolean hungUp) {
        if (of != attempt) {
            return;
        }
        BrokerAddress address = of.address;
        boolean wasUp = up;
        up = false;
        MqttFault fault = wasUp ? how : versions.explained(of.protocol, how);
        String reason = address.name() + " " + fault.getMessage();
        if (whenClosed == null) {
            counters.lastError = reason;
        }
        if (wasUp) {
            outbox.disconnected(!fault.isSilence());
            subscriptions.disconnected();
        }
        if (whenClosed != null) {
            finish();
            return;
        }
        if (wasUp && held()) {
            backoff.reset();
            brokers.held();
        }
        if (!wasUp && versions.changes(address, of.protocol, fault, hungUp)) {
            log.led(reason, "trying " + versions.of(address));
            connect(address);
        } else if (!wasUp && clientId.askAfter(fault, of.protocol)) {
            log.led(reason, "asking it to assign a client identifier");
            connect(address);
        } else if (!followed(of, fault, reason, wasUp)) {
            goOn(address, fault, reason, wasUp);
        }
    }

    private boolean held() {
        return System.nanoTime() - upSinceNs
                >= Math.min(STABLE_MAX_NS, options.retryMax().toNanos());
    }

    /** Goes where the broker sends us, if it says where and this is not without end. */
    private boolean followed(Attempt of, MqttFault fault, String reason, boolean wasUp) {
        if (fault.serverReference() == null || !brokers.mayFollow()) {
            return false;
        }
        List<BrokerAddress> targets = ServerReference.read(fault.serverReference(), of.address);
        if (targets.isEmpty()) {
            return false;
        }
        boolean forGood = fault.reasonCode() == ReasonCodes.SERVER_MOVED;
        BrokerAddress target = brokers.follow(targets, forGood);
        log.led(reason, "going to " + target.name() + (forGood ? " from now on" : ""));
        if (wasUp) {
            counters.state = State.AWAY;
            listener.onAway(reason);
        }
        connect(target);
        return true;
    }

    /** To the next broker of the round, or to the next round after a wait. */
    private void goOn(BrokerAddress address, MqttFault fault, String reason, boolean wasUp) {
        long nowNs = System.nanoTime();
        if (fault.isLasting() && (fault.serverReference() == null || brokers.mayFollow())) {
            brokers.rest(address, nowNs + backoff.longestNs());
        }
        counters.state = State.AWAY;
        MqttTrace.connection(false);
        BrokerAddress next = wasUp ? null : brokers.next();
        if (next != null) {
            log.goesOn(reason, next.name());
        } else {
            long restNs = brokers.restNs(nowNs);
            long waitNs = restNs > 0 ? restNs : backoff.nextNs();
            log.waits(reason, waitNs);
            retry = loop.schedule(FullHeap.orEnd(this::beginRound), waitNs, TimeUnit.NANOSECONDS);
        }
        if (fault.isLogin()) {
            listener.onLoginRefused();
        }
        listener.onAway(reason);
        if (next != null) {
            connect(next);
        }
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
            closeStep = loop.schedule(FullHeap.orEnd(this::flushThenLeave), CLOSE_POLL_NS, TimeUnit.NANOSECONDS);
        } else if (up) {
            leave();
        } else {
            abandon();
        }
    }

    /** The broker closes the connection after DISCONNECT; closing it first could lose what is still on its way to the broker. */
    private void leave() {
        MqttMessage farewell = MqttMessage.DISCONNECT;
        if (attempt.protocol == Protocol.MQTT_5) {
            MqttProperties properties = new MqttProperties();
            properties.add(new MqttProperties.IntegerProperty(MqttProperties.SESSION_EXPIRY_INTERVAL, 0));
            farewell = FaultHandler.disconnect(0, properties);
        }
        Wire.writeAndFlush(attempt.channel(), farewell);
        if (whenClosed != null) {
            closeStep = loop.schedule(FullHeap.orEnd(this::abandon), FAREWELL_NS, TimeUnit.NANOSECONDS);
        }
    }

    private void abandon() {
        if (whenClosed != null) {
            attempt.abandon();
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
        log.closed(counters.broker, unacknowledged);
        told.run();
    }
}
