package dev.vigil.source.rtsp;

/** H.265 in RTP (RFC 7798) in decoding order: single NAL units, aggregation packets and fragmentation units. */
final class H265Depacketizer extends NalDepacketizer {
    private static final int VCL_MAX = 31;
    private static final int IRAP_MIN = 16;
    private static final int IRAP_MAX = 23;
    private static final int AP = 48;
    private static final int FU = 49;
    private static final int PACI = 50;

    H265Depacketizer(RtspAddress address) {
        super(address, 2, AP, FU);
    }

    @Override
    int type(int firstByte) {
        return firstByte >> 1 & 0x3f;
    }

    @Override
    String foreign(int type) {
        return type == PACI ? "H.265 in PACI packets" : null;
    }

    @Override
    boolean isNalUnit(int type) {
        return type < AP;
    }

    @Override
    int fragmentedType(int fragmentHeader) {
        return fragmentHeader & 0x3f;
    }

    @Override
    void appendHeader(byte[] bytes, int offset, AccessUnit unit) {
        unit.appendByte(bytes[offset] & 0x81 | fragmentedType(bytes[offset + 2]) << 1);
        unit.appendByte(bytes[offset + 1]);
    }

    /** The first bit after the NAL unit's header is first_slice_segment_in_pic_flag. */
    @Override
    void noteSlice(int type, int firstByte, AccessUnit unit) {
        if (type <= VCL_MAX) {
            unit.slice(type >= IRAP_MIN && type <= IRAP_MAX, (firstByte & 0x80) != 0);
        }
    }
}
