package dev.vigil.source.rtsp;

/** H.264 in RTP (RFC 6184), packetization modes 0 and 1: single NAL units, STAP-A and FU-A. */
final class H264Depacketizer extends NalDepacketizer {
    private static final int SLICE = 1;
    private static final int SLICE_PARTITION_C = 4;
    private static final int SLICE_IDR = 5;
    private static final int STAP_A = 24;
    private static final int STAP_B = 25;
    private static final int MTAP_24 = 27;
    private static final int FU_A = 28;
    private static final int FU_B = 29;

    H264Depacketizer(RtspAddress address) {
        super(address, 1, STAP_A, FU_A);
    }

    @Override
    int type(int firstByte) {
        return firstByte & 0x1f;
    }

    @Override
    String foreign(int type) {
        return type >= STAP_B && type <= MTAP_24 || type == FU_B ? "H.264 in interleaved packetization" : null;
    }

    @Override
    boolean isNalUnit(int type) {
        return type > 0 && type < STAP_A;
    }

    @Override
    int fragmentedType(int fragmentHeader) {
        return fragmentHeader & 0x1f;
    }

    @Override
    void appendHeader(byte[] bytes, int offset, AccessUnit unit) {
        unit.appendByte(bytes[offset] & 0xe0 | fragmentedType(bytes[offset + 1]));
    }

    /** A slice header begins with first_mb_in_slice in Exp-Golomb code: a leading one bit is zero, the picture's first. */
    @Override
    void noteSlice(int type, int firstByte, AccessUnit unit) {
        if (type >= SLICE && type <= SLICE_IDR) {
            boolean partition =
                    type > SLICE + 1 && type <= SLICE_PARTITION_C; // B and C begin with a slice number instead
            unit.slice(type == SLICE_IDR, partition || (firstByte & 0x80) != 0);
        }
    }
}
