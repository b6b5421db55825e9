package dev.vigil.graph;

/** A file that is no model, or a graph that something can not be done with; one line that says what and where. */
public final class GraphException extends Exception {
    private static final long serialVersionUID = 1;
    private static final int LINE_MAX = 500;

    public GraphException(String message) {
        super(printable(message));
    }

    public GraphException(String message, Throwable cause) {
        super(printable(message), cause);
    }

    /** Names come out of files, and may hold anything. */
    private static String printable(String message) {
        String line = message.replaceAll("\\p{Cc}", "?");
        return line.length() <= LINE_MAX ? line : line.substring(0, LINE_MAX) + "…";
    }
}
