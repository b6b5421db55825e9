package dev.vigil.workshop.trial;

import dev.vigil.detect.Detections;
import java.util.List;

/**
 * How far the boxes that two models give before any NMS are apart. Each of one model's above the threshold is looked for among
 * all of the other's of its class, and the nearest counts.
 *
 * @param count boxes above the threshold, of both
 * @param alone of them those whose class the other model does not have on the picture at all
 * @param score largest difference to the nearest
 * @param cornerPx largest difference of a corner to the nearest, in pixels of the model's input, so that it means the same
 *     whatever camera the frames are of
 * @param excessSquares sum of the squares of what {@link Bound} says of each: it adds up over causes, as the largest does not
 */
public record CandidateMatch(int count, int alone, double score, double cornerPx, double excessSquares) {
    private static final CandidateMatch NONE = new CandidateMatch(0, 0, 0, 0, 0);

    /**
     * All candidates of a picture.
     *
     * @param pxX how many pixels of the picture one of the model's input covers, from left to right
     * @param pxY the same from top to bottom
     */
    record Candidates(Detections boxes, double pxX, double pxY) {}

    /**
     * Compares pictures, each by each.
     *
     * @param some reach well below the threshold, as {@code others} do
     * @param bound tells what is near
     */
    static CandidateMatch of(List<Candidates> some, List<Candidates> others, float scoreMin, Bound bound) {
        CandidateMatch all = NONE;
        for (int i = 0; i < some.size(); i++) {
            all = all.and(found(some.get(i), others.get(i).boxes, scoreMin, bound))
                    .and(found(others.get(i), some.get(i).boxes, scoreMin, bound));
        }
        return all;
    }

    private CandidateMatch and(CandidateMatch more) {
        return new CandidateMatch(
                count + more.count,
                alone + more.alone,
                Math.max(score, more.score),
                Math.max(cornerPx, more.cornerPx),
                excessSquares + more.excessSquares);
    }

    private static CandidateMatch found(Candidates wanted, Detections among, float scoreMin, Bound bound) {
        CandidateMatch all = NONE;
        for (int i = 0; i < wanted.boxes.count(); i++) {
            if (wanted.boxes.score(i) > scoreMin) {
                all = all.and(nearest(wanted, i, among, bound));
            }
        }
        return all;
    }

    private static CandidateMatch nearest(Candidates wanted, int i, Detections among, Bound bound) {
        CandidateMatch nearest = new CandidateMatch(1, 1, 0, 0, 1);
        double least = Double.POSITIVE_INFINITY;
        for (int j = 0; j < among.count(); j++) {
            if (wanted.boxes.classId(i) == among.classId(j)) {
                double score = Math.abs(wanted.boxes.score(i) - among.score(j));
                double corner = corner(wanted, i, among, j);
                double excess = bound.excess(score, corner);
                if (excess < least) {
                    least = excess;
                    nearest = new CandidateMatch(1, 0, score, corner, excess * excess);
                }
            }
        }
        return nearest;
    }

    private static double corner(Candidates some, int i, Detections others, int j) {
        double x = Math.max(Math.abs(some.boxes.x1(i) - others.x1(j)), Math.abs(some.boxes.x2(i) - others.x2(j)));
        double y = Math.max(Math.abs(some.boxes.y1(i) - others.y1(j)), Math.abs(some.boxes.y2(i) - others.y2(j)));
        return Math.max(x / some.pxX, y / some.pxY);
    }
}
