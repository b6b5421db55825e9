package dev.vigil.source.rtsp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.bytedeco.ffmpeg.global.avcodec.AV_PKT_FLAG_KEY;
import static org.bytedeco.ffmpeg.global.avcodec.av_packet_alloc;
import static org.bytedeco.ffmpeg.global.avcodec.av_packet_free;
import static org.bytedeco.ffmpeg.global.avcodec.av_packet_unref;

import dev.vigil.base.Clock;
import dev.vigil.frame.CaptureClock;
import dev.vigil.source.Abort;
import dev.vigil.source.PacketInfo;
import dev.vigil.source.SourceException;
import dev.vigil.source.SourceException.Cause;
import dev.vigil.source.SourceOptions.Transport;
import java.net.URI;
import java.nio.file.Path;
import org.bytedeco.ffmpeg.avcodec.AVPacket;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Against GStreamer's RTSP server, what {@code RtspContractTest} does not hold of every camera. */
@Execution(ExecutionMode.CONCURRENT)
class RtspPeerTest {
    private static final String CLIP = "( filesrc location="
            + Path.of("media/demo-clip.mp4").toAbsolutePath()
            + " ! qtdemux ! h264parse config-interval=1 ! rtph264pay name=pay0 pt=96 )";

    @BeforeAll
    static void gstreamerIsThere() throws Exception {
        GstreamerServer.require();
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void shouldDeliverEachPictureAtOnceWhenServerPlaysH264(Transport transport) throws Exception {
        int countMin = 75;
        int countMax = 350; // the first sender report may take some seconds
        try (GstreamerServer server = GstreamerServer.start(CLIP);
                RtspStream stream = open(server.uri("rtsp", ""), transport);
                Decoder decoder = new Decoder(stream.parameters())) {
            AVPacket packet = av_packet_alloc();
            PacketInfo info = new PacketInfo();
            long[] arrivalNs = new long[countMax];
            long[] deliveryNs = new long[countMax];
            int reported = 0;
            int count = 0;
            while (count < countMin || reported == 0 && count < countMax) {
                int i = count++;
                assertThat(stream.read(packet, info, System.nanoTime() + StreamProbe.PATIENCE.toNanos()))
                        .isTrue();
                deliveryNs[i] = System.nanoTime();
                arrivalNs[i] = info.arrivalNs;
                assertThat(info.damaged).as("damaged %d", i).isFalse();
                assertThat(i > 0 || (packet.flags() & AV_PKT_FLAG_KEY) != 0).isTrue();
                if (info.capture.clock() == CaptureClock.RTCP) {
                    reported++;
                    long ageUs = Clock.SYSTEM.utcUs() - info.capture.utcUs();
                    assertThat(ageUs).as("age in µs").isBetween(-1_000_000L, 5_000_000L);
                }
                decoder.decode(packet);
                av_packet_unref(packet);
            }
            av_packet_free(packet);
            assertThat(decoder.pictures()).isEqualTo(count);
            assertThat(decoder.widthPx()).isEqualTo(1280);
            assertThat(decoder.heightPx()).isEqualTo(720);
            assertThat(reported).as("pictures with the sender's time").isPositive();
            assertDeliveredBeforeNext(arrivalNs, deliveryNs, count);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"--digest", "--basic"})
    void shouldPlayWhenPasswordIsRight(String method) throws Exception {
        try (GstreamerServer server = GstreamerServer.start(CLIP, method, "admin:secret")) {
            assertDecodes(server.uri("rtsp", "admin:secret@"), 2, 1280, 720);
            StreamProbe.assertFails(
                    () -> open(server.uri("rtsp", "admin:guess@"), Transport.TCP), Cause.WRONG_PASSWORD, "password");
            StreamProbe.assertFails(() -> open(server.uri("rtsp", ""), Transport.TCP), Cause.WRONG_PASSWORD, "401");
        }
    }

    @Test
    void shouldSayEndedWhenClipIsOver() throws Exception {
        String launch = "( videotestsrc num-buffers=25 ! video/x-raw,format=I420,width=64,height=64,framerate=25/1"
                + " ! jpegenc ! rtpjpegpay name=pay0 pt=26 )";
        try (GstreamerServer server = GstreamerServer.start(launch);
                StreamProbe probe = new StreamProbe(open(server.uri("rtsp", ""), Transport.TCP))) {
            StreamProbe.assertFails(
                    () -> {
                        while (true) {
                            probe.read();
                        }
                    },
                    Cause.ENDED);
        }
    }

    private static void assertDecodes(URI uri, int count, int widthPx, int heightPx) throws SourceException {
        AVPacket packet = av_packet_alloc();
        PacketInfo info = new PacketInfo();
        try (RtspStream stream = open(uri, Transport.TCP);
                Decoder decoder = new Decoder(stream.parameters())) {
            for (int i = 0; i < count; i++) {
                stream.read(packet, info, System.nanoTime() + StreamProbe.PATIENCE.toNanos());
                assertThat(info.damaged).as("damaged %d", i).isFalse();
                decoder.decode(packet);
                av_packet_unref(packet);
            }
            assertThat(decoder.pictures()).isEqualTo(count);
            assertThat(decoder.widthPx()).isEqualTo(widthPx);
            assertThat(decoder.heightPx()).isEqualTo(heightPx);
        } finally {
            av_packet_free(packet);
        }
    }

    /** A demuxer that waits for the next picture would deliver all of them after the next one's arrival. */
    private static void assertDeliveredBeforeNext(long[] arrivalNs, long[] deliveryNs, int count) {
        int before = 0;
        for (int i = 0; i + 1 < count; i++) {
            before += deliveryNs[i] < arrivalNs[i + 1] ? 1 : 0;
        }
        assertThat(before).as("delivered before the next one's first byte").isGreaterThan(count / 2);
    }

    private static RtspStream open(URI uri, Transport transport) throws SourceException {
        return RtspStream.open(
                StreamProbe.options(uri, transport, StreamProbe.PATIENCE, StreamProbe.PATIENCE),
                Clock.SYSTEM,
                new Abort());
    }
}
