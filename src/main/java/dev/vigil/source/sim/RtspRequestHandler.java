package dev.vigil.source.sim;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.rtsp.RtspResponseStatuses;
import io.netty.handler.codec.rtsp.RtspVersions;
import io.netty.handler.timeout.IdleStateEvent;
import io.netty.util.AttributeKey;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Answers the RTSP requests of one connection (RFC 2326). Runs on the server's thread. */
final class RtspRequestHandler extends SimpleChannelInboundHandler<HttpObject> {
    private static final Logger log = LoggerFactory.getLogger(RtspRequestHandler.class);
    private static final String METHODS =
            "OPTIONS, DESCRIBE, SETUP, PLAY, PAUSE, TEARDOWN, GET_PARAMETER, SET_PARAMETER";
    // As RFC 2326 writes them: there are clients that compare letter by letter.
    private static final String ALLOW = "Allow";
    private static final String AUTHORIZATION = "Authorization";
    private static final String CONTENT_BASE = "Content-Base";
    private static final String CONTENT_LENGTH = "Content-Length";
    private static final String CONTENT_TYPE = "Content-Type";
    private static final String CSEQ = "CSeq";
    private static final String PUBLIC = "Public";
    private static final String RANGE = "Range";
    private static final String REQUIRE = "Require";
    private static final String RTP_INFO = "RTP-Info";
    private static final String SERVER = "Server";
    private static final String SESSION = "Session";
    private static final String TRANSPORT = "Transport";
    private static final String UNSUPPORTED = "Unsupported";
    private static final String WWW_AUTHENTICATE = "WWW-Authenticate";

    /** The camera that the connection's requests were about last. */
    private static final AttributeKey<SimulatedCamera> CAMERA = AttributeKey.valueOf("vigil.camera");

    private static final int BODY_BYTES_MAX = 65_536;

    /** After these, nothing that follows can be understood. */
    private static final Set<HttpResponseStatus> CLOSING =
            Set.of(HttpResponseStatus.REQUEST_ENTITY_TOO_LARGE, RtspResponseStatuses.RTSP_VERSION_NOT_SUPPORTED);

    private final CameraSet cameras;
    private final DripHandler drip;

    /** @param drip what lets this connection's bytes trickle */
    RtspRequestHandler(CameraSet cameras, DripHandler drip) {
        this.cameras = cameras;
        this.drip = drip;
    }

    /** The camera that a connection has asked for; null before it has. */
    static SimulatedCamera cameraOf(Channel connection) {
        return connection.attr(CAMERA).get();
    }

    @Override
    protected void channelRead0(ChannelHandlerContext ctx, HttpObject message) {
        if (message.decoderResult().isFailure()) {
            log.debug(
                    "{}: no RTSP: {}",
                    ctx.channel().remoteAddress(),
                    message.decoderResult().cause().toString());
            respondAndClose(ctx, answer(null, HttpResponseStatus.BAD_REQUEST));
        } else if (message instanceof HttpRequest request) {
            FullHttpResponse refusal = refuse(request);
            SimulatedCamera camera = cameras.at(RtspUri.parse(request.uri()).cameraPath());
            if (camera != null && camera != cameraOf(ctx.channel())) {
                ctx.channel().attr(CAMERA).set(camera);
                drip.follow(camera.faults());
            }
            if (camera != null && camera.faults().on(FaultKind.HANG)) {
                return;
            }
            if (refusal == null && camera != null) {
                refusal = refuseByFault(request, camera.faults());
            }
            if (refusal == null) {
                refusal = demandLogin(request, camera == null ? cameras.login() : camera.login());
            }
            if (refusal == null) {
                serve(ctx, request);
            } else if (CLOSING.contains(refusal.status())) {
                respondAndClose(ctx, refusal);
            } else {
                write(ctx, refusal);
            }
        }
    }

    /** What every request must fulfil; null when it does. */
    private FullHttpResponse refuse(HttpRequest request) {
        if (!request.protocolVersion().equals(RtspVersions.RTSP_1_0)) {
            return answer(request, RtspResponseStatuses.RTSP_VERSION_NOT_SUPPORTED);
        }
        if (!request.headers().contains(CSEQ)) {
            return answer(request, HttpResponseStatus.BAD_REQUEST);
        }
        if (bodyBytes(request) > BODY_BYTES_MAX) {
            return answer(request, HttpResponseStatus.REQUEST_ENTITY_TOO_LARGE);
        }
        String required = request.headers().get(REQUIRE);
        if (required != null) {
            FullHttpResponse unsupported = answer(request, RtspResponseStatuses.OPTION_NOT_SUPPORTED);
            unsupported.headers().set(UNSUPPORTED, required);
            return unsupported;
        }
        return null;
    }

