package dev.vigil.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.bytedeco.ffmpeg.global.avcodec.av_packet_make_writable;

import dev.vigil.base.Clock;
import dev.vigil.frame.DropCause;
import dev.vigil.frame.Feed;
import dev.vigil.frame.Ledger;
import dev.vigil.frame.Picture;
import dev.vigil.source.FrameReaderTest.Fault;
import dev.vigil.source.FrameReaderTest.FaultyStream;
import dev.vigil.source.SourceException.Cause;
import dev.vigil.source.SourceOptions.Damaged;
import dev.vigil.source.SourceOptions.Hardware;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.zip.CRC32;
import org.bytedeco.ffmpeg.avcodec.AVPacket;
import org.bytedeco.ffmpeg.avutil.AVFrame;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** That what is passed on is what the camera sent, to the bit, whatever happens to packets on their way. */
@Timeout(60)
class DamagedPicturesTest {
    @TempDir
    static Path folder;

    /** The luma of each picture by its number. */
    private final Map<Long, Long> seen = new HashMap<>();

    private Ledger.Snapshot ledger;

    private static SourceOptions.Builder options(Path file) {
        return CameraProbe.file(file).toBuilder().hardware(Hardware.NONE);
    }

    private void read(SourceOptions options, Fault fault) throws Exception {
        seen.clear();
        Feed feed = new Feed("probe", true);
        feed.mailbox().onArrival(() -> {
            Picture picture = feed.mailbox().take();
            seen.put(picture.number(), luma(picture.frame()));
            feed.ledger().published();
            feed.mailbox().recycle(picture);
        });
        try (PacketStream stream = new FaultyStream(Path.of(options.uri()), fault);
                VideoDecoder decoder =
                        new VideoDecoder("probe", stream.parameters(), options, feed.warnings(), Clock.SYSTEM);
                FrameReader reader = new FrameReader(
                        feed, stream, decoder, options, new Cadence(options), FrameGate.OPEN, Clock.SYSTEM)) {
            while (reader.step(info -> {})) {}
        }
        ledger = feed.ledger().snapshot();
        assertThat(ledger.balances()).isTrue();
        assertThat(ledger.inFlight()).isZero();
    }

    private static long luma(AVFrame frame) {
        CRC32 sum = new CRC32();
        byte[] row = new byte[frame.width()];
        for (int y = 0; y < frame.height(); y++) {
            frame.data(0).position((long) y * frame.linesize(0)).get(row);
            sum.update(row);
        }
        return sum.getValue();
    }

    private static Path video(String name, String... encoding) throws Exception {
        List<String> arguments =
                new ArrayList<>(List.of("-f", "lavfi", "-i", "testsrc2=size=320x180:rate=25", "-frames:v", "100"));
        arguments.addAll(List.of(encoding));
        return Ffmpeg.run(folder.resolve(name), arguments);
    }

    private static Path video(String codec) throws Exception {
        return switch (codec) {
            case "h264" -> video("d.mp4", "-c:v", "libx264", "-bf", "0", "-g", "20", "-pix_fmt", "yuv420p");
            case "h264b" -> video("b.mp4", "-c:v", "libx264", "-bf", "3", "-g", "20", "-pix_fmt", "yuv420p");
            case "hevc" ->
                video(
                        "d.mkv",
                        "-c:v",
                        "libx265",
                        "-x265-params",
                        "log-level=none:bframes=0:keyint=20",
                        "-pix_fmt",
                        "yuv420p");
            case "mjpeg" -> video("d.avi", "-c:v", "mjpeg", "-q:v", "5", "-pix_fmt", "yuvj420p");
            default -> throw new IllegalArgumentException(codec);
        };
    }

    /** What reaches us of a picture when its end, or the packets of its last slice, did not. */
    private static Fault truncates(long seed) {
        Random random = new Random(seed);
        return (index, packet, info) -> {
            if (packet.size() > 1_000 && random.nextInt(15) == 0) { // the end of less can not be told from the whole
                packet.size(packet.size() / 8 + random.nextInt(packet.size() / 2));
            }
            return true;
        };
    }

