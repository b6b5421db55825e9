package dev.vigil.app.detect;

import dev.vigil.app.media.MediaSource;
import dev.vigil.publish.FrameResult;

/** How results are shown on standard output. Called by one thread at a time. */
interface Output {
    /**
     * Shows a frame.
     *
     * @param number the frame's number in its source, 1 for the first
     * @return false when nobody reads any more
     */
    boolean frame(MediaSource source, long number, FrameResult result);

    /** A source has come to its end. */
    void source(Span.Summary summary);

    /** All sources have. */
    void end();
}