    /** What a fault refuses; null when none does. */
    private static FullHttpResponse refuseByFault(HttpRequest request, CameraFaults faults) {
        if (faults.on(FaultKind.REFUSE)) {
            return answer(request, HttpResponseStatus.GONE);
        }
        Fault wrong = faults.get(FaultKind.ANSWER);
        return wrong != null && wrong.meets(request.method().name())
                ? answer(request, RtspResponseStatuses.valueOf((int) wrong.value()))
                : null;
    }

    /** The demand to log in; null when the request may pass. OPTIONS always may. */
    private static FullHttpResponse demandLogin(HttpRequest request, RtspLogin login) {
        String method = request.method().name();
        if (login == null
                || method.equals("OPTIONS")
                || login.permits(method, request.headers().get(AUTHORIZATION))) {
            return null;
        }
        FullHttpResponse unauthorized = answer(request, HttpResponseStatus.UNAUTHORIZED);
        unauthorized.headers().add(WWW_AUTHENTICATE, login.challenges());
        return unauthorized;
    }

    private void serve(ChannelHandlerContext ctx, HttpRequest request) {
        RtspUri uri = RtspUri.parse(request.uri());
        RtspSession session = sessionOf(request);
        if (session != null) {
            session.touch(cameras.nowNs());
        }
        switch (request.method().name()) {
            case "OPTIONS" -> {
                FullHttpResponse options = answer(request, HttpResponseStatus.OK);
                options.headers().set(PUBLIC, METHODS);
                write(ctx, options);
            }
            case "DESCRIBE" -> describe(ctx, request, uri);
            case "SETUP" -> setup(ctx, request, uri, session);
            case "PLAY", "PAUSE", "TEARDOWN" -> control(ctx, request, uri, session);
            case "GET_PARAMETER", "SET_PARAMETER" -> {
                boolean lost = session == null && request.headers().contains(SESSION);
                boolean asks = bodyBytes(request) > 0;
                respond(
                        ctx,
                        request,
                        lost
                                ? RtspResponseStatuses.SESSION_NOT_FOUND
                                : asks ? RtspResponseStatuses.PARAMETER_NOT_UNDERSTOOD : HttpResponseStatus.OK);
            }
            case "ANNOUNCE", "RECORD", "REDIRECT" -> {
                FullHttpResponse notAllowed = answer(request, HttpResponseStatus.METHOD_NOT_ALLOWED);
                notAllowed.headers().set(ALLOW, METHODS);
                write(ctx, notAllowed);
            }
            default -> respond(ctx, request, HttpResponseStatus.NOT_IMPLEMENTED);
        }
    }

    private void describe(ChannelHandlerContext ctx, HttpRequest request, RtspUri uri) {
        SimulatedCamera camera = cameras.at(uri.cameraPath());
        if (camera == null) {
            respond(ctx, request, HttpResponseStatus.NOT_FOUND);
            return;
        }
        InetSocketAddress local = (InetSocketAddress) ctx.channel().localAddress();
        String sdp = Sdp.describe(camera, local.getAddress(), cameras.startedUtcS());
        if (FaultyAnswers.describe(ctx, request.headers().get(CSEQ), sdp, camera.faults())) {
            return;
        }
        ByteBuf body = Unpooled.copiedBuffer(sdp, StandardCharsets.US_ASCII);
        FullHttpResponse description = answer(request, HttpResponseStatus.OK, body);
        description.headers().set(CONTENT_TYPE, "application/sdp");
        description.headers().set(CONTENT_BASE, uri.base() + "/");
        write(ctx, description);
    }

    private void setup(ChannelHandlerContext ctx, HttpRequest request, RtspUri uri, RtspSession known) {
        SimulatedCamera camera = cameras.at(uri.cameraPath());
        TransportRequest wanted = TransportRequest.parse(request.headers().get(TRANSPORT));
        HttpResponseStatus refusal = null;
        if (camera == null) {
            refusal = HttpResponseStatus.NOT_FOUND;
        } else if (!uri.track()) {
            refusal = RtspResponseStatuses.AGGREGATE_OPERATION_NOT_ALLOWED;
        } else if (known == null && request.headers().contains(SESSION)) {
            refusal = RtspResponseStatuses.SESSION_NOT_FOUND;
        } else if (known != null && (known.playing() || known.camera() != camera)) {
            refusal = RtspResponseStatuses.METHOD_NOT_VALID;
        } else if (wanted == null || cameras.tls() && !wanted.tcp()) {
            refusal = RtspResponseStatuses.UNSUPPORTED_TRANSPORT;
        }
        if (refusal != null) {
            respond(ctx, request, refusal);
            return;
        }
        RtpSink sink = cameras.sink(ctx.channel(), wanted, camera);
        RtspSession session = known;
        if (session == null) {
            session = cameras.sessions().open(camera, ctx.channel(), sink, cameras.nowNs());
        } else {
            session.sink(sink);
        }
        FullHttpResponse done = answer(request, HttpResponseStatus.OK);
        done.headers().set(SESSION, session.id() + ";timeout=" + cameras.sessionTimeoutS());
        done.headers().set(TRANSPORT, sink.transport() + String.format(";ssrc=%08X;mode=\"PLAY\"", camera.ssrc()));
        write(ctx, done);
    }

