package dev.vigil.app.http;

import dev.vigil.http.Answer;
import dev.vigil.http.Page;
import dev.vigil.http.Request;
import dev.vigil.metrics.trace.LiveTrace;
import java.io.IOException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code /trace?seconds=5}: records what happens for so long, then sends it as a file for Perfetto, the same as {@code vigil trace}
 * writes. One recording at a time in a process, whoever asks.
 */
final class TracePage implements Page {
    static final Set<String> PARAMETERS = Set.of("seconds");

    private static final Logger LOG = LoggerFactory.getLogger(TracePage.class);
    private static final Pattern NUMBER = Pattern.compile("\\d{1,2}");
    private static final int SECONDS = 5;
    private static final int SECONDS_MAX = 60;
    private static final int PIECE_CHARS = 64 << 10;

    private final Supplier<String> node;

    TracePage(Supplier<String> node) {
        this.node = node;
    }

    @Override
    public Answer answer(Request request) {
        String seconds = request.parameters().getOrDefault("seconds", Integer.toString(SECONDS));
        if (!NUMBER.matcher(seconds).matches()
                || Integer.parseInt(seconds) < 1
                || Integer.parseInt(seconds) > SECONDS_MAX) {
            return Answer.text(400, "seconds is 1 to " + SECONDS_MAX + "; vigil trace records longer");
        }
        if (request.headOnly()) {
            return Answer.stream(Answer.JSON, sink -> {});
        }
        try {
            LiveTrace trace = LiveTrace.begin(Duration.ofSeconds(Integer.parseInt(seconds)));
            if (trace == null) {
                return Answer.later(Integer.parseInt(seconds), "another recording is on");
            }
            LOG.info("recording what happens for {} s, for a request to the HTTP port", seconds);
            return Answer.stream(Answer.JSON, sink -> record(trace, sink))
                    .with("Content-Disposition", "attachment; filename=\"vigil-" + node.get() + ".trace.json\"");
        } catch (OutOfMemoryError e) { // of what Java may have off its heap, which cameras and models share
            return Answer.later(60, "there is no memory left for a recording");
        } catch (IOException e) {
            LOG.warn("nothing can be recorded", e);
            return Answer.text(500, "nothing can be recorded; the log says why");
        }
    }

    private void record(LiveTrace trace, Answer.Sink sink) throws IOException {
        try (trace) {
            trace.record(pause -> pause(pause, sink));
            StringBuilder piece = new StringBuilder("{\"displayTimeUnit\":\"ms\",\"traceEvents\":[\n");
            boolean[] first = {true};
            LiveTrace.Summary summary = trace.write(event -> {
                piece.append(first[0] ? "" : ",\n").append(event);
                first[0] = false;
                if (piece.length() > PIECE_CHARS) {
                    sink.write(piece.toString());
                    piece.setLength(0);
                }
            });
            piece.append("\n],\"otherData\":").append(summary.json(node.get())).append("}\n");
            sink.write(piece.toString());
            LOG.info("recorded {} events of {} frames, {} lost", summary.events(), summary.frames(), summary.lost());
        }
    }

    private static boolean pause(Duration duration, Answer.Sink sink) throws IOException {
        try {
            TimeUnit.NANOSECONDS.sleep(duration.toNanos());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("the port is being closed", e);
        }
        if (sink.isGone()) {
            throw new IOException("whoever asked has gone");
        }
        return false;
    }
}
