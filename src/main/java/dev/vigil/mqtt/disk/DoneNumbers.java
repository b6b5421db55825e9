package dev.vigil.mqtt.disk;

import java.util.BitSet;

/**
 * Which messages are done: all up to a number, and some after it.
 *
 * <p>This class is not threadsafe.
 */
final class DoneNumbers {
    /** The size of the bit set is kept near this. */
    private static final int BITS = 1 << 16;

    private final BitSet bits = new BitSet();
    /** What bit 0 stands for. */
    private long base;

    private long upTo;

    /** @param upTo all numbers up to this one are done */
    DoneNumbers(long upTo) {
        this.upTo = upTo;
        this.base = upTo + 1;
    }

    /** The last number up to which all are done. */
    long upTo() {
        return upTo;
    }

    /** Adds {@code from} to {@code to}, both included; those that are done already may be among them. */
    void add(long from, long to) {
        long first = Math.max(from, upTo + 1);
        if (first > to) {
            return;
        }
        bits.set((int) (first - base), (int) (to + 1 - base));
        upTo = base + bits.nextClearBit((int) (upTo + 1 - base)) - 1;
        if (upTo + 1 - base >= BITS) {
            int shift = (int) (upTo + 1 - base);
            BitSet rest = bits.get(shift, Math.max(shift, bits.length()));
            bits.clear();
            bits.or(rest);
            base += shift;
        }
    }

    /** How many of {@code from} to {@code to}, both included, are not done. */
    long open(long from, long to) {
        long first = Math.max(from, upTo + 1);
        if (first > to) {
            return 0;
        }
        return to
                + 1
                - first
                - bits.get((int) (first - base), (int) (to + 1 - base)).cardinality();
    }
}
