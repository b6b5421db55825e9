package dev.vigil.source;

/** The camera answers, but its pictures do not come over UDP; over TCP they may. */
public final class UdpException extends SourceException {
    private static final long serialVersionUID = 1;

    public UdpException(Cause reason, String message, Throwable cause) {
        super(reason, message, cause);
    }
}
