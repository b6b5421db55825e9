package dev.vigil.detect.family;

import static dev.vigil.detect.Tensors.floats;

import dev.vigil.detect.ModelInfo;
import dev.vigil.frame.TensorInfo;
import dev.vigil.frame.TensorInfo.ElementType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What the exporters of the YOLOs make, of many sizes and numbers of classes. */
final class YoloSamples {
    private static final Map<String, String> DETECT = Map.of(
            "description", "Ultralytics YOLO model trained on data.yaml",
            "author", "Ultralytics",
            "task", "detect",
            "stride", "32",
            "imgsz", "[640, 640]",
            "args", "{'batch': 1, 'half': False, 'nms': False}");

    private YoloSamples() {}

    static List<FamilySample> all() {
        List<FamilySample> samples = new ArrayList<>();
        int[][] sizes = {{320, 320}, {416, 416}, {640, 384}, {384, 640}, {640, 640}, {960, 544}, {1280, 1280}};
        for (int[] size : sizes) {
            for (int classes : new int[] {1, 2, 20, 80, 365}) {
                bySize(size[0], size[1], classes, samples);
            }
        }
        names(samples);
        shapes(samples);
        return samples;
    }

    private static void bySize(int width, int height, int classes, List<FamilySample> samples) {
        int cells = Grid.THREE_LEVELS.cells(width, height);
        String text = " at " + width + "x" + height + " of " + classes;
        String names = Yolov8Test.names(classes);
        TensorInfo image = floats("images", 1, 3, height, width);
        samples.add(FamilySample.of(
                "YOLOv8" + text, model(image, Map.of(), floats("output0", 1, 4 + classes, cells)), "yolov8"));
        samples.add(FamilySample.of(
                "YOLO11 with metadata" + text,
                model(image, with(DETECT, "names", names), floats("output0", 1, 4 + classes, cells)),
                "yolov8"));
        samples.add(FamilySample.of(
                "YOLOv8 with metadata, transposed" + text,
                model(image, with(DETECT, "names", names), floats("output0", 1, cells, 4 + classes)),
                "yolov8"));
        samples.add(FamilySample.of(
                "YOLOv5" + text, model(image, Map.of(), floats("output", 1, 3L * cells, 5 + classes)), "yolov5"));
        samples.add(FamilySample.of(
                "YOLOv5 with metadata" + text,
                model(image, Map.of("stride", "32", "names", names), floats("output0", 1, 3L * cells, 5 + classes)),
                "yolov5"));
        samples.add(FamilySample.of(
                "YOLOv10" + text, model(image, with(DETECT, "names", names), floats("output0", 1, 300, 6)), "yolov10"));
        samples.add(FamilySample.of(
                "YOLOX" + text, model(image, Map.of(), floats("output", 1, cells, 5 + classes)), "yolox"));
        samples.add(FamilySample.of(
                "YOLOv6" + text,
                model(image, Map.of(), floats(YoloxDecoded.YOLOV6_OUTPUT, 1, cells, 5 + classes)),
                "yolov6"));
        samples.add(FamilySample.of(
                "YOLOv4 of pytorch-YOLOv4" + text,
                model(image, Map.of(), floats("boxes", -1, 3L * cells, 1, 4), floats("confs", -1, 3L * cells, classes)),
                "yolov4-decoded"));
        samples.add(FamilySample.of(
                "raw heads of darknet" + text,
                model(
                        image,
                        Map.of(),
                        floats("a", 1, 3L * (5 + classes), height / 8, width / 8),
                        floats("b", 1, 3L * (5 + classes), height / 16, width / 16),
                        floats("c", 1, 3L * (5 + classes), height / 32, width / 32)),
                "yolov3",
                "yolov4",
                "scaled-yolov4",
                "yolov5",
                "yolov7"));
        TensorInfo[] heads = {
            floats("output", 1, 3, height / 8, width / 8, 5 + classes),
            floats("528", 1, 3, height / 16, width / 16, 5 + classes),
            floats("541", 1, 3, height / 32, width / 32, 5 + classes)
        };
        samples.add(FamilySample.of("YOLOv7 without --grid" + text, model(image, Map.of(), heads), "yolov5", "yolov7"));
        samples.add(FamilySample.of(
                "raw heads of YOLOv5 with metadata" + text,
                model(image, Map.of("stride", "32", "names", names), heads),
                "yolov5"));
        samples.add(FamilySample.of(
                "YOLOv5 with its raw heads besides" + text,
                model(image, Map.of(), floats("output", 1, 3L * cells, 5 + classes), heads[0], heads[1], heads[2]),
                "yolov5"));
    }

