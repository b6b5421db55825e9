package dev.vigil.source.sim;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/** What cameras say to DESCRIBE when they speak no proper RTSP. Stateless. */
final class FaultyAnswers {
    private static final int GARBAGE_BYTES = 4_096;
    private static final int CHUNK_BYTES = 8_192;
    private static final long INTERVAL_MS = 5;

    private FaultyAnswers() {}

    /** Answers in a wrong way when the camera has such a fault; otherwise false. */
    static boolean describe(ChannelHandlerContext ctx, String cseq, String sdp, CameraFaults faults) {
        String head = "RTSP/1.0 200 OK\r\nCSeq: " + cseq + "\r\nServer: Vigil\r\n";
        String describes = head + "Content-Type: application/sdp\r\n";
        if (faults.on(FaultKind.GARBAGE)) {
            garbage(ctx);
        } else if (faults.on(FaultKind.ENDLESS_HEADERS)) {
            write(ctx, describes);
            endless(ctx, faults, FaultKind.ENDLESS_HEADERS, "X-Filler: " + "a".repeat(118) + "\r\n");
        } else if (faults.on(FaultKind.ENDLESS_BODY)) {
            write(ctx, describes + "Content-Length: 2147483647\r\n\r\n" + sdp);
            endless(ctx, faults, FaultKind.ENDLESS_BODY, "a=x-filler:" + "a".repeat(115) + "\r\n");
        } else if (faults.on(FaultKind.HALF_ANSWER)) {
            String whole = describes + "Content-Length: " + sdp.length() + "\r\n\r\n" + sdp;
            write(ctx, whole.substring(0, whole.length() / 2));
        } else {
            return false;
        }
        return true;
    }

    /** Bytes of which none is ASCII, the same ones each time. */
    @SuppressWarnings("FutureReturnValueIgnored") // The connection ends either way.
    private static void garbage(ChannelHandlerContext ctx) {
        byte[] bytes = new byte[GARBAGE_BYTES];
        new Random(1).nextBytes(bytes);
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] |= (byte) 0x80;
        }
        ctx.writeAndFlush(Unpooled.wrappedBuffer(bytes)).addListener(ChannelFutureListener.CLOSE);
    }

    @SuppressWarnings("FutureReturnValueIgnored") // A void promise: failures come to exceptionCaught.
    private static void write(ChannelHandlerContext ctx, String text) {
        ByteBuf bytes = Unpooled.copiedBuffer(text, StandardCharsets.US_ASCII);
        ctx.writeAndFlush(bytes, ctx.voidPromise());
    }

    /** Goes on for as long as the client takes it and the fault is there. */
    @SuppressWarnings("FutureReturnValueIgnored") // It can fail only by throwing, which the loop logs.
    private static void endless(ChannelHandlerContext ctx, CameraFaults faults, FaultKind kind, String line) {
        Channel channel = ctx.channel();
        if (channel.isActive() && faults.on(kind)) {
            if (channel.isWritable()) {
                write(ctx, line.repeat(CHUNK_BYTES / line.length()));
            }
            ctx.executor().schedule(() -> endless(ctx, faults, kind, line), INTERVAL_MS, TimeUnit.MILLISECONDS);
        }
    }
}
