package dev.vigil.source.rtsp;

import static dev.vigil.source.rtsp.Packets.IDR;
import static dev.vigil.source.rtsp.Packets.SLICE;
import static dev.vigil.source.rtsp.Packets.annexB;
import static dev.vigil.source.rtsp.Packets.bye;
import static dev.vigil.source.rtsp.Packets.interleaved;
import static dev.vigil.source.rtsp.Packets.rtp;
import static dev.vigil.source.rtsp.Packets.senderReport;
import static dev.vigil.source.rtsp.StreamProbe.assertFails;
import static org.assertj.core.api.Assertions.assertThat;
import static org.bytedeco.ffmpeg.global.avcodec.av_packet_alloc;
import static org.bytedeco.ffmpeg.global.avcodec.av_packet_free;
import static org.bytedeco.ffmpeg.global.avcodec.av_packet_unref;

import com.sun.management.ThreadMXBean;
import dev.vigil.base.Clock;
import dev.vigil.frame.CaptureClock;
import dev.vigil.source.Abort;
import dev.vigil.source.PacketInfo;
import dev.vigil.source.SourceException.Cause;
import dev.vigil.source.SourceOptions;
import dev.vigil.source.SourceOptions.Transport;
import dev.vigil.source.rtsp.StreamProbe.Unit;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.bytedeco.ffmpeg.avcodec.AVPacket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The whole client against a camera that says what the test wants. */
@Execution(ExecutionMode.CONCURRENT)
class RtspStreamTest {
    private static final Duration SHORT = Duration.ofMillis(400);

    @Test
    void shouldDeliverUnitsWhenMarkerEndsThem() throws Exception {
        try (ScriptedCamera camera = ScriptedCamera.playing(with -> {
                    with.frame(0, rtp(1, 9000, false, IDR));
                    with.frame(0, rtp(2, 9000, true, IDR));
                    with.frame(0, rtp(3, 12600, true, SLICE));
                    with.untilClosed();
                });
                StreamProbe probe = StreamProbe.open(camera.uri())) {
            Unit first = probe.read();
            assertThat(first.bytes()).isEqualTo(annexB(IDR, IDR));
            assertThat(first.key()).isTrue();
            assertThat(first.damaged()).isFalse();
            Unit second = probe.read();
            assertThat(second.bytes()).isEqualTo(annexB(SLICE));
            assertThat(second.key()).isFalse();
            assertThat(second.pts() - first.pts()).isEqualTo(3600);
            assertThat(probe.info.capture.clock()).isEqualTo(CaptureClock.ARRIVAL);
            assertThat(Clock.SYSTEM.utcUs() - probe.info.capture.utcUs()).isBetween(0L, 20_000_000L);
        }
    }

    @Test
    void shouldMakeHardlyAnyGarbageWhenStreaming() throws Exception {
        int warmUp = 300;
        int measured = 300;
        byte[] slice = Arrays.copyOf(SLICE, 1400);
        try (ScriptedCamera camera = ScriptedCamera.playing(with -> {
                    int sequence = 0;
                    for (int picture = 0; picture < warmUp + measured; picture++) {
                        for (int i = 0; i < 20; i++) {
                            with.frame(0, rtp(sequence++, picture * 3600, i == 19, slice));
                        }
                    }
                    with.untilClosed();
                });
                RtspStream stream = RtspStream.open(
                        StreamProbe.options(camera.uri(), Transport.TCP, StreamProbe.PATIENCE, StreamProbe.PATIENCE),
                        Clock.SYSTEM,
                        new Abort())) {
            ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
            AVPacket packet = av_packet_alloc();
            PacketInfo info = new PacketInfo();
            long before = 0;
            for (int picture = 0; picture < warmUp + measured; picture++) {
                if (picture == warmUp) {
                    before = threads.getCurrentThreadAllocatedBytes();
                }
                stream.read(packet, info, System.nanoTime() + StreamProbe.PATIENCE.toNanos());
                av_packet_unref(packet);
            }
            long perPicture = (threads.getCurrentThreadAllocatedBytes() - before) / measured;
            av_packet_free(packet);
            assertThat(perPicture).as("heap bytes for a picture of 28000").isLessThan(1024);
        }
    }

