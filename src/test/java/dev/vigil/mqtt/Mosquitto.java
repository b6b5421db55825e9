package dev.vigil.mqtt;

import dev.vigil.Peers;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Debian's Mosquitto as a child process, listening on the loopback address only. */
public final class Mosquitto implements AutoCloseable {
    private static final String PROGRAM = "/usr/sbin/mosquitto";

    private final Path folder;
    private final int port;
    private final String lines;
    private final boolean verbose;
    private Process process;

    private Mosquitto(Path folder, int port, String lines, boolean verbose) {
        this.folder = folder;
        this.port = port;
        this.lines = lines;
        this.verbose = verbose;
    }

    /** Aborts the calling test where Mosquitto is not installed. */
    public static void require() {
        Peers.require(PROGRAM, "mosquitto");
    }

    /**
     * @param folder for its configuration and log
     * @param lines of mosquitto.conf, below the listener's
     */
    public static Mosquitto start(Path folder, String lines) throws IOException {
        return start(folder, lines, true);
    }

    /** The same without a log of every packet, which would slow it down. */
    public static Mosquitto startQuiet(Path folder, String lines) throws IOException {
        return start(folder, lines, false);
    }

    private static Mosquitto start(Path folder, String lines, boolean verbose) throws IOException {
        require();
        Mosquitto broker = new Mosquitto(folder, freePort(), lines, verbose);
        broker.restart();
        return broker;
    }

    static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    public int port() {
        return port;
    }

    /** Starts it on its port, which takes connections when this returns. */
    public void restart() throws IOException {
        Path conf = folder.resolve("mosquitto.conf");
        // As root it would change to a user that can not read the test's folder.
        Files.writeString(conf, "user root\nlistener " + port + " 127.0.0.1\n" + lines + "\n");
        List<String> command = new ArrayList<>(List.of(PROGRAM, "-c", conf.toString()));
        if (verbose) {
            command.add("-v");
        }
        process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(
                        folder.resolve("mosquitto.log").toFile()))
                .start();
        Await.until("mosquitto to listen", this::listens);
    }

    private boolean listens() {
        if (!process.isAlive()) {
            throw new IllegalStateException("mosquitto ended: " + log());
        }
        try (Socket probe = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return probe.isConnected();
        } catch (IOException notYet) {
            return false;
        }
    }

    /** What it has logged so far. */
    public String log() {
        try {
            return Files.readString(folder.resolve("mosquitto.log"));
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    /** Ends it as a crash would. */
    public void kill() throws InterruptedException {
        process.destroyForcibly();
        awaitEnd();
    }

    /** Ends it as an operator would: with {@code persistence true} it saves what it has first. */
    public void stop() throws InterruptedException {
        process.destroy();
        awaitEnd();
    }

    public long pid() {
        return process.pid();
    }

    private void awaitEnd() throws InterruptedException {
        if (!process.waitFor(Await.DEADLINE.toSeconds(), TimeUnit.SECONDS)) {
            throw new IllegalStateException("mosquitto did not end");
        }
    }

    @Override
    public void close() throws InterruptedException {
        kill();
    }
}
