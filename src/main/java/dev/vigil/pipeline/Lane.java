package dev.vigil.pipeline;

import dev.vigil.detect.BoxRules;
import dev.vigil.detect.TileOptions;
import dev.vigil.frame.Feed;
import dev.vigil.frame.InputSpec;
import dev.vigil.frame.Picture;
import java.util.function.Consumer;

/** A camera's part of a ring: where its frames come from, its converter, and which of its boxes count. */
final class Lane implements AutoCloseable {
    final Feed feed;
    /** Owned by the converting thread. */
    final FrameViews views;

    /** Read once for each frame, and changed now and then by whoever commands. */
    volatile BoxRules rules;

    /** How its frames are cut; changed in the same way. */
    volatile TileOptions tiles;

    /** The camera has gone, and was not waited for any longer: what is still in the ring of it is dropped. */
    volatile boolean abandoned;

    /** Sees each decoded picture that was converted; must not keep it. */
    volatile Consumer<Picture> observer = picture -> {};

    /** Frames let in, as fair queueing counts them; owned by the ingress. */
    long served;

    /** When the frame in the mailbox came, at the ingress's last look; owned by the ingress. */
    long newestArrivalUs;

    Lane(Feed feed, InputSpec spec, BoxRules rules, TileOptions tiles) {
        this.feed = feed;
        this.views = new FrameViews(spec);
        this.tiles = tiles;
        this.rules = rules;
    }

    @Override
    public void close() {
        views.close();
    }
}
