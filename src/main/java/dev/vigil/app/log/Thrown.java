package dev.vigil.app.log;

import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.classic.spi.StackTraceElementProxy;

/** What an exception and its causes say, and where the first of them came from. */
record Thrown(String causes, String at) {
    /** Causes that cause each other would be told for ever. */
    private static final int CAUSES_MAX = 16;

    private static final Thrown NOTHING = new Thrown("", "");

    static Thrown of(IThrowableProxy thrown, int framesMax) {
        if (thrown == null) {
            return NOTHING;
        }
        StringBuilder causes = new StringBuilder();
        IThrowableProxy last = thrown;
        int count = 0;
        for (IThrowableProxy cause = thrown; cause != null && count < CAUSES_MAX; cause = cause.getCause()) {
            String name = cause.getClassName();
            causes.append(count++ == 0 ? "" : " <- ").append(name.substring(name.lastIndexOf('.') + 1));
            if (cause.getMessage() != null) {
                causes.append(": ").append(cause.getMessage());
            }
            last = cause;
        }
        StringBuilder at = new StringBuilder();
        StackTraceElementProxy[] frames = last.getStackTraceElementProxyArray();
        for (int i = 0; i < Math.min(framesMax, frames.length); i++) {
            at.append(i == 0 ? "" : ", ").append(frames[i].getStackTraceElement());
        }
        return new Thrown(causes.toString(), at.toString());
    }
}
