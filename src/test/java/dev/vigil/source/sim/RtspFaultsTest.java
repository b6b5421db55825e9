package dev.vigil.source.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vigil.base.Clock;
import dev.vigil.source.sim.RtspTestClient.Packet;
import java.io.IOException;
import java.net.ConnectException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

@Timeout(60)
@Execution(ExecutionMode.CONCURRENT)
class RtspFaultsTest {
    private static final int RTP = 0;

    @TempDir
    static Path folder;

    private static Path clip;
    private RtspCameraServer server;

    @BeforeAll
    static void cut() {
        clip = TestClips.firstFrames(10, folder.resolve("short.mp4"));
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private void start() throws Exception {
        server = RtspCameraServer.start(
                SimulatedCameraOptions.of(clip).withPort(0).withCameras(2));
    }

    private static Packet rtp(RtspTestClient client) throws IOException {
        Packet packet = client.packet();
        while (packet.channel() != RTP) {
            packet = client.packet();
        }
        return packet;
    }

    private static void await(BooleanSupplier condition) throws InterruptedException {
        long deadlineNs = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("deadline").isLessThan(deadlineNs);
            Thread.onSpinWait();
            Thread.yield();
        }
    }

    @Test
    void shouldSendNothingWhenStalledAndGoOnAtThePresentWhenResumed() throws Exception {
        start();
        try (RtspTestClient stalled = new RtspTestClient(server.uri(0));
                RtspTestClient other = new RtspTestClient(server.uri(1))) {
            stalled.play();
            other.play();
            rtp(stalled);
            server.begin(0, Fault.of(FaultKind.STALL));
            assertThat(stalled.request("OPTIONS", "").status()).isEqualTo(200);
            long sentBefore = server.framesSent(0);
            for (int i = 0; i < 100; i++) {
                rtp(other);
            }
            assertThat(server.framesSent(0)).isLessThanOrEqualTo(sentBefore + 1);
            int before = 0;
            assertThat(stalled.request("OPTIONS", "").status())
                    .as("the connection stays open")
                    .isEqualTo(200);
            server.end(0, Fault.of(FaultKind.STALL));
            long resumedUtcUs = Clock.SYSTEM.utcUs();
            Packet packet = rtp(stalled);
            while (packet.arrivalUtcUs() < resumedUtcUs) {
                before = packet.sequence();
                packet = rtp(stalled);
            }
            assertThat((packet.sequence() - before) & 0xffff)
                    .as("sequence numbers show what was lost")
                    .isGreaterThan(5);
        }
    }

    @Test
    void shouldLosePacketsWhenTold() throws Exception {
        start();
        try (RtspTestClient client = new RtspTestClient(server.uri(0))) {
            client.play();
            Fault fault = Fault.parse("lose=30%");
            server.begin(0, fault);
            int last = rtp(client).sequence();
            int lost = 0;
            int packets = 300;
            for (int i = 0; i < packets; i++) {
                int next = rtp(client).sequence();
                lost += (next - last - 1) & 0xffff;
                last = next;
            }
            assertThat((double) lost / (lost + packets)).isBetween(0.2, 0.4);
            server.end(0, fault);
            server.begin(0, Fault.of(FaultKind.CLOSE));
        }
        try (RtspTestClient client = new RtspTestClient(server.uri(0))) {
            client.play();
            int last = rtp(client).sequence();
            for (int i = 0; i < 100; i++) {
                assertThat(rtp(client).sequence()).isEqualTo(last = (last + 1) & 0xffff);
            }
        }
    }

    @Test
    void shouldFlipBytesOfSomeFramesWhenTold() throws Exception {
        start();
        List<ByteBuffer> good = loop();
        Fault fault = Fault.parse("corrupt=20%");
        server.begin(0, fault);
        List<ByteBuffer> bad = loop();
        server.end(0, fault);
        List<ByteBuffer> after = loop();
        assertThat(bad).hasSameSizeAs(good).isNotEqualTo(good);
        assertThat(after).isEqualTo(good);
    }

