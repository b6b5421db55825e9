package dev.vigil.workshop.distill;

import dev.vigil.detect.Detections;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * The boxes that several looks at the very same part of a picture have found, as one set: weighted boxes fusion of Solovyev et
 * al. (2021; {@code ensemble_boxes/ensemble_boxes_wbf.py} of ZFTurbo/Weighted-Boxes-Fusion, {@code conf_type='avg'}). Corners are
 * the means of those that agree, by score. The score is the mean over all looks, and a look that did not see it counts as 0:
 * what only one of two sees has half its score.
 */
final class FlipFusion {
    /** The reference's. */
    private static final float IOU_MIN = 0.55f;

    private FlipFusion() {}

    /** Boxes of one class that agree. */
    private static final class Cluster {
        private final int classId;
        /** The best score of each look. */
        private final float[] best;

        private double scores;
        private double x1;
        private double y1;
        private double x2;
        private double y2;

        Cluster(int classId, int looks) {
            this.classId = classId;
            this.best = new float[looks];
        }

        void add(Box box) {
            double before = scores;
            scores += box.score;
            x1 = (x1 * before + box.x1 * box.score) / scores;
            y1 = (y1 * before + box.y1 * box.score) / scores;
            x2 = (x2 * before + box.x2 * box.score) / scores;
            y2 = (y2 * before + box.y2 * box.score) / scores;
            best[box.look] = Math.max(best[box.look], box.score);
        }

        double iou(Box box) {
            double width = Math.min(x2, box.x2) - Math.max(x1, box.x1);
            double height = Math.min(y2, box.y2) - Math.max(y1, box.y1);
            if (width <= 0 || height <= 0) {
                return 0;
            }
            double both = width * height;
            double ofBox = (double) (box.x2 - box.x1) * (box.y2 - box.y1);
            return both / ((x2 - x1) * (y2 - y1) + ofBox - both);
        }

        float score() {
            float sum = 0;
            for (float one : best) {
                sum += one;
            }
            return sum / best.length;
        }
    }

    private record Box(int look, int classId, float score, float x1, float y1, float x2, float y2) {}

    /**
     * Fuses.
     *
     * @param looks what each look has found, all in the same pixels; boxes have scores above 0
     * @return best score first
     */
    static Detections fuse(List<Detections> looks) {
        List<Box> boxes = new ArrayList<>();
        for (int look = 0; look < looks.size(); look++) {
            Detections found = looks.get(look);
            for (int i = 0; i < found.count(); i++) {
                boxes.add(new Box(
                        look, found.classId(i), found.score(i), found.x1(i), found.y1(i), found.x2(i), found.y2(i)));
            }
        }
        boxes.sort(Comparator.comparingDouble(box -> -box.score));
        List<Cluster> clusters = new ArrayList<>();
        for (Box box : boxes) {
            Cluster nearest = null;
            double most = IOU_MIN;
            for (Cluster cluster : clusters) {
                double iou = cluster.classId == box.classId ? cluster.iou(box) : 0;
                if (iou > most) {
                    most = iou;
                    nearest = cluster;
                }
            }
            if (nearest == null) {
                nearest = new Cluster(box.classId, looks.size());
                clusters.add(nearest);
            }
            nearest.add(box);
        }
        clusters.sort(Comparator.comparingDouble(cluster -> -cluster.score()));
        Detections into = new Detections(Math.max(1, clusters.size()));
        for (Cluster cluster : clusters) {
            into.add(
                    (float) cluster.x1,
                    (float) cluster.y1,
                    (float) cluster.x2,
                    (float) cluster.y2,
                    cluster.score(),
                    cluster.classId);
        }
        return into;
    }
}
