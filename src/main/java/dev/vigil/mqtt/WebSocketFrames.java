package dev.vigil.mqtt;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.ContinuationWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CorruptedWebSocketFrameException;
import io.netty.handler.codec.http.websocketx.WebSocketClientProtocolConfig;
import io.netty.handler.codec.http.websocketx.WebSocketClientProtocolHandler;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketVersion;
import io.netty.util.ReferenceCountUtil;
import java.time.Duration;

/**
 * MQTT inside of WebSocket (MQTT 5, section 6; RFC 6455). Frames are a stream of bytes to MQTT: a packet may span several, and
 * one may hold several packets. Each buffer that is written becomes a binary frame.
 */
final class WebSocketFrames extends ChannelDuplexHandler {
    /** A frame may hold more than one packet. */
    private static final int FRAME_MAX_BYTES = 2 * Connector.INBOUND_MAX_BYTES;

    private static final String SUBPROTOCOL = "mqtt";
    /** What a broker may say along with its consent, headers aside. */
    private static final int CONSENT_MAX_BYTES = 8_192;

    private WebSocketFrames() {}

    /**
     * Adds what makes a WebSocket of a stream; {@link WebSocketClientProtocolHandler.ClientHandshakeStateEvent} tells when it
     * stands.
     *
     * @param deadline of the whole try, which holds without this one
     */
    static void install(ChannelPipeline pipeline, BrokerAddress address, Duration deadline) {
        WebSocketClientProtocolConfig config = WebSocketClientProtocolConfig.newBuilder()
                .webSocketUri(address.uri())
                .subprotocol(SUBPROTOCOL)
                .version(WebSocketVersion.V13)
                .allowExtensions(false)
                .maxFramePayloadLength(FRAME_MAX_BYTES)
                // Told here with the broker's reason, and never waited for: over a stuck socket that would be for ever.
                .handleCloseFrames(false)
                .sendCloseFrame(null)
                .handshakeTimeoutMillis(deadline.multipliedBy(2).toMillis())
                .build();
        pipeline.addLast(new HttpClientCodec())
                .addLast(new Consent())
                .addLast(new HttpObjectAggregator(CONSENT_MAX_BYTES))
                .addLast(new WebSocketClientProtocolHandler(config))
                .addLast(new WebSocketFrames());
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (message instanceof BinaryWebSocketFrame || message instanceof ContinuationWebSocketFrame) {
            ctx.fireChannelRead(((WebSocketFrame) message).content());
            return;
        }
        try {
            if (message instanceof CloseWebSocketFrame close) {
                String reason = close.reasonText().replaceAll("\\p{Cntrl}", " ").strip();
                String code = close.statusCode() < 0 ? "without a reason" : "with " + close.statusCode();
                Wire.writeAndFlush(ctx.channel(), new CloseWebSocketFrame());
                ctx.fireExceptionCaught(
                        MqttFault.lost("closed the WebSocket " + code + (reason.isEmpty() ? "" : ": " + reason)));
            } else {
                ctx.fireExceptionCaught(
                        MqttFault.passing("sent a WebSocket text frame, where MQTT knows binary ones only"));
            }
        } finally {
            ReferenceCountUtil.release(message);
        }
    }

    @Override
    public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
        // Told to the promise.
        ChannelFuture untold =
                ctx.write(message instanceof ByteBuf bytes ? new BinaryWebSocketFrame(bytes) : message, promise);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        ctx.fireExceptionCaught(
                cause instanceof CorruptedWebSocketFrameException
                        ? MqttFault.passing("broke the WebSocket protocol: " + Causes.root(cause))
                        : cause);
    }

    /** Looks at the answer to the request before Netty does, for words that say what a person can change. */
    private static final class Consent extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            if (!(message instanceof HttpResponse response)) {
                ctx.fireChannelRead(message);
                return;
            }
            MqttFault refusal = refusal(response);
            if (refusal == null) {
                ctx.fireChannelRead(message);
            } else {
                ReferenceCountUtil.release(message);
                ctx.fireExceptionCaught(refusal);
            }
        }

        private static MqttFault refusal(HttpResponse response) {
            if (response.decoderResult().isFailure()) {
                return MqttFault.passing("answered the WebSocket request with what is not HTTP");
            }
            HttpResponseStatus status = response.status();
            if (status.equals(HttpResponseStatus.SWITCHING_PROTOCOLS)) {
                String chosen = response.headers().get(HttpHeaderNames.SEC_WEBSOCKET_PROTOCOL, "");
                return chosen.equals(SUBPROTOCOL)
                        ? null
                        : MqttFault.lasting(
                                "took the WebSocket, but without the subprotocol mqtt (is there a broker behind?)");
            }
            String words = "answered the WebSocket request with HTTP "
                    + status.toString().replaceAll("\\p{Cntrl}", " ").strip()
                    + (status.equals(HttpResponseStatus.NOT_FOUND) ? " (is the address's path right?)" : "");
            return status.codeClass() == HttpStatusClass.CLIENT_ERROR
                    ? MqttFault.lasting(words)
                    : MqttFault.passing(words);
        }
    }
}
