package dev.vigil.source.rtsp;

import static dev.vigil.source.rtsp.Packets.annexB;
import static dev.vigil.source.rtsp.Packets.bytes;
import static org.assertj.core.api.Assertions.assertThat;

import dev.vigil.source.SourceException;
import dev.vigil.source.SourceException.Cause;
import java.util.Base64;
import org.junit.jupiter.api.Test;

/** Descriptions in the manners of camera makers. */
class VideoFormatTest {
    @Test
    void shouldReadParameterSetsWhenH264ComesWithAudioAndMetadata() throws SourceException {
        // In the manner of Hikvision: absolute controls, ONVIF metadata, audio behind the video.
        VideoFormat format = choose("""
                v=0
                o=- 1668 1668 IN IP4 192.0.2.64
                s=Media Presentation
                e=NONE
                b=AS:5050
                t=0 0
                a=control:rtsp://192.0.2.64:554/Streaming/Channels/101/
                m=video 0 RTP/AVP 96
                c=IN IP4 0.0.0.0
                b=AS:5000
                a=recvonly
                a=x-dimensions:1920,1080
                a=control:rtsp://192.0.2.64:554/Streaming/Channels/101/trackID=1
                a=rtpmap:96 H264/90000
                a=fmtp:96 profile-level-id=420029; packetization-mode=1; sprop-parameter-sets=Z00AKg==,aO48gA==
                m=audio 0 RTP/AVP 8
                a=rtpmap:8 PCMA/8000
                m=application 0 RTP/AVP 107
                a=rtpmap:107 vnd.onvif.metadata/90000
                """);
        assertThat(format.codec()).isEqualTo(VideoFormat.Codec.H264);
        assertThat(format.payloadType()).isEqualTo(96);
        assertThat(format.clockRate()).isEqualTo(90_000);
        assertThat(format.control()).isEqualTo("rtsp://192.0.2.64:554/Streaming/Channels/101/trackID=1");
        assertThat(format.extradata()).isEqualTo(annexB(bytes(0x67, 0x4d, 0x00, 0x2a), bytes(0x68, 0xee, 0x3c, 0x80)));
        assertThat(format.widthPx()).isEqualTo(1920);
        assertThat(format.heightPx()).isEqualTo(1080);
    }

    @Test
    void shouldReadParameterSetsWhenH265() throws SourceException {
        // In the manner of Dahua: relative control, no blank behind the semicolons.
        VideoFormat format = choose("""
                v=0\r
                s=Media Server\r
                a=control:*\r
                a=packetization-supported:DH\r
                m=video 0 RTP/AVP 98\r
                a=control:trackID=0\r
                a=framerate:25.000000\r
                a=rtpmap:98 H265/90000\r
                a=fmtp:98 profile-id=1;sprop-sps=QgEB;sprop-pps=RAHB;sprop-vps=QAEM\r
                a=recvonly\r
                """);
        assertThat(format.codec()).isEqualTo(VideoFormat.Codec.H265);
        assertThat(format.control()).isEqualTo("trackID=0");
        assertThat(format.extradata())
                .isEqualTo(annexB(bytes(0x40, 1, 0x0c), bytes(0x42, 1, 1), bytes(0x44, 1, 0xc1))); // VPS, SPS, PPS
    }

    @Test
    void shouldKnowStaticPayloadTypeWhenJpegHasNoMap() throws SourceException {
        VideoFormat format = choose("v=0\nm=video 0 RTP/AVP 26\na=framesize:26 2560-1440\na=control:track1\n");
        assertThat(format.codec()).isEqualTo(VideoFormat.Codec.JPEG);
        assertThat(format.widthPx()).isEqualTo(2560);
        assertThat(format.heightPx()).isEqualTo(1440);
    }

    @Test
    void shouldTakeFirstSupportedStreamWhenThereAreSeveral() throws SourceException {
        VideoFormat format = choose("""
                m=video 0 RTP/AVP 97
                a=rtpmap:97 VP8/90000
                m=audio 0 RTP/AVP 0
                m=video 0 RTP/AVP 99 96
                a=rtpmap:99 raw/90000
                a=rtpmap:96 h264/90000
                a=control:track3
                """);
        assertThat(format.payloadType()).isEqualTo(96);
        assertThat(format.control()).isEqualTo("track3");
        assertThat(format.extradata()).isEmpty();
    }

    @Test
    void shouldIgnoreParameterSetsWhenTheyAreNoBase64() throws SourceException {
        VideoFormat format =
                choose("m=video 0 RTP/AVP 96\na=rtpmap:96 H264/90000\na=fmtp:96 sprop-parameter-sets=%%%,,\n");
        assertThat(format.extradata()).isEmpty();
    }

    @Test
    void shouldNameWhatIsUnsupportedWhenNothingFits() {
        fails("m=video 0 RTP/AVP 96\na=rtpmap:96 VP8/90000\n", Cause.UNSUPPORTED, "VP8");
        fails("m=video 0 RTP/AVP 33\n", Cause.UNSUPPORTED, "payload type 33");
        fails(
                "m=video 0 RTP/AVP 96\na=rtpmap:96 H264/90000\na=fmtp:96 packetization-mode=2\n",
                Cause.UNSUPPORTED,
                "interleaved");
        fails("m=audio 0 RTP/AVP 0\n", Cause.NO_VIDEO, "audio");
        fails("", Cause.NO_VIDEO, "no stream");
    }

    @Test
    void shouldBoundExtradataWhenDescriptionIsHuge() throws SourceException {
        String set = Base64.getEncoder().encodeToString(new byte[40_000]);
        VideoFormat format = choose("m=video 0 RTP/AVP 96\na=rtpmap:96 H264/90000\na=fmtp:96 sprop-parameter-sets="
                + set + "," + set + "\n");
        assertThat(format.extradata()).hasSizeLessThan(64 * 1024);
    }

    private static void fails(String sdp, Cause cause, String word) {
        StreamProbe.assertFails(() -> choose(sdp), cause, word, "rtsp://camera/x");
    }

    private static VideoFormat choose(String sdp) throws SourceException {
        return VideoFormat.choose(Sdp.parse(sdp), RtspAddress.parse("rtsp://camera/x"));
    }
}
