package dev.vigil.detect.family;

import static dev.vigil.detect.Tensors.floats;

import dev.vigil.detect.ModelInfo;
import dev.vigil.frame.TensorInfo;
import dev.vigil.frame.TensorInfo.ElementType;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What the same few families look like after the options, versions and converters that people export them with. */
final class ExportSamples {
    private static final TensorInfo IMAGE = floats("images", 1, 3, 640, 640);

    private ExportSamples() {}

    static List<FamilySample> all() {
        return List.of(
                // ultralytics, by version and option
                sample(
                        "half=True",
                        half("images", 1, 3, 640, 640),
                        told(80, "half': True"),
                        "yolov8",
                        half("output0", 1, 84, 8400)),
                sample(
                        "dynamic=True",
                        floats("images", -1, 3, 640, 640),
                        told(80, "dynamic': True"),
                        "yolov8",
                        floats("output0", -1, 84, -1)),
                sample(
                        "batch=4",
                        floats("images", 4, 3, 640, 640),
                        told(80, ""),
                        "yolov8",
                        floats("output0", 4, 84, 8400)),
                sample(
                        "version 8.0, which writes no args",
                        IMAGE,
                        told(3, null),
                        "yolov8",
                        floats("output0", 1, 7, 8400)),
                sample(
                        "segment, with its outputs turned around by a tool",
                        IMAGE,
                        with(told(80, ""), "task", "segment"),
                        "yolov8",
                        floats("output1", 1, 32, 160, 160),
                        floats("output0", 1, 116, 8400)),
                sample(
                        "YOLOv8 with the heads that it was made of besides",
                        IMAGE,
                        told(80, ""),
                        "yolov8",
                        floats("output0", 1, 84, 8400),
                        floats("onnx::Reshape_329", 1, 144, 80, 80),
                        floats("onnx::Reshape_344", 1, 144, 40, 40),
                        floats("onnx::Reshape_359", 1, 144, 20, 20)),
                sample(
                        "YOLOv5-seg",
                        IMAGE,
                        Map.of("stride", "32", "names", Yolov8Test.names(80)),
                        "yolov5",
                        floats("output0", 1, 25200, 117),
                        floats("output1", 1, 32, 160, 160)),
                sample(
                        "YOLOv5 in half floats",
                        half("images", 1, 3, 640, 640),
                        Map.of(),
                        "yolov5",
                        half("output0", 1, 25200, 85)),
                sample(
                        "YOLOv10 in batches",
                        floats("images", -1, 3, 640, 640),
                        told(80, ""),
                        "yolov10",
                        floats("output0", -1, 300, 6)),
                sample(
                        "YOLOX in half floats",
                        half("images", 1, 3, 640, 640),
                        Map.of(),
                        "yolox",
                        half("output", 1, 8400, 85)),
                // pnnx
                sample(
                        "YOLOv8 by pnnx",
                        floats("in0", 1, 3, 640, 640),
                        Map.of(),
                        "yolov8",
                        floats("out0", 1, 84, 8400)),
                sample(
                        "YOLOv5 by pnnx",
                        floats("in0", 1, 3, 640, 640),
                        Map.of(),
                        "yolov5",
                        floats("out0", 1, 25200, 85)),
                sample(
                        "NanoDet-m by pnnx",
                        floats("in0", 1, 3, 320, 320),
                        Map.of(),
                        "nanodet",
                        floats("out0", 1, 2100, 112)),
                sample(
                        "NanoDet-Plus-m by pnnx",
                        floats("in0", 1, 3, 416, 416),
                        Map.of(),
                        "nanodet-plus",
                        floats("out0", 1, 3598, 112)),
                sample(
                        "FastestDet by pnnx",
                        floats("in0", 1, 3, 352, 352),
                        Map.of(),
                        "fastestdet",
                        floats("out0", 1, 85, 22, 22)),
                // paddle2onnx, by version
                paddle(
                        "PicoDet, Paddle 2.2",
                        320,
                        "save_infer_model/scale_0.tmp_1",
                        "save_infer_model/scale_1.tmp_1",
                        "picodet"),
                paddle("PicoDet, Paddle 3", 416, "fetch_name_0", "fetch_name_1", "picodet"),
                paddle("PP-YOLOE or PicoDet, Paddle 3", 640, "fetch_name_0", "fetch_name_1", "picodet", "pp-yoloe"),
                sample(
                        "PP-YOLOE without NMS, Paddle 3",
                        floats("image", -1, 3, 640, 640),
                        Map.of(),
                        "pp-yoloe",
                        floats("fetch_name_0", -1, 8400, 4),
                        floats("fetch_name_1", -1, 80, 8400)),
                // what looks like more than one
                sample(
                        "YOLO-NAS without NMS, unnamed",
                        floats("input.1", 1, 3, 640, 640),
                        Map.of(),
                        "ssd, yolo-nas",
                        floats("913", 1, 8400, 4),
                        floats("904", 1, 8400, 80)),
                sample(
                        "NanoDet-Plus of three strides, or YOLOX of 107 classes",
                        IMAGE,
                        Map.of(),
                        "yolox, yolox-decoded, yolov6, yolov8, nanodet, nanodet-plus",
                        floats("out", 1, 8400, 112)));
    }

    /** @param families one, or several with a comma between */
    private static FamilySample sample(
            String name, TensorInfo image, Map<String, String> metadata, String families, TensorInfo... outputs) {
        return FamilySample.of(name, new ModelInfo(List.of(image), List.of(outputs), metadata), families.split(", "));
    }

    private static FamilySample paddle(String name, int sidePx, String rows, String count, String... families) {
        ModelInfo model = new ModelInfo(
                List.of(floats("scale_factor", -1, 2), floats("image", -1, 3, sidePx, sidePx)),
                List.of(floats(rows, -1, 6), new TensorInfo(count, ElementType.INT32, new long[] {-1})),
                Map.of());
        return FamilySample.of(name, model, families);
    }

    private static TensorInfo half(String name, long... shape) {
        return new TensorInfo(name, ElementType.FLOAT16, shape);
    }

    /** @param option a part of what stands in {@code args}; null for a version that does not write them */
    private static Map<String, String> told(int classes, String option) {
        Map<String, String> told = new HashMap<>(Map.of(
                "author", "Ultralytics",
                "task", "detect",
                "stride", "32",
                "batch", "1",
                "imgsz", "[640, 640]",
                "names", Yolov8Test.names(classes)));
        if (option != null) {
            told.put("args", "{'batch': 1, '" + option + ", 'nms': False}");
        }
        return told;
    }

    private static Map<String, String> with(Map<String, String> metadata, String key, String value) {
        Map<String, String> more = new HashMap<>(metadata);
        more.put(key, value);
        return more;
    }
}
