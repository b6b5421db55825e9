package dev.vigil.http;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What goes back: all of it at once, or piece by piece as it is made. Immutable.
 *
 * @param status of HTTP, such as 200
 * @param headers besides those that every answer has
 * @param body all of it; null where {@code stream} makes it
 * @param stream makes it; null where it is there
 */
public record Answer(int status, String contentType, Map<String, String> headers, byte[] body, Stream stream) {
    public static final String TEXT = "text/plain; charset=utf-8";
    public static final String JSON = "application/json";

    /** Makes a body, on a worker. */
    public interface Stream {
        /** Must end when this throws, or its thread is interrupted. */
        void write(Sink sink) throws IOException;
    }

    /** Takes a body's pieces. */
    public interface Sink {
        /** Hands one on, and waits until it is on its way: with a deadline, after which whoever reads is given up. */
        void write(String piece) throws IOException;

        /** Whether whoever asked has gone, so that going on is for nobody. */
        boolean isGone();
    }

    public static Answer of(int status, String contentType, byte[] body) {
        return new Answer(status, contentType, Map.of(), body, null);
    }

    /** @param text for people, or for programs in lines; a line break is added at its end */
    public static Answer text(int status, String text) {
        return of(status, TEXT, (text + "\n").getBytes(StandardCharsets.UTF_8));
    }

    public static Answer json(Object json) {
        return of(200, JSON, (json + "\n").getBytes(StandardCharsets.UTF_8));
    }

    public static Answer stream(String contentType, Stream stream) {
        return new Answer(200, contentType, Map.of(), null, stream);
    }

    /** For what can not be done now. */
    public static Answer later(int seconds, String text) {
        return text(503, text).with("Retry-After", Integer.toString(seconds));
    }

    /** The same with one more header. */
    public Answer with(String header, String value) {
        Map<String, String> more = new LinkedHashMap<>(headers);
        more.put(header, value);
        return new Answer(status, contentType, more, body, stream);
    }
}