    @Test
    void shouldNameAbsoluteControlAndSayGoodByeWhenClosed() throws Exception {
        try (ScriptedCamera camera = ScriptedCamera.playing(with -> {
            with.frame(0, rtp(1, 0, true, IDR));
            with.answer(with.request("TEARDOWN"), "200 OK", "", "");
        })) {
            try (StreamProbe probe = StreamProbe.open(camera.uri("user:p%40ss@"))) {
                probe.read();
            }
            String target = "rtsp://127.0.0.1:" + camera.port() + "/cam";
            assertThat(camera.requests())
                    .startsWith(
                            "OPTIONS " + target + " RTSP/1.0",
                            "DESCRIBE " + target + " RTSP/1.0",
                            "SETUP " + target + "/trackID=1 RTSP/1.0",
                            "PLAY " + target + " RTSP/1.0",
                            "TEARDOWN " + target + " RTSP/1.0");
        }
    }

    @Test
    void shouldKeepFirstPictureWhenItComesBeforeAnswerToPlay() throws Exception {
        try (ScriptedCamera camera = ScriptedCamera.start(with -> {
                    with.describe(ScriptedCamera.SDP);
                    with.setup("7");
                    List<String> play = with.request("PLAY");
                    with.frame(0, rtp(1, 0, true, IDR));
                    with.answer(play, "200 OK", "", "");
                    with.untilClosed();
                });
                StreamProbe probe = StreamProbe.open(camera.uri())) {
            assertThat(probe.read().bytes()).isEqualTo(annexB(IDR));
        }
    }

    @Test
    void shouldUseCameraClockWhenItReports() throws Exception {
        long utcUs = Clock.SYSTEM.utcUs();
        long ntp = ((utcUs / 1_000_000 + 2_208_988_800L) << 32) + ((utcUs % 1_000_000 << 32) + 500_000) / 1_000_000;
        try (ScriptedCamera camera = ScriptedCamera.playing(with -> {
                    with.frame(1, senderReport(ntp, 0xffff_f000)); // 4096 ticks before the timestamp wraps
                    with.frame(0, rtp(1, 0xffff_f000 + 9_000, true, IDR));
                    with.untilClosed();
                });
                StreamProbe probe = StreamProbe.open(camera.uri())) {
            probe.read();
            assertThat(probe.info.capture.clock()).isEqualTo(CaptureClock.RTCP);
            assertThat(probe.info.capture.utcUs()).isBetween(utcUs + 99_999, utcUs + 100_001);
        }
    }

    @Test
    void shouldNameCodecWhenItIsUnknown() throws Exception {
        String sdp = "v=0\r\nm=video 0 RTP/AVP 98\r\na=rtpmap:98 MP4V-ES/90000\r\n";
        try (ScriptedCamera camera = ScriptedCamera.start(with -> {
            with.describe(sdp);
            with.untilClosed();
        })) {
            assertFails(() -> StreamProbe.open(camera.uri()), Cause.UNSUPPORTED, "MP4V-ES");
        }
    }

    @Test
    void shouldSayStalledWhenPacketDrips() throws Exception {
        CountDownLatch over = new CountDownLatch(1);
        try (ScriptedCamera camera = ScriptedCamera.playing(with -> {
                    with.frame(0, rtp(1, 0, true, IDR));
                    with.send(new byte[] {'$', 0, 0x40, 0}); // a frame of 16 KiB
                    while (!await(over, 50)) {
                        with.send(new byte[1]);
                    }
                });
                StreamProbe probe = StreamProbe.open(options(camera.uri(), Transport.TCP))) {
            probe.read();
            assertFails(probe::read, Cause.STALLED);
            over.countDown();
        }
    }

    @ParameterizedTest
    @CsvSource({"TCP", "UDP"})
    void shouldSayStalledWhenNothingComes(Transport transport) throws Exception {
        try (ScriptedCamera camera = ScriptedCamera.playing(ScriptedCamera.Conversation::untilClosed);
                StreamProbe probe = StreamProbe.open(options(camera.uri(), transport))) {
            assertFails(probe::read, Cause.STALLED);
        }
    }

    @ParameterizedTest
    @CsvSource({"TCP", "UDP"})
    void shouldSayEndedWhenCameraClosesInsideFrame(Transport transport) throws Exception {
        try (ScriptedCamera camera = ScriptedCamera.playing(with -> with.send(Arrays.copyOf(interleaved(0, IDR), 6)));
                StreamProbe probe = StreamProbe.open(
                        StreamProbe.options(camera.uri(), transport, StreamProbe.PATIENCE, StreamProbe.PATIENCE))) {
            assertFails(probe::read, Cause.ENDED);
        }
    }

