package dev.vigil.source;

/**
 * How a camera is doing at a moment.
 *
 * @param stream what came last; {@link StreamInfo#NONE} before the first picture
 * @param reconnects how often it was connected to again
 * @param cause why it is not up; null when it is
 * @param error one line for people; null when it is up
 */
public record CameraStatus(State state, StreamInfo stream, long reconnects, SourceException.Cause cause, String error) {
    public enum State {
        /** On its way to the first picture. */
        CONNECTING,
        /** Pictures come. */
        UP,
        /** Failed, and waiting to try again. */
        DOWN,
        /** Not wanted at the moment: there is no connection to it. */
        DISABLED,
        /** A file that was played to its end. */
        ENDED,
        /** Stopped by Vigil. */
        STOPPED
    }

    static final CameraStatus INITIAL = new CameraStatus(State.CONNECTING, StreamInfo.NONE, 0, null, null);

    CameraStatus with(State newState) {
        return new CameraStatus(newState, stream, reconnects, null, null);
    }

    CameraStatus up(StreamInfo newStream) {
        return new CameraStatus(State.UP, newStream, reconnects, null, null);
    }

    CameraStatus down(SourceException e) {
        return new CameraStatus(State.DOWN, stream, reconnects + 1, e.reason(), e.getMessage());
    }
}
