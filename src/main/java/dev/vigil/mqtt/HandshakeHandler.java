package dev.vigil.mqtt;

import dev.vigil.mqtt.MqttOptions.Protocol;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.websocketx.WebSocketClientProtocolHandler.ClientHandshakeStateEvent;
import io.netty.handler.codec.mqtt.MqttConnAckMessage;
import io.netty.handler.codec.mqtt.MqttConnAckVariableHeader;
import io.netty.handler.codec.mqtt.MqttConnectMessage;
import io.netty.handler.codec.mqtt.MqttConnectPayload;
import io.netty.handler.codec.mqtt.MqttConnectVariableHeader;
import io.netty.handler.codec.mqtt.MqttFixedHeader;
import io.netty.handler.codec.mqtt.MqttMessage;
import io.netty.handler.codec.mqtt.MqttMessageType;
import io.netty.handler.codec.mqtt.MqttProperties;
import io.netty.handler.codec.mqtt.MqttQoS;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import java.nio.charset.StandardCharsets;

/** Sends CONNECT, judges CONNACK, and leaves the pipeline when the broker has accepted. */
final class HandshakeHandler extends SimpleChannelInboundHandler<MqttMessage> {
    /** What {@link Progress#stage} says while CONNACK is due. */
    static final String CONNACK_STAGE = "its answer to CONNECT";

    /**
     * What the broker said when it accepted.
     *
     * @param assignedClientId null when it assigned none
     */
    record Answer(BrokerLimits limits, boolean sessionPresent, String assignedClientId) {}

    /** Learns how the handshake goes; on the event loop. */
    interface Progress {
        /** What is being waited for now, for the line that a deadline prints. */
        void stage(String waitingFor);

        void accepted(ChannelHandlerContext ctx, Answer answer);
    }

    private final MqttOptions options;
    private final BrokerAddress address;
    private final boolean v5;
    private final String clientId;
    private final boolean cleanStart;
    private final Progress progress;

    /**
     * @param clientId empty to have the broker assign one
     * @param cleanStart the broker is to forget what it knows of this client
     */
    HandshakeHandler(
            MqttOptions options,
            BrokerAddress address,
            Protocol protocol,
            String clientId,
            boolean cleanStart,
            Progress progress) {
        this.options = options;
        this.address = address;
        this.v5 = protocol == Protocol.MQTT_5;
        this.clientId = clientId;
        this.cleanStart = cleanStart;
        this.progress = progress;
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        if (address.tls()) {
            progress.stage("the TLS handshake");
        } else {
            encrypted(ctx);
        }
    }

    /** TLS stands, or there is none; the request for a WebSocket, where there is one, is on its way. */
    private void encrypted(ChannelHandlerContext ctx) {
        if (address.webSocket()) {
            progress.stage("its answer to the WebSocket request");
        } else {
            connect(ctx);
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof SslHandshakeCompletionEvent handshake && handshake.isSuccess()) {
            encrypted(ctx);
        } else if (event == ClientHandshakeStateEvent.HANDSHAKE_COMPLETE) {
            connect(ctx);
        }
        ctx.fireUserEventTriggered(event);
    }

    private void connect(ChannelHandlerContext ctx) {
        progress.stage(CONNACK_STAGE);
        Wire.writeAndFlush(ctx.channel(), connectMessage());
    }

    private MqttConnectMessage connectMessage() {
        MqttOptions.Will will = options.will();
        MqttProperties properties = new MqttProperties();
        if (v5) {
            integer(properties, MqttProperties.SESSION_EXPIRY_INTERVAL, (int)
                    options.sessionExpiry().toSeconds());
            integer(properties, MqttProperties.RECEIVE_MAXIMUM, Receipts.RECEIVE_MAX);
            integer(properties, MqttProperties.MAXIMUM_PACKET_SIZE, Connector.INBOUND_MAX_BYTES);
        }
        return new MqttConnectMessage(
                new MqttFixedHeader(MqttMessageType.CONNECT, false, MqttQoS.AT_MOST_ONCE, false, 0),
                new MqttConnectVariableHeader(
                        "MQTT",
                        v5 ? 5 : 4,
                        options.username() != null,
                        options.password() != null,
                        will != null && will.retain(),
                        will == null ? 0 : will.qos(),
                        will != null,
                        cleanStart,
                        (int) options.keepAlive().toSeconds(),
                        properties),
                new MqttConnectPayload(
                        clientId,
                        MqttProperties.NO_PROPERTIES,
                        will == null ? null : will.topic(),
                        will == null ? null : will.payload().getBytes(StandardCharsets.UTF_8),
                        options.username(),
                        options.password() == null
                                ? null
                                : options.password().reveal().getBytes(StandardCharsets.UTF_8)));
    }

    private static void integer(MqttProperties properties, int id, int value) {
        properties.add(new MqttProperties.IntegerProperty(id, value));
    }

    @Override
    protected void channelRead0(ChannelHandlerContext ctx, MqttMessage message) {
        MqttFault broken = Decoding.fault(message);
        if (broken != null) {
            ctx.fireExceptionCaught(broken);
        } else if (message instanceof MqttConnAckMessage connAck) {
            judge(ctx, connAck.variableHeader());
        } else {
            ctx.fireExceptionCaught(MqttFault.passing(
                    "answered CONNECT with " + message.fixedHeader().messageType() + " (is it an MQTT broker?)"));
        }
    }

    /** What the broker refused, so that the one line says where to look; a user's name does not belong into a log. */
    private String what(int reason) {
        if (!ReasonCodes.login(reason)) {
            return "connection";
        }
        return options.username() == null
                ? "login without a user name"
                : "login with the configured username" + (options.password() == null ? "" : " and password");
    }

    private void judge(ChannelHandlerContext ctx, MqttConnAckVariableHeader connAck) {
        int code = connAck.connectReturnCode().byteValue() & 0xFF;
        if (code != 0) {
            int reason = code < 0x80 ? ReasonCodes.fromConnAck311(code) : code;
            ctx.fireExceptionCaught(MqttFault.said("refused the " + what(reason), reason, connAck.properties()));
            return;
        }
        if (connAck.isSessionPresent() && cleanStart) {
            ctx.fireExceptionCaught(MqttFault.protocol(
                    "resumed a session although a new one was asked for", ReasonCodes.PROTOCOL_ERROR));
            return;
        }
        BrokerLimits limits = v5
                ? BrokerLimits.v5(connAck.properties(), options.keepAlive())
                : BrokerLimits.v311(options.keepAlive());
        String assigned = ReasonCodes.property(connAck.properties(), MqttProperties.ASSIGNED_CLIENT_IDENTIFIER);
        progress.accepted(ctx, new Answer(limits, connAck.isSessionPresent(), assigned));
    }
}
