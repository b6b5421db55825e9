package dev.vigil.source;

import dev.vigil.base.Clock;
import java.util.Arrays;
import org.bytedeco.ffmpeg.avformat.AVFormatContext;
import org.bytedeco.ffmpeg.avformat.AVIOInterruptCB;
import org.bytedeco.javacpp.Pointer;

/**
 * Ends FFmpeg's blocking calls on one stream: when its deadline has passed or it was aborted. FFmpeg asks often, from whatever
 * thread is blocked.
 *
 * <p>All streams share one native callback and are told apart by its argument: JavaCPP has room for ten callbacks of a kind,
 * and the eleventh is silently none, so that the eleventh camera would block for ever.
 */
final class Interruption implements AutoCloseable {
    private static final Object LOCK = new Object();
    /** By what the callback is given; 0 stays empty, because a null pointer comes as null. */
    private static volatile Interruption[] all = new Interruption[16];

    private static final AVIOInterruptCB.Callback_Pointer CALLBACK = new AVIOInterruptCB.Callback_Pointer() {
        @Override
        public int call(Pointer place) {
            Interruption asked = all[(int) place.address()];
            return asked != null && asked.isDue() ? 1 : 0;
        }
    };

    /** A number that native code carries around as an address and nobody ever follows. */
    private static final class Place extends Pointer {
        Place(int index) {
            address = index;
        }
    }

    private final Clock clock;
    private final Abort abort;
    private final int index;
    private volatile long deadlineNs;

    Interruption(Clock clock, Abort abort) {
        this.clock = clock;
        this.abort = abort;
        this.index = register(this);
    }

    private static int register(Interruption newcomer) {
        synchronized (LOCK) {
            int free = 1;
            while (free < all.length && all[free] != null) {
                free++;
            }
            Interruption[] next = Arrays.copyOf(all, Math.max(all.length, free + 1));
            next[free] = newcomer;
            all = next;
            return free;
        }
    }

    /** Has the context's blocking calls ended by this. */
    void attach(AVFormatContext context) {
        context.interrupt_callback().callback(CALLBACK).opaque(new Place(index));
    }

    /** From here on calls may take until then, on the monotonic clock. */
    void deadlineNs(long untilNs) {
        deadlineNs = untilNs;
    }

    boolean isDue() {
        return abort.isRequested() || clock.monotonicNs() - deadlineNs > 0;
    }

    boolean isAborted() {
        return abort.isRequested();
    }

    /** Only when no native code can ask any more. */
    @Override
    public void close() {
        synchronized (LOCK) {
            Interruption[] next = all.clone();
            next[index] = null;
            all = next;
        }
    }
}
