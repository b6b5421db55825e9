package dev.vigil.metrics.trace;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.StringWriter;

/**
 * Events of Chrome's trace-event format, as chrome://tracing and Perfetto read it: an array of objects whose {@code ph} says
 * what they are (the document "Trace Event Format" that the catapult project keeps). Times are in microseconds; slices of one
 * thread must lie within each other or apart. Not threadsafe.
 */
public final class ChromeTrace {
    /** Takes events. */
    public interface Sink {
        /** @param event a JSON object on one line */
        void accept(String event) throws IOException;
    }

    /** What is to be seen of an event when it is clicked on. */
    public interface Arguments {
        Arguments NONE = json -> {};

        /** Writes fields. */
        void write(JsonGenerator json) throws IOException;
    }

    /** Where the arrow of a flow is: it comes out of, goes through, or ends at the slice that is around its time. */
    public enum Flow {
        START("s"),
        STEP("t"),
        END("f");

        private final String phase;

        Flow(String phase) {
            this.phase = phase;
        }
    }

    private static final JsonFactory JSON = new JsonFactory();

    private final Sink sink;
    private long events;

    public ChromeTrace(Sink sink) {
        this.sink = sink;
    }

    /** Events so far, names aside. */
    public long events() {
        return events;
    }

    /** Names a group of threads and counters. */
    public void process(int process, String name) throws IOException {
        name("process_name", process, 0, name);
        sort("process_sort_index", process, 0, process);
    }

    /** @param order of threads from above to below */
    public void thread(int process, long thread, String name, int order) throws IOException {
        name("thread_name", process, thread, name);
        sort("thread_sort_index", process, thread, order);
    }

    private void name(String what, int process, long thread, String name) throws IOException {
        event(what, "__metadata", "M", process, thread, 0, json -> {}, json -> json.writeStringField("name", name));
    }

    private void sort(String what, int process, long thread, int order) throws IOException {
        event(
                what,
                "__metadata",
                "M",
                process,
                thread,
                0,
                json -> {},
                json -> json.writeNumberField("sort_index", order));
    }

    /** Work of a thread. */
    public void slice(
            int process, long thread, String category, String name, long startUs, long durationUs, Arguments arguments)
            throws IOException {
        events++;
        event(
                name,
                category,
                "X",
                process,
                thread,
                startUs,
                json -> json.writeNumberField("dur", durationUs),
                arguments);
    }

    /** Something that a thread has come across. */
    public void instant(int process, long thread, String category, String name, long atUs, Arguments arguments)
            throws IOException {
        events++;
        event(name, category, "i", process, thread, atUs, json -> json.writeStringField("s", "t"), arguments);
    }

    /** Values from here on, stacked where they are several. */
    public void counter(int process, String name, long atUs, Arguments values) throws IOException {
        events++;
        event(name, "counter", "C", process, 0, atUs, json -> {}, values);
    }

    /**
     * The beginning or end of something that no thread owns, on a line of its own with others of the same id: they lie within
     * each other.
     */
    public void async(
            boolean begins, int process, String category, String name, String id, long atUs, Arguments arguments)
            throws IOException {
        events++;
        event(name, category, begins ? "b" : "e", process, 0, atUs, json -> json.writeStringField("id", id), arguments);
    }

    /** An arrow from slice to slice, through all that have the same id. */
    public void flow(Flow place, int process, long thread, String category, String name, String id, long atUs)
            throws IOException {
        events++;
        event(
                name,
                category,
                place.phase,
                process,
                thread,
                atUs,
                json -> {
                    json.writeStringField("id", id);
                    if (place == Flow.END) {
                        json.writeStringField("bp", "e");
                    }
                },
                Arguments.NONE);
    }

    private void event(
            String name,
            String category,
            String phase,
            int process,
            long thread,
            long atUs,
            Arguments more,
            Arguments arguments)
            throws IOException {
        StringWriter text = new StringWriter(256);
        try (JsonGenerator json = JSON.createGenerator(text)) {
            json.writeStartObject();
            json.writeStringField("ph", phase);
            json.writeStringField("cat", category);
            json.writeStringField("name", name);
            json.writeNumberField("pid", process);
            json.writeNumberField("tid", thread);
            json.writeNumberField("ts", atUs);
            more.write(json);
            json.writeObjectFieldStart("args");
            arguments.write(json);
            json.writeEndObject();
            json.writeEndObject();
        }
        sink.accept(text.toString());
    }
}
