package dev.vigil.app.reload;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.vigil.base.Clock;
import dev.vigil.base.FaultLog;
import dev.vigil.metrics.trace.LiveTrace;
import java.io.IOException;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A recording that somebody has asked the daemon for, on a thread of its own: {@link Answer} when it has begun, then, when its
 * time is over or a line or the end comes from the other side, lines of JSON: arrays of events, and last an object that says what
 * it was.
 */
final class TraceServer {
    private static final Logger LOG = LoggerFactory.getLogger(TraceServer.class);
    private static final FaultLog FAULTS = new FaultLog(LOG, Clock.SYSTEM);

    /** For a reader that writes to a slow disk. */
    private static final Duration SEND_TIMEOUT = Duration.ofSeconds(10);

    private static final int LINE_CHARS = 32 << 10;

    private final LiveTrace trace;
    private final String node;
    private final Lines lines;

    private TraceServer(LiveTrace trace, String node, Lines lines) {
        this.trace = trace;
        this.node = node;
        this.lines = lines;
    }

    /**
     * Begins one, or says why not.
     *
     * @param request its length in milliseconds
     * @param lines to whom it goes; closed when all is sent, if one has begun
     */
    static boolean begin(String request, String node, Lines lines) throws IOException {
        Duration length = length(request);
        if (length == null) {
            lines.write(
                    Answer.failed("a recording takes 1 to " + LiveTrace.LONGEST.toMillis() + " milliseconds")
                            .line(),
                    ControlServer.LINE_TIMEOUT);
            return false;
        }
        LiveTrace trace;
        String failure;
        try {
            trace = LiveTrace.begin(length);
            failure = "another recording is on";
        } catch (OutOfMemoryError e) { // of what Java may have off its heap, which cameras and models share
            trace = null;
            failure = "there is no memory left for a recording: " + e.getMessage();
        } catch (IOException e) {
            trace = null;
            failure = "nothing can be recorded: " + e.getMessage();
        }
        if (trace == null) {
            lines.write(Answer.failed(failure).line(), ControlServer.LINE_TIMEOUT);
            return false;
        }
        LOG.info("recording what happens for {} ms", length.toMillis());
        Thread thread = new Thread(new TraceServer(trace, node, lines)::run, "trace");
        thread.setDaemon(true);
        thread.start();
        return true;
    }

    private static Duration length(String request) {
        try {
            Duration length = Duration.ofMillis(Long.parseLong(request));
            return length.isNegative() || length.isZero() || length.compareTo(LiveTrace.LONGEST) > 0 ? null : length;
        } catch (NumberFormatException e) {
            return null;
        }
    }

    private void run() {
        try (lines;
                trace) {
            lines.write(Answer.taken("recording").line(), ControlServer.LINE_TIMEOUT);
            trace.record(lines::hasMore);
            StringBuilder line = new StringBuilder("[");
            LiveTrace.Summary summary = trace.write(event -> {
                line.append(line.length() > 1 ? "," : "").append(event);
                if (line.length() > LINE_CHARS) {
                    send(line);
                }
            });
            send(line);
            lines.write(summary.json(node), SEND_TIMEOUT);
            LOG.info("recorded {} events of {} frames, {} lost", summary.events(), summary.frames(), summary.lost());
        } catch (IOException e) {
            LOG.warn("a recording was not taken to its end: {}", e.getMessage());
        } catch (RuntimeException | Error e) {
            FAULTS.error("a recording failed", e);
        }
    }

    private void send(StringBuilder line) throws IOException {
        lines.write(line.append(']').toString(), SEND_TIMEOUT);
        line.setLength(1);
    }

    /**
     * What a recording was, in its last line.
     *
     * @param frames from their decoding to their message
     */
    record Recorded(String node, double seconds, long events, long lost, int frames) {
        private static final ObjectMapper JSON = new ObjectMapper();

        static Recorded parse(String line) throws JsonProcessingException {
            JsonNode json = JSON.readTree(line);
            return new Recorded(
                    json.path("node").asText(),
                    json.path("seconds").asDouble(),
                    json.path("events").asLong(),
                    json.path("events lost").asLong(),
                    json.path("whole frames").asInt());
        }
    }
}
