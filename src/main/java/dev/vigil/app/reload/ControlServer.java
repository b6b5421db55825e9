package dev.vigil.app.reload;

import dev.vigil.base.Clock;
import dev.vigil.base.FaultLog;
import dev.vigil.base.Sabotage;
import dev.vigil.config.Surroundings;
import java.io.EOFException;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A daemon's socket, on which its own user and root ask it to reload and to record what it does. One at a time is answered, the
 * others wait for their turn; a recording is sent meanwhile. A
 * daemon that can not have one runs all the same.
 */
public final class ControlServer implements AutoCloseable {
    /** Asks which file a daemon runs, as it was named absolutely. */
    static final String WHICH = "which";

    /** Asks it to take its file as it is now. */
    static final String RELOAD = "reload";

    /** Asks it to record what it does, for as many milliseconds as stand behind the word. */
    static final String TRACE = "trace";

    /** Has it do what {@link Sabotage#obey} is told, behind the word; there is no such request unless that is allowed. */
    static final String SABOTAGE = "sabotage";

    /** For what takes no work: a line to come, and to be taken. */
    static final Duration LINE_TIMEOUT = Duration.ofSeconds(2);

    private static final Logger LOG = LoggerFactory.getLogger(ControlServer.class);
    private static final int REQUEST_BYTES_MAX = 64;
    private static final int WAITING_MAX = 16;
    private static final long PAUSE_NS = TimeUnit.MILLISECONDS.toNanos(100);

    private final Reloader reloader;
    private final Path socket;
    private final ServerSocketChannel server;
    private final FaultLog faults = new FaultLog(LOG, Clock.SYSTEM);
    private volatile boolean closed;

    private ControlServer(Reloader reloader, Path socket, ServerSocketChannel server) {
        this.reloader = reloader;
        this.socket = socket;
        this.server = server;
        Thread thread = new Thread(this::run, "control");
        thread.setDaemon(true);
        thread.start();
    }

    /** Opens the daemon's socket; null, and a line in the log, when it can not be had. */
    public static ControlServer open(Reloader reloader, Surroundings surroundings) {
        Path socket = ControlFolders.socket(ControlFolders.ofDaemon(surroundings), reloader.node());
        try {
            return new ControlServer(reloader, socket, bind(socket));
        } catch (IOException | UnsupportedOperationException | SecurityException e) {
            LOG.warn("{}: {}; `vigil reload` finds no way to this daemon, SIGHUP does", socket, e.getMessage());
            return null;
        }
    }

    private static ServerSocketChannel bind(Path socket) throws IOException {
        Path folder = socket.getParent();
        if (!Files.isDirectory(folder)) {
            Files.createDirectories(
                    folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        }
        if (Files.exists(socket)) {
            if (isAnswered(socket)) {
                throw new IOException("a daemon of the same node has it already");
            }
            Files.delete(socket); // left by one that was killed
        }
        ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        boolean bound = false;
        try {
            // Under a name that nobody asks for, until nobody else may.
            Path unseen =
                    socket.resolveSibling(".new-" + ProcessHandle.current().pid());
            Files.deleteIfExists(unseen);
            server.bind(UnixDomainSocketAddress.of(unseen), WAITING_MAX);
            Files.setPosixFilePermissions(unseen, PosixFilePermissions.fromString("rw-------"));
            Files.move(unseen, socket);
            bound = true;
            return server;
        } finally {
            if (!bound) {
                server.close();
            }
        }
    }

    private static boolean isAnswered(Path socket) {
        try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
            return channel.isConnected();
        } catch (IOException nobody) {
            LOG.debug("{} is answered by nobody", socket, nobody);
            return false;
        }
    }

    private void run() {
        while (!closed) {
            try {
                serve(new Lines(server.accept(), REQUEST_BYTES_MAX));
            } catch (EOFException e) {
                LOG.debug("{}: somebody only looked whether it is answered", socket, e);
            } catch (IOException e) {
                if (!closed) {
                    faults.warn(socket + ": a request was not answered: " + e.getMessage());
                    LockSupport.parkNanos(
                            this, PAUSE_NS); // such as without a file descriptor: it may not get better at once
                }
            } catch (RuntimeException | Error e) {
                faults.error("a request was not answered", e);
                LockSupport.parkNanos(this, PAUSE_NS);
            }
        }
    }

    /** Answers one after the other, until the other end closes; a recording goes on beside those that come next. */
    private void serve(Lines lines) throws IOException {
        boolean goesOn = false;
        try {
            while (!goesOn) {
                String request = lines.read(LINE_TIMEOUT);
                if (request.startsWith(TRACE + " ")) {
                    goesOn = TraceServer.begin(request.substring(TRACE.length() + 1), reloader.node(), lines);
                } else {
                    lines.write(answer(request).line(), LINE_TIMEOUT);
                }
            }
        } finally {
            if (!goesOn) {
                lines.close();
            }
        }
    }

    private Answer answer(String request) {
        if (Sabotage.isAllowed() && request.startsWith(SABOTAGE + " ")) {
            return sabotage(request.substring(SABOTAGE.length() + 1));
        }
        return switch (request) {
            case WHICH -> Answer.taken(reloader.file().toString());
            case RELOAD -> reloader.reload();
            default ->
                Answer.failed("there is no request of that name: which or reload is allowed, or trace with a time");
        };
    }

    private static Answer sabotage(String order) {
        try {
            Sabotage.obey(order);
            return Answer.taken(order);
        } catch (IllegalArgumentException e) {
            return Answer.failed(e.getMessage());
        }
    }

    /** Answers nobody any more. A reading that is on comes to its end by itself, and is not answered. */
    @Override
    public void close() {
        closed = true;
        try {
            server.close();
            Files.deleteIfExists(socket);
        } catch (IOException e) {
            LOG.warn("{} stays: {}", socket, e.getMessage());
        }
    }
}
