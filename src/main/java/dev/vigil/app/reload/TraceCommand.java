package dev.vigil.app.reload;

import dev.vigil.app.ConfigOption;
import dev.vigil.app.Durations;
import dev.vigil.app.StatusLine;
import dev.vigil.app.Terminal;
import dev.vigil.base.Clock;
import dev.vigil.config.Surroundings;
import dev.vigil.metrics.trace.LiveTrace;
import dev.vigil.metrics.trace.TraceFile;
import java.io.EOFException;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.SocketTimeoutException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code vigil trace}: what a daemon that runs does for some seconds, as a file for viewers of traces. */
@Command(
        name = "trace",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Has the daemon that runs with a configuration record what it does for some seconds, and writes it as one file that"
                    + " chrome://tracing and ui.perfetto.dev open.",
            "",
            "In it are every frame of every camera with its steps, what each thread worked on, with arrows from step to step, how"
                    + " full the rings are, frames that were dropped and why, messages to the broker, CPU, memory, and the times"
                    + " in which Java stood still. The daemon pays for it only while it records, a few microseconds a frame.",
            "",
            "Ctrl-C ends the recording early, and writes what there is."
        },
        footer = {
            "",
            "Exit code: 0 done, 1 no daemon has answered or the file can not be written, 2 wrong usage.",
            "",
            "Example: vigil trace --for 5s -o gate.trace.json --config /etc/vigil/vigil.yml"
        })
public final class TraceCommand implements Callable<Integer> {
    private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(10);
    /** For the daemon to write what it has recorded. */
    private static final Duration EVENTS_TIMEOUT = Duration.ofSeconds(30);

    private static final Duration SHOWN_EVERY = Duration.ofMillis(200);

    private final Surroundings surroundings;

    @Option(
            names = "--for",
            paramLabel = "TIME",
            converter = Durations.class,
            defaultValue = "5s",
            description = "How long, at most 5m (default: ${DEFAULT-VALUE}).")
    private Duration length;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FILE",
            defaultValue = "vigil.trace.json",
            description = "Where the trace goes (default: ${DEFAULT-VALUE}). A file that is there is replaced.")
    private Path out;

    @Mixin
    private ConfigOption config;

    @Option(
            names = "--node",
            paramLabel = "NAME",
            description = "Only the daemon of this node, where several run with the same configuration.")
    private String node;

    @Spec
    private CommandSpec spec;

    public TraceCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() {
        PrintWriter err = spec.commandLine().getErr();
        if (length.toMillis() < 1 || length.compareTo(LiveTrace.LONGEST) > 0) {
            throw new ParameterException(
                    spec.commandLine(), "--for: 1ms to " + LiveTrace.LONGEST.toMinutes() + "m are allowed");
        }
        Path file = config.file(surroundings).toAbsolutePath().normalize();
        RunningDaemon daemon = RunningDaemon.find(file, node, surroundings, "vigil trace", err);
        if (daemon == null) {
            return 1;
        }
        try {
            return trace(daemon, err);
        } catch (SocketTimeoutException e) {
            err.println("vigil trace: the daemon does not answer in time");
        } catch (EOFException e) {
            err.println("vigil trace: the daemon has ended before all was told");
        } catch (FileSystemException e) {
            err.println("vigil trace: " + e.getFile() + " can not be written: "
                    + (e.getReason() == null ? e.getClass().getSimpleName() : e.getReason()));
        } catch (IOException e) {
            err.println("vigil trace: " + e.getMessage());
        }
        err.flush();
        return 1;
    }

    private int trace(RunningDaemon daemon, PrintWriter err) throws IOException {
        CountDownLatch asked = new CountDownLatch(1);
        CountDownLatch written = new CountDownLatch(1);
        Thread hook = new Thread(() -> onSignal(asked, written), "signal");
        Runtime.getRuntime().addShutdownHook(hook);
        try (Lines lines = daemon.connect()) {
            lines.write(ControlServer.TRACE + " " + length.toMillis(), ControlServer.LINE_TIMEOUT);
            Answer answer = Answer.parse(lines.read(ANSWER_TIMEOUT));
            if (answer.changed() == null) {
                // What a daemon says that knows nothing but reload.
                boolean older = String.valueOf(answer.failure()).endsWith("which or reload is allowed");
                err.println("vigil trace: "
                        + (older
                                ? "the daemon is of a version that can not record: restart it first"
                                : answer.failure()));
                err.flush();
                return 1;
            }
            // Only now, so that an older file stays where nothing comes of it; whole from here on, whatever happens.
            try (TraceFile file = new TraceFile(out)) {
                await(lines, asked, err);
                print(receive(lines, file), err);
            }
            return 0;
        } finally {
            written.countDown();
            removeHook(hook);
        }
    }

    /** Waits for the recording's end, or ends it when a signal comes. */
    private void await(Lines lines, CountDownLatch asked, PrintWriter err) throws IOException {
        StatusLine status = new StatusLine(err, Terminal.onError(), Clock.SYSTEM);
        long startNs = System.nanoTime();
        boolean ended = false;
        while (!lines.hasMore(SHOWN_EVERY)) {
            double seconds = (System.nanoTime() - startNs) / 1e9;
            if (seconds > length.toMillis() / 1e3 + EVENTS_TIMEOUT.toSeconds()) {
                throw new SocketTimeoutException("no events");
            }
            if (!ended && asked.getCount() == 0) {
                ended = true;
                lines.write("end", ControlServer.LINE_TIMEOUT);
            }
            status.show(String.format(
                    Locale.ROOT, "recording, %.0f of %.0f s", seconds, Math.ceil(length.toMillis() / 1e3)));
        }
        status.clear();
    }

    private static TraceServer.Recorded receive(Lines lines, TraceFile file) throws IOException {
        while (true) {
            String line = lines.read(EVENTS_TIMEOUT);
            if (!line.startsWith("[")) {
                file.about(line);
                return TraceServer.Recorded.parse(line);
            }
            if (line.length() > 2) {
                file.add(line.substring(1, line.length() - 1));
            }
        }
    }

    private void print(TraceServer.Recorded recorded, PrintWriter err) {
        PrintWriter to = spec.commandLine().getOut();
        to.println(String.format(
                Locale.ROOT,
                "%s: %.1f s of %s, %d whole frames, %d events; open it in chrome://tracing or ui.perfetto.dev",
                out,
                recorded.seconds(),
                recorded.node(),
                recorded.frames(),
                recorded.events()));
        to.flush();
        if (recorded.lost() > 0) {
            err.println("vigil trace: events lost: " + recorded.lost()
                    + ", the last ones; there was no place for more: record for a shorter time");
            err.flush();
        }
    }

    private static void onSignal(CountDownLatch asked, CountDownLatch written) {
        asked.countDown();
        try {
            written.await(EVENTS_TIMEOUT.toSeconds(), TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void removeHook(Thread hook) {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException ending) {
            // The signal came: the hook has nothing left to wait for.
        }
    }
}
