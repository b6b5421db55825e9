package dev.vigil.source.rtsp;

import dev.vigil.source.SourceException;
import dev.vigil.source.SourceException.Cause;

/**
 * What H.264 (RFC 6184) and H.265 (RFC 7798) in RTP have in common: a packet holds one NAL unit, several with their sizes, or a
 * fragment of one.
 */
abstract class NalDepacketizer implements Depacketizer {
    private final RtspAddress address;
    private final int headerBytes;
    private final int aggregateType;
    private final int fragmentType;
    private boolean fragmentOpen;
    /** Packets that can be taken apart came: one of a kind that can not is damaged, and no sign of how the camera sends. */
    private boolean understood;

    /**
     * @param headerBytes of a NAL unit
     * @param aggregateType what a packet of several NAL units has for a type
     * @param fragmentType what a fragment has
     */
    NalDepacketizer(RtspAddress address, int headerBytes, int aggregateType, int fragmentType) {
        this.address = address;
        this.headerBytes = headerBytes;
        this.aggregateType = aggregateType;
        this.fragmentType = fragmentType;
    }

    /** A NAL unit's type, by the first byte of its header. */
    abstract int type(int firstByte);

    /** What a packet of this type is, where no camera should send it; null for all others. */
    abstract String foreign(int type);

    /** NAL units proper; all other types are RTP's, or nobody's. */
    abstract boolean isNalUnit(int type);

    /** Notes a NAL unit with a slice in it. @param firstByte the first one after the NAL unit's header */
    abstract void noteSlice(int type, int firstByte, AccessUnit unit);

    /** Writes the header of the NAL unit that a fragment at {@code offset} begins. */
    abstract void appendHeader(byte[] bytes, int offset, AccessUnit unit);

    /** The type in a fragment's own header, which also tells start and end in its highest bits. */
    abstract int fragmentedType(int fragmentHeader);

    @Override
    public void add(byte[] bytes, int offset, int length, boolean gap, AccessUnit unit) throws SourceException {
        if (gap) {
            fragmentOpen = false;
        }
        if (length < headerBytes) {
            unit.damage();
            return;
        }
        int type = type(bytes[offset]);
        if (type == fragmentType) {
            understood = true;
            fragment(bytes, offset, length, unit);
            return;
        }
        finish(unit); // the fragments' end never came
        if (type == aggregateType) {
            aggregate(bytes, offset + headerBytes, offset + length, unit);
        } else if (isNalUnit(type)) {
            understood = true;
            nal(bytes, offset, length, unit);
        } else if (!understood && foreign(type) != null) {
            throw address.error(Cause.UNSUPPORTED, "sends " + foreign(type));
        } else {
            unit.damage();
        }
    }

    @Override
    public void finish(AccessUnit unit) {
        if (fragmentOpen) {
            unit.damage();
            fragmentOpen = false;
        }
    }

    /** One NAL unit after the other, each with its 16 bit size before it. */
    private void aggregate(byte[] bytes, int from, int end, AccessUnit unit) {
        int at = from;
        while (at + 2 < end) {
            int size = RtpPacket.u16(bytes, at);
            at += 2;
            if (size < headerBytes || size > end - at) {
                unit.damage();
                return;
            }
            nal(bytes, at, size, unit);
            at += size;
        }
    }

    /** Payload header, fragment header (start, end, the NAL unit's type), then a part of the NAL unit. */
    private void fragment(byte[] bytes, int offset, int length, AccessUnit unit) {
        int from = headerBytes + 1;
        if (length <= from) {
            unit.damage();
            return;
        }
        int header = bytes[offset + headerBytes];
        boolean start = (header & 0x80) != 0;
        boolean end = (header & 0x40) != 0;
        if (start) {
            finish(unit);
            unit.append(AccessUnit.START_CODE);
            appendHeader(bytes, offset, unit);
            noteSlice(fragmentedType(header), bytes[offset + from], unit);
        } else if (!fragmentOpen) {
            unit.damage(); // its start was lost: without it, the rest is worth nothing
            return;
        }
        unit.append(bytes, offset + from, length - from);
        fragmentOpen = !end;
    }

    private void nal(byte[] bytes, int offset, int length, AccessUnit unit) {
        unit.append(AccessUnit.START_CODE);
        unit.append(bytes, offset, length);
        if (length > headerBytes) {
            noteSlice(type(bytes[offset]), bytes[offset + headerBytes], unit);
        }
    }
}
