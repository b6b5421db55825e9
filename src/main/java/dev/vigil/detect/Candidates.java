package dev.vigil.detect;

import dev.vigil.frame.Placement;
import dev.vigil.frame.Window;
import java.util.Arrays;

/**
 * The boxes of one image before NMS, corners in pixels of the model's input, in the order in which the decoder found them.
 * That order is what ties of the score go by.
 *
 * <p>Holds the best {@link #MAX} by score, exactly, however many come; the arrays grow to what the busiest image needed and
 * then stay. Every box in it is finite with x1 <= x2 and y1 <= y2. Not threadsafe.
 */
public final class Candidates {
    /** Most boxes that go into NMS, as {@code max_nms} of ultralytics (ultralytics/utils/nms.py). */
    public static final int MAX = 30_000;

    private static final int FIRST_CAPACITY = 1_024;

    float[] x1 = new float[FIRST_CAPACITY];
    float[] y1 = new float[FIRST_CAPACITY];
    float[] x2 = new float[FIRST_CAPACITY];
    float[] y2 = new float[FIRST_CAPACITY];
    float[] score = new float[FIRST_CAPACITY];
    int[] classId = new int[FIRST_CAPACITY];

    /** x and y of each keypoint of each box. */
    private float[] points;

    private final int keypoints;
    private int count;
    private int malformed;
    private float scoreFloor;
    private BoxRules rules;
    private int[] histogram;

    /** For boxes without keypoints. */
    public Candidates() {
        this(0);
    }

    /** @param keypoints how many points every box has besides its corners */
    public Candidates(int keypoints) {
        this.keypoints = keypoints;
        this.points = new float[2 * keypoints * FIRST_CAPACITY];
    }

    /** Empties it for the next image, of which boxes of any class count. */
    public void start(float scoreMin) {
        count = 0;
        malformed = 0;
        scoreFloor = scoreMin;
        rules = null;
    }

    /** Empties it for the next image. */
    void start(BoxRules newRules) {
        start(newRules.scoreFloor());
        rules = newRules;
    }

    /**
     * What a score must be above to count: the image's threshold, and more once {@link #MAX} better ones are known. A decoder
     * skips what is {@code <=} this; NaN, which is not, it passes on, so that it gets counted.
     */
    public float scoreFloor() {
        return scoreFloor;
    }

    public int count() {
        return count;
    }

    /** Boxes refused since {@link #start} because a corner or the score was NaN or infinite, or the class is none. */
    public int malformed() {
        return malformed;
    }

    public int keypoints() {
        return keypoints;
    }

    public float x1(int index) {
        return x1[index];
    }

    public float y1(int index) {
        return y1[index];
    }

    public float x2(int index) {
        return x2[index];
    }

    public float y2(int index) {
        return y2[index];
    }

    public float score(int index) {
        return score[index];
    }

    public int classId(int index) {
        return classId[index];
    }

    public float keypointX(int index, int keypoint) {
        return points[2 * (index * keypoints + keypoint)];
    }

    public float keypointY(int index, int keypoint) {
        return points[2 * (index * keypoints + keypoint) + 1];
    }

    /** Sets a keypoint of the box that {@link #add} has just taken, in pixels of the model's input; NaN where it is not known. */
    public void keypoint(int keypoint, float x, float y) {
        keypoint(count - 1, keypoint, x, y);
    }

    void keypoint(int index, int keypoint, float x, float y) {
        int at = 2 * (index * keypoints + keypoint);
        points[at] = x;
        points[at + 1] = y;
    }

    /**
     * Takes a box by any two opposite corners; refuses one that is not finite or of a class that has no label, and counts it.
     *
     * @return whether it was taken: then its keypoints are to be set
     */
    public boolean add(float xa, float ya, float xb, float yb, float score, int classId) {
        if (!(Float.isFinite(xa)
                && Float.isFinite(ya)
                && Float.isFinite(xb)
                && Float.isFinite(yb)
                && Float.isFinite(score)
                && (rules == null ? classId >= 0 : rules.knows(classId)))) {
            malformed++;
            return false;
        }
        if (score <= scoreFloor || (rules != null && score <= rules.scoreMin(classId))) {
            return false;
        }
        if (count == this.score.length) {
            makeRoom();
            if (score <= scoreFloor) {
                return false;
            }
        }
        x1[count] = Math.min(xa, xb);
        y1[count] = Math.min(ya, yb);
        x2[count] = Math.max(xa, xb);
        y2[count] = Math.max(ya, yb);
        this.score[count] = score;
        this.classId[count] = classId;
        count++;
        return true;
    }

