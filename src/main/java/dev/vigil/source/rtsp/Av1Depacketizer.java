package dev.vigil.source.rtsp;

/**
 * AV1 in RTP (RTP Payload Format For AV1, version 1.0): OBUs without their sizes, several in a packet or one in several. They
 * become a temporal unit in the low-overhead form (AV1 bitstream specification, section 5.2): a temporal delimiter, then OBUs
 * with their sizes.
 */
final class Av1Depacketizer implements Depacketizer {
    private static final int TEMPORAL_DELIMITER = 2;
    private static final int FRAME_HEADER = 3;
    private static final int TILE_GROUP = 4;
    private static final int FRAME = 6;
    private static final int TILE_LIST = 8;
    private static final int HAS_EXTENSION = 0x04;
    private static final int HAS_SIZE = 0x02;

    private static final byte[] DELIMITER = {TEMPORAL_DELIMITER << 3 | HAS_SIZE, 0};

    /** The OBU that goes on in the next packet: where its size is to stand in the unit, which is less than 0 when none does. */
    private int sizeAt = -1;

    /** The one that goes on is passed over. */
    private boolean skipping;

    private int at;

    @Override
    public void add(byte[] bytes, int offset, int length, boolean gap, AccessUnit unit) {
        int end = offset + length;
        if (gap) {
            finish(unit);
        }
        if (length < 2) {
            unit.damage();
            return;
        }
        int header = bytes[offset]; // Z, Y, W (2 bits), N, 3 reserved
        boolean continues = (header & 0x80) != 0;
        boolean goesOn = (header & 0x40) != 0;
        int count = header >> 4 & 3;
        if (!continues) {
            finish(unit);
        }
        at = offset + 1;
        for (int element = 1; at < end; element++) {
            boolean sized = count == 0 || element < count;
            int size = sized ? leb128(bytes, end) : end - at;
            if (size < 0 || size > end - at || count != 0 && element > count) {
                unit.damage();
                finish(unit);
                return;
            }
            boolean last = at + size == end;
            element(bytes, at, size, continues && element == 1, goesOn && last, unit);
            at += size;
        }
    }

    /** One OBU or a part of one. */
    private void element(byte[] bytes, int from, int size, boolean continues, boolean goesOn, AccessUnit unit) {
        if (continues) {
            if (skipping || sizeAt >= 0) {
                if (sizeAt >= 0) {
                    unit.append(bytes, from, size);
                }
            } else {
                unit.damage(); // without its start, the rest is worth nothing
            }
        } else if (size > 0) {
            begin(bytes, from, size, unit);
        }
        if (!goesOn) {
            end(unit);
        }
    }

    private void begin(byte[] bytes, int from, int size, AccessUnit unit) {
        int header = bytes[from];
        int type = header >> 3 & 0xf;
        int headerBytes = (header & HAS_EXTENSION) != 0 ? 2 : 1;
        if (size < headerBytes || (header & 0x80) != 0) {
            unit.damage();
            skipping = true;
            return;
        }
        skipping = type == TEMPORAL_DELIMITER || type == TILE_LIST; // not to be sent, and to be passed over (section 5)
        if (skipping) {
            return;
        }
        int payload = from + headerBytes;
        if ((header & HAS_SIZE) != 0) { // allowed, though senders should leave it out
            int before = at;
            at = payload;
            leb128(bytes, from + size);
            payload = at;
            at = before;
        }
        if (unit.size() == 0) {
            unit.append(DELIMITER);
        }
        unit.appendByte(header | HAS_SIZE);
        unit.append(bytes, from + 1, headerBytes - 1);
        sizeAt = unit.size();
        unit.append(new byte[] {0, 0, 0, 0});
        int payloadBytes = from + size - payload;
        unit.append(bytes, payload, payloadBytes);
        if (type == FRAME || type == FRAME_HEADER) {
            // show_existing_frame, then frame_type (2 bits), of which 0 is a key frame (AV1, section 5.9.2)
            unit.slice(payloadBytes > 0 && (bytes[payload] & 0xe0) == 0, true);
        } else if (type == TILE_GROUP) {
            unit.slice(false, false);
        }
    }

    private void end(AccessUnit unit) {
        if (sizeAt >= 0) {
            unit.putLeb128(sizeAt, unit.size() - sizeAt - 4);
        }
        drop();
    }

    private void drop() {
        sizeAt = -1;
        skipping = false;
    }

    @Override
    public void finish(AccessUnit unit) {
        if (sizeAt >= 0) {
            unit.damage(); // its end never came
            end(unit);
        }
        skipping = false;
    }

    /** Reads a number at {@link #at} and goes behind it; -1 when it is cut off or too large to be of use. */
    private int leb128(byte[] bytes, int end) {
        long value = 0;
        for (int i = 0; i < 5 && at < end; i++) {
            int b = bytes[at++];
            value |= (long) (b & 0x7f) << 7 * i;
            if ((b & 0x80) == 0) {
                return value > Integer.MAX_VALUE ? -1 : (int) value;
            }
        }
        return -1;
    }
}
