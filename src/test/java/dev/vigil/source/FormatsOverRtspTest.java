package dev.vigil.source;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vigil.Peers;
import dev.vigil.base.Clock;
import dev.vigil.source.SourceOptions.Hardware;
import dev.vigil.source.SourceOptions.Transport;
import dev.vigil.source.sim.RtspCameraServer;
import dev.vigil.source.sim.SimulatedCameraOptions;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.zip.CRC32;
import org.bytedeco.ffmpeg.avutil.AVFrame;
import org.bytedeco.javacpp.BytePointer;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every codec through the simulated camera's packets and back: the pictures are those of the file. */
@Execution(ExecutionMode.CONCURRENT)
class FormatsOverRtspTest {
    private static final int FRAMES = 50;
    private static final int KEYFRAME_EVERY = 25;

    @TempDir
    Path folder;

    @ParameterizedTest
    @CsvSource({
        "libvpx-vp9 -deadline realtime -cpu-used 8 -g 25 -auto-alt-ref 0, webm, TCP",
        "libvpx-vp9 -deadline good -cpu-used 8 -g 25 -auto-alt-ref 1 -lag-in-frames 10, webm, UDP",
        "libaom-av1 -usage realtime -cpu-used 8 -g 25, mp4, TCP",
        "libsvtav1 -preset 12 -g 25, mkv, UDP",
        "libx264 -preset ultrafast -g 25, mp4, UDP",
        "libx265 -preset ultrafast -x265-params log-level=none:bframes=0:keyint=25, mp4, TCP",
    })
    void shouldShowTheFilesPicturesWhenTheyCameByRtp(String encoder, String container, Transport transport)
            throws Exception {
        Path clip = clip(encoder, container);
        List<Long> wanted = pictures(SourceOptions.builder(clip.toUri()), FRAMES);
        assertThat(wanted).hasSize(FRAMES).doesNotHaveDuplicates();
        try (RtspCameraServer server =
                RtspCameraServer.start(SimulatedCameraOptions.of(clip).withPort(0))) {
            List<Long> came = pictures(SourceOptions.builder(server.uri(0)).transport(transport), 2 * FRAMES);
            assertThat(wanted).containsAll(came);
            for (int i = 1; i < came.size(); i++) {
                int next = (wanted.indexOf(came.get(i - 1)) + 1) % FRAMES;
                int place = wanted.indexOf(came.get(i));
                // A machine that stands still has the camera pass pictures by, up to the next keyframe.
                assertThat(place).as("picture %d", i).matches(at -> at == next || at % KEYFRAME_EVERY == 0);
            }
        }
    }

    private Path clip(String encoder, String container) throws Exception {
        Peers.require("/usr/bin/ffmpeg", "ffmpeg");
        Path clip = folder.resolve("clip." + container);
        String command = "/usr/bin/ffmpeg -v error -i media/demo-clip.mp4 -frames:v " + FRAMES
                + " -vf scale=320:180 -pix_fmt yuv420p -c:v " + encoder + " " + clip;
        Process process = new ProcessBuilder(command.split(" "))
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.INHERIT)
                .start();
        assertThat(process.waitFor(2, TimeUnit.MINUTES)).isTrue();
        assertThat(process.exitValue()).isZero();
        return clip;
    }

    /** A check sum of each picture's brightness. */
    private static List<Long> pictures(SourceOptions.Builder source, int count) throws SourceException {
        List<Long> sums = new ArrayList<>();
        try (PictureReader reader =
                PictureReader.open(source.hardware(Hardware.NONE).build(), Clock.SYSTEM)) {
            for (AVFrame frame = reader.next(); frame != null && sums.size() < count; frame = reader.next()) {
                sums.add(sum(frame));
            }
        }
        return sums;
    }

    private static long sum(AVFrame frame) {
        CRC32 crc = new CRC32();
        byte[] line = new byte[frame.width()];
        for (int y = 0; y < frame.height(); y++) {
            BytePointer data = new BytePointer(frame.data(0)).position((long) y * frame.linesize(0));
            data.get(line);
            crc.update(line);
        }
        return crc.getValue();
    }
}