    /**
     * Drops those whose area or ratio in the frame is not wanted; of those that are cut at a seam only what is too large already.
     *
     * @param view which part of the frame was seen; null for all of it
     */
    void keepAllowed(Placement placement, Window view) {
        int widthPx = placement.frameWidthPx();
        int heightPx = placement.frameHeightPx();
        float framePx = (float) widthPx * heightPx;
        int kept = 0;
        for (int i = 0; i < count; i++) {
            float left = placement.toFrameX(x1[i]);
            float top = placement.toFrameY(y1[i]);
            float right = placement.toFrameX(x2[i]);
            float bottom = placement.toFrameY(y2[i]);
            boolean cut = view != null && Seams.cut(view, widthPx, heightPx, left, top, right, bottom);
            boolean allowed = cut
                    ? rules.allowsMore(classId[i], right - left, bottom - top, framePx)
                    : rules.allows(classId[i], right - left, bottom - top, framePx);
            if (allowed) {
                move(i, kept++);
            }
        }
        count = kept;
    }

    /** Drops all but the best {@link #MAX}; of equal scores the earlier ones stay. */
    public void keepBest() {
        if (count <= MAX) {
            return;
        }
        float lowest = scoreOfRank(MAX);
        int above = 0;
        for (int i = 0; i < count; i++) {
            above += score[i] > lowest ? 1 : 0;
        }
        int ties = MAX - above;
        int kept = 0;
        for (int i = 0; i < count; i++) {
            if (score[i] > lowest || (score[i] == lowest && ties-- > 0)) {
                move(i, kept++);
            }
        }
        count = kept;
        // Who comes later with the same score has MAX before it.
        scoreFloor = lowest;
    }

    /** With twice the places there are, a round of selection is paid for by as many boxes that came in. */
    private void makeRoom() {
        if (count == 2 * MAX) {
            keepBest();
            return;
        }
        int capacity = Math.min(2 * MAX, 2 * count);
        x1 = Arrays.copyOf(x1, capacity);
        y1 = Arrays.copyOf(y1, capacity);
        x2 = Arrays.copyOf(x2, capacity);
        y2 = Arrays.copyOf(y2, capacity);
        score = Arrays.copyOf(score, capacity);
        classId = Arrays.copyOf(classId, capacity);
        points = Arrays.copyOf(points, 2 * keypoints * capacity);
    }

    private void move(int from, int to) {
        x1[to] = x1[from];
        y1[to] = y1[from];
        x2[to] = x2[from];
        y2[to] = y2[from];
        score[to] = score[from];
        classId[to] = classId[from];
        System.arraycopy(points, 2 * keypoints * from, points, 2 * keypoints * to, 2 * keypoints);
    }

    /**
     * The score of the box that is number {@code rank} from the best, in two passes over the scores: a radix selection over
     * the upper and then the lower half of their bits, whose order is that of the values, because scores are positive.
     */
    private float scoreOfRank(int rank) {
        if (histogram == null) {
            histogram = new int[1 << 16];
        }
        Arrays.fill(histogram, 0);
        for (int i = 0; i < count; i++) {
            histogram[Float.floatToRawIntBits(score[i]) >>> 16]++;
        }
        int left = rank;
        int upper = histogram.length - 1;
        while (histogram[upper] < left) {
            left -= histogram[upper--];
        }
        Arrays.fill(histogram, 0);
        for (int i = 0; i < count; i++) {
            int bits = Float.floatToRawIntBits(score[i]);
            if (bits >>> 16 == upper) {
                histogram[bits & 0xffff]++;
            }
        }
        int lower = histogram.length - 1;
        while (histogram[lower] < left) {
            left -= histogram[lower--];
        }
        return Float.intBitsToFloat(upper << 16 | lower);
    }
}
