package dev.vigil.app.reload;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;

/** Has a daemon that was started so that it may be sabotaged do what {@link dev.vigil.base.Sabotage#obey} understands. */
public final class SabotageRequest {
    private static final Duration TIMEOUT = Duration.ofSeconds(5);

    private SabotageRequest() {}

    /**
     * @param runtime the daemon's {@code RUNTIME_DIRECTORY}
     * @throws IOException when it does not answer, or refuses
     */
    public static void send(Path runtime, String node, String order) throws IOException {
        RunningDaemon daemon = new RunningDaemon(ControlFolders.socket(runtime, node), runtime);
        Answer answer = daemon.ask(ControlServer.SABOTAGE + " " + order, TIMEOUT);
        if (answer.failure() != null) {
            throw new IOException("the daemon does not take '" + order + "': " + answer.failure());
        }
    }
}
