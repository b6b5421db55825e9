package dev.vigil.http;

import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** A few threads for pages that take more than no time; there are none while nobody asks. Threadsafe. */
final class Workers implements AutoCloseable {
    private static final int WAITING_MAX = 16;

    private final ThreadPoolExecutor pool;

    Workers(String name, int threads) {
        AtomicInteger number = new AtomicInteger();
        pool = new ThreadPoolExecutor(
                threads, threads, 30, TimeUnit.SECONDS, new ArrayBlockingQueue<>(WAITING_MAX), task -> {
                    Thread worker = new Thread(task, name + "-" + number.incrementAndGet());
                    worker.setDaemon(true);
                    return worker;
                });
        pool.allowCoreThreadTimeOut(true);
    }

    /** @return false when too much is waiting already */
    boolean offer(Runnable task) {
        try {
            pool.execute(task);
            return true;
        } catch (RejectedExecutionException full) {
            return false; // whoever asked is told
        }
    }

    @Override
    public void close() {
        pool.shutdownNow();
    }
}
