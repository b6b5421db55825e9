package dev.vigil.frame;

import java.util.ArrayDeque;
import java.util.concurrent.TimeUnit;

/**
 * Where a camera's reader leaves its newest picture for the pipeline: one place, and the newest wins. A picture that is
 * replaced before its turn is counted as {@link DropCause#SUPERSEDED}. In lossless mode (files that are read as fast as they
 * are taken) the reader waits for the place to be free instead.
 *
 * <p>Threadsafe. The reader obtains and offers, the pipeline takes and recycles; nobody holds the lock while working.
 */
public final class Mailbox {
    /** No picture is there. */
    public static final long NONE = Long.MIN_VALUE;

    private final Ledger ledger;
    private final boolean lossless;
    private final ArrayDeque<Picture> free = new ArrayDeque<>();
    private volatile Runnable onArrival = () -> {};
    private Picture newest;
    private boolean closed;

    public Mailbox(Ledger ledger, boolean lossless) {
        this.ledger = ledger;
        this.lossless = lossless;
    }

    /** Whether the reader waits for the place, so that no picture is superseded. */
    public boolean isLossless() {
        return lossless;
    }

    /** Sets what is called, on the reader's thread, when there is a picture to take. */
    public void onArrival(Runnable onArrival) {
        this.onArrival = onArrival;
    }

    /** An empty picture to decode into; give it to {@link #offer} or {@link #recycle}. */
    public synchronized Picture obtain() {
        Picture picture = free.poll();
        return picture == null ? new Picture(ledger.camera()) : picture;
    }

    /**
     * Leaves a picture. Its frame's account passes on with it, whatever comes: the pipeline closes it, or the next picture
     * does, or this call when it is interrupted.
     *
     * @throws InterruptedException when interrupted while waiting for the place, in lossless mode
     */
    public void offer(Picture picture) throws InterruptedException {
        synchronized (this) {
            try {
                while (lossless && newest != null && !closed) {
                    TimeUnit.SECONDS.timedWait(this, 1);
                }
            } catch (InterruptedException e) {
                drop(picture, DropCause.STREAM_CLOSED);
                throw e;
            }
            if (newest != null) {
                drop(newest, DropCause.SUPERSEDED);
            }
            newest = picture;
            if (closed) {
                newest = null;
                drop(picture, DropCause.SHUT_DOWN);
                return;
            }
        }
        onArrival.run();
    }

    /** The newest picture, or null; the caller recycles it when its pixels are used. */
    public synchronized Picture take() {
        Picture picture = newest;
        newest = null;
        if (picture != null && lossless) {
            notifyAll();
        }
        return picture;
    }

    /** True when there is a picture to take. */
    public boolean isFull() {
        return newestArrivalUs() != NONE;
    }

    /** When the picture to take came, in microseconds on the monotonic clock; {@link #NONE} when there is none. */
    public synchronized long newestArrivalUs() {
        return newest == null ? NONE : newest.times().arrivalUs();
    }

    /** Takes a picture back whose pixels are no longer needed. */
    public synchronized void recycle(Picture picture) {
        picture.clear();
        if (closed) {
            picture.free();
        } else {
            free.push(picture);
        }
    }

    /** Drops what lies here, and from now on whatever is offered. */
    public synchronized void close() {
        closed = true;
        if (newest != null) {
            Picture picture = newest;
            newest = null;
            drop(picture, DropCause.SHUT_DOWN);
        }
        free.forEach(Picture::free);
        free.clear();
        notifyAll();
    }

    private synchronized void drop(Picture picture, DropCause cause) {
        ledger.dropped(cause);
        recycle(picture);
    }
}
