package dev.vigil.app.demo;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import com.hivemq.embedded.EmbeddedExtension;
import com.hivemq.embedded.EmbeddedHiveMQ;
import com.hivemq.extension.sdk.api.ExtensionMain;
import com.hivemq.extension.sdk.api.auth.SimpleAuthenticator;
import com.hivemq.extension.sdk.api.client.parameter.ListenerType;
import com.hivemq.extension.sdk.api.client.parameter.ServerInformation;
import com.hivemq.extension.sdk.api.parameter.ExtensionStartInput;
import com.hivemq.extension.sdk.api.parameter.ExtensionStartOutput;
import com.hivemq.extension.sdk.api.parameter.ExtensionStopInput;
import com.hivemq.extension.sdk.api.parameter.ExtensionStopOutput;
import com.hivemq.extension.sdk.api.services.Services;
import com.hivemq.extension.sdk.api.services.builder.Builders;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.slf4j.LoggerFactory;

/**
 * An MQTT 3.1.1 and 5 broker (HiveMQ CE) in this process, for the demo and for tests. It listens on the loopback address
 * only, lets anybody in, keeps everything in memory, sends no usage statistics and says nothing. Its folders are temporary
 * and deleted after {@link #close()}, or when the process ends.
 *
 * <p>The first start of a process costs about 3 s on two cores, later ones about 1 s: share one among the tests of a class.
 */
public final class EmbeddedBroker implements AutoCloseable {
    private static final long START_DEADLINE_S = 60;
    private static final long STOP_DEADLINE_S = 20;
    private static final byte[] LOOPBACK = {127, 0, 0, 1};
    /** Loggers of the broker and its libraries; only errors get through. */
    private static final List<String> NOISY =
            List.of("com.hivemq", "migrations", "jetbrains.exodus", "io.netty", "oshi", "com.networknt");

    private final Path folder;
    private final EmbeddedHiveMQ broker;
    private final Thread cleaner;
    private final Watcher watcher;
    private final int port;

    private EmbeddedBroker(Path folder, EmbeddedHiveMQ broker, Thread cleaner, Watcher watcher, int port) {
        this.folder = folder;
        this.broker = broker;
        this.cleaner = cleaner;
        this.watcher = watcher;
        this.port = port;
    }

    /**
     * Starts a broker and returns when it takes connections.
     *
     * @param port TCP port; 0 for a free one
     * @throws IOException when it can not listen or did not start in time
     */
    public static EmbeddedBroker start(int port) throws IOException {
        return start(port, "");
    }

    /**
     * As {@link #start(int)}, with further listeners.
     *
     * @param listeners as they stand in HiveMQ's {@code config.xml}; empty for none
     */
    public static EmbeddedBroker start(int port, String listeners) throws IOException {
        quieten();
        Path folder = Files.createTempDirectory("vigil-broker-");
        Thread cleaner = new Thread(() -> deleteOrTell(folder), "broker-cleaner");
        Runtime.getRuntime().addShutdownHook(cleaner);
        Watcher watcher = new Watcher();
        EmbeddedHiveMQ broker = null;
        try {
            broker = EmbeddedHiveMQ.builder()
                    .withConfigurationFolder(configuration(folder, port, listeners))
                    .withDataFolder(Files.createDirectory(folder.resolve("data")))
                    .withExtensionsFolder(Files.createDirectory(folder.resolve("extensions")))
                    .withEmbeddedExtension(EmbeddedExtension.builder()
                            .withId("vigil-watcher")
                            .withName("vigil-watcher")
                            .withVersion("1")
                            .withAuthor("vigil")
                            .withPriority(0)
                            .withStartPriority(1000)
                            .withExtensionMain(watcher)
                            .build())
                    .withoutLoggingBootstrap()
                    .build();
            broker.start().get(START_DEADLINE_S, TimeUnit.SECONDS);
            return new EmbeddedBroker(folder, broker, cleaner, watcher, watcher.port());
        } catch (IOException | ExecutionException | TimeoutException | RuntimeException e) {
            abandon(broker, folder, cleaner, e);
            throw new IOException("the embedded MQTT broker did not start on port " + port + ": " + reasonOf(e), e);
        } catch (InterruptedException e) {
            abandon(broker, folder, cleaner, e);
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while the embedded MQTT broker started", e);
        }
    }

    /** The TCP port on 127.0.0.1. */
    public int port() {
        return port;
    }

