package dev.vigil.mqtt;

import dev.vigil.base.FullHeap;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.mqtt.MqttMessage;
import io.netty.handler.codec.mqtt.MqttMessageType;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.ScheduledFuture;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.LongFunction;

/**
 * Pings the broker, and ends a connection that is dead. A ping goes out when nothing was <em>sent</em> for the keep-alive time,
 * as the protocol demands, and also when nothing was <em>received</em> for it: a client that only publishes at QoS 0 would
 * otherwise never learn that its connection is half open. Anything that comes counts as a sign of life.
 */
final class KeepAliveHandler extends ChannelDuplexHandler {
    private static final long TICK_MAX_NS = TimeUnit.SECONDS.toNanos(1);
    private static final long TICK_MIN_NS = TimeUnit.MILLISECONDS.toNanos(50);

    /** 0 for no pings. */
    private final long idleNs;

    private final long answerNs;
    private final LongFunction<String> overdue;
    private ScheduledFuture<?> ticks;
    private long readNs;
    private long writtenNs;
    private boolean pinged;
    private long pingNs;

    /**
     * @param keepAlive the agreed longest silence of the client; zero for no pings
     * @param answer how long the broker may take to answer a ping
     * @param overdue asked now and then, with {@link System#nanoTime()}, what else the broker owes for too long; null for nothing
     */
    KeepAliveHandler(Duration keepAlive, Duration answer, LongFunction<String> overdue) {
        // A tenth early: the broker measures too, and the network takes its time.
        this.idleNs = keepAlive.toNanos() / 10 * 9;
        this.answerNs = answer.toNanos();
        this.overdue = overdue;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        readNs = System.nanoTime();
        writtenNs = readNs;
        long wishNs = idleNs == 0 ? TICK_MAX_NS : Math.min(idleNs, answerNs) / 10;
        long tickNs = Math.max(TICK_MIN_NS, Math.min(TICK_MAX_NS, wishNs));
        ticks = ctx.executor()
                .scheduleWithFixedDelay(FullHeap.orEnd(() -> tick(ctx)), tickNs, tickNs, TimeUnit.NANOSECONDS);
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        ticks.cancel(false);
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        ticks.cancel(false);
        ctx.fireChannelInactive();
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        readNs = System.nanoTime();
        pinged = false;
        if (message instanceof MqttMessage mqtt
                && mqtt.decoderResult().isSuccess()
                && mqtt.fixedHeader().messageType() == MqttMessageType.PINGRESP) {
            ReferenceCountUtil.release(message);
        } else {
            ctx.fireChannelRead(message);
        }
    }

    @Override
    public void flush(ChannelHandlerContext ctx) {
        writtenNs = System.nanoTime();
        ctx.flush();
    }

    private void tick(ChannelHandlerContext ctx) {
        long nowNs = System.nanoTime();
        String debt = overdue.apply(nowNs);
        if (debt != null) {
            ticks.cancel(false);
            ctx.fireExceptionCaught(MqttFault.silence(debt));
        } else if (pinged && nowNs - pingNs > answerNs) {
            ticks.cancel(false);
            ctx.fireExceptionCaught(MqttFault.silence(
                    "did not answer a ping within " + TimeUnit.NANOSECONDS.toMillis(answerNs) + " ms"));
        } else if (idleNs > 0 && !pinged && (nowNs - writtenNs >= idleNs || nowNs - readNs >= idleNs)) {
            pinged = true;
            pingNs = nowNs;
            writtenNs = nowNs;
            Wire.writeAndFlush(ctx.channel(), MqttMessage.PINGREQ);
        }
    }
}