    /** Nothing of the decoder's own is told that a packet is not whole: it must find out. */
    @ParameterizedTest
    @CsvSource({"h264, 1", "h264, 2", "h264b, 1", "hevc, 1", "hevc, 2", "mjpeg, 1"})
    void shouldPassOnNoPictureThatIsNotAsItWasSentWhenPacketsAreCutShort(String codec, int threads) throws Exception {
        Path file = video(codec);
        SourceOptions options = options(file).decoderThreads(threads).build();
        read(options, (index, packet, info) -> true);
        assertThat(seen).hasSize(100);
        Set<Long> sent = Set.copyOf(seen.values());
        assertThat(sent).as("no two are alike").hasSize(100);
        int passed = 0;
        for (long seed = 1; seed <= 5; seed++) {
            read(options, truncates(seed));
            List<Long> wrong = seen.entrySet().stream()
                    .filter(picture -> !sent.contains(picture.getValue()))
                    .map(Map.Entry::getKey)
                    .sorted()
                    .toList();
            assertThat(wrong)
                    .as("%s with seed %d, of %d", codec, seed, seen.size())
                    .isEmpty();
            assertThat(Set.copyOf(seen.values())).as("none twice").hasSize(seen.size());
            passed += seen.size();
        }
        assertThat(passed).as("most of what is whole is passed on").isGreaterThan(50);
    }

    private static Fault scribblesOver(int at) {
        return (index, packet, info) -> {
            if (index == at) {
                scribble(packet);
            }
            return true;
        };
    }

    private static void scribble(AVPacket packet) {
        av_packet_make_writable(packet);
        for (int i = packet.size() / 4; i < packet.size(); i++) {
            packet.data().put(i, (byte) (i * 31));
        }
    }

    @Test
    void shouldShowDamagedPicturesWhenAskedTo() throws Exception {
        SourceOptions drop = options(video("h264")).build();
        read(drop, scribblesOver(30));
        assertThat(seen).containsKeys(29L, 41L).doesNotContainKeys(30L, 40L);
        assertThat(ledger.dropped(DropCause.CORRUPT)).isEqualTo(11);
        read(drop.toBuilder().damaged(Damaged.SHOW).build(), scribblesOver(30));
        assertThat(seen).containsKeys(29L, 31L, 40L, 41L);
    }

    @Test
    void shouldRefuseStreamWhenItsPicturesAreLargerThanAllowed() throws Exception {
        SourceOptions options = options(video("h264")).maxPixels(320 * 180 - 1).build();
        assertThatThrownBy(() -> read(options, (index, packet, info) -> true))
                .isInstanceOfSatisfying(
                        SourceException.class, e -> assertThat(e.reason()).isEqualTo(Cause.UNSUPPORTED))
                .hasMessageContaining("320x180")
                .hasMessageContaining("max_pixels");
    }

    @Test
    void shouldDropPicturesUpToTheNextGoodOneWhenAStreamBecomesLargerThanAllowed() throws Exception {
        Path small = video("s.ts", "-c:v", "libx264", "-bf", "0", "-g", "20");
        Path large = Ffmpeg.run(
                folder.resolve("l.ts"),
                List.of(
                        "-f",
                        "lavfi",
                        "-i",
                        "testsrc2=size=640x360",
                        "-frames:v",
                        "20",
                        "-c:v",
                        "libx264",
                        "-bf",
                        "0"));
        Path joined = Streams.join(folder.resolve("grows.ts"), small, large, small);
        read(options(joined).maxPixels(320 * 180).build(), (index, packet, info) -> true);
        assertThat(ledger.dropped(DropCause.CORRUPT)).isBetween(20L, 24L);
        assertThat(seen).hasSizeBetween(196, 200);
    }
}
