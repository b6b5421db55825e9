package dev.vigil.detect.family;

import java.nio.FloatBuffer;

/**
 * Finds the few scores above a threshold in a dense tensor of many.
 *
 * <p>Positive floats order as their bits do, so a chunk is first read without a branch: the sign of {@code threshold - bits}
 * tells what is above, and or-ing the bits themselves brings up negative values and NaN of either sign. Only a chunk where a
 * sign came up is looked at score by score. Not threadsafe.
 */
final class ScoreScan {
    private static final int CHUNK = 128;

    private FloatBuffer scores;
    private int length;
    private int next;
    private int chunkEnd;

    /** Begins with the first {@code length} values of {@code scores}. */
    void start(FloatBuffer scores, int length) {
        this.scores = scores;
        this.length = length;
        next = 0;
        chunkEnd = 0;
    }

    /**
     * The index of the next value that is not {@code <= floor}, NaN included; -1 at the end.
     *
     * @param floor not negative, and not less than the time before
     */
    int next(float floor) {
        FloatBuffer from = scores;
        while (true) {
            for (int at = next; at < chunkEnd; at++) {
                if (!(from.get(at) <= floor)) {
                    next = at + 1;
                    return at;
                }
            }
            next = chunkEnd;
            if (!findChunk(floor)) {
                return -1;
            }
        }
    }

    /** Moves on to the next chunk that may have something above. */
    private boolean findChunk(float floor) {
        int floorBits = Float.floatToRawIntBits(floor);
        int start = next;
        while (start < length) {
            int end = Math.min(start + CHUNK, length);
            if (signOf(scores, start, end, floorBits) < 0) {
                next = start;
                chunkEnd = end;
                return true;
            }
            start = end;
        }
        next = length;
        chunkEnd = length;
        return false;
    }

    private static int signOf(FloatBuffer scores, int start, int end, int floorBits) {
        int sign = 0;
        for (int at = start; at < end; at++) {
            int bits = Float.floatToRawIntBits(scores.get(at));
            sign |= (floorBits - bits) | bits;
        }
        return sign;
    }
}
