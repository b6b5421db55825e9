package dev.vigil.source;

/**
 * How a camera is doing at a moment.
 *
 * @param widthPx of its pictures; 0 before the first
 * @param heightPx of its pictures; 0 before the first
 * @param codec empty before the stream is open
 * @param decoder {@code software}, {@code cuda} or {@code vaapi}; empty before the stream is open
 * @param reconnects how often it was connected to again
 * @param cause why it is not up; null when it is
 * @param error one line for people; null when it is up
 */
public record CameraStatus(
        State state,
        int widthPx,
        int heightPx,
        String codec,
        String decoder,
        long reconnects,
        SourceException.Cause cause,
        String error) {
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

    static final CameraStatus INITIAL = new CameraStatus(State.CONNECTING, 0, 0, "", "", 0, null, null);

    CameraStatus with(State newState) {
        return new CameraStatus(newState, widthPx, heightPx, codec, decoder, reconnects, null, null);
    }

    CameraStatus up(int width, int height, String codecName, String decoderPlace) {
        return new CameraStatus(State.UP, width, height, codecName, decoderPlace, reconnects, null, null);
    }

    CameraStatus down(SourceException e) {
        return new CameraStatus(
                State.DOWN, widthPx, heightPx, codec, decoder, reconnects + 1, e.reason(), e.getMessage());
    }
}
