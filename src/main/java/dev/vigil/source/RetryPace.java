package dev.vigil.source;

import dev.vigil.source.SourceException.Cause;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;

/**
 * How long to wait before a camera is connected to again: doubling from {@link SourceOptions#retryMin()}, with jitter (a half to
 * the whole), up to {@link SourceOptions#retryMax()}, so that a camera that is back is noticed soon. What trying again does not
 * change is tried ever more seldom, up to {@link SourceOptions#retrySlow()}: a wrong password at once, because cameras lock
 * their accounts; a wrong path or an unknown codec after a minute, because cameras that start say so too.
 *
 * <p>Not threadsafe: it belongs to the camera's thread.
 */
final class RetryPace {
    private static final long PASSWORD_FIRST_NS = TimeUnit.SECONDS.toNanos(10);
    private static final long STARTING_NS = TimeUnit.MINUTES.toNanos(1);
    private static final long NEVER = Long.MIN_VALUE;

    private final long minNs;
    private final long maxNs;
    private final long slowNs;
    private final RandomGenerator jitter;

    private long nextNs;
    private long nextSlowNs;
    /** Since when the camera answers, but with a refusal that holds. */
    private long refusedSinceNs;

    RetryPace(SourceOptions options, RandomGenerator jitter) {
        this.minNs = options.retryMin().toNanos();
        this.maxNs = options.retryMax().toNanos();
        this.slowNs = Math.max(options.retrySlow().toNanos(), maxNs);
        this.jitter = jitter;
        forget();
    }

    /** Begins anew: something was changed that may help, or pictures came for a while. */
    void forget() {
        nextNs = minNs;
        accepted();
    }

    /** Pictures came, so that password, path and codec are right. */
    void accepted() {
        nextSlowNs = 0;
        refusedSinceNs = NEVER;
    }

    /** How long to wait now that the stream has failed for this cause. */
    long waitNs(Cause cause, long nowNs) {
        return (long) (stepNs(cause, nowNs) * jitter.nextDouble(0.5, 1));
    }

    private long stepNs(Cause cause, long nowNs) {
        switch (cause) {
            case WRONG_PASSWORD -> {
                return slower(Math.max(minNs, PASSWORD_FIRST_NS));
            }
            case NO_SUCH_PATH, UNSUPPORTED -> {
                refusedSinceNs = refusedSinceNs == NEVER ? nowNs : refusedSinceNs;
                return nowNs - refusedSinceNs < STARTING_NS ? quick() : slower(2 * maxNs);
            }
            default -> {
                return quick();
            }
        }
    }

    private long quick() {
        long stepNs = nextNs;
        nextNs = Math.min(2 * nextNs, maxNs);
        return stepNs;
    }

    private long slower(long firstNs) {
        long stepNs = Math.min(Math.max(nextSlowNs, firstNs), slowNs);
        nextSlowNs = 2 * stepNs;
        return stepNs;
    }
}
