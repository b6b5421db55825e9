package dev.vigil.detect;

import dev.vigil.frame.Window;
import java.util.Arrays;

/**
 * The boxes that a model has found in overlapping views of one frame as the boxes of the frame: what several views show is
 * there once.
 *
 * <p>A box that touches an edge of its view which is not one of the frame (a seam) is cut: a part of something larger.
 * Of two boxes of one class from different views,
 *
 * <ul>
 *   <li>two that are not cut are the same by their IoU, as in NMS; the better stays
 *   <li>one that is cut belongs to one that is not when it lies in it, by the overlap over its own area (IoS in SAHI,
 *       sahi/postprocess/combine.py): the fuller stays, whatever their scores
 *   <li>two that are cut are parts of the same when they agree where both views look, by the IoU of what lies there: they are
 *       joined to the box around both. Something longer than two tiles is joined from part to part
 * </ul>
 *
 * <p>Boxes of one view are never taken together: its own suppression has told them apart. The score is the best of all that
 * were taken together. Allocates only for a frame with more boxes than any before. Not threadsafe.
 */
public final class SeamMerge {
    /** Least part of a cut box that lies in a box that is whole. */
    private static final float PART_MIN = 0.6f;
    /** Least IoU of two cut boxes where both views look. */
    private static final float AGREE_MIN = 0.4f;

    private static final int NONE = -1;
    private static final int FIRST_CAPACITY = 256;

    private float[] x1;
    private float[] y1;
    private float[] x2;
    private float[] y2;
    private float[] score;
    private int[] classId;
    private int[] view;
    private int[] indexInView;
    private boolean[] cut;
    /** The next box that was taken together with this one. */
    private int[] next;

    private long[] order;
    private int count;

    /** Groups by the box that began them, which is the fullest one where any is not cut. */
    private int[] first;

    private int[] last;
    private long[] views;
    private float[] best;
    private int groups;
    /** How many boxes of each class there are. */
    private int[] ofClass = {};

    /**
     * Fills {@code into}, best score first.
     *
     * @param found the boxes of each view, in pixels of the frame
     * @param windows where each view lies in the frame; at most 64
     * @param viewCount how many of both there are
     * @param rules of the frame's boxes: the largest IoU that two whole boxes of a class may have, which areas and ratios count,
     *     and the most boxes, of each class and in all, the best by score
     */
    public void merge(
            Detections[] found,
            Window[] windows,
            int viewCount,
            int frameWidthPx,
            int frameHeightPx,
            BoxRules rules,
            Detections into) {
        collect(found, windows, viewCount, frameWidthPx, frameHeightPx);
        Arrays.sort(order, 0, count); // whole boxes first, each by falling score
        groups = 0;
        for (int i = 0; i < count; i++) {
            place(index(order[i]), windows, rules.suppression().iouMax());
        }
        write(found, (float) frameWidthPx * frameHeightPx, rules, into);
        int malformed = 0;
        for (int v = 0; v < viewCount; v++) {
            malformed += found[v].malformed();
        }
        into.malformed(malformed);
    }

    /** The view in which the best of those boxes was found that box {@code rank} of the last result was made of. */
    public int viewOf(int rank) {
        return view[first[index(order[rank])]];
    }

    private void collect(Detections[] found, Window[] windows, int viewCount, int frameWidthPx, int frameHeightPx) {
        int total = 0;
        for (int v = 0; v < viewCount; v++) {
            total += found[v].count();
        }
        makeRoom(total);
        count = 0;
        for (int v = 0; v < viewCount; v++) {
            Detections boxes = found[v];
            for (int i = 0; i < boxes.count(); i++, count++) {
                x1[count] = boxes.x1(i);
                y1[count] = boxes.y1(i);
                x2[count] = boxes.x2(i);
                y2[count] = boxes.y2(i);
                score[count] = boxes.score(i);
                classId[count] = boxes.classId(i);
                view[count] = v;
                indexInView[count] = i;
                cut[count] =
                        Seams.cut(windows[v], frameWidthPx, frameHeightPx, x1[count], y1[count], x2[count], y2[count]);
                next[count] = NONE;
                order[count] = (cut[count] ? 1L << 62 : 0) | falling(score[count]) << 31 | count;
            }
        }
    }

    /** Smaller for better scores, in 31 bits: positive floats order as their bits. */
    private static long falling(float score) {
        return Integer.MAX_VALUE - Float.floatToRawIntBits(score);
    }

    private static int index(long ordered) {
        return (int) (ordered & Integer.MAX_VALUE);
    }

    /** Puts a box into the group that it agrees with best, or begins one; a part may turn out to hold others together. */
    private void place(int i, Window[] windows, float iouMax) {
        int group = NONE;
        float most = 0;
        for (int g = 0; g < groups; g++) {
            float agreement = agreement(i, g, windows, iouMax);
            if (agreement > most) {
                most = agreement;
                group = g;
            }
        }
        if (group == NONE) {
            first[groups] = i;
            last[groups] = i;
            views[groups] = 1L << view[i];
            best[groups] = score[i];
            groups++;
            return;
        }
        boolean bridges = cut[i] && cut[first[group]];
        if (bridges) {
            for (int g = groups - 1; g >= 0; g--) {
                boolean apart = (views[g] & views[group]) == 0;
                if (g != group && apart && cut[first[g]] && agreement(i, g, windows, iouMax) > 0) {
                    append(group, first[g], last[g], views[g], best[g]);
                    groups--;
                    move(groups, g);
                    group = group == groups ? g : group;
                }
            }
        }
        append(group, i, i, 1L << view[i], score[i]);
    }

