package dev.vigil.metrics.trace;

import dev.vigil.base.trace.Recording;
import dev.vigil.base.trace.Recording.Kind;
import dev.vigil.base.trace.Tracing;
import dev.vigil.frame.DropCause;
import dev.vigil.frame.Step;
import dev.vigil.metrics.trace.ChromeTrace.Arguments;
import dev.vigil.metrics.trace.ChromeTrace.Flow;
import java.io.IOException;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.IntStream;

/**
 * A recording of the pipeline as a trace:
 *
 * <pre>
 *  frames    a line for each camera; on it each frame, and in it its steps one after the other, as its message tells them
 *  threads   what each thread worked on; arrows lead from a frame's step to its next one
 *  rings     how full they are, and how far each stage has come
 *  process   CPU, memory, what waits for the broker; when the JVM stood still
 * </pre>
 *
 * <p>Times count from the first event. Not threadsafe.
 */
final class PipelineTrace {
    private static final int FRAMES = 1;
    private static final int THREADS = 2;
    private static final int PROCESS = 3;
    private static final int RINGS = 4;
    private static final long SAFEPOINTS = 1;
    private static final long COLLECTIONS = 2;
    private static final long BESIDE = 3;
    private static final int INDEX_BITS = 20;

    private final Recording recording;
    private final List<PauseLog.Pause> pauses;
    private final ChromeTrace chrome;
    private final Map<Long, Frame> frames = new LinkedHashMap<>();
    private final Map<Long, String> threads = new HashMap<>();
    /** When the last slice of each thread ended that need not lie within another. */
    private final Map<Long, Long> decodedUs = new HashMap<>();
    /** When the last step of each thread ended, decoding aside. */
    private final Map<Long, Long> stepEndUs = new HashMap<>();

    private long originNs;

    /** What is recorded of a frame. */
    private static final class Frame {
        long startUs = Long.MAX_VALUE;
        long endUs = Long.MIN_VALUE;
        int steps;
        int work;
        int workSeen;
        boolean begun;
        boolean whole;
        /** Its beginning was written. */
        boolean opened;
    }

    /** Takes an event of a certain place in time. */
    private interface Taker {
        void take(Kind kind, long thread, int name, int who, long startUs, long durationUs, long value)
                throws IOException;
    }

    PipelineTrace(Recording recording, List<PauseLog.Pause> pauses, ChromeTrace chrome) {
        this.recording = recording;
        this.pauses = pauses;
        this.chrome = chrome;
    }

    /** @return how many frames are in it from their decoding to their message */
    int write() throws IOException {
        int[] order = order();
        each(order, this::look);
        chrome.process(FRAMES, "frames");
        chrome.process(THREADS, "threads");
        chrome.process(PROCESS, "process");
        nameThreads();
        writePauses();
        each(order, this::frame);
        RingTracks rings = new RingTracks(threads.values(), RINGS, chrome);
        each(order, (kind, thread, name, who, startUs, durationUs, value) -> {
            if (kind == Kind.SEQUENCE) {
                rings.moved(threads.get(thread), value, startUs);
            } else if (kind == Kind.COUNTER) {
                chrome.counter(PROCESS, Tracing.name(name), startUs, json -> json.writeNumberField("value", value));
            }
        });
        each(IntStream.range(0, recording.events()).toArray(), this::decode);
        each(outermostFirst(order), this::work);
        return (int) frames.values().stream().filter(frame -> frame.whole).count();
    }

    /** Events by their begin; those that begin together as they were told. */
    private int[] order() {
        int count = recording.events();
        originNs = recording.startNs();
        for (int i = 0; i < count; i++) {
            recording.read(
                    i, (kind, thread, name, who, startNs, durationNs, value) -> originNs = Math.min(originNs, startNs));
        }
        for (PauseLog.Pause pause : pauses) {
            originNs = Math.min(originNs, pause.startNs());
        }
        long[] keys = new long[count];
        int[] whole = {0};
        for (int i = 0; i < count; i++) {
            int at = i;
            recording.read(
                    i,
                    (kind, thread, name, who, startNs, durationNs, value) ->
                            keys[whole[0]++] = us(startNs) << INDEX_BITS | at);
        }
        Arrays.sort(keys, 0, whole[0]);
        int[] order = new int[whole[0]];
        for (int i = 0; i < order.length; i++) {
            order[i] = (int) keys[i] & ((1 << INDEX_BITS) - 1);
        }
        return order;
    }

