package dev.vigil.source;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vigil.base.Clock;
import dev.vigil.frame.Feed;
import dev.vigil.source.CameraStatus.State;
import java.io.ByteArrayOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Streams that become others while they are read: the next picture is right, and the change is told once. */
@Timeout(60)
class ChangeWhileRunningTest {
    @TempDir
    static Path folder;

    private static Path stream(String name, String size, String... encoding) throws Exception {
        return Ffmpeg.video(folder.resolve(name), 30, size, encoding);
    }

    private static Path h264(String name, String size) throws Exception {
        return stream(name, size, "-c:v", "libx264", "-bf", "0", "-g", "30", "-pix_fmt", "yuv420p");
    }

    /** What came, as WxH codec, each time it changed, and how many pictures in all. */
    private static List<String> told(CameraProbe probe) {
        return probe.statuses.stream()
                .filter(status -> status.state() == State.UP)
                .map(status -> status.stream().widthPx() + "x" + status.stream().heightPx() + " "
                        + status.stream().codec())
                .toList();
    }

    private static long of(CameraProbe probe, int widthPx, int heightPx) {
        return probe.pictures.stream()
                .filter(picture -> picture.widthPx() == widthPx && picture.heightPx() == heightPx)
                .count();
    }

    @ParameterizedTest
    @CsvSource({"h264", "ts"})
    void shouldGoOnWithTheNewSizeWhenResolutionChanges(String format) throws Exception {
        Path small = h264("small." + format, "320x180");
        Path large = h264("large." + format, "640x480");
        Path joined = Streams.join(folder.resolve("sizes." + format), small, large, small);
        try (CameraProbe probe = CameraProbe.readFile(joined)) {
            assertThat(told(probe)).containsExactly("320x180 h264", "640x480 h264", "320x180 h264");
            assertThat(of(probe, 640, 480)).isBetween(28L, 30L);
            assertThat(of(probe, 320, 180)).isBetween(56L, 60L);
            assertThat(probe.statuses).noneMatch(status -> status.state() == State.DOWN);
        }
    }

    @Test
    void shouldGoOnInTheNewCodecWhenItChangesInTheSameStream() throws Exception {
        Path first = h264("first.ts", "320x180");
        Path second = stream(
                "second.ts",
                "320x180",
                "-c:v",
                "libx265",
                "-x265-params",
                "log-level=none:bframes=0:keyint=30",
                "-pix_fmt",
                "yuv420p");
        Feed feed = new Feed("probe", true);
        List<String> codecs = new ArrayList<>();
        feed.mailbox().onArrival(() -> {
            feed.mailbox().recycle(feed.mailbox().take());
            feed.ledger().published();
        });
        SourceOptions options = CameraProbe.file(first);
        try (PacketStream stream = new Streams.InTurn(first, second, first);
                VideoDecoder decoder =
                        new VideoDecoder("probe", stream.parameters(), options, feed.warnings(), Clock.SYSTEM);
                FrameReader reader = new FrameReader(
                        feed, stream, decoder, options, new Cadence(options), FrameGate.OPEN, Clock.SYSTEM)) {
            while (reader.step(info -> codecs.add(info.codec()))) {}
        }
        assertThat(feed.ledger().snapshot().published()).isEqualTo(90);
        assertThat(codecs.subList(0, 30)).containsOnly("h264");
        assertThat(codecs.subList(30, 60)).containsOnly("hevc");
        assertThat(codecs.subList(60, 90)).containsOnly("h264");
    }

    @Test
    void shouldGiveEveryPictureWhenTimestampsRestart() throws Exception {
        Path part = h264("again.ts", "160x90");
        try (CameraProbe probe = CameraProbe.readFile(Streams.join(folder.resolve("pts.ts"), part, part, part))) {
            assertThat(probe.pictures).hasSizeBetween(84, 90);
            assertThat(told(probe)).containsExactly("160x90 h264");
        }
    }

    @Test
    void shouldGiveEveryPictureWhenPixelFormatChanges() throws Exception {
        Path first = h264("420.h264", "160x90");
        Path second = stream("444.h264", "160x90", "-c:v", "libx264", "-bf", "0", "-g", "30", "-pix_fmt", "yuv444p");
        try (CameraProbe probe = CameraProbe.readFile(Streams.join(folder.resolve("pix.h264"), first, second, first))) {
            assertThat(probe.pictures).hasSizeBetween(89, 90);
        }
    }

    @ParameterizedTest
    @CsvSource({"0, 320x180", "90, 180x320", "180, 320x180", "270, 180x320"})
    void shouldTurnUprightWhenCameraIsMountedSideways(int degrees, String size) throws Exception {
        Path file = h264("plain.mp4", "320x180");
        SourceOptions options =
                CameraProbe.file(file).toBuilder().quarterTurns(degrees / 90).build();
        try (CameraProbe probe = new CameraProbe(options).start()) {
            probe.awaitState(State.ENDED);
            assertThat(told(probe)).containsExactly(size + " h264");
        }
    }

    @Test
    void shouldTurnUprightWhenFileSaysHowItIsToBeShown() throws Exception {
        Path plain = h264("held.mp4", "320x180");
        Path turned = Ffmpeg.run(
                folder.resolve("turned.mp4"),
                List.of("-i", plain.toString(), "-c", "copy", "-metadata:s:v", "rotate=90"));
        try (CameraProbe probe = CameraProbe.readFile(turned)) {
            assertThat(told(probe)).containsExactly("180x320 h264");
        }
    }

    @ParameterizedTest
    @CsvSource({"1, 64x48", "3, 64x48", "6, 48x64", "8, 48x64", "5, 48x64"})
    void shouldTurnUprightWhenPictureHasAnExifOrientation(int orientation, String size) throws Exception {
        Path plain = Ffmpeg.video(folder.resolve("plain" + orientation + ".jpg"), 1, "64x48");
        Path turned = folder.resolve("turned" + orientation + ".jpg");
        Files.write(turned, withOrientation(Files.readAllBytes(plain), orientation));
        try (CameraProbe probe = CameraProbe.readFile(turned)) {
            assertThat(told(probe)).containsExactly(size + " mjpeg");
        }
    }

    /** Puts an APP1 segment with one EXIF tag behind the start of the picture. */
    private static byte[] withOrientation(byte[] jpeg, int orientation) {
        byte[] segment = {
            (byte) 0xff,
            (byte) 0xe1,
            0,
            34,
            'E',
            'x',
            'i',
            'f',
            0,
            0, // APP1, its length with these two bytes
            'M',
            'M',
            0,
            42,
            0,
            0,
            0,
            8, // TIFF, big-endian, its directory at 8
            0,
            1,
            1,
            0x12,
            0,
            3,
            0,
            0,
            0,
            1,
            0,
            (byte) orientation,
            0,
            0, // one entry: 0x0112, SHORT, one value
            0,
            0,
            0,
            0 // no further directory
        };
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(jpeg, 0, 2);
        out.writeBytes(segment);
        out.write(jpeg, 2, jpeg.length - 2);
        return out.toByteArray();
    }
}
