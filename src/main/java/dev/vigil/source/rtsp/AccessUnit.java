package dev.vigil.source.rtsp;

import java.util.Arrays;
import org.bytedeco.ffmpeg.avcodec.AVPacket;
import org.bytedeco.ffmpeg.global.avcodec;

/**
 * All of one picture, as it is put together from packets. One buffer that grows to the largest picture and is used again; a
 * picture beyond {@link #BYTES_MAX} is dropped whole.
 */
final class AccessUnit {
    static final int BYTES_MAX = 8 * 1024 * 1024;
    static final byte[] START_CODE = {0, 0, 0, 1};

    private byte[] bytes = new byte[64 * 1024];
    private int size;
    private boolean begun;
    private boolean overflown;

    private int timestamp;
    private long arrivalNs;
    private boolean key;
    private boolean picture;
    private boolean damaged;
    private boolean startsInside;

    /** Forgets everything, but for the buffer. */
    void clear() {
        size = 0;
        begun = false;
        overflown = false;
        key = false;
        picture = false;
        damaged = false;
        startsInside = false;
    }

    /** Begins at a packet, or goes on with what came before the picture itself, such as parameter sets. */
    void begin(int timestamp, long arrivalNs) {
        begun = true;
        this.timestamp = timestamp;
        this.arrivalNs = arrivalNs;
    }

    /** Takes what there is as the beginning of the next picture: parameter sets, and that something was lost. */
    void carryOver() {
        begun = false;
        if (overflown) {
            clear();
            damaged = true;
        }
    }

    void append(byte[] from, int offset, int length) {
        if (overflown || length > BYTES_MAX - size) {
            overflown = true;
            damaged = true;
            return;
        }
        if (size + length > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.min(BYTES_MAX, Math.max(size + length, 2 * bytes.length)));
        }
        System.arraycopy(from, offset, bytes, size, length);
        size += length;
    }

    void append(byte[] from) {
        append(from, 0, from.length);
    }

    void appendByte(int value) {
        if (size == bytes.length && size < BYTES_MAX) {
            bytes = Arrays.copyOf(bytes, Math.min(BYTES_MAX, 2 * bytes.length));
        }
        if (overflown || size == bytes.length) {
            overflown = true;
            damaged = true;
            return;
        }
        bytes[size++] = (byte) value;
    }

    /** Writes a number into four bytes that were appended for it, in the form that AV1 calls leb128. */
    void putLeb128(int at, int value) {
        if (overflown) {
            return;
        }
        for (int i = 0; i < 4; i++) {
            bytes[at + i] = (byte) (value >> 7 * i & 0x7f | (i < 3 ? 0x80 : 0));
        }
    }

    /**
     * Notes a coded slice.
     *
     * @param key it can be decoded without any picture before it
     * @param first it is the first slice of its picture
     */
    void slice(boolean key, boolean first) {
        startsInside |= !picture && !first;
        picture = true;
        this.key |= key;
    }

    void damage() {
        damaged = true;
    }

    boolean begun() {
        return begun;
    }

    /** The RTP timestamp of its packets. */
    int timestamp() {
        return timestamp;
    }

    /** When its first packet's first byte was read, on the monotonic clock. */
    long arrivalNs() {
        return arrivalNs;
    }

    boolean key() {
        return key;
    }

    /** There is something to decode in it, not only parameter sets. */
    boolean picture() {
        return picture && !overflown && size > 0;
    }

    /** Its first slice is not the first of the picture: that came before, or was lost. */
    boolean startsInside() {
        return startsInside;
    }

    boolean damaged() {
        return damaged;
    }

    int size() {
        return size;
    }

    byte[] copy() {
        return Arrays.copyOf(bytes, size);
    }

    /** Copies the picture into a packet that holds none, with the padding that decoders need. Costs no heap to speak of. */
    void writeTo(AVPacket packet, long pts) {
        if (avcodec.av_new_packet(packet, size) < 0) {
            throw new IllegalStateException("no memory for a packet of " + size + " bytes");
        }
        packet.data().put(bytes, 0, size);
        packet.pts(pts);
        if (key) {
            packet.flags(packet.flags() | avcodec.AV_PKT_FLAG_KEY);
        }
    }
}
