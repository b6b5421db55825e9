package dev.vigil.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.bytedeco.ffmpeg.global.avutil.AVERROR_EXTERNAL;
import static org.bytedeco.ffmpeg.global.avutil.AV_PIX_FMT_CUDA;
import static org.bytedeco.ffmpeg.global.avutil.AV_PIX_FMT_YUV420P;
import static org.bytedeco.ffmpeg.global.avutil.av_frame_move_ref;

import dev.vigil.base.Clock;
import dev.vigil.frame.DropCause;
import dev.vigil.frame.Feed;
import dev.vigil.frame.Ledger;
import dev.vigil.frame.Picture;
import dev.vigil.frame.Warnings;
import dev.vigil.source.SourceException.Cause;
import dev.vigil.source.SourceOptions.Hardware;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.bytedeco.ffmpeg.avcodec.AVCodecContext;
import org.bytedeco.ffmpeg.avutil.AVFrame;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * How decoding falls back into software. The engine here is a made-up one whose pictures are those of FFmpeg's software decoder;
 * what is tested is what happens around it.
 */
@Timeout(60)
class VideoDecoderTest {
    /** 400 frames, a keyframe every 50. */
    private static final Path CLIP = Path.of("media/demo-clip.mp4");

    /** Gives the pictures that come in its format, until it fails. */
    private static final class MadeUpEngine implements VideoEngine {
        private final int pixelFormat;
        private final int failsAt;
        private int downloads;
        boolean closed;

        MadeUpEngine(int pixelFormat, int failsAt) {
            this.pixelFormat = pixelFormat;
            this.failsAt = failsAt;
        }

        @Override
        public String label() {
            return "cuda";
        }

        @Override
        public int pixelFormat() {
            return pixelFormat;
        }

        @Override
        public void attach(AVCodecContext context) {
            assertThat(context.isNull()).isFalse();
        }

        @Override
        public int download(AVFrame onEngine, AVFrame into) {
            if (++downloads == failsAt) {
                return AVERROR_EXTERNAL();
            }
            av_frame_move_ref(into, onEngine);
            return 0;
        }

        @Override
        public void close() {
            closed = true;
        }
    }

    private final Feed feed = new Feed("probe", true);
    private final List<Long> numbers = new ArrayList<>();
    private final List<String> places = new ArrayList<>();

    private Ledger.Snapshot read(VideoEngine.Opener engines) throws Exception {
        SourceOptions options =
                CameraProbe.file(CLIP).toBuilder().hardware(Hardware.CUDA).build();
        feed.mailbox().onArrival(() -> {
            Picture picture = feed.mailbox().take();
            numbers.add(picture.number());
            feed.ledger().published();
            feed.mailbox().recycle(picture);
        });
        try (PacketStream stream = SourceReader.open(options, Clock.SYSTEM, new Abort());
                VideoDecoder decoder = new VideoDecoder(
                        "probe", stream.parameters(), options, feed.warnings(), Clock.SYSTEM, engines);
                FrameReader reader = new FrameReader(
                        feed, stream, decoder, options, new Cadence(options), FrameGate.OPEN, Clock.SYSTEM)) {
            while (reader.step(info -> {
                if (places.isEmpty() || !places.get(places.size() - 1).equals(info.decoder())) {
                    places.add(info.decoder());
                }
            })) {}
        }
        Ledger.Snapshot ledger = feed.ledger().snapshot();
        assertThat(ledger.balances()).isTrue();
        assertThat(ledger.inFlight()).isZero();
        return ledger;
    }

    private void assertWarned(String words) {
        assertThat(feed.warnings().held()).singleElement().satisfies(warning -> {
            assertThat(warning.kind()).isEqualTo(Warnings.Kind.DECODER_FALLBACK);
            assertThat(warning.text()).contains("decoding in software", "cuda", words);
        });
    }

    @Test
    void shouldDecodeOnTheEngineAndTakeAnOldWarningBackWhenItServes() throws Exception {
        feed.warnings().raise(Warnings.Kind.DECODER_FALLBACK, "of the connection before", 0);
        MadeUpEngine engine = new MadeUpEngine(AV_PIX_FMT_YUV420P, 0);
        read((codec, hardware) -> engine);
        assertThat(numbers).hasSize(400);
        assertThat(places).containsExactly("cuda");
        assertThat(feed.warnings().held()).isEmpty();
        assertThat(engine.closed).isTrue();
    }

    @Test
    void shouldDecodeInSoftwareWhenEngineCanNotBeOpened() throws Exception {
        read((codec, hardware) -> {
            throw new SourceException(Cause.UNREACHABLE, "no such device");
        });
        assertThat(numbers).hasSize(400);
        assertThat(places).containsExactly("software");
        assertWarned("no such device");
    }

    @Test
    void shouldGoOnInSoftwareFromTheNextKeyframeWhenEngineFailsInMidStream() throws Exception {
        MadeUpEngine engine = new MadeUpEngine(AV_PIX_FMT_YUV420P, 70);
        Ledger.Snapshot ledger = read((codec, hardware) -> engine);
        assertThat(numbers).contains(69L, 101L, 400L).doesNotContain(70L, 71L, 100L);
        assertThat(ledger.published()).isEqualTo(69 + 300);
        assertThat(ledger.dropped(DropCause.CORRUPT) + ledger.dropped(DropCause.NO_KEYFRAME))
                .isEqualTo(31);
        assertThat(places).containsExactly("cuda", "software");
        assertThat(engine.closed).isTrue();
        assertWarned("gave no picture");
    }

    @Test
    void shouldSayThatItDecodesInSoftwareWhenTheStreamIsNotForTheEngine() throws Exception {
        read((codec, hardware) -> new MadeUpEngine(AV_PIX_FMT_CUDA, 0));
        assertThat(numbers).hasSize(400);
        assertThat(places).containsExactly("software");
        assertWarned("can not decode this stream");
    }

    @Test
    void shouldLeaveADriverBehindAndNotAskItAgainWhenItHangs() throws Exception {
        CountDownLatch hangs = new CountDownLatch(1);
        CountDownLatch released = new CountDownLatch(1);
        AtomicInteger asked = new AtomicInteger();
        HardwareEngine.Creation<String> stuck = () -> {
            asked.incrementAndGet();
            await(hangs);
            return "device";
        };
        for (int i = 0; i < 3; i++) {
            assertThatThrownBy(() -> HardwareEngine.withinTime(
                            Hardware.VAAPI, TimeUnit.MILLISECONDS.toNanos(50), stuck, device -> released.countDown()))
                    .isInstanceOf(SourceException.class)
                    .hasMessageContaining("answer");
        }
        assertThat(asked).hasValue(1);
        hangs.countDown();
        await(released);
        dev.vigil.mqtt.Await.until("it may be asked again", () -> {
            try {
                return "good"
                        .equals(HardwareEngine.withinTime(
                                Hardware.VAAPI, TimeUnit.SECONDS.toNanos(10), () -> "good", device -> {}));
            } catch (SourceException e) {
                return false;
            }
        });
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(20, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
