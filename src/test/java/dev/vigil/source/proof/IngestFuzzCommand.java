package dev.vigil.source.proof;

import dev.vigil.app.Durations;
import dev.vigil.mqtt.proof.Folders;
import dev.vigil.mqtt.proof.JavaProcess;
import dev.vigil.source.SourceException;
import dev.vigil.source.sim.RtpClip;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ThreadLocalRandom;
import org.bytedeco.ffmpeg.global.avutil;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code vigil prove ingest-fuzz}: nothing that a camera sends breaks the ingest. */
@Command(
        name = "ingest-fuzz",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Reads mutated RTSP answers, descriptions, RTP packets and H.264, H.265 and MJPEG streams, from the connection to"
                    + " decoded pictures, in a process of its own. Ends with 1 when that dies, hangs, throws, leaks memory or"
                    + " descriptors, or leaves a frame unaccounted for; the bytes that did it are kept. Needs ffmpeg"
                    + " (apt-get install ffmpeg)."
        },
        footer = {"", "Example: vigil prove ingest-fuzz --for 10m"})
public final class IngestFuzzCommand implements Callable<Integer> {
    private static final int FRAMES = 50;
    private static final int KEYFRAME_INTERVAL = 10;

    @Option(
            names = "--for",
            paramLabel = "DURATION",
            converter = Durations.class,
            defaultValue = "10m",
            description = "Default: ${DEFAULT-VALUE}.")
    private Duration time;

    @Option(
            names = "--seed",
            paramLabel = "N",
            description = "Of an earlier run, for the same cases in the same order.")
    private Long seed;

    @Option(names = "--case", paramLabel = "N", description = "Only this case of the seed.")
    private Long only;

    @Option(
            names = "--keep",
            paramLabel = "FOLDER",
            description = "Where the bytes of a case go that broke something (default: the temporary folder).")
    private Path keep;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        if (Files.notExists(ProofClips.PROGRAM)) {
            throw new CommandLine.ExecutionException(
                    spec.commandLine(), ProofClips.PROGRAM + " is missing: apt-get install ffmpeg");
        }
        avutil.av_log_set_level(avutil.AV_LOG_FATAL); // FFmpeg would comment on the clips
        PrintWriter out = spec.commandLine().getOut();
        long used = seed != null ? seed : ThreadLocalRandom.current().nextLong(1_000_000_000);
        out.println("seed         " + used);
        out.flush();
        Path folder = Files.createTempDirectory("vigil-ingest-fuzz");
        List<Path> clips = new ArrayList<>();
        for (ProofClips clip : ProofClips.values()) {
            clips.add(clip.make(folder, FRAMES, KEYFRAME_INTERVAL));
        }
        Path marker = folder.resolve("case");
        List<String> arguments = new ArrayList<>(List.of(
                Long.toString(used),
                Long.toString(only == null ? 0 : only),
                Long.toString(only == null ? time.toSeconds() : 0),
                marker.toString()));
        clips.forEach(clip -> arguments.add(clip.toString()));
        Path log = folder.resolve("log");
        try (JavaProcess child = new JavaProcess(IngestFuzzRun.class, ChildJava.OPTIONS, arguments, log)) {
            child.lines(
                    line -> {
                        out.println(line);
                        out.flush();
                    },
                    time);
            int status = child.awaitExit();
            if (status == 0) {
                Folders.delete(folder);
                return 0;
            }
            if (status != 1 && status != IngestFuzzRun.GROWN) {
                out.println("FAILED       the process died with " + status);
            }
            if (status != IngestFuzzRun.GROWN) {
                tell(out, keepCase(used, marker, clips, folder), used, marker);
            }
            out.println(child.log());
            out.flush();
            return 1;
        }
    }

    /** Makes the case again that was read last, which is all of it that is needed to see it happen again. */
    private Path keepCase(long used, Path marker, List<Path> clips, Path folder) throws IOException, SourceException {
        List<RtpClip> loaded = new ArrayList<>();
        for (Path clip : clips) {
            loaded.add(RtpClip.load(clip));
        }
        long number = ByteBuffer.wrap(Files.readAllBytes(marker)).getLong();
        Path target = keep == null ? folder : Files.createDirectories(keep);
        return Files.write(
                target.resolve("ingest-" + used + "-" + number + ".rtsp"),
                IngestFuzzRun.fuzzCase(loaded, used, number).all());
    }

    private static void tell(PrintWriter out, Path kept, long used, Path marker) throws IOException {
        long number = ByteBuffer.wrap(Files.readAllBytes(marker)).getLong();
        out.println("case         " + number + ", its bytes are in " + kept);
        out.println("again with   ./vigil prove ingest-fuzz --seed " + used + " --case " + number);
    }
}
