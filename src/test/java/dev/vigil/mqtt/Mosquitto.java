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
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

/** Debian's Mosquitto as a child process, listening on the loopback address only. */
public final class Mosquitto implements AutoCloseable {
    private static final String PROGRAM = "/usr/sbin/mosquitto";
    private static final int PORT_MIN = 10_000;
    private static final int PORT_END = 32_768;

    private final Path folder;
    private final int port;
    private final String lines;
    private final boolean verbose;
    /** Of further listeners, which stand in {@code lines}. */
    private final int[] morePorts;

    private Process process;

    private Mosquitto(Path folder, int port, String lines, boolean verbose, int... morePorts) {
        this.folder = folder;
        this.port = port;
        this.lines = lines;
        this.morePorts = morePorts;
        this.verbose = verbose;
    }

    /** Aborts the calling test where Mosquitto is not installed. */
    public static void require() {
        Peers.require(PROGRAM, "mosquitto");
    }

    /**
     * @param folder for its configuration and log
     * @param lines of mosquitto.conf, below the listener's
     * @param morePorts of further listeners in {@code lines}, to be waited for too
     */
    public static Mosquitto start(Path folder, String lines, int... morePorts) throws IOException {
        return start(folder, lines, true, morePorts);
    }

    /** The same without a log of every packet, which would slow it down. */
    public static Mosquitto startQuiet(Path folder, String lines) throws IOException {
        return start(folder, lines, false);
    }

    private static Mosquitto start(Path folder, String lines, boolean verbose, int... morePorts) throws IOException {
        require();
        Mosquitto broker = new Mosquitto(folder, freePort(), lines, verbose, morePorts);
        broker.restart();
        return broker;
    }

    /** Of the range below that from which systems take the ports of outgoing connections, which could be one at any time. */
    public static int freePort() {
        while (true) {
            int port = ThreadLocalRandom.current().nextInt(PORT_MIN, PORT_END);
            try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
                return socket.getLocalPort();
            } catch (IOException taken) {
                continue;
            }
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
        return listens(port) && IntStream.of(morePorts).allMatch(Mosquitto::listens);
    }

    private static boolean listens(int port) {
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

    /** Whether it runs, or how it ended, for people. */
    public String state() {
        return process.isAlive() ? "mosquitto runs" : "mosquitto ended with " + process.exitValue() + ": " + log();
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