    /** Payloads of one loop of camera 0, from its keyframe on. */
    private List<ByteBuffer> loop() throws IOException {
        try (RtspTestClient client = new RtspTestClient(server.uri(0))) {
            client.play();
            List<ByteBuffer> payloads = new ArrayList<>();
            for (int frames = 0; frames < 10; ) {
                Packet packet = rtp(client);
                payloads.add(packet.bytes().position(12));
                frames += packet.marker() ? 1 : 0;
            }
            return payloads;
        }
    }

    @Test
    void shouldCloseConnectionsOfThatCameraOnlyWhenTold() throws Exception {
        start();
        try (RtspTestClient one = new RtspTestClient(server.uri(0));
                RtspTestClient two = new RtspTestClient(server.uri(1))) {
            one.play();
            two.play();
            server.begin(0, Fault.of(FaultKind.CLOSE));
            assertThat(one.closedByServer()).isTrue();
            assertThat(server.clients(0)).isZero();
            rtp(two);
            server.begin(1, Fault.of(FaultKind.RESET));
            assertThat(two.closedByServer()).isTrue();
            assertThat(server.clients(1)).isZero();
        }
        try (RtspTestClient again = new RtspTestClient(server.uri(0))) {
            again.play();
            rtp(again);
        }
    }

    @Test
    void shouldAnswerThatItIsGoneWhenOneCameraOfSeveralRefuses() throws Exception {
        start();
        Fault refuse = Fault.of(FaultKind.REFUSE);
        try (RtspTestClient one = new RtspTestClient(server.uri(0));
                RtspTestClient two = new RtspTestClient(server.uri(1))) {
            one.play();
            two.play();
            server.begin(0, refuse);
            assertThat(one.closedByServer()).isTrue();
            rtp(two);
        }
        try (RtspTestClient gone = new RtspTestClient(server.uri(0))) {
            assertThat(gone.request("DESCRIBE", "").status()).isEqualTo(410);
            server.end(0, refuse);
            assertThat(gone.request("DESCRIBE", "").status()).isEqualTo(200);
        }
    }

    @Test
    void shouldCloseThePortWhenAllCamerasRefuseAndOpenItAgain() throws Exception {
        start();
        Fault refuse = Fault.of(FaultKind.REFUSE);
        server.begin(0, refuse);
        server.begin(1, refuse);
        await(() -> !answers());
        assertThatThrownBy(() -> new RtspTestClient(server.uri(1))).isInstanceOf(ConnectException.class);
        server.end(1, refuse);
        await(this::answers);
    }

    private boolean answers() {
        try (RtspTestClient client = new RtspTestClient(server.uri(1))) {
            return client.request("OPTIONS", "").status() == 200;
        } catch (IOException refused) {
            return false;
        }
    }

    @Test
    void shouldSendPacketsBehindTheirSuccessorsWhenReordering() throws Exception {
        start();
        Fault fault = Fault.parse("reorder=50%");
        server.begin(0, fault);
        try (RtspTestClient client = new RtspTestClient(server.uri(0))) {
            client.play();
            TreeSet<Integer> seen = new TreeSet<>();
            int first = rtp(client).sequence();
            int last = 0;
            int backwards = 0;
            for (int i = 0; i < 300; i++) {
                int now = (short) (rtp(client).sequence() - first);
                seen.add(now);
                backwards += now < last ? 1 : 0;
                last = now;
            }
            assertThat(backwards).isGreaterThan(30);
            assertThat(seen).as("none comes twice").hasSize(300);
            assertThat(seen.last() - seen.first()).as("none is lost").isBetween(299, 303);
        }
    }

    @Test
    void shouldSendNoReportWhenReportsAreMissing() throws Exception {
        start();
        server.begin(0, Fault.of(FaultKind.NO_REPORTS));
        try (RtspTestClient client = new RtspTestClient(server.uri(0))) {
            client.play();
            assertThat(client.packet().channel())
                    .as("else a report comes first")
                    .isEqualTo(RTP);
        }
        server.end(0, Fault.of(FaultKind.NO_REPORTS));
        try (RtspTestClient client = new RtspTestClient(server.uri(0))) {
            client.play();
            assertThat(client.packet().channel()).isEqualTo(RTP + 1);
        }
    }

