package dev.vigil.publish;

import dev.vigil.detect.Detections;
import dev.vigil.frame.Feed;
import dev.vigil.frame.FrameTimes;
import dev.vigil.frame.Picture;

/** What became of a frame, as the ring's last stage sees it. Valid only during the call that it is handed to. */
public interface FrameResult {
    Feed feed();

    /** The camera's frame number. */
    long number();

    int widthPx();

    int heightPx();

    /** Every step up to now; the last stage marks its own. */
    FrameTimes times();

    /** Frames of the run that this one was inferred in. */
    int batch();

    /** Where it was inferred: a model may go over to a better device while it serves. */
    String device();

    Detections detections();

    /** The decoded pixels, for a sink whose ring keeps them; null where it does not. They go back when the call returns. */
    default Picture picture() {
        return null;
    }
}
