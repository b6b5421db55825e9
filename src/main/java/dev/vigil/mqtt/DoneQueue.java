package dev.vigil.mqtt;

import java.util.Arrays;
import java.util.function.LongConsumer;

/** Numbers on their way from one thread to another, without garbage. Threadsafe. */
final class DoneQueue {
    /** So many are worth waking somebody for. */
    private static final int MANY = 256;

    private long[] waiting = new long[2 * MANY];
    private int count;
    private long[] drained = new long[2 * MANY];

    /** @return whether many wait by now */
    synchronized boolean add(long number) {
        if (count == waiting.length) {
            waiting = Arrays.copyOf(waiting, 2 * count);
        }
        waiting[count++] = number;
        return count >= MANY;
    }

    synchronized boolean isEmpty() {
        return count == 0;
    }

    /**
     * Takes all that wait; for one thread only.
     *
     * @return whether there were any
     */
    boolean drain(LongConsumer taker) {
        int taken;
        synchronized (this) {
            long[] full = waiting;
            waiting = drained;
            drained = full;
            taken = count;
            count = 0;
        }
        for (int i = 0; i < taken; i++) {
            taker.accept(drained[i]);
        }
        return taken > 0;
    }
}
