package dev.vigil.source;

/** A camera's stream failed. The message is one line for people, without credentials; the cause is what status topics name. */
public class SourceException extends Exception {
    private static final long serialVersionUID = 1;

    /** Why a camera is not delivering. */
    public enum Cause {
        /** No route, unknown host, or no answer within the deadline. */
        UNREACHABLE,
        /** The connection or the request was refused. */
        REFUSED,
        /** The user or the password is wrong or missing. */
        WRONG_PASSWORD,
        /** The camera knows no such stream, or the file is not there. */
        NO_SUCH_PATH,
        /** There is a stream, but no picture in it. */
        NO_VIDEO,
        /** Nothing came within the deadline. */
        STALLED,
        /** What came can not be understood. */
        CORRUPT,
        /** The stream came to its end, or the camera closed it. */
        ENDED,
        /** The stream's codec, transport or device is not supported here. */
        UNSUPPORTED
    }

    private final Cause reason;

    public SourceException(Cause reason, String message) {
        super(message);
        this.reason = reason;
    }

    public SourceException(Cause reason, String message, Throwable cause) {
        super(message, cause);
        this.reason = reason;
    }

    public Cause reason() {
        return reason;
    }
}
