package dev.vigil.app.chaos;

import java.io.ByteArrayOutputStream;
import java.util.Base64;
import java.util.List;

/** Headers of pictures that no box can hold, as each codec writes them, and the RTP payloads that carry them. */
final class HostileVideo {
    private static final int SIDE_PX = 100_000;
    private static final int GARBAGE_BYTES = 400;

    private HostileVideo() {}

    /**
     * A stream as it is described, and its packets.
     *
     * @param sdp lines of the medium after {@code m=}
     * @param payloads of RTP, of one picture; the last has the marker
     */
    record Stream(String sdp, List<byte[]> payloads) {}

    private static byte[] bytes(Object... parts) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (Object part : parts) {
            if (part instanceof byte[] array) {
                out.writeBytes(array);
            } else {
                out.write((Integer) part);
            }
        }
        return out.toByteArray();
    }

    private static byte[] garbage() {
        byte[] garbage = new byte[GARBAGE_BYTES];
        for (int i = 0; i < garbage.length; i++) {
            garbage[i] = (byte) (i * 31 + 7);
        }
        return garbage;
    }

    /** 6250 x 6250 macroblocks (7.3.2.1.1 of H.264), in the description and in the stream. */
    static Stream h264() {
        BitWriter head =
                new BitWriter().u(8, 66).u(8, 0).u(8, 51).ue(0, 0, 2, 1).u(1, 0);
        byte[] sps = bytes(
                0x67, head.ue(SIDE_PX / 16 - 1, SIDE_PX / 16 - 1).u(4, 0b1000).trailing());
        byte[] pps = bytes(
                0x68,
                new BitWriter()
                        .ue(0, 0)
                        .u(2, 0)
                        .ue(0, 0, 0)
                        .u(3, 0)
                        .ue(0, 0, 0)
                        .u(3, 0)
                        .trailing());
        byte[] slice = bytes(
                0x65, new BitWriter().ue(0, 7, 0).u(4, 0).ue(0).u(2, 0).ue(0).trailing(), garbage());
        Base64.Encoder base64 = Base64.getEncoder();
        String sets = base64.encodeToString(sps) + "," + base64.encodeToString(pps);
        return new Stream(
                "a=rtpmap:96 H264/90000\r\na=fmtp:96 packetization-mode=1;sprop-parameter-sets=" + sets + "\r\n",
                List.of(sps, pps, slice));
    }

    /** 100,000 x 100,000 luma samples (7.3.2.2.1 of H.265). */
    static Stream h265() {
        BitWriter vps =
                profile(new BitWriter().u(4, 0).u(2, 3).u(6, 0).u(3, 0).u(1, 1).u(16, 0xFFFF));
        vps.u(1, 1).ue(1, 0, 0).u(6, 0).ue(0).u(2, 0);
        BitWriter sps = profile(new BitWriter().u(4, 0).u(3, 0).u(1, 1));
        sps.ue(0, 1, SIDE_PX, SIDE_PX)
                .u(1, 0)
                .ue(0, 0, 4)
                .u(1, 1)
                .ue(1, 0, 0)
                .ue(0, 3, 0, 3, 0, 0)
                .u(4, 0);
        sps.ue(0).u(5, 0);
        return new Stream(
                "a=rtpmap:96 H265/90000\r\n",
                List.of(
                        bytes(0x40, 0x01, vps.trailing()),
                        bytes(0x42, 0x01, sps.trailing()),
                        bytes(0x44, 0x01, 0xC0, 0xF3, 0xC0, 0x02, 0x90),
                        bytes(0x26, 0x01, garbage())));
    }

    /** Main, level 6.2. */
    private static BitWriter profile(BitWriter head) {
        return head.u(8, 1).u(32, 0x60000000L).u(32, 0).u(16, 0).u(8, 186);
    }

    /** 65,536 x 65,536, the most that the uncompressed header of VP9 can say (6.2). */
    static Stream vp9() {
        BitWriter frame = new BitWriter()
                .u(2, 2)
                .u(2, 0)
                .u(2, 0)
                .u(1, 1)
                .u(1, 0)
                .u(24, 0x498342)
                .u(3, 1)
                .u(1, 0);
        byte[] picture = frame.u(16, 0xFFFF).u(16, 0xFFFF).u(1, 0).trailing();
        return new Stream("a=rtpmap:96 VP9/90000\r\n", List.of(bytes(0x0C, picture, garbage())));
    }

    /** 65,536 x 65,536, the most that a sequence header of AV1 can say (5.5.1). */
    static Stream av1() {
        BitWriter sequence = new BitWriter().u(3, 0).u(4, 0).u(5, 0).u(12, 0).u(5, 7);
        sequence.u(4, 15).u(4, 15).u(16, 0xFFFF).u(16, 0xFFFF).u(32, 0);
        byte[] header = bytes(0x18, 0x08, sequence.trailing());
        return new Stream("a=rtpmap:96 AV1/90000\r\n", List.of(header, bytes(0x10, 0x30, 0x10, garbage())));
    }

    /** Pieces of one JPEG picture of 2040 x 2040 (RFC 2435), further and further on, and never the last one. */
    static byte[] jpegPiece(int number) {
        int at = number * GARBAGE_BYTES & 0xFFFFFF;
        return bytes(0, at >> 16, at >> 8 & 0xFF, at & 0xFF, 1, 50, 255, 255, garbage());
    }

    /** Pieces of one slice of H.264 (FU-A of RFC 6184), and never the last one. */
    static byte[] endlessSlice(int number) {
        return bytes(0x7C, number == 0 ? 0x85 : 0x05, garbage());
    }
}