    private void control(ChannelHandlerContext ctx, HttpRequest request, RtspUri uri, RtspSession session) {
        if (cameras.at(uri.cameraPath()) == null) {
            respond(ctx, request, HttpResponseStatus.NOT_FOUND);
            return;
        }
        if (session == null) {
            // Without a session there was no SETUP; with an unknown one it is over.
            respond(
                    ctx,
                    request,
                    request.headers().contains(SESSION)
                            ? RtspResponseStatuses.SESSION_NOT_FOUND
                            : RtspResponseStatuses.METHOD_NOT_VALID);
            return;
        }
        FullHttpResponse done = answer(request, HttpResponseStatus.OK);
        done.headers().set(SESSION, session.id());
        switch (request.method().name()) {
            case "PLAY" -> {
                SimulatedCamera camera = session.camera();
                long nowNs = cameras.nowNs();
                long first = camera.firstFrameFor(session.sink(), nowNs);
                done.headers().set(RANGE, "npt=now-");
                done.headers()
                        .set(
                                RTP_INFO,
                                "url=" + uri.base() + "/" + RtspUri.TRACK + ";seq="
                                        + camera.timeline().sequence(first) + ";rtptime="
                                        + Integer.toUnsignedString(camera.timestamp(first)));
                // First the answer, then the first report, and both at once.
                queue(ctx, done);
                if (!session.playing()) {
                    session.play(nowNs);
                    cameras.wake();
                    log.debug("{} plays {}", ctx.channel().remoteAddress(), camera.path());
                }
                ctx.flush();
            }
            case "PAUSE" -> {
                session.stop();
                write(ctx, done);
            }
            default -> {
                cameras.sessions().close(session);
                write(ctx, done);
            }
        }
    }

    private RtspSession sessionOf(HttpRequest request) {
        String header = request.headers().get(SESSION);
        return header == null ? null : cameras.sessions().get(header.split(";", 2)[0].strip());
    }

    private static long bodyBytes(HttpRequest request) {
        String length = request.headers().get(CONTENT_LENGTH);
        return length == null ? 0 : Long.parseLong(length.strip());
    }

    private static void respond(ChannelHandlerContext ctx, HttpRequest request, HttpResponseStatus status) {
        write(ctx, answer(request, status));
    }

    private static void write(ChannelHandlerContext ctx, FullHttpResponse response) {
        queue(ctx, response);
        ctx.flush();
    }

    @SuppressWarnings("FutureReturnValueIgnored") // A void promise: failures come to exceptionCaught.
    private static void queue(ChannelHandlerContext ctx, FullHttpResponse response) {
        ctx.write(response, ctx.voidPromise());
    }

    @SuppressWarnings("FutureReturnValueIgnored") // The connection ends either way.
    private static void respondAndClose(ChannelHandlerContext ctx, FullHttpResponse response) {
        ctx.writeAndFlush(response).addListener(ChannelFutureListener.CLOSE);
    }

    private static FullHttpResponse answer(HttpRequest request, HttpResponseStatus status) {
        return answer(request, status, Unpooled.EMPTY_BUFFER);
    }

    private static FullHttpResponse answer(HttpRequest request, HttpResponseStatus status, ByteBuf body) {
        FullHttpResponse response = new DefaultFullHttpResponse(RtspVersions.RTSP_1_0, status, body);
        if (request != null && request.headers().contains(CSEQ)) {
            response.headers().set(CSEQ, request.headers().get(CSEQ));
        }
        response.headers().set(SERVER, "Vigil");
        if (body.isReadable()) {
            response.headers().set(CONTENT_LENGTH, body.readableBytes());
        }
        return response;
    }

    @SuppressWarnings("FutureReturnValueIgnored") // Closing can not fail in a way that matters here.
    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof IdleStateEvent && !cameras.sessions().hasAny(ctx.channel())) {
            ctx.close();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        cameras.sessions().connectionClosed(ctx.channel());
        ctx.fireChannelInactive();
    }

    @SuppressWarnings("FutureReturnValueIgnored") // As above.
    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (cause instanceof IOException) {
            log.debug("{}: {}", ctx.channel().remoteAddress(), cause.toString());
        } else {
            log.warn("{}: connection closed after an error", ctx.channel().remoteAddress(), cause);
        }
        ctx.close();
    }
}
