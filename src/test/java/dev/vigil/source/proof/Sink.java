package dev.vigil.source.proof;

import dev.vigil.frame.Feed;
import dev.vigil.frame.Ledger;
import dev.vigil.frame.Picture;
import java.util.concurrent.atomic.AtomicLong;

/** The end of a camera's way: each picture is taken as it comes, and counted as published. */
final class Sink implements AutoCloseable {
    final Feed feed;
    private final AtomicLong pictures = new AtomicLong();
    private volatile long lastNumber;

    Sink(String camera) {
        feed = new Feed(camera, false);
        feed.mailbox().onArrival(this::take);
    }

    /** On the reader's thread. */
    private void take() {
        Picture picture = feed.mailbox().take();
        if (picture != null) {
            pictures.incrementAndGet();
            lastNumber = picture.number();
            feed.ledger().published();
            feed.mailbox().recycle(picture);
        }
    }

    long pictures() {
        return pictures.get();
    }

    /** How many frames were read after the one that the latest picture is of. */
    long framesSincePicture() {
        return feed.ledger().snapshot().read() - lastNumber;
    }

    /** Null when every frame is accounted for and none is in flight; otherwise what is wrong. */
    String unbalanced() {
        Ledger.Snapshot ledger = feed.ledger().snapshot();
        return ledger.balances() && ledger.inFlight() == 0
                ? null
                : "read " + ledger.read() + ", published " + ledger.published() + ", dropped " + ledger.droppedTotal()
                        + ", in flight " + ledger.inFlight();
    }

    @Override
    public void close() {
        feed.mailbox().close();
    }
}
