package dev.vigil.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/**
 * What the defaults of a configuration depend on, besides its file.
 *
 * @param home the program's folder, in which {@code models/} lies
 * @param environment variables; {@code VIGIL_HOME} is {@code home} unless it is set
 * @param hostName the default of {@code node}
 */
public record Surroundings(Path home, Map<String, String> environment, String hostName) {
    private static final Path KERNEL_HOST_NAME = Path.of("/proc/sys/kernel/hostname");

    public Surroundings {
        Map<String, String> all = new HashMap<>(environment);
        all.putIfAbsent("VIGIL_HOME", home.toString());
        environment = Map.copyOf(all);
    }

    /** Of this process: {@code home} is what the launcher says in the property {@code vigil.home}, or the working folder. */
    public static Surroundings ofProcess() {
        Path home =
                Path.of(System.getProperty("vigil.home", "")).toAbsolutePath().normalize();
        return new Surroundings(home, System.getenv(), hostName(System.getenv()));
    }

    /**
     * Where natives are unpacked and models are kept in the device's form, unless configured: what systemd gives, or the
     * user's cache.
     */
    public Path cacheDir() {
        String fromSystemd = environment.getOrDefault("CACHE_DIRECTORY", "");
        if (!fromSystemd.isEmpty()) {
            return Path.of(fromSystemd.split(":", 2)[0]);
        }
        String ofUser = environment.getOrDefault("XDG_CACHE_HOME", "");
        return ofUser.isEmpty() ? userHome().resolve(".cache/vigil") : Path.of(ofUser, "vigil");
    }

    /** Where messages wait for the broker, unless configured: in what systemd keeps for a service, or among the user's state. */
    Path outboxDir(String node) {
        String fromSystemd = environment.getOrDefault("STATE_DIRECTORY", "");
        if (!fromSystemd.isEmpty()) {
            return Path.of(fromSystemd.split(":", 2)[0], "outbox");
        }
        return stateDir().resolve(node).resolve("outbox");
    }

    /** Where the user's state lies that is Vigil's. */
    public Path stateDir() {
        String ofUser = environment.getOrDefault("XDG_STATE_HOME", "");
        Path state = ofUser.isEmpty() ? userHome().resolve(".local/state") : Path.of(ofUser);
        return state.resolve("vigil");
    }

    Path userHome() {
        return Path.of(environment.getOrDefault("HOME", System.getProperty("user.home")));
    }

    /** From the kernel, because Java's own way asks a name server and may wait for it. */
    private static String hostName(Map<String, String> environment) {
        String name;
        try {
            name = Files.readString(KERNEL_HOST_NAME).strip();
        } catch (IOException notLinux) {
            name = environment.getOrDefault("HOSTNAME", "");
        }
        return Names.NODE.matcher(name).matches() ? name : "vigil";
    }
}