    @Test
    void shouldSayEndedWhenCameraSaysGoodBye() throws Exception {
        try (ScriptedCamera camera = ScriptedCamera.playing(with -> {
                    with.frame(0, rtp(1, 0, true, IDR));
                    with.frame(1, bye());
                    with.untilClosed();
                });
                StreamProbe probe = StreamProbe.open(camera.uri())) {
            probe.read();
            assertFails(probe::read, Cause.ENDED, "BYE");
        }
    }

    @Test
    void shouldGoOnWhenGarbageLiesBetweenFrames() throws Exception {
        try (ScriptedCamera camera = ScriptedCamera.playing(with -> {
                    with.frame(0, rtp(1, 0, true, IDR));
                    with.send("RTSP not really, and then some R\u0000\u0001");
                    with.frame(0, rtp(2, 3600, true, SLICE));
                    with.frame(7, new byte[100]); // a channel that nobody asked for
                    with.send("RTSP/1.0 200 OK\r\nCSeq: 99\r\n\r\n");
                    with.frame(0, rtp(3, 7200, true, SLICE));
                    with.untilClosed();
                });
                StreamProbe probe = StreamProbe.open(camera.uri())) {
            assertThat(probe.read().bytes()).isEqualTo(annexB(IDR));
            assertThat(probe.read().bytes()).isEqualTo(annexB(SLICE));
            assertThat(probe.read().damaged()).isFalse();
        }
    }

    @Test
    void shouldSayCorruptWhenThereIsNothingButGarbage() throws Exception {
        try (ScriptedCamera camera = ScriptedCamera.playing(with -> {
                    while (true) {
                        with.send(new byte[4096]);
                    }
                });
                StreamProbe probe = StreamProbe.open(camera.uri())) {
            assertFails(probe::read, Cause.CORRUPT);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "'OPTIONS, GET_PARAMETER', TCP, GET_PARAMETER",
        "'OPTIONS, PLAY', TCP, OPTIONS",
        "'OPTIONS, GET_PARAMETER', UDP, GET_PARAMETER"
    })
    void shouldKeepSessionAliveWhenItHasTimeout(String methods, Transport transport, String expected) throws Exception {
        CountDownLatch kept = new CountDownLatch(2);
        try (ScriptedCamera camera = ScriptedCamera.start(with -> {
                    with.answer(with.request("OPTIONS"), "200 OK", "Public: " + methods + "\r\n", "");
                    with.answer(with.request("DESCRIBE"), "200 OK", "", ScriptedCamera.SDP);
                    with.setup("abc;timeout=1");
                    with.answer(with.request("PLAY"), "200 OK", "", "");
                    for (int i = 0; i < 2; i++) {
                        List<String> request = with.request(expected);
                        assertThat(ScriptedCamera.header(request, "Session")).isEqualTo("abc");
                        with.answer(request, "200 OK", "", "");
                        kept.countDown();
                    }
                    with.close();
                });
                StreamProbe probe = StreamProbe.open(
                        StreamProbe.options(camera.uri(), transport, StreamProbe.PATIENCE, StreamProbe.PATIENCE))) {
            assertFails(probe::read, Cause.ENDED);
            assertThat(kept.await(0, TimeUnit.SECONDS)).isTrue();
        }
    }

    @ParameterizedTest
    @CsvSource({"TCP", "UDP"})
    void shouldEndAtOnceWhenAbortedWhileReading(Transport transport) throws Exception {
        CountDownLatch playing = new CountDownLatch(1);
        try (ScriptedCamera camera = ScriptedCamera.playing(with -> {
            playing.countDown();
            with.untilClosed();
        })) {
            Abort abort = new Abort();
            Duration hour = Duration.ofHours(1);
            try (StreamProbe probe = new StreamProbe(
                    RtspStream.open(StreamProbe.options(camera.uri(), transport, hour, hour), Clock.SYSTEM, abort))) {
                Thread stopper = stopper(abort, playing);
                assertFails(probe::read, Cause.ENDED, "stopped");
                stopper.join();
            }
        }
    }

    private static Thread stopper(Abort abort, CountDownLatch when) {
        Thread thread = new Thread(() -> {
            await(when, 20_000);
            abort.request();
        });
        thread.start();
        return thread;
    }

    private static boolean await(CountDownLatch latch, long timeoutMs) {
        try {
            return latch.await(timeoutMs, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static SourceOptions options(URI uri, Transport transport) {
        return StreamProbe.options(uri, transport, SHORT, SHORT);
    }
}