    @Test
    void shouldSkipWholeFramesToTheNextKeyframeWhenAClientReadsTooSlowly() throws Exception {
        server = RtspCameraServer.start(SimulatedCameraOptions.of(clip).withPort(0));
        try (RtspTestClient healthy = new RtspTestClient(server.uri(0));
                RtspTestClient client = new RtspTestClient(server.uri(0), 4_096)) {
            healthy.play();
            client.play();
            await(() -> server.framesSkipped(0) > 5);
            long healthyBefore = server.framesSent(0);
            await(() -> server.framesSent(0) > healthyBefore + 10);
            // What comes out at the end is whole frames: each that begins also ends, and after a gap comes a keyframe.
            int last = -1;
            int timestamp = 0;
            boolean ended = true;
            int gaps = 0;
            while (gaps == 0) {
                Packet packet = rtp(client);
                if (last >= 0 && ((packet.sequence() - last) & 0xffff) != 1) {
                    gaps++;
                    assertThat(ended).as("no frame is cut").isTrue();
                    assertThat(H264Packets.nals(List.of(packet)).stream()
                                    .map(H264Packets::type)
                                    .toList())
                            .contains(H264Packets.SPS);
                } else if (timestamp != packet.timestamp()) {
                    assertThat(ended).isTrue();
                }
                last = packet.sequence();
                timestamp = packet.timestamp();
                ended = packet.marker();
            }
        }
    }

    @Test
    void shouldSendByUdpUntilTheClientFallsSilent() throws Exception {
        server = RtspCameraServer.start(
                SimulatedCameraOptions.of(clip).withPort(0).withSessionTimeout(Duration.ofSeconds(1)));
        InetAddress loopback = InetAddress.getLoopbackAddress();
        try (DatagramSocket rtp = new DatagramSocket(0, loopback);
                DatagramSocket rtcp = new DatagramSocket(0, loopback);
                RtspTestClient client = new RtspTestClient(server.uri(0))) {
            rtp.setSoTimeout(10_000);
            rtcp.setSoTimeout(10_000);
            var setup = client.request(
                    "SETUP",
                    "/trackID=0",
                    "Transport: RTP/AVP;unicast;client_port=" + rtp.getLocalPort() + "-" + rtcp.getLocalPort());
            assertThat(setup.headers().get("Session")).endsWith(";timeout=1");
            client.request("PLAY", "", "Session: " + setup.session());
            client.close();

            DatagramPacket report = receive(rtcp);
            assertThat(report.getData()[1] & 0xff).as("a sender report").isEqualTo(200);
            DatagramPacket first = receive(rtp);
            assertThat(report.getPort()).isEqualTo(first.getPort() + 1);
            assertThat(first.getPort() % 2).isZero();
            assertThat(first.getLength()).isBetween(13, 1_400);

            // Receiver reports keep it alive for longer than the timeout, without an RTSP connection.
            long untilNs = System.nanoTime() + Duration.ofSeconds(3).toNanos();
            while (System.nanoTime() < untilNs) {
                rtcp.send(new DatagramPacket(
                        new byte[] {(byte) 0x80, (byte) 201, 0, 1, 0, 0, 0, 1}, 8, loopback, report.getPort()));
                receive(rtp);
                assertThat(server.clients(0)).isEqualTo(1);
            }
            await(() -> server.clients(0) == 0);
        }
    }

    private static DatagramPacket receive(DatagramSocket socket) throws IOException {
        DatagramPacket packet = new DatagramPacket(new byte[2_048], 2_048);
        socket.receive(packet);
        return packet;
    }

    @Test
    void shouldDropAClientThatTakesNothingWhenTheTimeoutPasses() throws Exception {
        server = RtspCameraServer.start(
                SimulatedCameraOptions.of(clip).withPort(0).withSessionTimeout(Duration.ofSeconds(1)));
        try (RtspTestClient client = new RtspTestClient(server.uri(0), 4_096)) {
            client.play();
            await(() -> server.framesSkipped(0) > 0);
            await(() -> server.clients(0) == 0);
        }
    }
}
