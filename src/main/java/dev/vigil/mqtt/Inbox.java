package dev.vigil.mqtt;

import dev.vigil.base.FullHeap;
import io.netty.channel.EventLoop;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Messages between the threads that publish and the event loop, which is woken for them. It is not woken to begin with any while
 * there is no memory for that; where memory is missing all the same, nobody has a message in hand any more, and the process ends.
 * Threadsafe.
 */
final class Inbox {
    private static final long NO_ROOM_MS = 50;

    private final EventLoop loop;
    private final Runnable drain;
    private final Runnable onEnded;
    private final ArrayBlockingQueue<OutboundMessage> messages;
    private final Runnable wake = FullHeap.orEnd(this::wake);
    private final AtomicBoolean wakeQueued = new AtomicBoolean();

    /**
     * @param messagesMax never more are added
     * @param drain takes what there is, on the event loop
     * @param onEnded the event loop has ended, so that nobody else will; called by whoever adds
     */
    Inbox(EventLoop loop, int messagesMax, Runnable drain, Runnable onEnded) {
        this.loop = loop;
        this.drain = drain;
        this.onEnded = onEnded;
        this.messages = new ArrayBlockingQueue<>(messagesMax);
    }

    void add(OutboundMessage message) {
        try {
            messages.add(message);
            if (wakeQueued.compareAndSet(false, true)) {
                loop.execute(wake);
            }
        } catch (RejectedExecutionException closed) {
            ended();
        } catch (OutOfMemoryError unmet) {
            FullHeap.end(unmet);
        }
    }

    private void ended() {
        wakeQueued.set(false);
        onEnded.run();
    }

    /** The oldest; null when there is none. */
    OutboundMessage poll() {
        return messages.poll();
    }

    private void wake() {
        if (FullHeap.hasRoom()) {
            wakeQueued.set(false);
            drain.run();
        } else {
            wakeLater();
        }
    }

    private void wakeLater() {
        try {
            var unused = loop.schedule(wake, NO_ROOM_MS, TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException closed) {
            ended();
        } catch (OutOfMemoryError full) {
            FullHeap.unmet();
            wakeQueued.set(false); // the next message wakes it
        }
    }
}
