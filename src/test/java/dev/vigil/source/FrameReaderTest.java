package dev.vigil.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.bytedeco.ffmpeg.global.avcodec.AV_PKT_FLAG_KEY;
import static org.bytedeco.ffmpeg.global.avcodec.av_packet_make_writable;
import static org.bytedeco.ffmpeg.global.avcodec.av_packet_unref;

import dev.vigil.base.Clock;
import dev.vigil.frame.DropCause;
import dev.vigil.frame.Feed;
import dev.vigil.frame.Ledger;
import dev.vigil.frame.Picture;
import dev.vigil.source.SourceException.Cause;
import dev.vigil.source.SourceOptions.Hardware;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.bytedeco.ffmpeg.avcodec.AVCodecParameters;
import org.bytedeco.ffmpeg.avcodec.AVPacket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The account of what a camera sends, over real packets with faults in them: the demo clip has a keyframe every 50 frames. */
class FrameReaderTest {
    private static final Path CLIP = Path.of("media/demo-clip.mp4");

    @TempDir
    static Path folder;

    /** What happens to a packet on its way. */
    interface Fault {
        /** @return false when it is lost */
        boolean happens(int index, AVPacket packet, PacketInfo info) throws SourceException;
    }

    /** A file's packets with faults. */
    static final class FaultyStream implements PacketStream {
        private final PacketStream file;
        private final Fault fault;
        private int index;

        FaultyStream(Path file, Fault fault) throws SourceException {
            this.file = FfmpegStream.open(CameraProbe.file(file), Clock.SYSTEM, new Abort());
            this.fault = fault;
        }

        @Override
        public AVCodecParameters parameters() {
            return file.parameters();
        }

        @Override
        public boolean read(AVPacket packet, PacketInfo info, long untilNs) throws SourceException {
            while (file.read(packet, info, untilNs)) {
                if (fault.happens(++index, packet, info)) {
                    return true;
                }
                av_packet_unref(packet);
            }
            return false;
        }

        @Override
        public void close() {
            file.close();
        }
    }

    private final Feed feed = new Feed("probe", true);
    private final List<Long> numbers = new ArrayList<>();

    FrameReaderTest() {
        feed.mailbox().onArrival(() -> {
            Picture picture = feed.mailbox().take();
            numbers.add(picture.number());
            feed.ledger().published();
            feed.mailbox().recycle(picture);
            assertThat(feed.ledger().snapshot().balances()).isTrue();
        });
    }

    private Ledger.Snapshot read(Path file, Fault fault) throws Exception {
        return read(file, fault, stream -> {});
    }

    private Ledger.Snapshot read(Path file, Fault fault, SourceReader.Listener listener) throws Exception {
        SourceOptions options =
                CameraProbe.file(file).toBuilder().hardware(Hardware.NONE).build();
        try (PacketStream stream = new FaultyStream(file, fault);
                VideoDecoder decoder =
                        new VideoDecoder("probe", stream.parameters(), options, feed.warnings(), Clock.SYSTEM);
                FrameReader reader = new FrameReader(
                        feed, stream, decoder, options, new Cadence(options), new RateGate(0), Clock.SYSTEM)) {
            while (reader.step(listener)) {}
        } finally {
            assertThat(feed.ledger().snapshot().balances()).isTrue();
            assertThat(feed.ledger().snapshot().inFlight()).isZero();
        }
        return feed.ledger().snapshot();
    }

    private static Fault fails(int at) {
        return (index, packet, info) -> {
            if (index == at) {
                throw new SourceException(Cause.ENDED, "the camera closed its stream");
            }
            return true;
        };
    }

    @Test
    void shouldDropFramesBeforeTheFirstKeyframe() throws Exception {
        Ledger.Snapshot ledger = read(CLIP, (index, packet, info) -> index > 20);
        assertThat(ledger.read()).isEqualTo(380);
        assertThat(ledger.dropped(DropCause.NO_KEYFRAME)).isEqualTo(30);
        assertThat(numbers).hasSize(350).startsWith(31L).isSorted();
    }

    @Test
    void shouldNotTrustPicturesAfterDamageUntilTheNextKeyframe() throws Exception {
        Ledger.Snapshot ledger = read(CLIP, (index, packet, info) -> {
            info.damaged = index == 60;
            return true;
        });
        assertThat(ledger.dropped(DropCause.CORRUPT)).isEqualTo(41); // 60..100
        assertThat(numbers).hasSize(359).contains(59L, 101L).doesNotContain(60L, 80L, 100L);
    }

    @Test
    void shouldNotTrustKeyframeWhenItIsDamagedItself() throws Exception {
        Ledger.Snapshot ledger = read(CLIP, (index, packet, info) -> {
            info.damaged = index == 51;
            return true;
        });
        assertThat(ledger.dropped(DropCause.CORRUPT)).isEqualTo(50);
        assertThat(numbers).hasSize(350).contains(50L, 101L).doesNotContain(51L, 100L);
    }

