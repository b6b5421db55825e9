package dev.vigil.app.reload;

import dev.vigil.config.Surroundings;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Where the sockets of daemons lie, {@code vigil-NODE.sock} for each. */
final class ControlFolders {
    private static final Logger LOG = LoggerFactory.getLogger(ControlFolders.class);
    private static final String START = "vigil-";
    private static final String END = ".sock";
    /** Where a unit's {@code RuntimeDirectory=vigil} lies, and {@code vigil-%i} of several instances. */
    private static final Path OF_SERVICES = Path.of("/run");

    private static final Path OF_USERS = Path.of("/run/user");

    private ControlFolders() {}

    static Path socket(Path folder, String node) {
        return folder.resolve(START + node + END);
    }

    /** Where a daemon puts its own: what systemd gives, else the user's folder for what lives as long as a login, else their state. */
    static Path ofDaemon(Surroundings surroundings) {
        String fromSystemd = surroundings.environment().getOrDefault("RUNTIME_DIRECTORY", "");
        return fromSystemd.isEmpty()
                ? ofUser(surroundings)
                : Path.of(fromSystemd.split(":", 2)[0]);
    }

    private static Path ofUser(Surroundings surroundings) {
        String runtime = surroundings.environment().getOrDefault("XDG_RUNTIME_DIR", "");
        return runtime.isEmpty() ? surroundings.stateDir() : Path.of(runtime, "vigil");
    }

    /** Where to look for daemons: of this user, of services, and, for whoever may look there, of all users. */
    static Set<Path> all(Surroundings surroundings) {
        Set<Path> folders = new LinkedHashSet<>();
        folders.add(ofDaemon(surroundings));
        folders.add(ofUser(surroundings));
        folders.add(surroundings.stateDir());
        folders.add(OF_SERVICES.resolve("vigil"));
        folders.addAll(in(OF_SERVICES, "vigil-*"));
        in(OF_USERS, "*").forEach(user -> folders.add(user.resolve("vigil")));
        return folders;
    }

    /** Every socket in them, whether a daemon still answers on it or not. */
    static List<Path> sockets(Set<Path> folders) {
        List<Path> sockets = new ArrayList<>();
        folders.forEach(folder -> sockets.addAll(in(folder, START + "*" + END)));
        return sockets;
    }

    private static List<Path> in(Path folder, String glob) {
        List<Path> found = new ArrayList<>();
        if (Files.isDirectory(folder)) {
            try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, glob)) {
                files.forEach(found::add);
            } catch (IOException e) {
                LOG.debug("{} can not be looked at", folder, e); // another user's
            }
        }
        found.sort(null);
        return found;
    }
}
