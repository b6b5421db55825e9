package dev.vigil.detect;

/**
 * What happens to boxes that overlap.
 *
 * @param iouMax largest intersection over union that two boxes may have that are both kept as they are, 0..1; neither
 *     {@link Kind#NONE} nor {@link Kind#SOFT_GAUSSIAN} looks at it
 * @param sigma how slowly {@link Kind#SOFT_GAUSSIAN} takes from scores, more than 0; the others do not look at it
 */
public record Suppression(Kind kind, float iouMax, float sigma) {
    /** All but {@link #ALL_CLASSES} compare boxes of the same class only. */
    public enum Kind {
        /** None: for models that give each object once, or have their own suppression inside. */
        NONE,
        /** Greedy: the best stays, and drops those of its class that overlap it too much. */
        BY_CLASS,
        /** As {@link #BY_CLASS} over the boxes of all classes: where boxes overlap, the best class wins. */
        ALL_CLASSES,
        /**
         * A box that overlaps a better one too much is not dropped, but loses as much of its score as they overlap: {@code s *=
         * 1 - iou}. Linear Soft-NMS of Bodla et al., 2017 ({@code cpu_soft_nms} of bharatsingh430/soft-nms).
         */
        SOFT_LINEAR,
        /** As {@link #SOFT_LINEAR} with whatever overlaps, the less the less: {@code s *= exp(-iou² / sigma)}. */
        SOFT_GAUSSIAN,
        /**
         * As {@link #BY_CLASS}, but boxes whose centres are apart may overlap more: instead of the IoU it is the IoU less the
         * squared distance of the centres over the squared diagonal of the box around both (DIoU-NMS, Zheng et al., 2020).
         */
        DIOU,
        /**
         * As {@link #BY_CLASS}, but the dropped ones have a say in where the best one is: corners and keypoints are the mean of
         * all, by score; the score is the best one's. BlazeFace's, as MediaPipe does it
         * (mediapipe/calculators/util/non_max_suppression_calculator.cc, {@code WEIGHTED}).
         */
        WEIGHTED,
        /**
         * Weighted boxes fusion: a box that overlaps the mean of better ones is taken into it, corners by score; the score is the
         * mean of all of theirs, so that what is found once and again counts no more than its boxes do ({@link BoxesFusion}).
         */
        WBF
    }

    private static final float USUAL_IOU_MAX = 0.45f;

    /** The paper's. */
    public static final float USUAL_SIGMA = 0.5f;

    /** What is usual for a detector of many overlapping candidates. */
    public static final Suppression USUAL = new Suppression(Kind.BY_CLASS, USUAL_IOU_MAX);

    /** For models that give each object once; the IoU is for a user who wants another kind all the same. */
    public static final Suppression END_TO_END = new Suppression(Kind.NONE, USUAL_IOU_MAX);

    public Suppression {
        // Written so that NaN is refused too.
        if (!(iouMax >= 0 && iouMax <= 1)) {
            throw new IllegalArgumentException("iouMax is " + iouMax + ", allowed is 0..1");
        }
        if (!(sigma > 0 && sigma < Float.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("sigma is " + sigma + ", allowed is more than 0");
        }
    }

    /** With the usual sigma. */
    public Suppression(Kind kind, float iouMax) {
        this(kind, iouMax, USUAL_SIGMA);
    }

    /**
     * What somebody says in place of what is usual in a family; each null where nothing is said.
     *
     * @param iouMax as in {@link Suppression}
     * @param sigma as in {@link Suppression}
     */
    public record Override(Kind kind, Float iouMax, Float sigma) {
        /** Says nothing. */
        public static final Override NONE = new Override(null, null, null);

        public Override {
            over(USUAL, kind, iouMax, sigma); // refuses what is out of range
        }

        Suppression over(Suppression usual) {
            return over(usual, kind, iouMax, sigma);
        }

        private static Suppression over(Suppression usual, Kind kind, Float iouMax, Float sigma) {
            return new Suppression(
                    kind == null ? usual.kind : kind,
                    iouMax == null ? usual.iouMax : iouMax,
                    sigma == null ? usual.sigma : sigma);
        }
    }
}