    @Test
    void shouldNotTrustPicturesWhenOneTheyReferToWasRefusedByTheDecoder() throws Exception {
        Ledger.Snapshot ledger = read(CLIP, (index, packet, info) -> {
            if (index == 60) {
                av_packet_make_writable(packet);
                for (int i = 0; i < packet.size(); i++) {
                    packet.data().put(i, (byte) 0xff);
                }
            }
            return true;
        });
        assertThat(ledger.dropped(DropCause.CORRUPT)).isEqualTo(41);
        assertThat(numbers).contains(59L, 101L).doesNotContain(60L, 61L, 100L);
    }

    @Test
    void shouldTrustKeyframeWhenItsPacketDoesNotSayThatItIsOne() throws Exception {
        Ledger.Snapshot ledger = read(CLIP, (index, packet, info) -> {
            info.damaged = index == 60;
            if (index > 1) {
                packet.flags(packet.flags() & ~AV_PKT_FLAG_KEY);
            }
            return true;
        });
        assertThat(ledger.dropped(DropCause.CORRUPT)).isEqualTo(41);
    }

    @Test
    void shouldCloseTheAccountOfWhatTheDecoderHoldsWhenTheStreamFails() throws Exception {
        Path reordered = Ffmpeg.video(folder.resolve("b.mp4"), 30, "160x90", "-c:v", "libx264", "-bf", "3", "-g", "30");
        assertThatThrownBy(() -> read(reordered, fails(21))).isInstanceOf(SourceException.class);
        Ledger.Snapshot ledger = feed.ledger().snapshot();
        assertThat(ledger.read()).isEqualTo(20);
        assertThat(ledger.dropped(DropCause.STREAM_CLOSED)).isPositive();
        assertThat(ledger.published() + ledger.dropped(DropCause.STREAM_CLOSED)).isEqualTo(20);
        assertThat(numbers).isSorted().doesNotHaveDuplicates();
    }

    @Test
    void shouldCloseTheAccountWhenTheListenerFails() {
        assertThatThrownBy(() -> read(CLIP, (index, packet, info) -> true, stream -> {
                    throw new IllegalStateException("listener");
                }))
                .hasMessage("listener");
        Ledger.Snapshot ledger = feed.ledger().snapshot();
        assertThat(ledger.read()).isEqualTo(1);
        assertThat(ledger.dropped(DropCause.STREAM_CLOSED)).isEqualTo(1);
    }

    /** Packets lost, cut, and scribbled over: whatever the decoder makes of them, each frame ends once. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void shouldAccountForEveryFrameWhenPacketsAreBrokenAtRandom(long seed) throws Exception {
        Random random = new Random(seed);
        Path file = seed % 2 == 0
                ? CLIP
                : Ffmpeg.video(folder.resolve("f.mp4"), 200, "160x90", "-c:v", "libx264", "-bf", "3", "-g", "20");
        Ledger.Snapshot ledger = read(file, (index, packet, info) -> {
            switch (random.nextInt(12)) {
                case 0 -> {
                    return false;
                }
                case 1 -> {
                    av_packet_make_writable(packet);
                    for (int i = 0; i < 50; i++) {
                        packet.data().put(random.nextInt(packet.size()), (byte) random.nextInt());
                    }
                }
                case 2 -> packet.size(1 + random.nextInt(packet.size()));
                case 3 -> info.damaged = true;
                default -> {}
            }
            return true;
        });
        assertThat(ledger.published()).isEqualTo(numbers.size()).isPositive();
        assertThat(ledger.dropped(DropCause.CORRUPT)).isPositive();
        assertThat(numbers).isSorted().doesNotHaveDuplicates();
    }

    @Test
    void shouldGiveUpTheOldestWhenDecoderHoldsMoreThanItEverGivesBack() {
        PendingFrames pending = new PendingFrames();
        PacketInfo info = new PacketInfo();
        for (long number = 1; number <= PendingFrames.CAPACITY; number++) {
            assertThat(pending.isPlaceTaken(number)).isFalse();
            pending.add(number, info, false);
        }
        assertThat(pending.isPlaceTaken(PendingFrames.CAPACITY + 1)).isTrue();
        assertThat(pending.comeOut(pending.find(1))).isEqualTo(1);
        assertThat(pending.find(1)).as("a second picture of a packet").isEqualTo(-1);
        assertThat(pending.comeOut(pending.find(40)))
                .as("the lowest number first")
                .isEqualTo(2);
        assertThat(pending.giveUp(PendingFrames.CAPACITY)).isTrue();
        assertThat(pending.giveUp(PendingFrames.CAPACITY)).isFalse();
        assertThat(pending.count()).isEqualTo(PendingFrames.CAPACITY - 3);
        assertThat(pending.find(Long.MIN_VALUE)).as("a picture without a mark").isEqualTo(-1);
    }
}
