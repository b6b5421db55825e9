package dev.vigil.mqtt;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.mqtt.MqttDecoder;
import io.netty.handler.codec.mqtt.MqttEncoder;
import java.io.IOException;
import java.time.Duration;
import java.util.function.Consumer;

/**
 * A client's handlers, outbox and subscriptions, assembled as {@link Connector} does it, without a network: each connection is
 * fed with bytes by the caller, on whose thread everything runs.
 */
public final class EmbeddedClient {
    private static final PublishProperties PROPERTIES = PublishProperties.builder()
            .contentType("text/plain")
            .messageExpiry(Duration.ofSeconds(1))
            .build();

    private final MqttOptions options;
    private final ByteBufAllocator allocator;
    private final Counters counters = new Counters("fuzz");
    private final PacketIds packetIds = new PacketIds();
    private final MqttListener listener;
    /** For its event loop, which outlives the connections'. */
    private final EmbeddedChannel home = new EmbeddedChannel();

    private final Outbox outbox;
    private final Subscriptions subscriptions;
    private EmbeddedChannel channel;
    private boolean accepted;
    private boolean ended;
    private String end = "";
    private Throwable unexpected;

    /** @param allocator of everything that the connections need */
    public EmbeddedClient(MqttOptions options, ByteBufAllocator allocator, MqttListener listener) {
        this.options = options;
        this.allocator = allocator;
        Faults faults = new Faults(counters);
        this.listener = new SafeListener(listener, faults);
        this.outbox = new Outbox(
                home.eventLoop(),
                counters,
                new InFlight(counters, packetIds, faults),
                faults,
                options.queueMessages(),
                OutboxOptions.MEMORY);
        this.subscriptions = new Subscriptions(
                packetIds, this.listener, faults, options.connectTimeout().toNanos());
    }

    /** A new connection, up to CONNECT. */
    public void connect() {
        accepted = false;
        ended = false;
        channel = new EmbeddedChannel();
        channel.config().setAllocator(allocator);
        boolean v5 = options.protocol() == MqttOptions.Protocol.MQTT_5;
        PacketFramer framer = new PacketFramer(Connector.INBOUND_MAX_BYTES);
        BrokerAddress address = options.addresses().get(0);
        channel.pipeline()
                .addLast(framer)
                .addLast(new MqttDecoder(Connector.INBOUND_MAX_BYTES))
                .addLast(framer.witness())
                .addLast(MqttEncoder.INSTANCE)
                .addLast(new HandshakeHandler(
                        options, address, options.protocol(), "fuzz", false, new HandshakeHandler.Progress() {
                            @Override
                            public void stage(String what) {}

                            @Override
                            public void accepted(ChannelHandlerContext ctx, HandshakeHandler.Answer answer) {
                                EmbeddedClient.this.accepted(ctx, answer.limits(), answer.sessionPresent());
                            }
                        }))
                .addLast(new ChannelInboundHandlerAdapter() {
                    @Override
                    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
                        if (!(cause instanceof MqttFault) && !(cause instanceof IOException)) {
                            unexpected = cause;
                        }
                        ctx.fireExceptionCaught(cause);
                    }
                })
                .addLast(new FaultHandler(v5, this::away));
        channel.pipeline().fireChannelActive();
    }

    private void accepted(ChannelHandlerContext handshake, BrokerLimits limits, boolean sessionPresent) {
        accepted = true;
        KeepAliveHandler keepAlive = new KeepAliveHandler(limits.keepAlive(), options.connectTimeout(), nowNs -> null);
        SessionHandler session = new SessionHandler(limits.v5(), outbox, subscriptions, listener, counters);
        handshake.pipeline().addBefore(handshake.name(), "keepAlive", keepAlive);
        handshake.pipeline().replace(handshake.handler(), "session", session);
        outbox.connected(channel, limits, sessionPresent);
        subscriptions.connected(channel, limits, sessionPresent);
        listener.onConnected(sessionPresent);
    }

    private void away(MqttFault fault) {
        ended = true;
        end = fault == null ? "hung up" : fault.getMessage();
        if (accepted) {
            outbox.disconnected(fault == null || !fault.isSilence());
            subscriptions.disconnected();
        }
    }

    /** What the broker sends; throws what nobody handled. */
    public void feed(byte[] bytes, int from, int to) {
        if (channel.isOpen()) {
            channel.writeInbound(allocator.ioBuffer(to - from).writeBytes(bytes, from, to - from));
            settle();
        }
    }

    /** @param plain without properties and expiry */
    public void publish(String topic, int qos, boolean plain) {
        outbox.publish(
                MqttTopic.of(topic),
                Unpooled.wrappedBuffer(new byte[32]),
                qos,
                false,
                plain ? PublishProperties.NONE : PROPERTIES,
                false,
                PublishCallback.NONE);
        settle();
    }

    public void subscribe(String filter, int qos) {
        subscriptions.subscribe(filter, SubscribeOptions.of(qos));
        settle();
    }

    public void unsubscribe(String filter) {
        subscriptions.unsubscribe(filter);
        settle();
    }

    private void settle() {
        home.runPendingTasks();
        if (channel != null) {
            channel.runPendingTasks();
            channel.runScheduledPendingTasks();
            channel.checkException();
        }
    }

    /** Takes what the client has written since the last call; each is released afterwards. */
    public void drainWritten(Consumer<ByteBuf> taker) {
        for (ByteBuf written = channel.readOutbound(); written != null; written = channel.readOutbound()) {
            try {
                taker.accept(written);
            } finally {
                written.release();
            }
        }
    }

    /** The connection ends, if it has not yet; throws what nobody handled. */
    public void disconnect() {
        drainWritten(written -> {});
        if (channel.finish()) {
            drainWritten(written -> {});
            if (!channel.inboundMessages().isEmpty()) {
                Object left = channel.inboundMessages().peek();
                channel.releaseInbound();
                throw new IllegalStateException("nobody took " + left);
            }
        }
        settle();
    }

    public boolean isAccepted() {
        return accepted;
    }

    /** The connection's end was told. */
    public boolean isEnded() {
        return ended;
    }

    /** Why the latest connection ended, in words. */
    public String end() {
        return end;
    }

    /** The latest exception in the pipeline that was no fault of the connection's; null when there was none. */
    public Throwable unexpected() {
        return unexpected;
    }

    public MqttStatus status() {
        return counters.status();
    }

    /** Ends it without a connection; throws when something of it is left over. */
    public void close() {
        outbox.close();
        settle();
        if (counters.waiting.get() != 0) {
            throw new IllegalStateException(counters.waiting.get() + " messages are counted as waiting after the end");
        }
        int free = 0;
        while (packetIds.take() != 0) {
            free++;
        }
        if (free != 65_535) {
            throw new IllegalStateException(65_535 - free + " packet ids were never given back");
        }
    }
}