    /** Of slices that begin together the longest first: it is around the others. */
    private int[] outermostFirst(int[] order) {
        int[] sorted = order.clone();
        for (int i = 1; i < sorted.length; i++) {
            int event = sorted[i];
            int at = i;
            while (at > 0
                    && us(recording.startNs(sorted[at - 1])) == us(recording.startNs(event))
                    && recording.durationNs(sorted[at - 1]) < recording.durationNs(event)) {
                sorted[at] = sorted[at - 1];
                at--;
            }
            sorted[at] = event;
        }
        return sorted;
    }

    private long us(long ns) {
        return (ns - originNs) / 1_000;
    }

    private void each(int[] order, Taker taker) throws IOException {
        IOException[] failure = {null};
        for (int i = 0; i < order.length && failure[0] == null; i++) {
            recording.read(order[i], (kind, thread, name, who, startNs, durationNs, value) -> {
                try {
                    taker.take(kind, thread, name, who, us(startNs), us(startNs + durationNs) - us(startNs), value);
                } catch (IOException e) {
                    failure[0] = e; // thrown again below: a reader has none
                }
            });
        }
        if (failure[0] != null) {
            throw failure[0];
        }
    }

    private static long key(int camera, long number) {
        return (long) camera << 48 | number;
    }

    private static String id(int camera, long number) {
        return camera + "." + number;
    }

    /** Steps in which a thread works on a frame; in the others the frame waits. */
    private static boolean isWork(Step step) {
        return step != Step.WAIT && step != Step.QUEUE;
    }

    private void look(Kind kind, long thread, int name, int who, long startUs, long durationUs, long value) {
        if (kind != Kind.COUNTER) {
            threads.computeIfAbsent(thread, recording::threadName);
        }
        if (kind == Kind.STEP) {
            Frame frame = frames.computeIfAbsent(key(who, value), key -> new Frame());
            frame.startUs = Math.min(frame.startUs, startUs);
            frame.endUs = Math.max(frame.endUs, startUs + durationUs);
            frame.steps++;
            Step step = Step.ALL[name];
            frame.work += isWork(step) ? 1 : 0;
            frame.begun |= step == Step.DECODE;
            frame.whole |= frame.begun && step == Step.ENCODE;
        }
    }

    private void nameThreads() throws IOException {
        TreeSet<String> names =
                new TreeSet<>(Comparator.comparingInt(PipelineTrace::place).thenComparing(Comparator.naturalOrder()));
        names.addAll(threads.values());
        int order = 0;
        Map<String, Integer> orders = new HashMap<>();
        for (String name : names) {
            orders.put(name, order++);
        }
        for (Map.Entry<Long, String> thread : threads.entrySet()) {
            chrome.thread(THREADS, thread.getKey(), thread.getValue(), orders.get(thread.getValue()));
        }
    }

    /** Cameras first, then the ring's stages in their order, then the others. */
    private static int place(String thread) {
        if (thread.startsWith("camera-")) {
            return 0;
        }
        int stage = RingTracks.stage(thread);
        return stage < 0 ? 100 : 1 + stage;
    }

    private void writePauses() throws IOException {
        chrome.thread(PROCESS, SAFEPOINTS, "safepoints", 0);
        chrome.thread(PROCESS, COLLECTIONS, "garbage collections", 1);
        chrome.thread(PROCESS, BESIDE, "collections beside Java's threads", 2);
        List<PauseLog.Pause> inOrder = pauses.stream()
                .sorted(Comparator.comparingLong(PauseLog.Pause::startNs))
                .toList();
        for (PauseLog.Pause pause : inOrder) {
            long startUs = us(pause.startNs());
            chrome.slice(
                    PROCESS,
                    pause.safepoint() ? SAFEPOINTS : pause.name().startsWith("Concurrent") ? BESIDE : COLLECTIONS,
                    "pause",
                    pause.name(),
                    startUs,
                    us(pause.startNs() + pause.durationNs()) - startUs,
                    Arguments.NONE);
        }
    }

