package dev.vigil.detect;

/**
 * The boxes of one frame as a structure of arrays, best score first, and after them what further models found in their crops,
 * model by model: corners in pixels of the frame, score, class. Allocated
 * once for a slot and filled again for each of its frames.
 *
 * <p>Not threadsafe: it belongs to the slot, and whoever handles the slot at the moment.
 */
public final class Detections {
    /** No parent. */
    public static final int NONE = -1;

    private final float[] xyxyFrame;
    private final float[] score;
    private final int[] classId;
    /** The box that each was found in; {@link #NONE} for one that was found in the frame. */
    private final int[] parent;
    /** How many keypoints each box has. */
    private final int[] pointsOf;
    /** x and y of each keypoint of each box. */
    private final float[] points;

    private final int keypoints;
    private int count;
    private int malformed;

    /** For boxes without keypoints. */
    public Detections(int capacity) {
        this(capacity, 0);
    }

    /**
     * @param capacity most boxes it can hold
     * @param keypoints how many points every box has besides its corners
     */
    public Detections(int capacity, int keypoints) {
        this.keypoints = keypoints;
        this.points = new float[2 * keypoints * capacity];
        xyxyFrame = new float[4 * capacity];
        score = new float[capacity];
        classId = new int[capacity];
        parent = new int[capacity];
        pointsOf = new int[capacity];
    }

    public int capacity() {
        return score.length;
    }

    public int count() {
        return count;
    }

    public float x1(int index) {
        return xyxyFrame[4 * index];
    }

    public float y1(int index) {
        return xyxyFrame[4 * index + 1];
    }

    public float x2(int index) {
        return xyxyFrame[4 * index + 2];
    }

    public float y2(int index) {
        return xyxyFrame[4 * index + 3];
    }

    /** In square pixels of the frame. */
    public double area(int index) {
        return ((double) x2(index) - x1(index)) * ((double) y2(index) - y1(index));
    }

    /** The area that a box shares with one of the same or another frame of this size. */
    public double sharedArea(int index, Detections others, int other) {
        double width = (double) Math.min(x2(index), others.x2(other)) - Math.max(x1(index), others.x1(other));
        double height = (double) Math.min(y2(index), others.y2(other)) - Math.max(y1(index), others.y1(other));
        return width > 0 && height > 0 ? width * height : 0;
    }

    /** Intersection over union; 0 where they share nothing. */
    public double iou(int index, Detections others, int other) {
        double both = sharedArea(index, others, other);
        return both > 0 ? both / (area(index) + others.area(other) - both) : 0;
    }

    public float score(int index) {
        return score[index];
    }

    public int classId(int index) {
        return classId[index];
    }

    /** How many points every box has besides its corners; 0 for most models. */
    public int keypoints() {
        return keypoints;
    }

    /** How many points one box has: those of its own model, where several have looked. */
    public int keypoints(int index) {
        return pointsOf[index];
    }

    /** The index of the box in whose crop another model found this one; {@link #NONE} for one of the first model. */
    public int parent(int index) {
        return parent[index];
    }

    /** In pixels of the frame, which it may lie outside of; NaN where it is not known. */
    public float keypointX(int index, int keypoint) {
        return points[2 * (index * keypoints + keypoint)];
    }

    public float keypointY(int index, int keypoint) {
        return points[2 * (index * keypoints + keypoint) + 1];
    }

    /** Sets a keypoint of the box that was added last. */
    public void keypoint(int keypoint, float x, float y) {
        int at = 2 * ((count - 1) * keypoints + keypoint);
        points[at] = x;
        points[at + 1] = y;
        pointsOf[count - 1] = Math.max(pointsOf[count - 1], keypoint + 1);
    }

    /** Values of this frame's outputs that would have made a box but were NaN, infinite or no class: a sign of a broken model. */
    public int malformed() {
        return malformed;
    }

    public void clear() {
        count = 0;
        malformed = 0;
    }

    /** Appends a box in frame pixels; false when there is no room. */
    public boolean add(float x1, float y1, float x2, float y2, float score, int classId) {
        if (count == this.score.length) {
            return false;
        }
        int at = 4 * count;
        xyxyFrame[at] = x1;
        xyxyFrame[at + 1] = y1;
        xyxyFrame[at + 2] = x2;
        xyxyFrame[at + 3] = y2;
        this.score[count] = score;
        this.classId[count] = classId;
        parent[count] = NONE;
        pointsOf[count] = 0;
        count++;
        return true;
    }

    /** As {@link #add}, a box that was found in the crop of one that is there already. */
    public boolean addInside(int index, float x1, float y1, float x2, float y2, float score, int classId) {
        boolean added = add(x1, y1, x2, y2, score, classId);
        if (added) {
            parent[count - 1] = index;
        }
        return added;
    }

    /**
     * A copy of the boxes that there are now, for whoever looks at them later.
     *
     * @param scale what all coordinates are multiplied by: 1 for the same
     */
    public Detections copy(float scale) {
        Detections copy = new Detections(count, keypoints);
        for (int i = 0; i < count; i++) {
            copy.add(x1(i) * scale, y1(i) * scale, x2(i) * scale, y2(i) * scale, score[i], classId[i]);
            copy.parent[i] = parent[i];
            for (int point = 0; point < pointsOf[i]; point++) {
                copy.keypoint(point, keypointX(i, point) * scale, keypointY(i, point) * scale);
            }
        }
        return copy;
    }

    void malformed(int malformed) {
        this.malformed = malformed;
    }

    /** For people: {@code [17 0.93 (12.0, 30.5, 400.2, 310.0), …]}. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder("[");
        for (int i = 0; i < count; i++) {
            text.append(i == 0 ? "" : ", ")
                    .append(String.format(
                            "%d %.2f (%.1f, %.1f, %.1f, %.1f)", classId(i), score(i), x1(i), y1(i), x2(i), y2(i)));
        }
        return text.append(']').toString();
    }
}
