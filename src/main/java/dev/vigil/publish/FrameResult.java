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

    /**
     * Takes the frame's account over, to close it; a sink that does not ask has it with the call. Once false, somebody else has
     * closed it: the ring was given up while this call was on.
     */
    default boolean take() {
        return true;
    }

    /** The decoded pixels, for a sink whose ring keeps them; null where it does not. They go back when the call returns. */
    default Picture picture() {
        return null;
    }
}
