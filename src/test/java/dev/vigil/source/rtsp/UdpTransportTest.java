package dev.vigil.source.rtsp;

import static dev.vigil.source.rtsp.Packets.IDR;
import static dev.vigil.source.rtsp.Packets.SLICE;
import static dev.vigil.source.rtsp.Packets.annexB;
import static dev.vigil.source.rtsp.Packets.bye;
import static dev.vigil.source.rtsp.Packets.rtp;
import static dev.vigil.source.rtsp.StreamProbe.assertFails;
import static org.assertj.core.api.Assertions.assertThat;

import dev.vigil.source.SourceException.Cause;
import dev.vigil.source.SourceOptions.Transport;
import dev.vigil.source.rtsp.StreamProbe.Unit;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** Pictures over UDP from a camera that says what the test wants. */
@Execution(ExecutionMode.CONCURRENT)
class UdpTransportTest {
    /** What the camera sends once it plays. */
    private interface Media {
        void run(Peer peer, ScriptedCamera.Conversation with) throws IOException;
    }

    /** The camera's pair of ports, and a stranger's. */
    private static final class Peer {
        private final DatagramSocket rtp = socket("127.0.0.1");
        private final DatagramSocket rtcp = socket("127.0.0.1");
        private final DatagramSocket stranger = socket("127.0.0.2");
        private int clientPort;

        private static DatagramSocket socket(String host) {
            try {
                DatagramSocket socket = new DatagramSocket(new InetSocketAddress(host, 0));
                socket.setSoTimeout(20_000);
                return socket;
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        }

        void send(DatagramSocket from, int port, byte[] packet) throws IOException {
            from.send(new DatagramPacket(packet, packet.length, InetAddress.getByName("127.0.0.1"), port));
        }

        void media(byte[] packet) throws IOException {
            send(rtp, clientPort, packet);
        }

        void control(byte[] packet) throws IOException {
            send(rtcp, clientPort + 1, packet);
        }

        byte[] receive(DatagramSocket at) throws IOException {
            DatagramPacket packet = new DatagramPacket(new byte[2000], 2000);
            at.receive(packet);
            return Arrays.copyOf(packet.getData(), packet.getLength());
        }
    }

    private final Peer peer = new Peer();

    private ScriptedCamera camera(Media media) throws IOException {
        return ScriptedCamera.start(with -> {
            with.describe(ScriptedCamera.SDP);
            List<String> setup = with.request("SETUP");
            String transport = ScriptedCamera.header(setup, "Transport");
            assertThat(transport).startsWith("RTP/AVP;unicast;client_port=");
            peer.clientPort = Text.number(transport.substring(transport.indexOf("client_port=") + 12), 0);
            assertThat(peer.clientPort % 2).isZero();
            String ports = ";server_port=" + peer.rtp.getLocalPort() + "-" + peer.rtcp.getLocalPort();
            with.answer(setup, "200 OK", "Transport: " + transport + ports + "\r\nSession: 7\r\n", "");
            with.answer(with.request("PLAY"), "200 OK", "", "");
            media.run(peer, with);
        });
    }

    private static StreamProbe open(ScriptedCamera camera) throws Exception {
        return StreamProbe.open(
                StreamProbe.options(camera.uri(), Transport.UDP, StreamProbe.PATIENCE, StreamProbe.PATIENCE));
    }

    @Test
    void shouldPutPacketsInOrderWhenTheyAreSwapped() throws Exception {
        try (ScriptedCamera camera = camera((peer, with) -> {
                    peer.media(rtp(1, 0, false, IDR));
                    peer.media(rtp(3, 0, true, SLICE));
                    peer.media(rtp(2, 0, false, IDR));
                    with.untilClosed();
                });
                StreamProbe probe = open(camera)) {
            Unit unit = probe.read();
            assertThat(unit.bytes()).isEqualTo(annexB(IDR, IDR, SLICE));
            assertThat(unit.damaged()).isFalse();
        }
    }

    @Test
    void shouldDeliverDamagedWhenPacketIsLost() throws Exception {
        try (ScriptedCamera camera = camera((peer, with) -> {
                    peer.media(rtp(1, 0, false, IDR));
                    peer.media(rtp(3, 0, true, SLICE));
                    with.untilClosed();
                });
                StreamProbe probe = open(camera)) {
            assertThat(probe.read().damaged()).isTrue();
        }
    }

    @Test
    void shouldIgnoreStrangersAndRunts() throws Exception {
        try (ScriptedCamera camera = camera((peer, with) -> {
                    peer.send(peer.stranger, peer.clientPort, rtp(1, 0, true, SLICE));
                    peer.media(new byte[] {1, 2});
                    peer.media(rtp(1, 0, true, IDR));
                    with.untilClosed();
                });
                StreamProbe probe = open(camera)) {
            assertThat(probe.read().bytes()).isEqualTo(annexB(IDR));
        }
    }

    @Test
    void shouldOpenTheWayAndReportReception() throws Exception {
        CountDownLatch reported = new CountDownLatch(1);
        try (ScriptedCamera camera = camera((peer, with) -> {
                    assertThat(peer.receive(peer.rtp)).hasSize(12);
                    assertThat(peer.receive(peer.rtcp)[1])
                            .as("an empty receiver report")
                            .isEqualTo((byte) 201);
                    peer.media(rtp(1, 0, true, IDR));
                    byte[] report = peer.receive(peer.rtcp); // comes after some seconds
                    assertThat(RtpPacket.u16(report, 0)).isEqualTo(0x81c9);
                    assertThat(RtpPacket.u32(report, 8)).isEqualTo(Packets.SSRC);
                    reported.countDown();
                    with.close();
                });
                StreamProbe probe = open(camera)) {
            probe.read();
            assertFails(probe::read, Cause.ENDED, "closed the connection");
            assertThat(reported.getCount()).isZero();
        }
    }

    @Test
    void shouldSayEndedWhenCameraSaysGoodBye() throws Exception {
        try (ScriptedCamera camera = camera((peer, with) -> {
                    peer.media(rtp(1, 0, true, IDR));
                    assertThat(peer.receive(peer.rtp)).hasSize(12);
                    with.untilClosed();
                });
                StreamProbe probe = open(camera)) {
            probe.read();
            peer.control(bye());
            assertFails(probe::read, Cause.ENDED, "BYE");
        }
    }
}
