package dev.vigil.app.log;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.UnsynchronizedAppenderBase;
import dev.vigil.base.Clock;
import dev.vigil.base.FaultLog;
import dev.vigil.base.FullHeap;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Between those who log and a stream that may block, such as a pipe that nobody reads or a journal that was stopped: lines wait here,
 * and when there is no more room they are counted and dropped. One thread writes; those who log never wait. Threadsafe.
 */
final class LogQueue extends UnsynchronizedAppenderBase<ILoggingEvent> {
    static final int LINES_MAX = 1024;
    private static final long LOOK_MS = 1_000;

    private final BlockingQueue<String> lines = new ArrayBlockingQueue<>(LINES_MAX);
    private final Limiter limiter;
    private final OutputStream to;
    private final boolean journal;
    private final Clock clock;
    private final Thread thread = new Thread(this::write, "log");

    private volatile LineFormat format;
    /** Lines that were offered, for {@link #flush}; lost ones are not. */
    private final AtomicLong taken = new AtomicLong();

    private final AtomicLong lost = new AtomicLong();
    /** Guarded by this. */
    private long done;
    /** When it was last told what is left; the thread's. */
    private long lookedNs;

    /**
     * @param to not closed
     * @param journal whether lines begin with their priority, for systemd
     */
    LogQueue(OutputStream to, LineFormat format, boolean journal, Clock clock) {
        this.to = to;
        this.format = format;
        this.journal = journal;
        this.clock = clock;
        this.limiter = new Limiter(clock);
        thread.setDaemon(true);
        setName("stderr");
    }

    void format(LineFormat next) {
        format = next;
    }

    @Override
    public void start() {
        super.start();
        thread.start();
    }

    /** Ends the thread once what waits is written, or after a second. */
    @Override
    public void stop() {
        if (isStarted()) {
            flush(Duration.ofSeconds(1));
            super.stop();
            thread.interrupt();
        }
    }

    @Override
    protected void append(ILoggingEvent event) {
        try {
            String and = limiter.pass(event);
            if (and != null) {
                offer(Line.of(event, and));
            }
        } catch (OutOfMemoryError full) { // who logs has done nothing wrong
            FullHeap.unmet();
            lost.incrementAndGet();
        }
    }

    private void offer(Line line) {
        taken.incrementAndGet();
        if (!lines.offer(text(line))) {
            taken.decrementAndGet();
            lost.incrementAndGet();
        }
    }

    private String text(Line line) {
        return (journal ? LineFormat.priority(line.level()) : "") + format.format(line, journal);
    }

    /** Waits until what was logged before is written, or until the time is up; whether it is. */
    boolean flush(Duration timeout) {
        long upTo = taken.get();
        long deadlineNs = System.nanoTime() + timeout.toNanos();
        synchronized (this) {
            while (done < upTo) {
                long leftNs = deadlineNs - System.nanoTime();
                if (leftNs <= 0) {
                    return false;
                }
                try {
                    TimeUnit.NANOSECONDS.timedWait(this, leftNs);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    return false;
                }
            }
        }
        return true;
    }

    private void write() {
        lookedNs = clock.monotonicNs();
        try {
            while (isStarted()) {
                try {
                    writeNext();
                } catch (OutOfMemoryError full) {
                    FullHeap.unmetInTurn();
                }
            }
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    private void writeNext() throws InterruptedException {
        String line = lines.poll(LOOK_MS, TimeUnit.MILLISECONDS);
        if (line != null) {
            write(line);
            synchronized (this) {
                done++;
                notifyAll();
            }
        }
        if (clock.monotonicNs() - lookedNs >= TimeUnit.MILLISECONDS.toNanos(LOOK_MS)) {
            lookedNs = clock.monotonicNs();
            tellWhatIsLeft();
        }
        if (lines.isEmpty()) {
            tellLost();
        }
    }

    void tellWhatIsLeft() {
        FaultLog.tellWhatIsLeft();
        FaultLog.tellUnmet();
        limiter.left().forEach(left -> offer(ours(left.level(), left.logger(), left.text())));
    }

    private void tellLost() {
        long count = lost.getAndSet(0);
        if (count > 0) {
            String text = count + " lines of the log were lost: whoever reads it did not take them in time";
            write(text(ours(Level.WARN, LogQueue.class.getName(), text)));
        }
    }

    private Line ours(Level level, String logger, String text) {
        return new Line(clock.utcUs() / 1_000, level, logger, thread.getName(), text, Map.of(), "", "");
    }

    private void write(String line) {
        try {
            to.write((line + System.lineSeparator()).getBytes(StandardCharsets.UTF_8));
            to.flush();
        } catch (IOException nobodyReads) {
            lost.incrementAndGet(); // a pipe whose reader has gone; it may have a new one later
        } catch (OutOfMemoryError full) {
            FullHeap.unmet();
            lost.incrementAndGet();
        }
    }
}