    /** A frame's step on its camera's line; the frame itself is around its steps. */
    private void frame(Kind kind, long thread, int name, int who, long startUs, long durationUs, long value)
            throws IOException {
        if (kind != Kind.STEP) {
            return;
        }
        Frame frame = frames.get(key(who, value));
        String camera = Tracing.name(who);
        String category = "frames of " + camera;
        String id = id(who, value);
        if (!frame.opened) {
            frame.opened = true;
            chrome.async(true, FRAMES, category, camera, id, startUs, json -> {
                json.writeNumberField("frame", value);
                json.writeBooleanField("whole", frame.whole);
                json.writeNumberField("us", frame.endUs - frame.startUs);
            });
        }
        String step = Step.ALL[name].label();
        chrome.async(true, FRAMES, category, step, id, startUs, json -> json.writeNumberField("us", durationUs));
        chrome.async(false, FRAMES, category, step, id, startUs + durationUs, Arguments.NONE);
        if (--frame.steps == 0) {
            chrome.async(false, FRAMES, category, camera, id, frame.endUs, Arguments.NONE);
        }
    }

    /** What threads did and came across. */
    private void work(Kind kind, long thread, int name, int who, long startUs, long durationUs, long value)
            throws IOException {
        String whose = Tracing.name(who);
        switch (kind) {
            case STEP -> step(thread, Step.ALL[name], who, startUs, durationUs, value);
            case SLICE ->
                chrome.slice(
                        THREADS,
                        thread,
                        "work",
                        Tracing.name(name),
                        startUs,
                        within(thread, startUs, durationUs),
                        json -> {
                            if (!whose.isEmpty()) {
                                json.writeStringField("of", whose);
                            }
                            json.writeNumberField("value", value);
                        });
            case INSTANT ->
                chrome.instant(
                        THREADS,
                        thread,
                        "event",
                        whose.isEmpty() ? Tracing.name(name) : Tracing.name(name) + " " + whose,
                        startUs,
                        json -> json.writeNumberField("value", value));
            case DROP ->
                chrome.instant(
                        THREADS,
                        thread,
                        "drop",
                        "dropped: " + DropCause.ALL[name].label(),
                        startUs,
                        json -> json.writeStringField("camera", whose));
            default -> {
                // a counter, of which there is nothing on a thread's line
            }
        }
    }

    /** A step takes whole microseconds, rounded down: what it is around may seem to end one later. */
    private long within(long thread, long startUs, long durationUs) {
        long stepUs = stepEndUs.getOrDefault(thread, 0L) - startUs;
        return stepUs > 0 ? Math.min(durationUs, stepUs) : durationUs;
    }

    private void step(long thread, Step step, int who, long startUs, long durationUs, long number) throws IOException {
        if (isWork(step) && step != Step.DECODE) {
            stepEndUs.put(thread, startUs + durationUs);
            slice(thread, step, who, startUs, durationUs, number);
        }
    }

    /**
     * Decoding on the thread's line, in the order in which pictures came out. A decoder takes the next packet before it gives the
     * picture of the last, so each begins where the one before is done.
     */
    private void decode(Kind kind, long thread, int name, int who, long startUs, long durationUs, long value)
            throws IOException {
        if (kind == Kind.STEP && Step.ALL[name] == Step.DECODE) {
            long endUs = startUs + durationUs;
            long fromUs = Math.min(endUs, Math.max(startUs, decodedUs.getOrDefault(thread, 0L)));
            decodedUs.put(thread, endUs);
            slice(thread, Step.DECODE, who, fromUs, endUs - fromUs, value);
        }
    }

    private void slice(long thread, Step step, int who, long startUs, long durationUs, long number) throws IOException {
        String camera = Tracing.name(who);
        chrome.slice(THREADS, thread, "step", step.label() + " " + camera, startUs, durationUs, json -> {
            json.writeStringField("camera", camera);
            json.writeNumberField("frame", number);
        });
        Frame frame = frames.get(key(who, number));
        frame.workSeen++;
        if (frame.work > 1) {
            Flow place = frame.workSeen == 1 ? Flow.START : frame.workSeen == frame.work ? Flow.END : Flow.STEP;
            chrome.flow(place, THREADS, thread, "frame", camera, id(who, number), startUs);
        }
    }
}
