package dev.vigil.source;

import dev.vigil.base.Clock;
import dev.vigil.frame.DropCause;
import dev.vigil.frame.Feed;
import dev.vigil.metrics.health.Pulse;

/**
 * The frames that a reading thread has in its hands, so that their accounts can be closed when it is given up: from then on
 * nothing that it does with them counts.
 *
 * <p>Threadsafe: the thread takes frames in and passes them on, somebody else may give it up.
 */
final class Custody {
    private final Feed feed;
    private final Pulse pulse;
    /** Guarded by this. */
    private int inside;
    /** Guarded by this. */
    private boolean givenUp;

    /** @param pulse of the thread */
    Custody(Feed feed, Pulse pulse) {
        this.feed = feed;
        this.pulse = pulse;
    }

    /** Of a thread that nobody watches. */
    static Custody unwatched(Feed feed, Clock clock) {
        return new Custody(feed, Pulse.unwatched(clock));
    }

    Pulse pulse() {
        return pulse;
    }

    /** Counts a frame as read and returns its number; 0 when the thread was given up, and is to end. */
    synchronized long read() {
        if (givenUp) {
            return 0;
        }
        inside++;
        return feed.ledger().read();
    }

    /** A frame goes on to somebody else; false when its account has been closed. */
    synchronized boolean passOn() {
        inside -= givenUp ? 0 : 1;
        return !givenUp;
    }

    /** Closes a frame's account. */
    void drop(DropCause cause) {
        if (passOn()) {
            feed.ledger().dropped(cause);
        }
    }

    /** Closes the accounts of all frames that the thread has. */
    synchronized void giveUp() {
        givenUp = true;
        for (; inside > 0; inside--) {
            feed.ledger().dropped(DropCause.STREAM_CLOSED);
        }
    }

    synchronized boolean isGivenUp() {
        return givenUp;
    }
}
