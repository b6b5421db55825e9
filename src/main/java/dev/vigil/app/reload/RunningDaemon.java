package dev.vigil.app.reload;

import dev.vigil.config.Surroundings;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.SocketTimeoutException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * A daemon that answers on its socket.
 *
 * @param file that it runs
 */
record RunningDaemon(Path socket, Path file) {
    private static final int ANSWER_BYTES_MAX = 8 << 20;

    /**
     * Looks for the one daemon that runs a configuration, and says what there is where it is not one.
     *
     * @param node its name, where several run the same; null for any
     * @param command for what is said
     * @return null when there is none, or several
     */
    static RunningDaemon find(Path file, String node, Surroundings surroundings, String command, PrintWriter err) {
        Set<Path> folders = ControlFolders.all(surroundings);
        List<String> others = new ArrayList<>();
        List<RunningDaemon> found = new ArrayList<>();
        for (Path socket : ControlFolders.sockets(folders)) {
            if (node == null || socket.equals(ControlFolders.socket(socket.getParent(), node))) {
                look(socket, file, found, others);
            }
        }
        if (found.size() == 1) {
            return found.get(0);
        }
        err.println(command + ": "
                + (found.isEmpty() ? "no daemon runs " + file : "several daemons run " + file + ": say --node"));
        found.forEach(daemon -> err.println("  " + daemon.socket + " does"));
        others.forEach(line -> err.println("  " + line));
        if (found.isEmpty() && others.isEmpty()) {
            folders.forEach(folder -> err.println("  there is none in " + folder));
        }
        err.flush();
        return null;
    }

    /** Whether a daemon answers on a socket, and runs the file. */
    private static void look(Path socket, Path file, List<RunningDaemon> found, List<String> others) {
        try {
            RunningDaemon daemon = new RunningDaemon(socket, file);
            String answer =
                    daemon.ask(ControlServer.WHICH, ControlServer.LINE_TIMEOUT).changed();
            if (answer == null) {
                throw new IOException("another version of Vigil answers");
            }
            Path runs = Path.of(answer);
            if (isSame(runs, file)) {
                found.add(new RunningDaemon(socket, runs));
            } else {
                others.add(socket + " runs " + runs);
            }
        } catch (SocketTimeoutException busy) {
            others.add(socket + " does not answer; another reload may be on");
        } catch (IOException e) {
            String reason = Files.isWritable(socket) ? e.getMessage() : "only its own user and root may ask it";
            others.add(socket + ": " + reason);
        }
    }

    private static boolean isSame(Path one, Path other) {
        try {
            return one.equals(other) || Files.isSameFile(one, other);
        } catch (IOException notThere) {
            return false; // a file that is not there is only the same by its name
        }
    }

    /** Asks for one thing, and waits for the answer. */
    Answer ask(String request, Duration timeout) throws IOException {
        try (Lines lines = connect()) {
            lines.write(request, ControlServer.LINE_TIMEOUT);
            return Answer.parse(lines.read(timeout));
        }
    }

    /** Its socket, to be closed. */
    Lines connect() throws IOException {
        return new Lines(SocketChannel.open(UnixDomainSocketAddress.of(socket)), ANSWER_BYTES_MAX);
    }
}
