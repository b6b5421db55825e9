package dev.vigil.http;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.DefaultLastHttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * The one answer of a connection, after which it is closed. From any thread; a stream from a worker, which it makes wait for
 * whoever reads.
 */
final class Reply {
    /** For the other side to hang up first: what it still sends would have the kernel throw away what we sent. */
    private static final long LINGER_MS = 1_000;

    private final Channel channel;
    private final boolean headOnly;
    /** Else the connection's end is that of the body: HTTP/1.0. */
    private final boolean chunked;

    private final HttpFigures figures;
    private final Duration pieceTimeout;

    Reply(Channel channel, boolean headOnly, HttpVersion version, HttpFigures figures, Duration pieceTimeout) {
        this.channel = channel;
        this.headOnly = headOnly;
        this.chunked = version.isKeepAliveDefault();
        this.figures = figures;
        this.pieceTimeout = pieceTimeout;
    }

    boolean isHeadOnly() {
        return headOnly;
    }

    void send(Answer answer) {
        figures.answered(answer.status());
        HttpResponse head = head(answer);
        if (answer.stream() != null && !headOnly) {
            stream(head, answer.stream());
            return;
        }
        LastHttpContent body = headOnly
                ? LastHttpContent.EMPTY_LAST_CONTENT
                : new DefaultLastHttpContent(Unpooled.wrappedBuffer(answer.body()));
        // Whether it is written shows in the second, and the connection is closed either way.
        var unused = channel.write(head, channel.voidPromise());
        channel.writeAndFlush(body).addListener(written -> hangUp());
    }

    private HttpResponse head(Answer answer) {
        HttpResponse head = new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.valueOf(answer.status()));
        HttpHeaders headers = head.headers();
        headers.set(HttpHeaderNames.CONTENT_TYPE, answer.contentType());
        if (answer.body() != null) {
            headers.set(HttpHeaderNames.CONTENT_LENGTH, answer.body().length);
        } else if (chunked && !headOnly) {
            headers.set(HttpHeaderNames.TRANSFER_ENCODING, HttpHeaderValues.CHUNKED);
        }
        headers.set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
        headers.set(HttpHeaderNames.CACHE_CONTROL, HttpHeaderValues.NO_STORE);
        headers.set("X-Content-Type-Options", "nosniff");
        headers.set(
                HttpHeaderNames.CONTENT_SECURITY_POLICY,
                "default-src 'none'; style-src 'unsafe-inline'; img-src 'self'; frame-ancestors 'none'; base-uri 'none';"
                        + " form-action 'none'");
        headers.set("Cross-Origin-Resource-Policy", "same-origin");
        headers.set("Referrer-Policy", "no-referrer");
        answer.headers().forEach(headers::set);
        return head;
    }

    private void stream(HttpResponse head, Answer.Stream stream) {
        var unused = channel.writeAndFlush(head, channel.voidPromise());
        boolean whole = false;
        try {
            stream.write(new Answer.Sink() {
                @Override
                public void write(String piece) throws IOException {
                    put(piece);
                }

                @Override
                public boolean isGone() {
                    return !channel.isActive();
                }
            });
            whole = true;
        } catch (IOException e) {
            RequestHandler.LOG.debug("an answer was not taken to its end", e);
        } finally {
            if (whole) {
                channel.writeAndFlush(LastHttpContent.EMPTY_LAST_CONTENT).addListener(written -> hangUp());
            } else {
                close(); // without the last chunk: whoever reads sees that it is not whole
            }
        }
    }

    private void put(String piece) throws IOException {
        byte[] bytes = piece.getBytes(StandardCharsets.UTF_8);
        ChannelFuture written = channel.writeAndFlush(new DefaultHttpContent(Unpooled.wrappedBuffer(bytes)));
        try {
            if (!written.await(pieceTimeout.toMillis())) {
                throw new IOException("whoever asked does not read");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("the port is being closed", e);
        }
        if (!written.isSuccess()) {
            throw new IOException("whoever asked has gone", written.cause());
        }
    }

    private void hangUp() {
        if (channel.isActive()) {
            var unused = ((SocketChannel) channel).shutdownOutput();
            var later = channel.eventLoop().schedule(this::close, LINGER_MS, TimeUnit.MILLISECONDS);
        }
    }

    private void close() {
        var unused = channel.close();
    }
}