    /**
     * Stops, and returns as soon as nobody can connect any more. Those that are connected lose their connections at about that time;
     * HiveMQ goes on for some 4 s, in which it only waits for its own threads, and then the temporary folders are deleted.
     *
     * @throws IOException when it goes on listening
     */
    @Override
    public void close() throws IOException {
        CompletableFuture<Void> stopped = broker.stop().whenComplete((nothing, failed) -> {
            if (failed != null) {
                LoggerFactory.getLogger(EmbeddedBroker.class)
                        .warn("the embedded MQTT broker did not stop: {}", reasonOf(failed));
            }
            watcher.server = null;
            forget(cleaner);
            deleteOrTell(folder);
        });
        try {
            awaitRefusal(stopped);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while the embedded MQTT broker stopped", e);
        }
    }

    private void awaitRefusal(CompletableFuture<Void> stopped) throws IOException, InterruptedException {
        long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(STOP_DEADLINE_S);
        while (!stopped.isDone() && listens()) {
            if (System.nanoTime() - deadlineNs > 0) {
                throw new IOException("the embedded MQTT broker did not stop listening on port " + port);
            }
            TimeUnit.MILLISECONDS.sleep(5);
        }
    }

    private boolean listens() throws IOException {
        try (Socket probe = new Socket(InetAddress.getByAddress(LOOPBACK), port)) {
            return probe.isConnected();
        } catch (SocketException failed) {
            // One that was let in a moment before it stopped is reset.
            return !(failed instanceof ConnectException);
        }
    }

    private static Path configuration(Path folder, int port, String listeners) throws IOException {
        Path conf = Files.createDirectory(folder.resolve("conf"));
        Files.writeString(conf.resolve("config.xml"), """
                <?xml version="1.0"?>
                <hivemq>
                  <listeners>
                    <tcp-listener>
                      <port>%d</port>
                      <bind-address>127.0.0.1</bind-address>
                    </tcp-listener>
                    %s
                  </listeners>
                  <persistence>
                    <mode>in-memory</mode>
                  </persistence>
                  <anonymous-usage-statistics>
                    <enabled>false</enabled>
                  </anonymous-usage-statistics>
                </hivemq>
                """.formatted(port, listeners));
        return conf;
    }

    private static void quieten() {
        for (String name : NOISY) {
            // Logback is what Vigil logs with; where somebody put another in its place, that one's configuration
            // decides.
            if (LoggerFactory.getLogger(name) instanceof Logger logger) {
                logger.setLevel(Level.ERROR);
            }
        }
    }

    private static void abandon(EmbeddedHiveMQ broker, Path folder, Thread cleaner, Exception cause) {
        if (broker != null) {
            try {
                broker.stop().get(STOP_DEADLINE_S, TimeUnit.SECONDS);
            } catch (ExecutionException | TimeoutException | RuntimeException e) {
                cause.addSuppressed(e);
            } catch (InterruptedException e) {
                cause.addSuppressed(e);
                Thread.currentThread().interrupt();
            }
        }
        forget(cleaner);
        try {
            delete(folder);
        } catch (IOException e) {
            cause.addSuppressed(e);
        }
    }

    private static void forget(Thread cleaner) {
        try {
            Runtime.getRuntime().removeShutdownHook(cleaner);
        } catch (IllegalStateException shuttingDown) {
            // The hook runs already and finds nothing left to delete.
        }
    }

    private static void deleteOrTell(Path folder) {
        try {
            delete(folder);
        } catch (IOException e) {
            LoggerFactory.getLogger(EmbeddedBroker.class).warn("left behind {}: {}", folder, e.toString());
        }
    }

    private static void delete(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        try (Stream<Path> paths = Files.walk(folder)) {
            for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    private static String reasonOf(Throwable error) {
        Throwable cause = error;
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause.getMessage() == null ? cause.toString() : cause.getMessage();
    }

    /** Runs inside the broker: learns which port it took, and allows everything (without it, HiveMQ lets nobody in). */
    private static final class Watcher implements ExtensionMain {
        private volatile ServerInformation server;

        @Override
        public void extensionStart(ExtensionStartInput input, ExtensionStartOutput output) {
            server = input.getServerInformation();
            Services.securityRegistry().setAuthenticatorProvider(ignored -> (SimpleAuthenticator) (in, out) -> {
                out.getDefaultPermissions()
                        .add(Builders.topicPermission().topicFilter("#").build());
                out.authenticateSuccessfully();
            });
        }

        @Override
        public void extensionStop(ExtensionStopInput input, ExtensionStopOutput output) {
            // The broker forgets the authenticator by itself.
        }

        int port() throws IOException {
            return server.getListener().stream()
                    .filter(listener -> listener.getListenerType() == ListenerType.TCP_LISTENER)
                    .mapToInt(listener -> listener.getPort())
                    .filter(listening -> listening > 0)
                    .findFirst()
                    .orElseThrow(() -> new IOException("it listens nowhere"));
        }
    }
}