    private static void names(List<FamilySample> samples) {
        TensorInfo image = floats("images", 1, 3, 640, 640);
        String coco = Yolov8Test.names(80);
        samples.add(FamilySample.of(
                "YOLO26 with metadata",
                model(image, with(with(DETECT, "end2end", "True"), "names", coco), floats("output0", 1, 300, 6)),
                "yolov10"));
        samples.add(FamilySample.of(
                "YOLOv8 with nms=True",
                model(
                        image,
                        with(with(DETECT, "args", "{'batch': 1, 'nms': True}"), "names", coco),
                        floats("output0", 1, 300, 6)),
                "yolov10"));
        samples.add(FamilySample.of(
                "YOLOv8 for segments",
                model(
                        image,
                        with(with(DETECT, "task", "segment"), "names", coco),
                        floats("output0", 1, 116, 8400),
                        floats("output1", 1, 32, 160, 160)),
                "yolov8"));
        samples.add(FamilySample.of(
                "YOLOv8 for poses",
                model(
                        image,
                        with(with(with(DETECT, "task", "pose"), "names", "{0: 'person'}"), "kpt_shape", "[17, 3]"),
                        floats("output0", 1, 56, 8400)),
                "yolov8"));
        samples.add(FamilySample.of("YOLO-NAS in batches", YoloNasTest.BATCH, "yolo-nas"));
        samples.add(FamilySample.of("YOLO-NAS, flat", YoloNasTest.FLAT, "yolo-nas"));
        samples.add(FamilySample.of("YOLOv3 of the ONNX zoo", YoloHeadsTest.ZOO, "yolov3"));
        samples.add(FamilySample.of(
                "YOLOv7 for TensorRT",
                model(
                        image,
                        Map.of(),
                        new TensorInfo("num_dets", ElementType.INT32, new long[] {1, 1}),
                        floats("det_boxes", 1, 100, 4),
                        floats("det_scores", 1, 100),
                        new TensorInfo("det_classes", ElementType.INT32, new long[] {1, 100})),
                "yolov7"));
        samples.add(FamilySample.of(
                "YOLOv3-tiny as darknet counts its layers",
                model(
                        floats("000_net", 1, 3, 416, 416),
                        Map.of(),
                        floats("016_convolutional", 1, 255, 13, 13),
                        floats("023_convolutional", 1, 255, 26, 26)),
                "yolov3"));
        samples.add(FamilySample.of(
                "YOLOv4-csp as darknet counts its layers",
                model(
                        floats("000_net", -1, 3, 512, 512),
                        Map.of(),
                        floats("144_convolutional_lgx", -1, 255, 64, 64),
                        floats("159_convolutional_lgx", -1, 255, 32, 32),
                        floats("174_convolutional_lgx", -1, 255, 16, 16)),
                "scaled-yolov4"));
        samples.add(FamilySample.of(
                "YOLOv5s6 without its grid",
                model(
                        floats("images", 1, 3, 1280, 1280),
                        Map.of(),
                        floats("a", 1, 3, 160, 160, 85),
                        floats("b", 1, 3, 80, 80, 85),
                        floats("c", 1, 3, 40, 40, 85),
                        floats("d", 1, 3, 20, 20, 85)),
                "yolov5",
                "yolov7"));
        samples.add(FamilySample.of(
                "YOLO-NAS without NMS, named",
                model(
                        image,
                        Map.of(),
                        floats("pre_nms_bboxes_xyxy", 1, 8400, 4),
                        floats("pre_nms_scores", 1, 8400, 80)),
                "yolo-nas"));
    }

    private static void shapes(List<FamilySample> samples) {
        TensorInfo image = floats("images", 1, 3, 640, 640);
        TensorInfo half = new TensorInfo("output0", ElementType.FLOAT16, new long[] {1, 84, 8400});
        samples.add(FamilySample.of("YOLOv8 in half floats", model(image, Map.of(), half), "yolov8"));
        samples.add(FamilySample.of("YOLOv8-p6", model(image, Map.of(), floats("output0", 1, 84, 8500)), "yolov8"));
        samples.add(FamilySample.of("YOLOv8-p2", model(image, Map.of(), floats("output0", 1, 84, 34000)), "yolov8"));
        samples.add(FamilySample.of("YOLOv5-p6", model(image, Map.of(), floats("output0", 1, 25500, 85)), "yolov5"));
        samples.add(FamilySample.of(
                "YOLOv3-tiny of ultralytics", model(image, Map.of(), floats("output0", 1, 6000, 85)), "yolov5"));
        samples.add(FamilySample.of(
                "YOLOv8 whose cells are open", model(image, Map.of(), floats("output0", -1, 84, -1)), "yolov8"));
        samples.add(FamilySample.of(
                "YOLOv8, transposed by hand", model(image, Map.of(), floats("out", 1, 8400, 84)), "yolov8"));
        samples.add(FamilySample.of(
                "YOLOv8 or YOLOX of one class less, by the shape",
                model(image, Map.of(), floats("out", 1, 8400, 7)),
                "yolox",
                "yolox-decoded",
                "yolov6",
                "yolov8"));
        samples.add(FamilySample.of(
                "as many cells as values",
                model(floats("images", 1, 3, 64, 64), Map.of(), floats("out", 1, 84, 84)),
                "yolox",
                "yolox-decoded",
                "yolov6",
                "yolov8",
                "rt-detr",
                "nanodet",
                "nanodet-plus"));
        samples.add(FamilySample.of(
                "as many cells as values, with metadata",
                model(
                        floats("images", 1, 3, 64, 64),
                        with(DETECT, "names", Yolov8Test.names(80)),
                        floats("output0", 1, 84, 84)),
                "yolov8"));
        samples.add(FamilySample.of(
                "rows whose number is open",
                model(image, Map.of(), floats("output", -1, -1, 85)),
                "yolox",
                "yolox-decoded",
                "yolov6",
                "yolov5",
                "yolov7",
                "yolov8",
                "nanodet",
                "nanodet-plus"));
        samples.add(FamilySample.of(
                "poses of persons without metadata",
                model(image, Map.of(), floats("output0", 1, 56, 8400)),
                "yolov8",
                "yolov8-pose"));
        samples.add(FamilySample.of(
                "flat rows after NMS", model(image, Map.of(), floats("output", -1, 7)), "yolov7", "yolo-nas"));
        samples.add(FamilySample.of(
                "end to end without metadata", model(image, Map.of(), floats("output0", 1, 300, 6)), "yolov10"));
    }

    private static ModelInfo model(TensorInfo image, Map<String, String> metadata, TensorInfo... outputs) {
        return new ModelInfo(List.of(image), List.of(outputs), metadata);
    }

    private static Map<String, String> with(Map<String, String> metadata, String key, String value) {
        Map<String, String> more = new HashMap<>(metadata);
        more.put(key, value);
        return more;
    }
}
