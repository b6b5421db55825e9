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
    private int end;
    private int next;
    private int chunkEnd;

    /** Whether any of the values {@code start..end-1} may be above {@code floor} or NaN: looks at all, and branches once. */
    static boolean mayExceed(FloatBuffer scores, int start, int end, float floor) {
        return signOf(scores, start, end, Float.floatToRawIntBits(floor)) < 0;
    }

    /** Begins with the values {@code start..end-1} of {@code scores}. */
    void start(FloatBuffer scores, int start, int end) {
        this.scores = scores;
        this.end = end;
        next = start;
        chunkEnd = start;
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
        while (start < end) {
            int stop = Math.min(start + CHUNK, end);
            if (signOf(scores, start, stop, floorBits) < 0) {
                next = start;
                chunkEnd = stop;
                return true;
            }
            start = stop;
        }
        next = end;
        chunkEnd = end;
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
