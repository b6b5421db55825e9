package dev.vigil.app.bench;

import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Mosquitto as a child process that listens on the loopback address, for measurements. Not threadsafe. */
public final class MosquittoProcess implements Closeable {
    private static final List<Path> PROGRAMS = List.of(Path.of("/usr/sbin/mosquitto"), Path.of("/usr/bin/mosquitto"));
    private static final long DEADLINE_S = 10;

    private final Path configuration;
    private final int port;
    private Process process;

    private MosquittoProcess(Path configuration, int port) {
        this.configuration = configuration;
        this.port = port;
    }

    public static boolean isInstalled() {
        return PROGRAMS.stream().anyMatch(Files::isExecutable);
    }

    /**
     * Starts it at a free port; it takes connections when this returns.
     *
     * @param lines of its configuration, beside those of the listener
     */
    public static MosquittoProcess start(String lines) throws IOException, InterruptedException {
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        Path configuration = Files.createTempFile("vigil-bench-mosquitto", ".conf");
        Files.writeString(configuration, "listener " + port + " 127.0.0.1\nallow_anonymous true\n" + lines);
        configuration.toFile().deleteOnExit();
        configuration.toFile().setReadable(true, false); // Mosquitto gives up being root before it reads it again
        MosquittoProcess mosquitto = new MosquittoProcess(configuration, port);
        mosquitto.restart();
        return mosquitto;
    }

    /** Starts it again, at its port, after {@link #close}. */
    public void restart() throws IOException, InterruptedException {
        Path program = PROGRAMS.stream().filter(Files::isExecutable).findFirst().orElseThrow();
        process = new ProcessBuilder(program.toString(), "-c", configuration.toString())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        long endNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(DEADLINE_S);
        while (!listens()) {
            if (System.nanoTime() - endNs > 0 || !process.isAlive()) {
                process.destroyForcibly();
                throw new IOException("Mosquitto did not start at port " + port);
            }
            TimeUnit.MILLISECONDS.sleep(20);
        }
    }

    private boolean listens() {
        try (Socket probe = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return probe.isConnected();
        } catch (IOException notYet) {
            return false;
        }
    }

    /** Has it save what it keeps, and waits until {@code file} is there. */
    public void save(Path file) throws IOException, InterruptedException {
        Process signal = new ProcessBuilder("kill", "-USR1", Long.toString(process.pid())).start();
        boolean signalled = signal.waitFor(DEADLINE_S, TimeUnit.SECONDS) && signal.exitValue() == 0;
        long endNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(DEADLINE_S);
        while (!Files.exists(file)) {
            if (!signalled || System.nanoTime() - endNs > 0) {
                throw new IOException("Mosquitto did not save " + file);
            }
            TimeUnit.MILLISECONDS.sleep(20);
        }
    }

    public int port() {
        return port;
    }

    /** Ends it as an operator would, so that it saves what it is told to keep, and waits for its end. */
    @Override
    public void close() throws IOException {
        process.destroy();
        try {
            if (!process.waitFor(DEADLINE_S, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new IOException("Mosquitto did not end within " + DEADLINE_S + " s");
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
