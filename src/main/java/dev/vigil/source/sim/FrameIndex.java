package dev.vigil.source.sim;

import java.util.Arrays;

/**
 * When each frame of a clip was taken and is due, and how many RTP packets it has. Frames stand in the order in which they are
 * sent (decoding order); times are nanoseconds since the clip's first picture. Immutable.
 */
final class FrameIndex {
    private final long[] captureNs;
    private final long[] dueNs;
    private final long[] shownNs;
    private final boolean[] key;
    private final int[] firstPacket;
    private final long lengthNs;

    private FrameIndex(long[] captureNs, long[] dueNs, boolean[] key, int[] firstPacket, long lengthNs) {
        this.captureNs = captureNs;
        this.dueNs = dueNs;
        this.key = key;
        this.firstPacket = firstPacket;
        this.lengthNs = lengthNs;
        this.shownNs = captureNs.clone();
        Arrays.sort(shownNs);
    }

    int frames() {
        return captureNs.length;
    }

    /** From the first picture to the moment when the clip starts again. */
    long lengthNs() {
        return lengthNs;
    }

    /** When the camera would have taken the frame. */
    long captureNs(int frame) {
        return captureNs[frame];
    }

    /** When the camera would have taken a picture, counted in the order in which pictures are shown. */
    long shownNs(int shown) {
        return shownNs[shown];
    }

    /** When the frame is sent: at its capture, or, in a clip with B-frames, a constant reordering delay after its DTS. */
    long dueNs(int frame) {
        return dueNs[frame];
    }

    boolean key(int frame) {
        return key[frame];
    }

    /** RTP packets of all frames before this one; {@code frames()} gives the clip's total. */
    int firstPacket(int frame) {
        return firstPacket[frame];
    }

    /** The first frame that is due later than {@code sinceStartNs}, or {@code frames()}. */
    int firstDueAfter(long sinceStartNs) {
        int at = Arrays.binarySearch(dueNs, sinceStartNs);
        return at >= 0 ? at + 1 : -at - 1;
    }

    /**
     * The picture whose capture time is nearest, counted in the order in which pictures are shown; {@code frames()} when the
     * clip's next start is nearer than its last picture.
     *
     * @param sinceStartNs from 0 to {@code lengthNs()}
     */
    int nearestShown(long sinceStartNs) {
        int at = Arrays.binarySearch(shownNs, sinceStartNs);
        if (at >= 0) {
            return at;
        }
        int after = -at - 1;
        long afterNs = after == shownNs.length ? lengthNs : shownNs[after];
        return sinceStartNs - shownNs[after - 1] < afterNs - sinceStartNs ? after - 1 : after;
    }

    /** Collects frames in sending order. Not threadsafe. */
    static final class Builder {
        private long[] ptsNs = new long[512];
        private long[] dtsNs = new long[512];
        private boolean[] key = new boolean[512];
        private int[] firstPacket = new int[513];
        private int count;
        private long endNs = Long.MIN_VALUE;

        int frames() {
            return count;
        }

        /** Times are on the file's own clock; a DTS that does not grow is set to 1 µs after the one before. */
        void add(long framePtsNs, long frameDtsNs, long durationNs, boolean isKey, int packets) {
            if (count == ptsNs.length) {
                ptsNs = Arrays.copyOf(ptsNs, 2 * count);
                dtsNs = Arrays.copyOf(dtsNs, 2 * count);
                key = Arrays.copyOf(key, 2 * count);
                firstPacket = Arrays.copyOf(firstPacket, 2 * count + 1);
            }
            ptsNs[count] = framePtsNs;
            dtsNs[count] = count == 0 ? frameDtsNs : Math.max(frameDtsNs, dtsNs[count - 1] + 1_000);
            key[count] = isKey;
            firstPacket[count + 1] = firstPacket[count] + packets;
            endNs = Math.max(endNs, Math.max(framePtsNs, dtsNs[count]) + durationNs);
            count++;
        }

        FrameIndex build() {
            long firstPtsNs = Long.MAX_VALUE;
            long reorderNs = Long.MIN_VALUE;
            for (int i = 0; i < count; i++) {
                firstPtsNs = Math.min(firstPtsNs, ptsNs[i]);
                reorderNs = Math.max(reorderNs, ptsNs[i] - dtsNs[i]);
            }
            long[] captureNs = new long[count];
            long[] dueNs = new long[count];
            for (int i = 0; i < count; i++) {
                captureNs[i] = ptsNs[i] - firstPtsNs;
                dueNs[i] = dtsNs[i] + reorderNs - firstPtsNs;
            }
            long lengthNs = Math.max(endNs - firstPtsNs, dueNs[count - 1] - dueNs[0] + 1_000);
            return new FrameIndex(
                    captureNs, dueNs, Arrays.copyOf(key, count), Arrays.copyOf(firstPacket, count + 1), lengthNs);
        }
    }
}
