package dev.vigil.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vigil.base.Clock;
import dev.vigil.frame.DropCause;
import dev.vigil.frame.Ledger;
import dev.vigil.source.CameraStatus.State;
import dev.vigil.source.SourceException.Cause;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class VideoFileTest {
    private static final Path CLIP = Path.of("media/demo-clip.mp4");

    @TempDir
    static Path folder;

    private static List<Long> upTo(int last) {
        return LongStream.rangeClosed(1, last).boxed().toList();
    }

    private static void assertClosed(Ledger.Snapshot ledger) {
        assertThat(ledger.balances()).isTrue();
        assertThat(ledger.inFlight()).isZero();
    }

    @Test
    void shouldGiveEveryPictureInOrderWhenClipIsRead() {
        try (CameraProbe probe = CameraProbe.readFile(CLIP)) {
            assertThat(probe.numbers()).isEqualTo(upTo(400));
            assertThat(probe.pictures).allSatisfy(p -> assertThat(p.widthPx() + "x" + p.heightPx())
                    .isEqualTo("1280x720"));
            assertThat(probe.ledger().published()).isEqualTo(400);
            assertClosed(probe.ledger());
            CameraStatus status = probe.reader.status();
            assertThat(status.stream().codec()).isEqualTo("h264");
            assertThat(status.stream().decoder()).isEqualTo("software");
            assertThat(status.reconnects()).isZero();
            assertThat(status.error()).isNull();
        }
    }

    /** Containers and codecs as cameras' recorders and phones write them, with and without reordered pictures. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "bframes.mp4 | -c:v libx264 -bf 3 -g 25 -pix_fmt yuv420p",
                "open-gop.ts | -c:v libx264 -bf 2 -g 20 -x264-params open-gop=1 -pix_fmt yuv420p",
                "bare.h264   | -c:v libx264 -bf 0 -g 25 -pix_fmt yuv420p",
                "hevc.mkv    | -c:v libx265 -x265-params log-level=none:bframes=3 -pix_fmt yuv420p",
                "mjpeg.avi   | -c:v mjpeg -q:v 5 -pix_fmt yuvj420p",
                "mpeg4.avi   | -c:v mpeg4 -bf 2 -q:v 5",
                "mpeg2.ts    | -c:v mpeg2video -bf 2 -q:v 5",
                "vp9.webm    | -c:v libvpx-vp9 -deadline realtime -cpu-used 8",
            })
    void shouldGiveEveryPictureWhateverCodecAndOrder(String name, String encoding) throws Exception {
        Path file = Ffmpeg.video(folder.resolve(name), 60, "320x180", encoding.split(" "));
        try (CameraProbe probe = CameraProbe.readFile(file)) {
            assertThat(probe.ledger().read()).isEqualTo(60);
            assertThat(probe.numbers()).as("%s", probe.ledger()).isEqualTo(upTo(60));
            assertClosed(probe.ledger());
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = SourceOptions.Hardware.class,
            names = {"AUTO", "CUDA", "VAAPI"})
    void shouldDecodeInSoftwareWhenBoxHasNoVideoEngine(SourceOptions.Hardware hardware) {
        dev.vigil.Peers.require(
                !Files.exists(Path.of("/dev/dri")) && !Files.exists(Path.of("/dev/nvidiactl")),
                "this box has a video engine");
        try (CameraProbe probe = new CameraProbe(
                        CameraProbe.file(CLIP).toBuilder().hardware(hardware).build())
                .start()) {
            probe.awaitState(State.ENDED);
            assertThat(probe.pictures).hasSize(400);
            assertThat(probe.reader.status().stream().decoder()).isEqualTo("software");
        }
    }

    @Test
    void shouldCountOnWhenFileIsLoopedAtItsOwnPace() throws Exception {
        Path file = Ffmpeg.video(folder.resolve("loop.mp4"), 10, "160x90", "-c:v", "libx264", "-bf", "2");
        long startNs = System.nanoTime();
        try (CameraProbe probe =
                new CameraProbe(SourceOptions.builder(file.toUri()).loop(true).build()).start()) {
            probe.awaitPictures(35);
            double seconds = (System.nanoTime() - startNs) / 1e9;
            assertThat(probe.stop()).isTrue();
            // 34 intervals of 40 ms, however long the box takes for its own part.
            assertThat(seconds).isGreaterThan(1.2);
            assertThat(probe.numbers().subList(0, 35)).isEqualTo(upTo(35));
            assertThat(probe.statuses).noneMatch(s -> s.state() == State.DOWN);
            assertThat(probe.reader.status().state()).isEqualTo(State.STOPPED);
            assertClosed(probe.ledger());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"again.h264", "again.ts", "again.png"})
    void shouldStartAgainWhenContainerHasNoIndex(String name) throws Exception {
        Path file = name.endsWith("png")
                ? Ffmpeg.video(folder.resolve(name), 1, "64x48")
                : Ffmpeg.video(folder.resolve(name), 8, "160x90", "-c:v", "libx264", "-bf", "0");
        try (CameraProbe probe =
                new CameraProbe(CameraProbe.file(file).toBuilder().loop(true).build()).start()) {
            probe.awaitPictures(30);
            assertThat(probe.stop()).isTrue();
            assertThat(probe.statuses).noneMatch(s -> s.state() == State.DOWN);
            assertClosed(probe.ledger());
        }
    }

    @Test
    void shouldTakeTheRateFromTheFilesOwnTimeWhenReadAsFastAsItGoes() {
        try (CameraProbe probe = new CameraProbe(CameraProbe.withFps(CameraProbe.file(CLIP), 5)).start()) {
            probe.awaitState(State.ENDED);
            assertThat(probe.pictures).hasSizeBetween(79, 81);
            assertThat(probe.ledger().dropped(DropCause.UNWANTED)).isEqualTo(400 - probe.pictures.size());
            assertClosed(probe.ledger());
        }
    }

    @ParameterizedTest
    @CsvSource({
        "rgb.png, rgb24, 61x33", "alpha.png, rgba, 64x48", "gray.png, gray, 17x9", "deep.png, rgb48be, 32x32",
        "palette.png, pal8, 48x48", "one.png, rgb24, 1x1", "photo.jpg, yuvj420p, 641x359", "photo.webp, yuv420p, 80x60",
        "photo.bmp, bgr24, 33x21",
    })
    void shouldGiveOnePictureWhenFileIsAnImage(String name, String pixelFormat, String size) throws Exception {
        Path file = Ffmpeg.video(folder.resolve(name), 1, size, "-pix_fmt", pixelFormat);
        try (PictureReader reader = PictureReader.open(SourceOptions.of(file.toUri()), Clock.SYSTEM)) {
            var picture = reader.next();
            assertThat(picture.width() + "x" + picture.height()).isEqualTo(size);
            assertThat(reader.next()).isNull();
            assertThat(reader.next()).isNull();
        }
    }

    @Test
    void shouldOpenFileWhenItsNameHasSpacesAndSpecialCharacters() throws Exception {
        Path file = Files.copy(CLIP, folder.resolve("a clip: 50 %d [Tür] #1?.mp4"));
        try (PictureReader reader = PictureReader.open(SourceOptions.of(file.toUri()), Clock.SYSTEM)) {
            assertThat(reader.next()).isNotNull();
        }
    }

    @Test
    void shouldGiveWhatThereIsWhenFileIsCutShort() throws Exception {
        Path whole = Ffmpeg.video(folder.resolve("whole.ts"), 50, "320x180", "-c:v", "libx264", "-bf", "0");
        byte[] bytes = Files.readAllBytes(whole);
        Path cut = Files.write(folder.resolve("cut.ts"), java.util.Arrays.copyOf(bytes, bytes.length / 2));
        try (CameraProbe probe = CameraProbe.readFile(cut)) {
            assertThat(probe.pictures).hasSizeBetween(5, 45);
            assertClosed(probe.ledger());
        }
    }

    private static SourceException failure(Path file) {
        try {
            PictureReader.open(SourceOptions.of(file.toUri()), Clock.SYSTEM).close();
        } catch (SourceException e) {
            assertThat(e.getMessage()).contains(file.toString()).doesNotContain("\n");
            return e;
        }
        throw new AssertionError(file + " was opened");
    }

    /** Each decoder is C code that a file could be made to attack. */
    @ParameterizedTest
    @CsvSource({"magic.avi, magicyuv", "huff.avi, huffyuv", "animation.mov, qtrle"})
    void shouldNotReadAFormatThatNoCameraSends(String name, String codec) throws Exception {
        Path file = Ffmpeg.video(folder.resolve(name), 5, "320x180", "-c:v", codec);
        assertThatThrownBy(() -> PictureReader.open(SourceOptions.of(file.toUri()), Clock.SYSTEM))
                .isInstanceOfSatisfying(
                        SourceException.class, e -> assertThat(e.reason()).isEqualTo(Cause.UNSUPPORTED))
                .hasMessageContaining(codec + " is not read");
    }

    @Test
    void shouldNameTheCauseWhenFileIsNoVideo() throws Exception {
        Path text = Files.writeString(folder.resolve("notes.mp4"), "There is no picture in this file.\n".repeat(99));
        Path empty = Files.createFile(folder.resolve("empty.png"));
        Path truncated =
                Files.write(folder.resolve("truncated.mp4"), java.util.Arrays.copyOf(Files.readAllBytes(CLIP), 500));
        Path sound = Ffmpeg.run(
                folder.resolve("sound.wav"), List.of("-f", "lavfi", "-i", "sine=frequency=440", "-t", "0.2"));
        assertThat(failure(folder.resolve("missing.mp4")).reason()).isEqualTo(Cause.NO_SUCH_PATH);
        assertThat(failure(folder).reason()).isEqualTo(Cause.NO_SUCH_PATH);
        assertThat(failure(text).reason()).isEqualTo(Cause.CORRUPT);
        assertThat(failure(empty).reason()).isIn(Cause.CORRUPT, Cause.NO_VIDEO);
        assertThat(failure(truncated).reason()).isIn(Cause.CORRUPT, Cause.NO_VIDEO);
        assertThat(failure(sound).reason()).isEqualTo(Cause.NO_VIDEO);
    }

    @Test
    void shouldSayWhatIsMissingWhenDeviceDoesNotExist() {
        try (CameraProbe probe = new CameraProbe(CameraProbe.hasty("v4l2:/dev/video99")).start()) {
            dev.vigil.mqtt.Await.until(
                    "two tries",
                    () -> probe.statuses.stream()
                                    .filter(s -> s.state() == State.DOWN)
                                    .count()
                            >= 2);
            for (CameraStatus status : probe.statuses) {
                if (status.state() == State.DOWN) {
                    assertThat(status.error()).startsWith("/dev/video99 ").doesNotContain("\n");
                    // The libraries that FFmpeg's devices need are not on every box; either way it is said in a line.
                    assertThat(status.cause()).isIn(Cause.NO_SUCH_PATH, Cause.UNSUPPORTED);
                }
            }
        }
    }

    @Test
    void shouldEndAtOnceWhenStoppedWhileItWaitsForTheNextFrame() throws Exception {
        Path file = Ffmpeg.run(
                folder.resolve("slow.mkv"),
                List.of("-f", "lavfi", "-i", "testsrc=size=64x48:rate=1/30", "-frames:v", "3", "-c:v", "mpeg4"));
        try (CameraProbe probe = new CameraProbe(SourceOptions.of(file.toUri())).start()) {
            probe.awaitPictures(1);
            assertThat(probe.stop()).isTrue();
            assertClosed(probe.ledger());
        }
    }

    @Test
    void shouldCloseTheAccountWhenStoppedWhileWaitingForThePipeline() throws Exception {
        dev.vigil.frame.Feed feed = new dev.vigil.frame.Feed("full", true);
        CameraReader reader =
                new CameraReader(feed, CameraProbe.file(CLIP), Clock.SYSTEM, new java.util.Random(1), status -> {});
        reader.start();
        // One lies in the mailbox, the next one waits for its place.
        dev.vigil.mqtt.Await.until("two frames", () -> feed.ledger().snapshot().read() >= 2);
        reader.stop();
        assertThat(reader.join(java.time.Duration.ofSeconds(10))).isTrue();
        feed.mailbox().close();
        assertClosed(feed.ledger().snapshot());
    }

    @Test
    void shouldRefuseSchemeWhenNothingReadsIt() {
        assertThatThrownBy(() -> SourceAddress.kind(java.net.URI.create("ftp://camera/x")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'ftp'");
    }
}
