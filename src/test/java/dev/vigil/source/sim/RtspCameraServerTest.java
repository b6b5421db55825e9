package dev.vigil.source.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.vigil.source.sim.RtspTestClient.Packet;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

@Timeout(60)
@Execution(ExecutionMode.CONCURRENT)
class RtspCameraServerTest {
    private static final int FRAMES = 30;
    private static final int FRAME_TICKS = 3_600;
    private static final long FRAME_US = 40_000;
    private static final int RTCP = 1;

    @TempDir
    static Path folder;

    private static Path clip;
    private static RtspCameraServer server;

    @BeforeAll
    static void startTwoCameras() throws Exception {
        clip = TestClips.firstFrames(FRAMES, folder.resolve("short.mp4"));
        server = RtspCameraServer.start(
                SimulatedCameraOptions.of(clip).withPort(0).withCameras(2));
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    /** Packets of one picture, and what the last sender report said about its timestamp. */
    private record Frame(List<Packet> packets, long captureUtcUs) {
        int timestamp() {
            return packets.get(0).timestamp();
        }

        long arrivalUtcUs() {
            return packets.get(0).arrivalUtcUs();
        }
    }

    private static final class FrameReader {
        private final RtspTestClient client;
        private Packet report;
        private int reports;

        FrameReader(RtspTestClient client) {
            this.client = client;
        }

        Frame next() throws IOException {
            List<Packet> packets = new ArrayList<>();
            while (true) {
                Packet packet = client.packet();
                if (packet.channel() == RTCP) {
                    report = packet;
                    reports++;
                    continue;
                }
                assertThat(report)
                        .as("a sender report comes before the first RTP packet")
                        .isNotNull();
                if (!packets.isEmpty()) {
                    assertThat(packet.timestamp()).isEqualTo(packets.get(0).timestamp());
                    assertThat(packet.sequence())
                            .isEqualTo((packets.get(packets.size() - 1).sequence() + 1) & 0xffff);
                }
                packets.add(packet);
                if (packet.marker()) {
                    int ticks = packet.timestamp() - report.reportTimestamp();
                    return new Frame(packets, report.reportUtcUs() + Math.round(ticks / 0.09));
                }
            }
        }
    }

    @Test
    void shouldTellEachFramesMomentWhenItPlaysOverTheLoop() throws Exception {
        try (RtspTestClient client = new RtspTestClient(server.uri(0))) {
            client.play();
            FrameReader reader = new FrameReader(client);
            Frame before = null;
            // Three loops, more than two reports apart.
            for (int i = 0; i < 3 * FRAMES; i++) {
                Frame frame = reader.next();
                assertThat(frame.arrivalUtcUs() - frame.captureUtcUs())
                        .as("frame %d comes when it is captured", i)
                        .isBetween(-2_000L, TimeUnit.SECONDS.toMicros(1));
                if (before != null) {
                    assertThat(frame.timestamp() - before.timestamp()).isEqualTo(FRAME_TICKS);
                    assertThat(frame.captureUtcUs() - before.captureUtcUs()).isCloseTo(FRAME_US, within(2L));
                    Packet last = before.packets().get(before.packets().size() - 1);
                    assertThat(frame.packets().get(0).sequence()).isEqualTo((last.sequence() + 1) & 0xffff);
                }
                before = frame;
            }
            assertThat(reader.reports).isBetween(2, 4);
        }
    }

    @Test
    void shouldCarryTheFilesFramesWhenAskedWhichOneWasCaptured() throws Exception {
        List<List<byte[]>> file = nalsOfFile();
        try (RtspTestClient client = new RtspTestClient(server.uri(1))) {
            client.play();
            FrameReader reader = new FrameReader(client);
            int keyframes = 0;
            for (int i = 0; i < 2 * FRAMES; i++) {
                Frame frame = reader.next();
                int index = (int) server.frameIndexAt(1, frame.captureUtcUs());
                List<byte[]> nals = H264Packets.nals(frame.packets());
                assertThat(nals).as("frame %d of the file", index).containsExactlyElementsOf(file.get(index));
                assertThat(server.frameIndexAt(1, frame.captureUtcUs() + FRAME_US / 2 - 1_000))
                        .isEqualTo(index);
                assertThat(server.frameIndexAt(1, frame.captureUtcUs() - FRAME_US / 2 + 1_000))
                        .isEqualTo(index);
                if (index == 0) {
                    keyframes++;
                    assertThat(nals.stream().map(H264Packets::type).toList())
                            .containsSubsequence(H264Packets.SPS, H264Packets.PPS, H264Packets.IDR);
                }
            }
            assertThat(keyframes).isEqualTo(2);
        }
    }

    private static List<List<byte[]>> nalsOfFile() throws Exception {
        List<List<byte[]>> frames = new ArrayList<>();
        try (ClipReader reader = new ClipReader(clip)) {
            while (reader.next()) {
                byte[] bytes = new byte[reader.packet().size()];
                reader.packet().data().get(bytes);
                frames.add(H264Packets.nalsOfAnnexB(bytes));
            }
        }
        assertThat(frames).hasSize(FRAMES);
        return frames;
    }

    @Test
    void shouldBeginWithAKeyframeAtThePresentWhenAClientJoinsLate() throws Exception {
        try (RtspTestClient early = new RtspTestClient(server.uri(0));
                RtspTestClient late = new RtspTestClient(server.uri(0))) {
            early.play();
            FrameReader earlyReader = new FrameReader(early);
            for (int i = 0; i < 7; i++) {
                earlyReader.next();
            }
            late.play();
            Frame first = new FrameReader(late).next();
            assertThat(server.frameIndexAt(0, first.captureUtcUs())).isZero();
            assertThat(first.arrivalUtcUs() - first.captureUtcUs()).isLessThan(TimeUnit.SECONDS.toMicros(1));
            Frame same = earlyReader.next();
            while (same.timestamp() != first.timestamp()) {
                same = earlyReader.next();
            }
            assertThat(same.packets().stream().map(Packet::bytes).toList())
                    .as("both clients get the same packets")
                    .isEqualTo(first.packets().stream().map(Packet::bytes).toList());
        }
    }

    @Test
    void shouldBeginAtOnceWhenClientsJoinWithAnyFrame() throws Exception {
        try (RtspCameraServer now = RtspCameraServer.start(
                        SimulatedCameraOptions.of(clip).withPort(0).withJoin(SimulatedCameraOptions.Join.NOW));
                RtspTestClient first = new RtspTestClient(now.uri(0));
                RtspTestClient late = new RtspTestClient(now.uri(0))) {
            first.play();
            FrameReader reader = new FrameReader(first);
            while (now.frameIndexAt(0, reader.next().captureUtcUs()) != 5) {
                // Until the middle of the clip.
            }
            late.play();
            long index = now.frameIndexAt(0, new FrameReader(late).next().captureUtcUs());
            assertThat(index).isGreaterThan(5);
        }
    }

    @Test
    void shouldPutParameterSetsIntoTheSdpWhenDescribed() throws Exception {
        byte[] sps = nalsOfFile().get(0).stream()
                .filter(nal -> H264Packets.type(nal) == H264Packets.SPS)
                .findFirst()
                .orElseThrow();
        try (RtspTestClient client = new RtspTestClient(server.uri(0))) {
            RtspTestClient.Response description = client.request("DESCRIBE", "", "Accept: application/sdp");
            assertThat(description.status()).isEqualTo(200);
            assertThat(description.headers()).containsEntry("Content-Type", "application/sdp");
            assertThat(description.headers()).containsEntry("Content-Base", server.uri(0) + "/");
            assertThat(description.body().lines())
                    .contains("a=rtpmap:96 H264/90000", "a=framerate:25.000", "a=control:trackID=0")
                    .anyMatch(line -> line.startsWith("a=fmtp:96 ")
                            && line.contains("sprop-parameter-sets="
                                    + Base64.getEncoder().encodeToString(sps)));
        }
    }

    @Test
    void shouldSpreadCamerasOverAFrameWhenThereAreSeveral() throws Exception {
        assertThat(server.uri(0)).isEqualTo(URI.create("rtsp://127.0.0.1:" + server.port() + "/cam1"));
        assertThat(server.uri(1)).isEqualTo(URI.create("rtsp://127.0.0.1:" + server.port() + "/cam2"));
        try (RtspTestClient one = new RtspTestClient(server.uri(0));
                RtspTestClient two = new RtspTestClient(server.uri(1))) {
            one.play();
            two.play();
            Frame first = new FrameReader(one).next();
            Frame second = new FrameReader(two).next();
            assertThat(first.packets().get(0).ssrc())
                    .isNotEqualTo(second.packets().get(0).ssrc());
            long phaseUs = Math.floorMod(second.captureUtcUs() - first.captureUtcUs(), FRAME_US);
            assertThat(phaseUs).isCloseTo(FRAME_US / 2, within(20L));
            assertThat(server.clients(0)).isPositive();
            assertThat(server.framesSent(0)).isPositive();
        }
    }
}
