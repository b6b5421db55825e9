package dev.vigil.metrics.trace;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.management.JMException;
import javax.management.ObjectName;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * When the JVM stood still: its own log of garbage collections and safepoints, turned on for a while with its clock being the
 * one of {@link System#nanoTime()}. It costs a line for each pause while it is on, and nothing after; Flight Recorder would keep
 * threads and some 20 MB for as long as the process lives. Not threadsafe.
 */
final class PauseLog implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(PauseLog.class);
    private static final Pattern LINE = Pattern.compile("\\[(\\d+)ns\\](?:\\[[^\\]]*\\])?\\s*(.*)");
    /** As HotSpot writes them: {@code SafepointTracing::end} in its {@code runtime/safepoint.cpp}. */
    private static final Pattern SAFEPOINT = Pattern.compile("Safepoint \"([^\"]+)\".*Total:\\s*(\\d+) ns.*");

    private static final Pattern COLLECTION = Pattern.compile("GC\\(\\d+\\) (.*?) ([\\d.]+)ms");

    /**
     * A time in which all threads of Java stood still, or, of a collector that works beside them, worked.
     *
     * @param safepoint else a garbage collection, which lies in one
     */
    record Pause(boolean safepoint, String name, long startNs, long durationNs) {}

    private final Path file;
    private final boolean on;

    private PauseLog(Path file, boolean on) {
        this.file = file;
        this.on = on;
    }

    /** Turns the log on; one that tells nothing where the JVM does not let it. */
    static PauseLog begin() throws IOException {
        // A file that is there already would be put aside by the JVM, under another name.
        Path file = Files.createTempDirectory("vigil-pauses-").resolve("log");
        try {
            command("vmLog", "output=\"" + file + "\"", "what=safepoint=info,gc=info", "decorators=timenanos");
            return new PauseLog(file, true);
        } catch (JMException e) {
            LOG.warn("this JVM does not tell its pauses: {}", e.getMessage());
            return new PauseLog(file, false);
        }
    }

    private static void command(String operation, String... arguments) throws JMException {
        ManagementFactory.getPlatformMBeanServer()
                .invoke(
                        new ObjectName("com.sun.management:type=DiagnosticCommand"),
                        operation,
                        new Object[] {arguments},
                        new String[] {String[].class.getName()});
    }

    /** What it has told so far. */
    List<Pause> pauses() throws IOException {
        return on ? read(Files.readAllLines(file)) : List.of();
    }

    static List<Pause> read(List<String> lines) {
        List<Pause> pauses = new ArrayList<>();
        for (String text : lines) {
            Matcher line = LINE.matcher(text);
            if (!line.matches()) {
                continue;
            }
            long endNs = Long.parseLong(line.group(1));
            Matcher safepoint = SAFEPOINT.matcher(line.group(2));
            Matcher collection = COLLECTION.matcher(line.group(2));
            if (safepoint.matches()) {
                long durationNs = Long.parseLong(safepoint.group(2));
                pauses.add(new Pause(true, safepoint.group(1), endNs - durationNs, durationNs));
            } else if (collection.matches()) {
                long durationNs = (long) (Double.parseDouble(collection.group(2)) * 1e6);
                pauses.add(new Pause(false, collection.group(1), endNs - durationNs, durationNs));
            }
        }
        return pauses;
    }

    @Override
    public void close() throws IOException {
        try {
            if (on) {
                command("vmLog", "output=\"" + file + "\"", "what=all=off");
            }
        } catch (JMException e) {
            LOG.warn("the JVM goes on writing its pauses to {}", file, e);
        } finally {
            Files.deleteIfExists(file);
            Files.deleteIfExists(file.getParent());
        }
    }
}
