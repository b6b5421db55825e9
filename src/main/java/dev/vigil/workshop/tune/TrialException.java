package dev.vigil.workshop.tune;

/** Settings or a variant can not be tried; the message says why, in one line. */
public final class TrialException extends Exception {
    private static final long serialVersionUID = 1;

    public TrialException(String message) {
        super(message);
    }

    public TrialException(String message, Throwable cause) {
        super(message, cause);
    }
}
