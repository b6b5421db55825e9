package dev.vigil.source.rtsp;

import static dev.vigil.source.rtsp.Packets.IDR;
import static dev.vigil.source.rtsp.Packets.LATER_SLICE;
import static dev.vigil.source.rtsp.Packets.SLICE;
import static dev.vigil.source.rtsp.Packets.SPS;
import static dev.vigil.source.rtsp.Packets.annexB;
import static dev.vigil.source.rtsp.Packets.rtp;
import static dev.vigil.source.rtsp.Packets.senderReport;
import static org.assertj.core.api.Assertions.assertThat;
import static org.bytedeco.ffmpeg.global.avcodec.av_packet_alloc;
import static org.bytedeco.ffmpeg.global.avcodec.av_packet_free;
import static org.bytedeco.ffmpeg.global.avcodec.av_packet_unref;

import dev.vigil.base.Clock;
import dev.vigil.frame.Capture;
import dev.vigil.frame.CaptureClock;
import dev.vigil.source.PacketInfo;
import dev.vigil.source.SourceException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.ffmpeg.avcodec.AVPacket;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class RtpReceiverTest {
    private static final long UTC_US = 1_795_305_600_000_000L; // 2026-11-22T00:00:00Z

    private long nowNs = 5_000_000_000L;
    private final Clock clock = new Clock() {
        @Override
        public long monotonicNs() {
            return nowNs;
        }

        @Override
        public long utcUs() {
            return UTC_US;
        }
    };

    private record Unit(byte[] bytes, long pts, boolean damaged, PacketInfo info) {}

    private final List<Unit> units = new ArrayList<>();
    private final Datagram datagram = new Datagram();
    private RtpReceiver receiver;
    private Faults faults;

    @BeforeEach
    void begin() throws SourceException {
        RtspAddress address = RtspAddress.parse("rtsp://camera/x");
        faults = new Faults(address.shown());
        receiver = new RtpReceiver(
                VideoFormat.choose(Sdp.parse(ScriptedCamera.SDP), address), address, clock, faults, 1e5);
    }

    @Test
    void shouldEndUnitWhenTimestampChangesWithoutMarker() throws SourceException {
        feed(rtp(1, 0, false, IDR));
        feed(rtp(2, 0, false, SLICE));
        assertThat(units).isEmpty();
        feed(rtp(3, 3600, false, SLICE));
        assertThat(units).hasSize(1);
        assertThat(units.get(0).bytes).isEqualTo(annexB(IDR, SLICE));
        feed(rtp(4, 7200, true, SLICE)); // ends the one before, and its own
        assertThat(units).hasSize(3);
        assertThat(units).noneMatch(Unit::damaged);
        assertThat(units.get(2).pts - units.get(0).pts).isEqualTo(7200);
    }

    @Test
    void shouldTakeTimeOfFirstPacketWhenUnitHasSeveral() throws SourceException {
        nowNs = 7_000_000_000L;
        feed(rtp(1, 0, false, IDR));
        nowNs += 3_000_000;
        feed(rtp(2, 0, true, IDR));
        assertThat(units.get(0).info.arrivalNs).isEqualTo(7_000_000_000L);
        assertThat(units.get(0).info.capture.utcUs()).isEqualTo(UTC_US - 3_000);
        assertThat(units.get(0).info.capture.clock()).isEqualTo(CaptureClock.ARRIVAL);
    }

    @Test
    void shouldKeepParameterSetsForNextPictureWhenTheyHaveMarker() throws SourceException {
        feed(rtp(1, 0, true, SPS));
        assertThat(units).isEmpty();
        feed(rtp(2, 3600, true, IDR));
        assertThat(units.get(0).bytes).isEqualTo(annexB(SPS, IDR));
        assertThat(units.get(0).pts).isEqualTo(3600);
    }

    @Test
    void shouldDamageUnitWhenPacketIsMissing() throws SourceException {
        feed(rtp(1, 0, false, IDR));
        feed(rtp(3, 0, true, SLICE)); // 2 is missing
        feed(rtp(4, 3600, true, SLICE));
        feed(rtp(6, 7200, true, SLICE)); // 5 is missing, a whole picture
        feed(rtp(7, 10800, false, SLICE));
        feed(rtp(9, 14400, true, SLICE)); // 8 is missing: the end of one, perhaps the start of the other
        assertThat(units).extracting(Unit::damaged).containsExactly(true, false, true, true, true);
        assertThat(faults.total(Faults.Fault.LOST)).isEqualTo(3);
    }

    @Test
    void shouldDamageUnitWhenItsFirstSliceIsMissing() throws SourceException {
        feed(rtp(1, 0, true, LATER_SLICE)); // the stream was joined inside a picture
        assertThat(units.get(0).damaged).isTrue();
    }

    @Test
    void shouldGoOnWhenSequenceWraps() throws SourceException {
        feed(rtp(0xfffe, 0, false, IDR));
        feed(rtp(0xffff, 0, true, IDR));
        feed(rtp(0, 3600, true, SLICE));
        assertThat(units).hasSize(2).noneMatch(Unit::damaged);
    }

    @Test
    void shouldGoOnWhenTimestampWraps() throws SourceException {
        feed(rtp(1, 0xffff_ff00, true, IDR));
        feed(rtp(2, 0xffff_ff00 + 3600, true, SLICE));
        assertThat(units.get(1).pts - units.get(0).pts).isEqualTo(3600);
        assertThat(units.get(1).pts).isGreaterThan(0xffff_ffffL);
    }

    @Test
    void shouldDropPacketWhenItComesTwice() throws SourceException {
        feed(rtp(1, 0, false, IDR));
        feed(rtp(1, 0, false, IDR));
        feed(rtp(2, 0, true, SLICE));
        assertThat(units.get(0).bytes).isEqualTo(annexB(IDR, SLICE));
        assertThat(units.get(0).damaged).isFalse();
        assertThat(faults.total(Faults.Fault.LATE)).isEqualTo(1);
    }

    @Test
    void shouldFollowWhenSenderStartsAnew() throws SourceException {
        feed(rtp(1, 0, true, IDR));
        feed(rtp(500, 90, true, 0x1234, IDR));
        feed(rtp(501, 3690, true, 0x1234, SLICE));
        assertThat(units).extracting(Unit::damaged).containsExactly(false, true, false);
    }

    @Test
    void shouldFollowWhenSequenceRestartsShortlyBefore() throws SourceException {
        feed(rtp(50, 0, true, IDR));
        feed(rtp(10, 3600, true, SLICE)); // late, or a new start?
        feed(rtp(11, 7200, true, SLICE)); // a new start
        feed(rtp(12, 10800, true, SLICE));
        assertThat(units).extracting(Unit::pts).containsExactly(0L, 7200L, 10800L);
    }

    @Test
    void shouldWaitForNextTimestampWhenMarkerComesWithEachSlice() throws SourceException {
        feed(rtp(1, 0, true, IDR));
        feed(rtp(2, 0, true, LATER_SLICE)); // goes on with a picture that its marker said was over
        feed(rtp(3, 3600, true, SLICE));
        feed(rtp(4, 3600, true, LATER_SLICE));
        feed(rtp(5, 7200, true, SLICE));
        assertThat(units).hasSize(3);
        assertThat(units.get(2).bytes).isEqualTo(annexB(SLICE, LATER_SLICE));
        assertThat(units.get(2).damaged).isFalse();
    }

    @Test
    void shouldTakeTimeOfReportWhenCameraSendsOne() throws SourceException {
        control(senderReport(ntp(UTC_US), 1000));
        nowNs += 600_000_000;
        feed(rtp(1, 1000 + 45_000, true, IDR));
        Capture capture = units.get(0).info.capture;
        assertThat(capture.clock()).isEqualTo(CaptureClock.RTCP);
        assertThat(capture.utcUs()).isEqualTo(UTC_US + 500_000);
        assertThat(capture.wayUs()).isEqualTo(100_000);
        assertThat(receiver.clockStatus().reports()).isEqualTo(1);
    }

    @Test
    void shouldForgetReportsWhenSenderIsAnother() throws SourceException {
        control(senderReport(ntp(UTC_US), 1000));
        feed(rtp(1, 1000, true, IDR));
        feed(rtp(500, 90, true, 0x1234, IDR));
        assertThat(units.get(1).info.capture).isEqualTo(Capture.atArrival(UTC_US));
    }

    @Test
    void shouldIgnoreReportWhenCameraHasNoTime() throws SourceException {
        control(senderReport(0, 1000));
        feed(rtp(1, 1000, true, IDR));
        assertThat(units.get(0).info.capture.clock()).isEqualTo(CaptureClock.ARRIVAL);
    }

    @Test
    void shouldCountWhatIsForeignOrMalformed() throws SourceException {
        byte[] audio = rtp(1, 0, true, IDR);
        audio[1] = 0; // payload type 0
        feed(audio);
        feed(new byte[5]);
        control(new byte[] {(byte) 0x80, (byte) 200, 0, 99}); // says it has 99 words
        assertThat(faults.total(Faults.Fault.FOREIGN)).isEqualTo(1);
        assertThat(faults.total(Faults.Fault.MALFORMED)).isEqualTo(2);
        assertThat(units).isEmpty();
    }

    @Test
    void shouldSkipExtensionAndPaddingWhenPacketHasThem() throws SourceException {
        byte[] plain = rtp(1, 0, true, IDR);
        byte[] packet = Packets.join(
                Arrays.copyOf(plain, 12),
                Packets.bytes(1, 2, 3, 4), // one contributing source
                Packets.bytes(0xbe, 0xde, 0, 1, 9, 9, 9, 9), // an extension of one word
                IDR,
                Packets.bytes(0, 0, 3)); // three bytes of padding
        packet[0] = (byte) 0xb1; // version 2, padding, extension, one contributing source
        feed(packet);
        assertThat(units.get(0).bytes).isEqualTo(annexB(IDR));
    }

    private static long ntp(long utcUs) {
        return (utcUs / 1_000_000 + 2_208_988_800L) << 32;
    }

    private void control(byte[] packet) {
        datagram.set(packet, 0, packet.length, nowNs, true);
        receiver.control(datagram);
    }

    private void feed(byte[] packet) throws SourceException {
        datagram.set(packet, 0, packet.length, nowNs, false);
        boolean complete = receiver.accept(datagram);
        while (complete) {
            AVPacket into = av_packet_alloc();
            PacketInfo info = new PacketInfo();
            receiver.take(into, info);
            byte[] bytes = new byte[into.size()];
            into.data().capacity(bytes.length).asByteBuffer().get(bytes);
            units.add(new Unit(bytes, into.pts(), info.damaged, info));
            av_packet_unref(into);
            av_packet_free(into);
            complete = receiver.resume();
        }
    }
}
