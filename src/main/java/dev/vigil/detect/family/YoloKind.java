package dev.vigil.detect.family;

import dev.vigil.detect.family.HeadsDecoder.Coding;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Whose raw heads they are: which anchors, and how boxes are coded against them. Widths and heights in pixels, from the finest
 * stride on.
 */
enum YoloKind {
    /** pjreddie/darknet, cfg/yolov3.cfg and cfg/yolov3-tiny.cfg. */
    V3(
            "yolov3",
            Coding.EXPONENT,
            Anchors.COCO_2018,
            new float[] {1, 1, 1},
            Anchors.V3_TINY,
            new float[] {1, 1},
            null,
            Set.of(
                    "082_convolutional",
                    "094_convolutional",
                    "106_convolutional",
                    "016_convolutional",
                    "023_convolutional")::contains),
    /** AlexeyAB/darknet, cfg/yolov4.cfg and cfg/yolov4-tiny.cfg (mask 1,2,3), scale_x_y. */
    V4(
            "yolov4",
            Coding.EXPONENT,
            Anchors.COCO_2020,
            new float[] {1.2f, 1.1f, 1.05f},
            new float[][] {{23, 27, 37, 58, 81, 82}, {81, 82, 135, 169, 344, 319}},
            new float[] {1.05f, 1.05f},
            null,
            Set.of(
                    "139_convolutional",
                    "150_convolutional",
                    "161_convolutional",
                    "030_convolutional",
                    "037_convolutional")::contains),
    /**
     * AlexeyAB/darknet, cfg/yolov4-csp.cfg and cfg/yolov4x-mish.cfg: {@code new_coords} with {@code scale_x_y = 2}, after
     * convolutions that end in a logistic function. The names are those of jkjung-avt/tensorrt_demos (yolo/yolo_to_onnx.py).
     */
    SCALED_V4(
            "scaled-yolov4",
            Coding.SQUARE_APPLIED,
            Anchors.COCO_2020,
            new float[] {2, 2, 2},
            null,
            null,
            null,
            name -> name.endsWith("_convolutional_lgx")),
    /** ultralytics/yolov5, models/yolov5s.yaml, models/hub/yolov3-tiny.yaml and models/hub/yolov5s6.yaml. */
    V5(
            "yolov5",
            Coding.SQUARE,
            Anchors.COCO_2018,
            new float[] {2, 2, 2},
            Anchors.V3_TINY,
            new float[] {2, 2},
            Anchors.FOUR_LEVELS,
            name -> false),
    /** WongKinYiu/yolov7, cfg/deploy/yolov7.yaml and yolov7-w6.yaml; its tiny model has the anchors of {@link #V5}. */
    V7(
            "yolov7",
            Coding.SQUARE,
            Anchors.COCO_2020,
            new float[] {2, 2, 2},
            null,
            null,
            Anchors.FOUR_LEVELS,
            name -> false);

    /** What several of them share. */
    private static final class Anchors {
        static final float[][] COCO_2018 = {
            {10, 13, 16, 30, 33, 23}, {30, 61, 62, 45, 59, 119}, {116, 90, 156, 198, 373, 326}
        };
        static final float[][] COCO_2020 = {
            {12, 16, 19, 36, 40, 28}, {36, 75, 76, 55, 72, 146}, {142, 110, 192, 243, 459, 401}
        };
        static final float[][] V3_TINY = {{10, 14, 23, 27, 37, 58}, {81, 82, 135, 169, 344, 319}};
        static final float[][] FOUR_LEVELS = {
            {19, 27, 44, 40, 38, 94},
            {96, 68, 86, 152, 180, 137},
            {140, 301, 303, 264, 238, 542},
            {436, 615, 739, 380, 925, 792}
        };
    }

    private final String id;
    private final Coding coding;
    private final float[][] anchors;
    private final float[] scales;
    private final float[][] tinyAnchors;
    private final float[] tinyScales;
    private final float[][] largeAnchors;
    /** What converters of darknet's files call the last layers. */
    private final Predicate<String> names;

    YoloKind(
            String id,
            Coding coding,
            float[][] anchors,
            float[] scales,
            float[][] tinyAnchors,
            float[] tinyScales,
            float[][] largeAnchors,
            Predicate<String> names) {
        this.id = id;
        this.coding = coding;
        this.anchors = anchors;
        this.scales = scales;
        this.tinyAnchors = tinyAnchors;
        this.tinyScales = tinyScales;
        this.largeAnchors = largeAnchors;
        this.names = names;
    }

    String id() {
        return id;
    }

    Coding coding() {
        return coding;
    }

    /** Whether its published models have so many heads. */
    boolean hasHeads(int count) {
        return count == 3 || count == 2 && tinyAnchors != null || count == 4 && largeAnchors != null;
    }

    /** Anchors of each of so many heads: w, h of each in pixels. */
    float[][] anchors(int heads) {
        return heads == 2 ? tinyAnchors : heads == 4 ? largeAnchors : anchors;
    }

    /** What the centre of a box is stretched by, {@code scale_x_y} of darknet. */
    float scale(int heads, int head) {
        return heads == 2 ? tinyScales[head] : heads == 4 ? 2 : scales[head];
    }

    /** Whether only its exporters call an output so. */
    boolean names(String output) {
        return names.test(output);
    }

    /** Whether boxes are arranged as PyTorch's models have them, an anchor after the other: (batch, 3, h, w, 5 + classes). */
    boolean isOfPyTorch() {
        return coding == Coding.SQUARE;
    }
}
