package dev.vigil.app.http;

import dev.vigil.detect.Detections;
import dev.vigil.frame.Picture;
import dev.vigil.publish.FrameResult;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * Takes one picture out of a camera's way when somebody asks, and if wanted the boxes that were found in just this one. While
 * nobody asks, a frame costs a look at a field. No pixel is copied: the picture is shared with the decoder until it is closed.
 *
 * <p>Threadsafe: frames pass by on their stages' threads, whoever asks waits on its own.
 */
public final class PictureTap {
    /** Null nearly always. */
    private volatile Order order;

    /** Held by whoever asks. */
    private final Object asking = new Object();

    /**
     * A picture that was taken, to be closed.
     *
     * @param boxes what was found in it; null where that was not asked for
     */
    public record Taken(Picture picture, Detections boxes) implements AutoCloseable {
        @Override
        public void close() {
            picture.free();
        }
    }

    /** What somebody waits for. */
    private static final class Order {
        private final boolean withBoxes;

        // guarded by this
        private Picture picture;
        private Detections boxes;
        private boolean done;

        Order(boolean withBoxes) {
            this.withBoxes = withBoxes;
        }

        synchronized void look(Picture passing) {
            if (picture == null && !done) {
                picture = passing.share(); // if there is no memory for it, the next one may do
                if (picture != null && !withBoxes) {
                    finish();
                }
            }
        }

        synchronized void found(FrameResult result) {
            if (picture == null || done || result.number() < picture.number()) {
                return;
            }
            if (result.number() == picture.number()) {
                boxes = result.detections().copy(1);
                finish();
            } else { // ours was dropped on its way
                forget();
            }
        }

        private void finish() {
            done = true;
            notifyAll();
        }

        private void forget() {
            if (picture != null) {
                picture.free();
                picture = null;
            }
        }

        synchronized Taken await(Duration timeout) throws InterruptedException {
            long endNs = System.nanoTime() + timeout.toNanos();
            try {
                for (long leftNs = timeout.toNanos(); !done && leftNs > 0; leftNs = endNs - System.nanoTime()) {
                    TimeUnit.NANOSECONDS.timedWait(this, leftNs);
                }
                if (!done) {
                    return null;
                }
                Taken taken = new Taken(picture, boxes);
                picture = null; // theirs now
                return taken;
            } finally {
                done = true;
                forget();
            }
        }
    }

    /** A picture passes by, on the converting thread. */
    public void look(Picture picture) {
        Order now = order;
        if (now != null) {
            now.look(picture);
        }
    }

    /** A frame's boxes pass by, on the publishing thread. */
    public void found(FrameResult result) {
        Order now = order;
        if (now != null) {
            now.found(result);
        }
    }

    /**
     * Waits for a picture that comes from now on. Several who ask get theirs one after the other.
     *
     * @return null when none has come in time
     */
    public Taken take(boolean withBoxes, Duration timeout) throws InterruptedException {
        synchronized (asking) {
            Order mine = new Order(withBoxes);
            order = mine;
            try {
                return mine.await(timeout);
            } finally {
                order = null;
            }
        }
    }
}
