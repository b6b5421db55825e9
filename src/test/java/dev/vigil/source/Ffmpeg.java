package dev.vigil.source;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vigil.Peers;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Debian's ffmpeg as the maker of test files: its encoders are not those of the library under test. */
public final class Ffmpeg {
    private static final String PROGRAM = "/usr/bin/ffmpeg";

    private Ffmpeg() {}

    /** Makes {@code target} of a test picture's {@code frames} at 25 frames/s; skips the test where there is no ffmpeg. */
    static Path video(Path target, int frames, String size, String... encoding) throws Exception {
        List<String> arguments = new ArrayList<>(List.of("-f", "lavfi", "-i", "testsrc=size=" + size + ":rate=25"));
        arguments.addAll(List.of("-frames:v", Integer.toString(frames)));
        arguments.addAll(List.of(encoding));
        return run(target, arguments);
    }

    public static Path run(Path target, List<String> arguments) throws IOException, InterruptedException {
        Peers.require(PROGRAM, "ffmpeg");
        List<String> command = new ArrayList<>(List.of(PROGRAM, "-y", "-nostdin", "-loglevel", "error"));
        command.addAll(arguments);
        command.add(target.toString());
        File log = new File(target + ".log");
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(log)
                .start();
        boolean ended = process.waitFor(60, TimeUnit.SECONDS);
        if (!ended) {
            process.destroyForcibly();
        }
        assertThat(ended && process.exitValue() == 0)
                .as(() -> command + ": " + text(log.toPath()))
                .isTrue();
        return target;
    }

    private static String text(Path log) {
        try {
            return Files.readString(log);
        } catch (IOException e) {
            return e.toString();
        }
    }
}
