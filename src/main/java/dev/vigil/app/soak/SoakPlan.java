package dev.vigil.app.soak;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * What a soak is to do.
 *
 * @param duration from the moment when all cameras are up
 * @param every mean time from a camera's recovery to its next fault; the broker's is twice that
 * @param fps frames per second of each camera that are wanted; 0 for all
 * @param clip what the cameras show; its keyframes must be no more than a second apart for the bound on recovery to hold
 * @param then what they change to, with pictures of another size
 * @param vigil the program, with what stands before its subcommand
 * @param environment of the program
 * @param folder for the daemon's configuration, log and outbox, and the broker's store
 */
public record SoakPlan(
        int cameras,
        Duration duration,
        long seed,
        Duration every,
        double fps,
        Path clip,
        Path then,
        List<String> vigil,
        Map<String, String> environment,
        Path folder) {
    /**
     * For the daemon's Java. The heap has its full size from the beginning, so that resident memory grows by nothing but leaks
     * outside of it, and is swept often, so that what remains in it shows; and no thread comes and goes by itself.
     */
    private static final List<String> JAVA_OPTIONS =
            List.of("-Xms96m", "-Xmx96m", "-Xmn8m", "-XX:+AlwaysPreTouch", "-XX:-UseDynamicNumberOfCompilerThreads");

    /** The options for a daemon whose files lie in a folder: temporary ones too, so that those it leaves can be counted. */
    public static List<String> javaOptions(Path folder) {
        return Stream.concat(JAVA_OPTIONS.stream(), Stream.of("-Djava.io.tmpdir=" + tempDir(folder)))
                .toList();
    }

    public static Path tempDir(Path folder) {
        return folder.resolve("tmp");
    }

    /** Long enough for what is loaded and compiled once; the figures at the start are taken after it. */
    Duration warmUp() {
        Duration fifth = duration.dividedBy(5);
        Duration longest = Duration.ofMinutes(5);
        return fifth.compareTo(longest) > 0 ? longest : fifth;
    }
}
