package dev.vigil.mqtt.proof;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** A Java process with this one's class path; what it logs goes into a file, what it says comes line by line. */
public final class JavaProcess implements AutoCloseable {
    private static final long END_S = 20;
    /** Longer than any measurement takes. */
    private static final long LINE_S = 180;

    private final Process process;
    /** What it said; empty for the end. */
    private final BlockingQueue<Optional<String>> lines = new LinkedBlockingQueue<>();

    private final Path log;

    public JavaProcess(Class<?> main, List<String> javaOptions, List<String> arguments, Path log) throws IOException {
        this.log = log;
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(javaOptions);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
        command.addAll(arguments);
        process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.appendTo(log.toFile()))
                .start();
        Thread reader = new Thread(this::read, "child-output");
        reader.setDaemon(true);
        reader.start();
    }

    private void read() {
        try (BufferedReader out =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = out.readLine(); line != null; line = out.readLine()) {
                lines.add(Optional.of(line));
            }
        } catch (IOException killed) {
            // Its end, too.
        }
        lines.add(Optional.empty());
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** Passes on each line that it says, until it ends. */
    public void lines(Consumer<String> listener) throws IOException, InterruptedException {
        lines(listener, Duration.ZERO);
    }

    /** @param silence how long it may be silent beyond the usual */
    public void lines(Consumer<String> listener, Duration silence) throws IOException, InterruptedException {
        long atMostS = LINE_S + silence.toSeconds();
        for (Optional<String> line = next(atMostS); line.isPresent(); line = next(atMostS)) {
            listener.accept(line.get());
        }
    }

    private Optional<String> next(long atMostS) throws IOException, InterruptedException {
        Optional<String> line = lines.poll(atMostS, TimeUnit.SECONDS);
        if (line == null) {
            throw new IOException("a child process said nothing for " + atMostS + " s:\n" + log());
        }
        return line;
    }

    int exitValue() {
        return process.exitValue();
    }

    /** The next line of its standard output. */
    String line() throws IOException, InterruptedException {
        Optional<String> line = next(LINE_S);
        if (line.isEmpty()) {
            throw new IOException("a child process ended without a word:\n" + log());
        }
        return line.get();
    }

    /** All that it still says until it ends. */
    String rest() throws IOException, InterruptedException {
        StringBuilder rest = new StringBuilder();
        lines(line -> rest.append(line).append('\n'));
        return rest.toString();
    }

    public int awaitExit() throws InterruptedException {
        if (!process.waitFor(END_S, TimeUnit.SECONDS)) {
            throw new IllegalStateException("a child process did not end");
        }
        return process.exitValue();
    }

    void say(String line) throws IOException {
        process.getOutputStream().write((line + "\n").getBytes(StandardCharsets.UTF_8));
        process.getOutputStream().flush();
    }

    public String log() throws IOException {
        return Files.readString(log);
    }

    /** Lets it end by itself, as its standard input ends. */
    void end() throws IOException, InterruptedException {
        process.getOutputStream().close();
        if (awaitExit() != 0) {
            throw new IOException("a child process failed:\n" + log());
        }
    }

    /** Ends it as {@code kill -9} does, and waits for its end. */
    void kill() throws InterruptedException {
        process.destroyForcibly();
        if (!process.waitFor(END_S, TimeUnit.SECONDS)) {
            throw new IllegalStateException("a child process did not end");
        }
    }

    @Override
    public void close() throws InterruptedException {
        kill();
    }
}
