package dev.vigil.source;

import dev.vigil.frame.Capture;
import java.util.Arrays;

/**
 * The frames inside a decoder: what is known of their packets until their pictures come out. Pictures may come in another order
 * than their packets went in; frame numbers are given out in the pictures' order, so that they rise from message to message.
 *
 * <p>Not threadsafe: it belongs to its {@link FrameReader}.
 */
final class PendingFrames {
    /** More packets than any decoder holds back; a frame that has not come out after so many never will. A power of two. */
    static final int CAPACITY = 64;

    private static final int MASK = CAPACITY - 1;

    // By packet modulo the capacity.
    /** The packet's mark, which its picture bears; 0 for none. */
    private final long[] mark = new long[CAPACITY];

    private final long[] arrivalNs = new long[CAPACITY];
    private final Capture[] capture = new Capture[CAPACITY];
    private final boolean[] hurt = new boolean[CAPACITY];
    private final boolean[] damaged = new boolean[CAPACITY];

    /** Numbers that are not given out yet, lowest first: as many as there are packets. */
    private final long[] numbers = new long[CAPACITY];

    private final long[] pacedNs = new long[CAPACITY];

    private int first;
    private int count;

    /** True when the decoder holds so many frames that the next one's place is taken. */
    boolean isPlaceTaken(long number) {
        return mark[(int) number & MASK] != 0;
    }

    /**
     * Remembers a packet; its place must be free.
     *
     * @param number the frame's number, which is the packet's mark as well
     * @param isDamaged something that its picture needs is missing
     */
    void add(long number, PacketInfo info, boolean isDamaged) {
        int at = (int) number & MASK;
        mark[at] = number;
        arrivalNs[at] = info.arrivalNs;
        capture[at] = info.capture;
        hurt[at] = info.damaged;
        damaged[at] = isDamaged;
        int last = (first + count++) & MASK;
        numbers[last] = number;
        pacedNs[last] = info.mediaNs == PacketInfo.NONE ? info.arrivalNs : info.mediaNs;
    }

    /** Where the packet of a mark is kept; -1 when it is not inside. */
    int find(long wanted) {
        int at = (int) wanted & MASK;
        return wanted > 0 && mark[at] == wanted ? at : -1;
    }

    /** Forgets the packet at {@code at}, whose picture came out, and gives the picture its number: the lowest there is. */
    long comeOut(int at) {
        mark[at] = 0;
        long number = numbers[first];
        first = (first + 1) & MASK;
        count--;
        return number;
    }

    /** Forgets the packet that was added last, with its number; false when its picture has come out. */
    boolean giveUp(long newest) {
        int at = find(newest);
        if (at < 0) {
            return false;
        }
        mark[at] = 0;
        count--;
        return true;
    }

    /** Forgets a frame that never comes out, and its number: the lowest there is. One must be inside. */
    long lose() {
        if (count == 1) {
            Arrays.fill(mark, 0);
        }
        long number = numbers[first];
        first = (first + 1) & MASK;
        count--;
        return number;
    }

    /** The picture at {@code at} is damaged, and so may be what was sent after it. */
    void damageFrom(int at) {
        for (int i = 0; i < CAPACITY; i++) {
            damaged[i] |= mark[i] >= mark[at];
        }
    }

    /** How many frames are inside. */
    int count() {
        return count;
    }

    long arrivalNs(int at) {
        return arrivalNs[at];
    }

    Capture capture(int at) {
        return capture[at];
    }

    /** The number of the picture that comes out next. */
    long nextNumber() {
        return numbers[first];
    }

    /** The time by which a rate counts, of the picture that comes out next: a file's own, otherwise the arrival. */
    long nextPacedNs() {
        return pacedNs[first];
    }

    /** The packet itself was damaged. */
    boolean isHurt(int at) {
        return hurt[at];
    }

    /** Something that the picture needs is missing, be it of an earlier packet. */
    boolean isDamaged(int at) {
        return damaged[at];
    }
}
