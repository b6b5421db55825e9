package dev.vigil.http;

import dev.vigil.base.FaultLog;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpRequestDecoder;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.ScheduledFuture;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A connection's one request: taken in within a deadline, judged, and answered. What comes after it is thrown away unread, so that
 * there is nothing to be gained from sending many. One for each connection, owned by the event loop.
 */
final class RequestHandler extends ChannelInboundHandlerAdapter {
    static final Logger LOG = LoggerFactory.getLogger(RequestHandler.class);

    /** What makes guessing slow: 64 connections then try some 250 tokens a second. */
    private static final long WRONG_TOKEN_MS = 250;
    /** What is read and thrown away after a request; more stays in the kernel. */
    private static final int LEFTOVER_BYTES_MAX = 64 << 10;

    private final Site site;
    private final Gatekeeper gatekeeper;
    private final Map<Site.Effort, Workers> workers;
    private final HttpFigures figures;
    private final Limits limits;
    private final FaultLog faults;
    private ScheduledFuture<?> deadline;
    private boolean taken;
    private int leftoverBytes;

    RequestHandler(
            Site site,
            Gatekeeper gatekeeper,
            Map<Site.Effort, Workers> workers,
            HttpFigures figures,
            Limits limits,
            FaultLog faults) {
        this.site = site;
        this.gatekeeper = gatekeeper;
        this.workers = workers;
        this.figures = figures;
        this.limits = limits;
        this.faults = faults;
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        deadline = ctx.executor()
                .schedule(
                        () -> {
                            take(ctx);
                            reply(ctx, false, HttpVersion.HTTP_1_1)
                                    .send(Answer.text(408, "the request took longer than it may"));
                        },
                        limits.request().toMillis(),
                        TimeUnit.MILLISECONDS);
    }

    /** From here on nothing that comes is read any more. */
    private void take(ChannelHandlerContext ctx) {
        taken = true;
        deadline.cancel(false);
        ctx.pipeline().remove(HttpRequestDecoder.class);
    }

    private Reply reply(ChannelHandlerContext ctx, boolean headOnly, HttpVersion version) {
        return new Reply(ctx.channel(), headOnly, version, figures, limits.piece());
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        try {
            if (taken) {
                discard(ctx, message);
            } else if (message instanceof HttpRequest request) {
                take(ctx);
                answer(ctx.channel(), request, reply(ctx, isHead(request), request.protocolVersion()));
            }
        } finally {
            ReferenceCountUtil.release(message);
        }
    }

    private static boolean isHead(HttpRequest request) {
        return request.method().equals(HttpMethod.HEAD);
    }

    private void discard(ChannelHandlerContext ctx, Object message) {
        leftoverBytes += message instanceof ByteBuf bytes ? bytes.readableBytes() : 0;
        if (leftoverBytes > LEFTOVER_BYTES_MAX) {
            ctx.channel().config().setAutoRead(false);
        }
    }

    private void answer(Channel channel, HttpRequest request, Reply reply) {
        if (request.decoderResult().isFailure()) {
            reply.send(unreadable(request.decoderResult().cause()));
            return;
        }
        Answer refusal = gatekeeper.refusal(request);
        if (refusal != null && refusal.status() == 401) {
            if (request.headers().contains(HttpHeaderNames.AUTHORIZATION)) {
                faults.warn("a wrong token came to the HTTP port from "
                        + ((InetSocketAddress) channel.remoteAddress())
                                .getAddress()
                                .getHostAddress());
            }
            var unused = channel.eventLoop().schedule(() -> reply.send(refusal), WRONG_TOKEN_MS, TimeUnit.MILLISECONDS);
            return;
        }
        if (refusal != null) {
            reply.send(refusal);
            return;
        }
        Site.Found found = site.find(request.uri(), request.headers().get(HttpHeaderNames.ACCEPT), reply.isHeadOnly());
        if (found.refusal() != null) {
            reply.send(found.refusal());
        } else if (found.place().effort() == Site.Effort.NONE) {
            run(found, reply);
        } else if (!workers.get(found.place().effort()).offer(() -> run(found, reply))) {
            reply.send(Answer.later(1, "too many ask at once"));
        }
    }

    private static Answer unreadable(Throwable cause) {
        if (cause instanceof TooLongHttpLineException) {
            return Answer.text(414, "no address here is so long");
        }
        return cause instanceof TooLongHttpHeaderException
                ? Answer.text(431, "no request needs so many headers")
                : Answer.text(400, "this is no HTTP request");
    }

    private void run(Site.Found found, Reply reply) {
        Answer answer;
        try {
            answer = found.place().page().answer(found.request());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            answer = Answer.later(5, "the port is being closed");
        } catch (RuntimeException | Error e) {
            faults.error("the page " + found.place().path() + " failed", e);
            answer = Answer.text(500, "this failed; the log says why");
        }
        reply.send(answer);
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        deadline.cancel(false);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (cause instanceof IOException) {
            LOG.debug("a connection to the HTTP port broke", cause);
        } else {
            faults.error("a connection to the HTTP port failed", cause);
        }
        var unused = ctx.close();
    }
}
