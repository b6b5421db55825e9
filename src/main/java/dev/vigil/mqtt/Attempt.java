package dev.vigil.mqtt;

import dev.vigil.base.FullHeap;
import dev.vigil.mqtt.MqttOptions.Protocol;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.codec.mqtt.MqttDecoder;
import io.netty.handler.codec.mqtt.MqttEncoder;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.concurrent.ScheduledFuture;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;

/**
 * One try to connect to one broker within its deadline, and the connection that comes of it, up to its end. Confined to the
 * event loop.
 *
 * <pre>
 *  lookup ► dial address 1, 2, … ► [TLS] ► [WebSocket] ► CONNECT ► CONNACK ► accepted ► ended
 *     └────────┴────────────────────┴─────────┴────────────┴──────────────────────────►┘
 * </pre>
 */
final class Attempt {
    /** Learns how it goes; each method is called at most once. */
    interface Owner {
        void accepted(Attempt attempt, ChannelHandlerContext handshake, HandshakeHandler.Answer answer);

        /** @param hungUp the broker closed the connection instead of answering CONNECT */
        void ended(Attempt attempt, MqttFault fault, boolean hungUp);
    }

    final BrokerAddress address;
    final Protocol protocol;

    private final MqttOptions options;
    private final String clientId;
    private final boolean cleanStart;
    private final EventLoop loop;
    private final Lookup lookup;
    private final Owner owner;

    private Channel channel;
    private ScheduledFuture<?> deadline;
    private String waitingFor;
    private boolean accepted;
    private boolean over;

    /** @param cleanStart the broker is to forget what it knows of this client */
    Attempt(
            MqttOptions options,
            BrokerAddress address,
            Protocol protocol,
            String clientId,
            boolean cleanStart,
            EventLoop loop,
            Lookup lookup,
            Owner owner) {
        this.options = options;
        this.address = address;
        this.protocol = protocol;
        this.clientId = clientId;
        this.cleanStart = cleanStart;
        this.loop = loop;
        this.lookup = lookup;
        this.owner = owner;
    }

    void start() {
        waitingFor = address.tls() ? "its address and the files of TLS" : "its address";
        deadline = loop.schedule(
                FullHeap.orEnd(this::expired), options.connectTimeout().toNanos(), TimeUnit.NANOSECONDS);
        lookup.start(address, new Lookup.Result() {
            @Override
            public void found(Lookup.Found found) {
                if (!over) {
                    dial(found, 0);
                }
            }

            @Override
            public void failed(MqttFault fault) {
                end(fault);
            }
        });
    }

    Channel channel() {
        return channel;
    }

    /** Ends it without a word to anybody. */
    void abandon() {
        over = true;
        deadline.cancel(false);
        if (channel != null) {
            Wire.close(channel);
        }
    }

    /** Tries the host's addresses in turn: one name may stand for both IPv6 and IPv4, and only one be listened on. */
    private void dial(Lookup.Found found, int index) {
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
                        assemble(fresh.pipeline(), found.tls());
                    }
                });
        channel = bootstrap
                .connect(new InetSocketAddress(addresses[index], address.port()))
                .addListener((ChannelFutureListener) connecting -> dialled(connecting, found, index))
                .channel();
    }

    private void dialled(ChannelFuture connecting, Lookup.Found found, int index) {
        if (over || connecting.isSuccess()) {
            return; // An expired try closed its channel; a good one goes on in its pipeline.
        }
        try {
            if (index + 1 < found.addresses().length) {
                dial(found, index + 1);
            } else {
                end(Causes.fault(connecting.cause()));
            }
        } catch (OutOfMemoryError unmet) {
            FullHeap.end(unmet); // nobody would try again
        }
    }

    private void assemble(ChannelPipeline pipeline, SslContext tls) {
        if (tls != null) {
            SslHandler handler = tls.newHandler(pipeline.channel().alloc(), address.host(), address.port());
            handler.setHandshakeTimeoutMillis(0); // The deadline of the whole try covers it.
            pipeline.addLast(handler);
        }
        if (address.webSocket()) {
            WebSocketFrames.install(pipeline, address, options.connectTimeout());
        }
        HandshakeHandler handshake =
                new HandshakeHandler(options, address, protocol, clientId, cleanStart, new HandshakeHandler.Progress() {
                    @Override
                    public void stage(String what) {
                        waitingFor = what;
                    }

                    @Override
                    public void accepted(ChannelHandlerContext ctx, HandshakeHandler.Answer answer) {
                        accept(ctx, answer);
                    }
                });
        if (protocol == Protocol.MQTT_5) {
            pipeline.addLast(new OlderConnAck());
        }
        PacketFramer framer = new PacketFramer(Connector.INBOUND_MAX_BYTES);
        pipeline.addLast(framer)
                .addLast(new MqttDecoder(Connector.INBOUND_MAX_BYTES))
                .addLast(framer.witness())
                .addLast(MqttEncoder.INSTANCE)
                .addLast(handshake)
                .addLast(new FaultHandler(protocol == Protocol.MQTT_5, this::end));
    }

    private void accept(ChannelHandlerContext ctx, HandshakeHandler.Answer answer) {
        if (!over) {
            accepted = true;
            deadline.cancel(false);
            owner.accepted(this, ctx, answer);
        }
    }

    private void expired() {
        if (over || accepted) {
            return;
        }
        Channel stuck = channel;
        end(MqttFault.passing("gave no connection within "
                + options.connectTimeout().toMillis() + " ms, still waiting for " + waitingFor));
        if (stuck != null) {
            Wire.close(stuck);
        }
    }

    /** @param fault null when the other side just closed the connection */
    private void end(MqttFault fault) {
        if (over) {
            return;
        }
        over = true;
        deadline.cancel(false);
        boolean lost = fault == null || fault.isLost();
        boolean hungUp = !accepted && lost && HandshakeHandler.CONNACK_STAGE.equals(waitingFor);
        MqttFault told = fault;
        if (fault == null || hungUp) {
            String words = fault != null
                    ? fault.getMessage()
                    : "closed the connection" + (accepted ? "" : " before " + waitingFor);
            told = MqttFault.lost(words + (hungUp ? hint() : ""));
        }
        owner.ended(this, told, hungUp);
    }

    /** What a broker that hangs up on CONNECT may mean. */
    private String hint() {
        if (address.tls()) {
            // TLS 1.3 refuses a certificate, or its absence, only after the handshake.
            return options.tls().certFile() == null
                    ? " (does it want a client certificate?)"
                    : " (does it accept the client's certificate?)";
        }
        return options.protocol() == Protocol.MQTT_5 ? " (does it speak MQTT 5?)" : "";
    }
}
