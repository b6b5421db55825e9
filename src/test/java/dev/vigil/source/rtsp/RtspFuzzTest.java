package dev.vigil.source.rtsp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vigil.base.Clock;
import dev.vigil.source.SourceException;
import dev.vigil.source.proof.Mutation;
import java.io.ByteArrayInputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Some thousands of mutated inputs, always the same: nothing but a SourceException comes out, and memory stays bounded. */
class RtspFuzzTest {
    private static final int ROUNDS = 4000;

    private final Random random = new Random(20_261_122);

    @Test
    void shouldOnlyFailCleanlyWhenDescriptionIsMutated() throws SourceException {
        String[] seeds = {
            ScriptedCamera.SDP,
            "m=video 0 RTP/AVP 98\r\na=rtpmap:98 H265/90000\r\na=fmtp:98 sprop-vps=QAEM;sprop-sps=QgEB;sprop-pps=RAHB\r\n",
            "m=video 0 RTP/AVP 26 96\na=framesize:26 2560-1440\na=rtpmap:96 H264/90000\na=control:*\n",
            "Digest realm=\"a\\\"b\", nonce=\"n\", algorithm=SHA-256, qop=\"auth\", stale=true"
        };
        RtspAddress address = RtspAddress.parse("rtsp://a:b@camera/x");
        int read = 0;
        for (int i = 0; i < ROUNDS; i++) {
            byte[] bytes = mutate(seeds[i % seeds.length].getBytes(StandardCharsets.UTF_8));
            String text = new String(bytes, StandardCharsets.UTF_8);
            Sdp sdp = Sdp.parse(text);
            try {
                VideoFormat format = VideoFormat.choose(sdp, address);
                assertThat(format.clockRate()).isPositive();
                assertThat(ControlUri.resolve("rtsp://camera/x", format.control()))
                        .isNotEmpty();
                read++;
            } catch (SourceException e) {
                assertThat(e.getMessage()).startsWith("rtsp://camera/x: ").doesNotContain("\n");
            }
            Authentication authentication = new Authentication(address, () -> "nonce");
            if (authentication.challenged(List.of(text))) {
                assertThat(authentication.authorization("PLAY", "x")).isNotEmpty();
            }
        }
        assertThat(read).as("descriptions that survived").isBetween(ROUNDS / 10, ROUNDS);
    }

    @Test
    void shouldOnlyFailCleanlyWhenConnectionIsMutated() throws SourceException {
        RtspAddress address = RtspAddress.parse("rtsp://camera/x");
        byte[] answer = "RTSP/1.0 200 OK\r\nCSeq: 1\r\nContent-Length: 3\r\n\r\nabc".getBytes(StandardCharsets.UTF_8);
        byte[] frame = Packets.interleaved(0, Packets.rtp(1, 0, true, Packets.IDR));
        byte[] seed = Packets.join(answer, frame, frame, answer, frame);
        int items = 0;
        for (int i = 0; i < ROUNDS; i++) {
            Wire wire = new Wire(new ByteArrayInputStream(mutate(seed)), OutputStream.nullOutputStream());
            RtspConnection connection = new RtspConnection(wire, address, Clock.SYSTEM, new OpenResources());
            if (i % 4 > 0) {
                connection.streaming();
            }
            try {
                while (true) {
                    switch (connection.next(Long.MAX_VALUE)) {
                        case FRAME ->
                            assertThat(connection.frameOffset() + connection.frameLength())
                                    .isLessThanOrEqualTo(connection.buffer().length);
                        case MESSAGE ->
                            assertThat(connection.message().body().length)
                                    .isLessThanOrEqualTo(RtspConnection.BODY_BYTES_MAX);
                        case NOTHING -> throw new AssertionError("a wire without deadline");
                    }
                    items++;
                }
            } catch (SourceException e) {
                assertThat(e.reason()).isIn(SourceException.Cause.ENDED, SourceException.Cause.CORRUPT);
            }
        }
        assertThat(items).isGreaterThan(ROUNDS);
    }

    @ParameterizedTest
    @EnumSource(VideoFormat.Codec.class)
    void shouldOnlyFailCleanlyWhenPayloadsAreMutated(VideoFormat.Codec codec) throws SourceException {
        RtspAddress address = RtspAddress.parse("rtsp://camera/x");
        VideoFormat format = new VideoFormat(codec, Packets.PAYLOAD_TYPE, 90_000, null, new byte[0], 0, 0);
        RtpReceiver receiver = new RtpReceiver(format, address, Clock.SYSTEM, new Faults("fuzz"), 1e5);
        byte[][] seeds = seeds(codec);
        Datagram datagram = new Datagram();
        int units = 0;
        for (int i = 0; i < ROUNDS; i++) {
            byte[] payload = random.nextInt(3) > 0 ? seeds[i % seeds.length] : mutate(seeds[i % seeds.length]);
            byte[] packet = Packets.rtp(i, i / seeds.length * 3600, i % seeds.length == seeds.length - 1, payload);
            packet = random.nextInt(10) > 0 ? packet : mutate(packet);
            datagram.set(packet, 0, packet.length, i, false);
            try {
                boolean complete = receiver.accept(datagram);
                while (complete) {
                    units++;
                    complete = receiver.resume();
                }
            } catch (SourceException e) {
                assertThat(e.reason()).isEqualTo(SourceException.Cause.UNSUPPORTED);
            }
            byte[] control = mutate(Packets.join(Packets.senderReport(random.nextLong(), i), new byte[] {(byte) 0x81}));
            datagram.set(control, 0, control.length, i, true);
            receiver.control(datagram);
        }
        assertThat(units).as("units that survived").isBetween(ROUNDS / seeds.length / 4, ROUNDS);
    }

    private static byte[][] seeds(VideoFormat.Codec codec) {
        String[] hex =
                switch (codec) {
                    case H264 -> new String[] {"6742001e", "7800046742001e000268ce", "7c858811", "7c0522", "7c4533"};
                    case H265 ->
                        new String[] {"40010c", "6001000340010c0003420101", "620193af", "62011308", "62015309"};
                    case JPEG -> new String[] {"00000000014b0202010203", "00000003014b0202040506"};
                    case VP9 -> new String[] {"08820102", "ba81050208010002000400820102", "0403", "8c84010203"};
                    case AV1 -> new String[] {"18020a0130000102", "2002120032000102", "5032001122", "90334455"};
                };
        return Stream.of(hex).map(HexFormat.of()::parseHex).toArray(byte[][]::new);
    }

    private byte[] mutate(byte[] seed) {
        return Mutation.of(seed, random);
    }
}