    private void append(int group, int from, int to, long ofViews, float ofScore) {
        next[last[group]] = from;
        last[group] = to;
        views[group] |= ofViews;
        best[group] = Math.max(best[group], ofScore);
    }

    private void move(int from, int to) {
        first[to] = first[from];
        last[to] = last[from];
        views[to] = views[from];
        best[to] = best[from];
    }

    /** How much a box is one with those of a group, above 0 and up to 1; 0 where it is another object. */
    private float agreement(int i, int group, Window[] windows, float iouMax) {
        int base = first[group];
        if (classId[i] != classId[base] || view[i] == view[base]) {
            return 0;
        }
        if (!cut[base]) {
            float both = overlap(i, base);
            if (both <= 0) {
                return 0;
            }
            if (cut[i]) {
                float part = both / area(i);
                return part > PART_MIN ? part : 0;
            }
            boolean seenThere = (views[group] & 1L << view[i]) != 0;
            float iou = both / (area(i) + area(base) - both);
            return !seenThere && iou > iouMax ? iou : 0;
        }
        if ((views[group] & 1L << view[i]) != 0) {
            return 0;
        }
        float most = 0;
        for (int j = base; j != NONE; j = next[j]) {
            most = Math.max(most, commonIou(i, j, windows[view[i]], windows[view[j]]));
        }
        return most > AGREE_MIN ? most : 0;
    }

    private float area(int i) {
        return (x2[i] - x1[i]) * (y2[i] - y1[i]);
    }

    private float overlap(int i, int j) {
        float width = Math.min(x2[i], x2[j]) - Math.max(x1[i], x1[j]);
        float height = Math.min(y2[i], y2[j]) - Math.max(y1[i], y1[j]);
        return width > 0 && height > 0 ? width * height : 0;
    }

    /** The IoU of two boxes where both views look; 0 where one of them has nothing there. */
    private float commonIou(int i, int j, Window of, Window other) {
        float left = Math.max(of.leftPx(), other.leftPx());
        float top = Math.max(of.topPx(), other.topPx());
        float right = Math.min(of.rightPx(), other.rightPx());
        float bottom = Math.min(of.bottomPx(), other.bottomPx());
        float both = part(i, j, left, top, right, bottom);
        return both <= 0
                ? 0
                : both / (part(i, i, left, top, right, bottom) + part(j, j, left, top, right, bottom) - both);
    }

    /** The area that two boxes share inside of a third. */
    private float part(int i, int j, float left, float top, float right, float bottom) {
        float width = Math.min(Math.min(x2[i], x2[j]), right) - Math.max(Math.max(x1[i], x1[j]), left);
        float height = Math.min(Math.min(y2[i], y2[j]), bottom) - Math.max(Math.max(y1[i], y1[j]), top);
        return width > 0 && height > 0 ? width * height : 0;
    }

    private void write(Detections[] found, float framePx, BoxRules rules, Detections into) {
        for (int g = 0; g < groups; g++) {
            order[g] = falling(best[g]) << 31 | g;
        }
        Arrays.sort(order, 0, groups);
        if (ofClass.length < rules.classes()) {
            ofClass = new int[rules.classes()];
        }
        Arrays.fill(ofClass, 0);
        into.clear();
        int boxesMax = Math.min(rules.boxesMax(), into.capacity());
        int rank = 0;
        for (int i = 0; i < groups && rank < boxesMax; i++) {
            int group = index(order[i]);
            int base = first[group];
            float left = x1[base];
            float top = y1[base];
            float right = x2[base];
            float bottom = y2[base];
            for (int j = cut[base] ? next[base] : NONE; j != NONE; j = next[j]) {
                left = Math.min(left, x1[j]);
                top = Math.min(top, y1[j]);
                right = Math.max(right, x2[j]);
                bottom = Math.max(bottom, y2[j]);
            }
            // What was cut could not be judged before it was joined.
            if (rules.isMeasured() && !rules.allows(classId[base], right - left, bottom - top, framePx)
                    || ++ofClass[classId[base]] > rules.countMax(classId[base])) {
                continue;
            }
            order[rank++] = order[i];
            into.add(left, top, right, bottom, best[group], classId[base]);
            Detections of = found[view[base]];
            for (int point = 0; point < of.keypoints(indexInView[base]); point++) {
                into.keypoint(point, of.keypointX(indexInView[base], point), of.keypointY(indexInView[base], point));
            }
        }
    }

    private void makeRoom(int boxes) {
        if (x1 != null && x1.length >= boxes) {
            return;
        }
        int room = Math.max(boxes, x1 == null ? FIRST_CAPACITY : 2 * x1.length);
        x1 = new float[room];
        y1 = new float[room];
        x2 = new float[room];
        y2 = new float[room];
        score = new float[room];
        classId = new int[room];
        view = new int[room];
        indexInView = new int[room];
        cut = new boolean[room];
        next = new int[room];
        order = new long[room];
        first = new int[room];
        last = new int[room];
        views = new long[room];
        best = new float[room];
    }
}
