package dev.vigil.source.sim;

import dev.vigil.base.Clock;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.channel.CoalescingBufferQueue;
import io.netty.util.ReferenceCountUtil;
import java.nio.channels.ClosedChannelException;
import java.util.concurrent.TimeUnit;

/**
 * Lets a connection's bytes trickle out while its camera drips ({@link FaultKind#DRIP}), and is not there otherwise. What waits
 * counts as the channel's backlog, so that no more is written than without it. First in the pipeline: behind TLS.
 */
final class DripHandler extends ChannelDuplexHandler {
    private static final long INTERVAL_MS = 20;

    private final Clock clock;
    private DripRate rate;
    private CoalescingBufferQueue waiting;
    private boolean scheduled;

    DripHandler(Clock clock) {
        this.clock = clock;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        waiting = new CoalescingBufferQueue(ctx.channel(), 16, true);
    }

    /** From now on the connection is a client of this camera. */
    void follow(CameraFaults faults) {
        rate = new DripRate(faults, clock);
    }

    @SuppressWarnings("FutureReturnValueIgnored") // The promise is told.
    @Override
    public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
        boolean drips = rate != null && rate.on();
        if (message instanceof ByteBuf bytes && (drips || !waiting.isEmpty())) {
            waiting.add(bytes, promise);
            schedule(ctx);
        } else if (waiting.isEmpty()) {
            ctx.write(message, promise);
        } else {
            ReferenceCountUtil.release(message);
            promise.tryFailure(new UnsupportedOperationException("only bytes can drip"));
        }
    }

    @SuppressWarnings("FutureReturnValueIgnored") // It can fail only by throwing, which the loop logs.
    private void schedule(ChannelHandlerContext ctx) {
        if (!scheduled) {
            scheduled = true;
            ctx.executor().schedule(() -> drip(ctx), INTERVAL_MS, TimeUnit.MILLISECONDS);
        }
    }

    @SuppressWarnings("FutureReturnValueIgnored") // The promises inside are told.
    private void drip(ChannelHandlerContext ctx) {
        scheduled = false;
        if (!ctx.channel().isActive() || waiting.isEmpty()) {
            return;
        }
        int bytes = rate.on() ? rate.take() : waiting.readableBytes();
        if (bytes > 0) {
            ChannelPromise promise = ctx.newPromise();
            ctx.writeAndFlush(waiting.remove(Math.min(bytes, waiting.readableBytes()), promise), promise);
        }
        if (!waiting.isEmpty()) {
            schedule(ctx);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        waiting.releaseAndFailAll(new ClosedChannelException());
        ctx.fireChannelInactive();
    }
}
