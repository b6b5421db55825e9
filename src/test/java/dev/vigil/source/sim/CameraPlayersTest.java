package dev.vigil.source.sim;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vigil.Peers;
import dev.vigil.base.Secret;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Players of others must play the simulated cameras without a complaint. */
@Timeout(120)
@Execution(ExecutionMode.CONCURRENT)
class CameraPlayersTest {
    private static final String FFMPEG = "/usr/bin/ffmpeg";
    private static final String GSTREAMER = "/usr/bin/gst-launch-1.0";

    @TempDir
    private Path folder;

    private record Ran(int status, String output) {}

    private Ran run(List<String> command) throws IOException, InterruptedException {
        Path output = Files.createTempFile(folder, "player", ".txt");
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        boolean ended = process.waitFor(60, TimeUnit.SECONDS);
        if (!ended) {
            process.destroyForcibly().waitFor();
        }
        String text = Files.readString(output);
        assertThat(ended).as("%s ended; it said: %s", command, text).isTrue();
        return new Ran(process.exitValue(), text);
    }

    private void shouldPlay(RtspCameraServer server, String transport, int frames) throws Exception {
        Ran played = run(List.of(
                FFMPEG,
                "-v",
                "error",
                "-nostdin",
                "-rtsp_transport",
                transport,
                "-i",
                server.uri(0).toString(),
                "-frames:v",
                Integer.toString(frames),
                "-f",
                "null",
                "-"));
        assertThat(played.output()).isEmpty();
        assertThat(played.status()).isZero();
    }

    @ParameterizedTest
    @CsvSource({"tcp", "udp"})
    void shouldPlayOverTheLoopWhenFfmpegWatches(String transport) throws Exception {
        Peers.require(FFMPEG, "ffmpeg");
        Path clip = TestClips.firstFrames(30, folder.resolve("short.mp4"));
        try (RtspCameraServer server =
                RtspCameraServer.start(SimulatedCameraOptions.of(clip).withPort(0))) {
            shouldPlay(server, transport, 75);
            Ran probed = run(List.of(
                    "/usr/bin/ffprobe",
                    "-v",
                    "error",
                    "-rtsp_transport",
                    transport,
                    "-show_entries",
                    "stream=codec_name,width,height,avg_frame_rate",
                    "-of",
                    "default=nw=1",
                    server.uri(0).toString()));
            assertThat(probed.output().lines())
                    .containsExactlyInAnyOrder("codec_name=h264", "width=1280", "height=720", "avg_frame_rate=25/1");
        }
    }

    @ParameterizedTest
    @CsvSource({"tcp", "udp"})
    void shouldPlayOverTheLoopWhenGstreamerWatches(String transport) throws Exception {
        Peers.require(GSTREAMER, "gstreamer1.0-tools");
        Path clip = TestClips.firstFrames(30, folder.resolve("short.mp4"));
        try (RtspCameraServer server =
                RtspCameraServer.start(SimulatedCameraOptions.of(clip).withPort(0))) {
            Ran played = run(List.of(
                    GSTREAMER,
                    "-q",
                    "rtspsrc",
                    "location=" + server.uri(0),
                    "protocols=" + transport,
                    "!",
                    "rtph264depay",
                    "!",
                    "h264parse",
                    "!",
                    "fakesink",
                    "num-buffers=75"));
            assertThat(played.status()).as(played.output()).isZero();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "libx264, mp4, -bf 2",
        "libx264, ts, -bf 0 -intra-refresh 1",
        "libx264, h264, -bf 0",
        "libx265, mp4, -x265-params log-level=error:bframes=3",
        "mjpeg, avi, -q:v 3 -huffman default -force_duplicated_matrix 1",
        "libvpx, mkv, -b:v 500k -deadline realtime",
    })
    void shouldPlayWhateverRtpHasAFormFor(String codec, String format, String options) throws Exception {
        Peers.require(FFMPEG, "ffmpeg");
        Path clip = folder.resolve("clip." + format);
        List<String> encode = new ArrayList<>(List.of(
                FFMPEG,
                "-v",
                "error",
                "-nostdin",
                "-f",
                "lavfi",
                "-i",
                "testsrc2=s=640x360:r=25:d=1.6",
                "-c:v",
                codec,
                "-g",
                "20",
                "-pix_fmt",
                codec.equals("mjpeg") ? "yuvj420p" : "yuv420p"));
        encode.addAll(List.of(options.split(" ")));
        encode.add(clip.toString());
        Ran encoded = run(encode);
        assertThat(encoded.status()).as(encoded.output()).isZero();
        try (RtspCameraServer server =
                RtspCameraServer.start(SimulatedCameraOptions.of(clip).withPort(0))) {
            assertThat(server.clipFrames()).isEqualTo(40);
            shouldPlay(server, "tcp", 50);
        }
    }

    @Test
    void shouldAskForThePasswordWhenThereIsOne() throws Exception {
        Peers.require(FFMPEG, "ffmpeg");
        Path clip = TestClips.firstFrames(10, folder.resolve("short.mp4"));
        try (RtspCameraServer server = RtspCameraServer.start(
                SimulatedCameraOptions.of(clip).withPort(0).withLogin("ann", new Secret("pw")))) {
            String address = "127.0.0.1:" + server.port() + "/cam";
            assertThat(probe("rtsp://ann:pw@" + address).status()).isZero();
            assertThat(probe("rtsp://ann:wrong@" + address).output()).contains("401");
            assertThat(probe("rtsp://" + address).output()).contains("401");
        }
    }

    private Ran probe(String uri) throws Exception {
        return run(List.of("/usr/bin/ffprobe", "-v", "error", "-rtsp_transport", "tcp", uri));
    }
}
