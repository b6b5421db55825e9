package dev.vigil.metrics.trace;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.vigil.base.trace.Recording;
import dev.vigil.base.trace.Tracing;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * A recording of the live pipeline, from its beginning to its events. One at a time in a process. Owned by one thread.
 *
 * <pre>
 *  try (LiveTrace trace = LiveTrace.begin(seconds)) {      null when another one is on
 *      trace.record(pause -> wait so long, true to end early);
 *      trace.write(sink);
 *  }
 * </pre>
 */
public final class LiveTrace implements AutoCloseable {
    /** Longest recording that is taken. */
    public static final Duration LONGEST = Duration.ofMinutes(5);

    private static final Duration SAMPLES = Duration.ofMillis(100);
    /** Some four times what eight cameras of 30 frames a second make. */
    private static final int EVENTS_PER_SECOND = 20_000;

    private static final int EVENTS_MIN = 1 << 16;
    /** 32 MB. */
    private static final int EVENTS_MAX = 1 << 20;

    /** Passes time. */
    public interface Pause {
        /**
         * Waits.
         *
         * @return whether the recording is to end now, before its time
         */
        boolean await(Duration duration) throws IOException;
    }

    /**
     * What was recorded.
     *
     * @param events in the trace
     * @param lost moments that found no place any more
     */
    public record Summary(long events, long lost, int frames, double seconds) {
        /** As it ends a trace's file. */
        public String json(String node) {
            return JsonNodeFactory.instance
                    .objectNode()
                    .put("node", node)
                    .put("seconds", seconds)
                    .put("events", events)
                    .put("events lost", lost)
                    .put("whole frames", frames)
                    .toString();
        }
    }

    private final Recording recording;
    private final PauseLog pauses;
    private final Duration length;
    private long endNs;

    private LiveTrace(Recording recording, PauseLog pauses, Duration length) {
        this.recording = recording;
        this.pauses = pauses;
        this.length = length;
    }

    /**
     * Begins one, and records from here on.
     *
     * @param length at most {@link #LONGEST}
     * @return null when another one is on
     */
    public static LiveTrace begin(Duration length) throws IOException {
        return begin(length, (int)
                Math.max(EVENTS_MIN, Math.min(EVENTS_MAX, length.toMillis() * EVENTS_PER_SECOND / 1_000)));
    }

    /** @param eventsMax places for events */
    static LiveTrace begin(Duration length, int eventsMax) throws IOException {
        PauseLog pauses = PauseLog.begin(); // before, since its first time takes a while
        Recording recording = null;
        try {
            recording = Tracing.begin(eventsMax);
            return recording == null ? null : new LiveTrace(recording, pauses, length);
        } finally {
            if (recording == null) {
                pauses.close();
            }
        }
    }

    /** Records until its time is over, or {@code pause} says that it is enough. */
    public void record(Pause pause) throws IOException {
        ProcessSampler sampler = new ProcessSampler(recording);
        long untilNs = recording.startNs() + length.toNanos();
        boolean enough = false;
        for (long leftNs = length.toNanos(); leftNs > 0 && !enough; leftNs = untilNs - System.nanoTime()) {
            enough = pause.await(Duration.ofNanos(Math.min(leftNs, SAMPLES.toNanos())));
            sampler.sample();
        }
        stop();
    }

    private void stop() {
        if (endNs == 0) {
            Tracing.end(recording);
            endNs = System.nanoTime();
        }
    }

    /** Ends it, and hands on its events. */
    public Summary write(ChromeTrace.Sink sink) throws IOException {
        stop();
        ChromeTrace chrome = new ChromeTrace(sink);
        int frames = new PipelineTrace(recording, pauses.pauses(), chrome).write();
        return new Summary(
                chrome.events(),
                recording.lost(),
                frames,
                (endNs - recording.startNs()) / (double) TimeUnit.SECONDS.toNanos(1));
    }

    @Override
    public void close() throws IOException {
        stop();
        pauses.close();
    }
}
