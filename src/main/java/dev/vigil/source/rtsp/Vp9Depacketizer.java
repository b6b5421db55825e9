package dev.vigil.source.rtsp;

/**
 * VP9 in RTP (RFC 9628): behind a payload descriptor comes a part of a frame. A picture in spatial layers is several frames of
 * one time, which become a superframe with its index (VP9 bitstream specification, annex B).
 */
final class Vp9Depacketizer implements Depacketizer {
    private static final int FRAMES_MAX = 8;

    private final int[] frameEnds = new int[FRAMES_MAX];
    private int frames;
    private boolean frameOpen;

    @Override
    public void add(byte[] bytes, int offset, int length, boolean gap, AccessUnit unit) {
        if (gap) {
            frameOpen = false;
        }
        int end = offset + length;
        int from = payload(bytes, offset, end);
        if (from < 0 || from >= end) {
            unit.damage();
            return;
        }
        boolean beginsFrame = (bytes[offset] & 0x08) != 0;
        if (beginsFrame) {
            endFrame(frameOpen, unit);
            frameOpen = true;
            unit.slice(isKey(bytes[from]), true);
        } else if (!frameOpen) {
            unit.damage(); // without its start, the rest is worth nothing
            return;
        }
        unit.append(bytes, from, end - from);
        boolean endsFrame = (bytes[offset] & 0x04) != 0;
        if (endsFrame) {
            endFrame(false, unit);
        }
    }

    /** Where the frame's bytes begin behind the payload descriptor (section 4.2); -1 when that is cut off. */
    private static int payload(byte[] bytes, int offset, int end) {
        if (offset >= end) {
            return -1;
        }
        int flags = bytes[offset];
        boolean pictureId = (flags & 0x80) != 0;
        boolean predicted = (flags & 0x40) != 0;
        boolean layers = (flags & 0x20) != 0;
        boolean flexible = (flags & 0x10) != 0;
        int at = offset + 1;
        if (pictureId && at < end) {
            at += (bytes[at] & 0x80) != 0 ? 2 : 1; // the first bit tells 15 bits from 7
        }
        if (layers) {
            at += flexible ? 1 : 2; // TL0PICIDX only where references are not told one by one
        }
        if (flexible && predicted) {
            for (int i = 0; i < 3 && at < end; i++) {
                boolean more = (bytes[at++] & 1) != 0;
                if (!more) {
                    break;
                }
            }
        }
        boolean structure = (flags & 0x02) != 0;
        return structure ? behindStructure(bytes, at, end) : at;
    }

    /** The scalability structure tells the layers' sizes and what refers to what; a decoder finds both by itself. */
    private static int behindStructure(byte[] bytes, int from, int end) {
        if (from >= end) {
            return -1;
        }
        int flags = bytes[from];
        int at = from + 1;
        if ((flags & 0x10) != 0) {
            at += 4 * ((flags >> 5 & 7) + 1);
        }
        if ((flags & 0x08) != 0) {
            if (at >= end) {
                return -1;
            }
            int pictures = bytes[at++] & 0xff;
            for (int i = 0; i < pictures && at < end; i++) {
                at += 1 + (bytes[at] >> 2 & 3);
            }
        }
        return at;
    }

    /**
     * The frame header begins with marker (2 bits), profile (2, and a reserved one in profile 3), show_existing_frame and
     * frame_type (VP9 bitstream specification, section 6.2). The descriptor's own word on prediction is wrong with some senders.
     */
    private static boolean isKey(int header) {
        boolean reserved = (header & 0x30) == 0x30;
        int rest = reserved ? header >> 1 : header >> 2;
        return (rest & 3) == 0;
    }

    private void endFrame(boolean cutOff, AccessUnit unit) {
        if (!frameOpen) {
            return;
        }
        frameOpen = false;
        if (cutOff || frames == FRAMES_MAX) {
            unit.damage();
        }
        if (frames < FRAMES_MAX) {
            frameEnds[frames++] = unit.size();
        }
    }

    @Override
    public void finish(AccessUnit unit) {
        endFrame(true, unit);
        if (frames > 1) {
            appendIndex(unit);
        }
        frames = 0;
    }

    /** Marker, the frames' sizes in four bytes each, marker. */
    private void appendIndex(AccessUnit unit) {
        int marker = 0xc0 | 3 << 3 | frames - 1;
        unit.appendByte(marker);
        int begin = 0;
        for (int i = 0; i < frames; i++) {
            int size = frameEnds[i] - begin;
            begin = frameEnds[i];
            for (int shift = 0; shift < 32; shift += 8) {
                unit.appendByte(size >> shift);
            }
        }
        unit.appendByte(marker);
    }
}
