package dev.vigil.source.proof;

import dev.vigil.app.bench.BenchClip;
import dev.vigil.config.Surroundings;
import dev.vigil.mqtt.proof.Folders;
import dev.vigil.mqtt.proof.JavaProcess;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.bytedeco.ffmpeg.global.avutil;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code vigil prove reconnect}: a camera that comes and goes leaves nothing behind. */
@Command(
        name = "reconnect",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Connects to a simulated camera, takes a picture and disconnects, again and again, over TCP and UDP in turns, ended by"
                    + " the camera and by a command in turns. Ends with 1 when resident memory (from 1000 cycles on),"
                    + " threads or file descriptors grow, or a frame is not accounted for."
        },
        footer = {"", "Example: vigil prove reconnect --cycles 2000"})
public final class ReconnectCommand implements Callable<Integer> {
    /** Each frame is a keyframe, so that the first one is a picture. */
    private static final BenchClip.Form CLIP = new BenchClip.Form("reconnect-180p", 320, 180, 1, 1, 2_000_000);

    @Option(names = "--cycles", paramLabel = "N", defaultValue = "2000", description = "Default: ${DEFAULT-VALUE}.")
    private int cycles;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        avutil.av_log_set_level(avutil.AV_LOG_FATAL); // FFmpeg would comment on the clips
        PrintWriter out = spec.commandLine().getOut();
        Path folder = Files.createTempDirectory("vigil-reconnect");
        Path demo = Surroundings.ofProcess().home().resolve("media/demo-clip.mp4");
        Path clip = BenchClip.of(CLIP, demo, folder);
        Path log = folder.resolve("log");
        List<String> arguments = List.of(Integer.toString(cycles), clip.toString());
        try (JavaProcess child = new JavaProcess(ReconnectRun.class, ChildJava.OPTIONS, arguments, log)) {
            child.lines(out::println);
            int status = child.awaitExit();
            if (status != 0) {
                out.println("log          " + log);
                out.println(child.log());
            } else {
                Folders.delete(folder);
            }
            out.flush();
            return status == 0 ? 0 : 1;
        }
    }
}
