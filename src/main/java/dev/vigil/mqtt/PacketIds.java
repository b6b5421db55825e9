package dev.vigil.mqtt;

import java.util.BitSet;

/** The packet ids in use, 1..65535, across publishing and subscribing (MQTT 5, section 2.2.1). Confined to the event loop. */
final class PacketIds {
    private static final int MAX = 65_535;

    private final BitSet used = new BitSet();
    private int count;
    private int last;

    /** A free id, in turn, so that a late answer does not meet a new packet of the same id; 0 when all are in use. */
    int take() {
        if (count == MAX) {
            return 0;
        }
        do {
            last = last == MAX ? 1 : last + 1;
        } while (used.get(last));
        used.set(last);
        count++;
        return last;
    }

    boolean hasFree() {
        return count < MAX;
    }

    boolean isUsed(int id) {
        return used.get(id);
    }

    void free(int id) {
        if (used.get(id)) {
            used.clear(id);
            count--;
        }
    }
}
