package dev.vigil.source;

import dev.vigil.base.Clock;
import dev.vigil.base.FullHeap;
import dev.vigil.frame.Feed;
import dev.vigil.metrics.health.Pulse;
import dev.vigil.metrics.health.Pulses;
import dev.vigil.metrics.health.Silence;
import dev.vigil.source.CameraStatus.State;
import dev.vigil.source.SourceException.Cause;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

/**
 * A camera's thread: opens its stream, reads it into the camera's {@link Feed}, and when it fails, says why and opens it again
 * after a jittered wait. The only place that retries. Commands ({@link #enable}, {@link #fpsMax}) may come from any
 * thread.
 */
public final class CameraReader implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(CameraReader.class);
    /** A stream that has run for so long is a good one: the next wait starts from the shortest again. */
    private static final long STEADY_NS = TimeUnit.SECONDS.toNanos(10);
    /** A camera that stays away for one and the same reason is told of so often. */
    private static final long REPEAT_NS = TimeUnit.MINUTES.toNanos(1);
    /** What differs each time in a message that says the same. */
    private static final Pattern MEASURED = Pattern.compile("\\d+ ms");

    private static final long NEVER = Long.MIN_VALUE;
    /** Bounds what a lost wake-up could cost; there should be none. */
    private static final long AWAIT_NS = TimeUnit.MINUTES.toNanos(1);
    /** Beyond the deadlines of what blocks; decoding one packet takes a fraction of it. */
    private static final Duration SILENCE_MAX = Duration.ofMillis(1_500);

    /** What is wanted of the thread. */
    private enum Wish {
        READ,
        PAUSE,
        STOP
    }

    private final Feed feed;
    private final SourceOptions options;
    private final StreamChoice choice;
    private final Clock clock;
    private final Consumer<CameraStatus> onStatus;
    private final Pulses pulses;
    private final Pulse pulse;
    private final Custody custody;
    private final Thread thread;
    private volatile CameraStatus status = CameraStatus.INITIAL;
    private volatile double fpsMax;

    private final Object lock = new Object();
    /** Guarded by {@link #lock}. */
    private Wish wish = Wish.READ;
    /** Ends the stream that is open; null when none is. Guarded by {@link #lock}. */
    private Abort stream;
    /** A command came that may help: the wait that is on is over. Guarded by {@link #lock}. */
    private boolean hurried;

    // owned by the camera's thread
    private final RetryPace pace;
    /** When this try's first picture came. */
    private long upSinceNs = NEVER;

    /** When the last try began. */
    private long openedNs = NEVER;

    private int failures;
    private Cause failedFor;
    private String reasonTold = "";
    private long toldNs;

    /** As below, with nobody to watch its thread. */
    public CameraReader(
            Feed feed, SourceOptions options, Clock clock, RandomGenerator jitter, Consumer<CameraStatus> onStatus) {
        this(feed, options, clock, jitter, new Pulses(clock), onStatus);
    }

    /**
     * @param pulses where its thread tells that it moves; a camera that is away does not keep it from that
     * @param onStatus called on the camera's thread at each change; must not block
     */
    public CameraReader(
            Feed feed,
            SourceOptions options,
            Clock clock,
            RandomGenerator jitter,
            Pulses pulses,
            Consumer<CameraStatus> onStatus) {
        this.feed = feed;
        this.options = options;
        this.choice = new StreamChoice(options, feed.warnings(), clock, pulses);
        this.fpsMax = options.fpsMax();
        this.pace = new RetryPace(options, jitter);
        this.clock = clock;
        this.onStatus = onStatus;
        this.pulses = pulses;
        this.pulse = pulses.of(feed.camera() + " reader", SILENCE_MAX);
        this.custody = new Custody(feed, pulse);
        this.thread = new Thread(this::run, "camera-" + feed.camera());
        this.thread.setDaemon(true);
        this.thread.setUncaughtExceptionHandler(FullHeap.WATCHED);
    }

    public void start() {
        if (!options.tls().verify() && choice.isTls()) {
            LOG.warn(
                    "{}: any certificate is accepted (tls_verify: false): anybody on the way can read what is sent, the"
                            + " password too",
                    feed.camera());
        }
        thread.start();
    }

    public CameraStatus status() {
        return status;
    }

    private void run() {
        MDC.put("camera", feed.camera()); // in the log, of whatever this thread tells
        while (!is(Wish.STOP)) {
            pulse.beat();
            Abort abort = begin();
            if (abort != null) {
                tryToRead(abort);
            } else if (is(Wish.PAUSE)) {
                LOG.info("{}: disabled", feed.camera());
                change(status.with(State.DISABLED));
                awaitOther(Wish.PAUSE);
                if (is(Wish.READ)) {
                    LOG.info("{}: enabled", feed.camera());
                    forgetFailures();
                    change(status.with(State.CONNECTING));
                    pauseBetweenConnections();
                }
            }
        }
        if (status.state() != State.ENDED) {
            change(status.with(State.STOPPED));
        }
        pulses.gone(pulse);
    }

    /** Opens and reads once, and waits for as long as the next try must. */
    private void tryToRead(Abort abort) {
        upSinceNs = NEVER;
        openedNs = clock.monotonicNs();
        boolean ended = false;
        try {
            readToEnd(abort);
            ended = !abort.isRequested();
        } catch (SourceException e) {
            if (!abort.isRequested()) {
                fail(e);
            }
        } catch (InterruptedException e) {
            LOG.debug("{}: interrupted", feed.camera(), e); // only with the abort
        } catch (RuntimeException | Error e) {
            LOG.error("{}: the reader failed", feed.camera(), e);
            fail(new SourceException(Cause.CORRUPT, "the reader failed: " + e, e));
        }
        end();
        if (ended) {
            change(status.with(State.ENDED));
            awaitOther(Wish.READ);
        } else if (abort.isRequested()) {
            pauseBetweenConnections();
        } else {
            if (upSinceNs != NEVER && clock.monotonicNs() - upSinceNs > STEADY_NS) {
                pace.forget();
            }
            boolean hurriedOn = pause(pace.waitNs(failedFor, clock.monotonicNs()), true);
            if (hurriedOn) {
                forgetFailures();
                pauseBetweenConnections();
            }
        }
    }

    /** Commands may come as fast as they like, a camera is not connected to faster than this. */
    private void pauseBetweenConnections() {
        if (openedNs != NEVER) {
            var unused = pause(openedNs + options.retryMin().toNanos() - clock.monotonicNs(), false);
        }
    }

    private boolean is(Wish asked) {
        synchronized (lock) {
            return wish == asked;
        }
    }

    /** What ends the stream that may be opened now; null when none is wanted. */
    private Abort begin() {
        synchronized (lock) {
            stream = wish == Wish.READ ? new Abort() : null;
            hurried = false;
            return stream;
        }
    }

    /** The stream is closed: from here on no command interrupts the thread. */
    private void end() {
        synchronized (lock) {
            stream = null;
            Thread.interrupted(); // meant for the stream
        }
    }

    private void forgetFailures() {
        failures = 0;
        reasonTold = "";
        pace.forget();
    }

    /** Returns when a file is at its end or the abort was requested; whatever else ends is a fault, and opened again. */
    private void readToEnd(Abort abort) throws SourceException, InterruptedException {
        SourceReader.read(
                feed.camera(), feed, choice, new RateGate(() -> fpsMax), clock, custody, abort, this::picture);
        if (!abort.isRequested() && upSinceNs == NEVER) {
            throw new SourceException(
                    Cause.NO_VIDEO, SourceAddress.shown(options.uri()) + " came to its end without a whole picture");
        }
        if (!abort.isRequested() && SourceAddress.kind(options.uri()) != SourceAddress.Kind.FILE) {
            throw new SourceException(Cause.ENDED, SourceAddress.shown(options.uri()) + " came to its end");
        }
    }

    private void picture(StreamInfo stream) {
        if (upSinceNs == NEVER) {
            upSinceNs = clock.monotonicNs();
            pace.accepted();
        }
        CameraStatus now = status;
        if (now.state() == State.UP && now.stream().equals(stream)) {
            return;
        }
        if (now.state() == State.UP) {
            LOG.info("{}: now {}, was {}", feed.camera(), stream, now.stream());
        } else {
            LOG.info("{}: up, {}{}", feed.camera(), stream, failures > 1 ? ", after " + failures + " failures" : "");
        }
        failures = 0;
        reasonTold = "";
        change(now.up(stream));
    }

    private void fail(SourceException e) {
        failures++;
        failedFor = e.reason();
        long nowNs = clock.monotonicNs();
        String reason = MEASURED.matcher(e.getMessage()).replaceAll("");
        if (!reasonTold.equals(reason) || nowNs - toldNs >= REPEAT_NS) {
            LOG.warn("{}: {}{}", feed.camera(), e.getMessage(), failures > 1 ? " (failure " + failures + ")" : "");
            reasonTold = reason;
            toldNs = nowNs;
        }
        change(status.down(e));
    }

    private void change(CameraStatus next) {
        if (custody.isGivenUp()) {
            return;
        }
        status = next;
        onStatus.accept(next);
    }

    /**
     * Waits before the next try, until something else is wished for at the latest.
     *
     * @param unlessHurried a command to read ends it too
     * @return true when such a command came
     */
    private boolean pause(long forNs, boolean unlessHurried) {
        long endNs = clock.monotonicNs() + forNs;
        synchronized (lock) {
            long leftNs = forNs;
            while (wish == Wish.READ && leftNs > 0 && !(unlessHurried && hurried)) {
                await(leftNs);
                leftNs = endNs - clock.monotonicNs();
            }
            boolean was = hurried;
            hurried = false;
            return was;
        }
    }

    /** Waits until something else is wished for. */
    private void awaitOther(Wish now) {
        synchronized (lock) {
            while (wish == now) {
                await(AWAIT_NS);
            }
        }
    }

    /** Waits for a command, at most so long; the caller holds the lock, and asks again. */
    private void await(long atMostNs) {
        pulse.rest();
        try {
            TimeUnit.NANOSECONDS.timedWait(lock, atMostNs);
        } catch (InterruptedException e) {
            LOG.debug("{}: interrupted while waiting", feed.camera(), e); // who wants it to end says so by a wish
        }
        pulse.beat();
    }

    private void wish(Wish newWish) {
        synchronized (lock) {
            if (wish == Wish.STOP) {
                return;
            }
            wish = newWish;
            hurried |= newWish == Wish.READ && stream == null;
            if (stream != null && newWish != Wish.READ) {
                stream.request();
                thread.interrupt();
            }
            lock.notifyAll();
        }
    }

    /**
     * Says whether the camera is wanted, before the start or at any time after it. While it is not, there is no connection to
     * it and nothing is decoded; frames that are inside already go on. A file begins at its start again. A camera that is wanted
     * and waits for its next try is tried at once. Returns at once.
     */
    public void enable(boolean enabled) {
        wish(enabled ? Wish.READ : Wish.PAUSE);
    }

    /** Says how many frames per second are wanted from the next one on; 0 for all. */
    public void fpsMax(double newFpsMax) {
        fpsMax = newFpsMax;
    }

    /** Ends whatever the thread is blocked in, for good. Returns at once; {@link #close()} waits. */
    public void stop() {
        wish(Wish.STOP);
    }

    /** What does not move, for people; null while it does, or has been stopped. */
    public String trouble(long nowNs) {
        if (is(Wish.STOP)) {
            return null;
        }
        Silence silence = pulses.silence(pulse, nowNs);
        boolean ended = thread.getState() == Thread.State.TERMINATED;
        return ended ? "its thread has ended" : silence == null ? null : silence.toString();
    }

    /**
     * Stops for good although the thread may not answer: then the accounts of the frames that it has are closed, and nothing that
     * it does counts any more. Another reader may fill the feed from here on.
     *
     * @return the thread, when it is stuck; null when it has ended
     */
    public Thread giveUp() {
        stop();
        pulses.gone(pulse);
        try {
            if (join(Duration.ofMillis(300))) { // at once, unless it is stuck
                return null;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        custody.giveUp();
        return thread;
    }

    /** Waits until the thread is gone, at most {@code timeout}; false when it is not. */
    public boolean join(Duration timeout) throws InterruptedException {
        thread.join(Math.max(1, timeout.toMillis()));
        return !thread.isAlive();
    }

    /** Stops, and waits a little for the thread to be gone. */
    @Override
    public void close() {
        stop();
        try {
            if (!join(Duration.ofSeconds(2))) {
                LOG.warn("{}: the reader did not stop in time", feed.camera());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
