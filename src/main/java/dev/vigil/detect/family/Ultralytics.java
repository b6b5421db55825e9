package dev.vigil.detect.family;

import dev.vigil.detect.Labels;
import dev.vigil.detect.ModelException;
import dev.vigil.detect.ModelInfo;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What ultralytics' exporters write into a model: each value as Python's {@code str()} prints it (ultralytics/ultralytics,
 * ultralytics/engine/exporter.py, {@code self.metadata}; ultralytics/yolov5, export.py, writes {@code stride} and {@code names}
 * only).
 *
 * @param task {@code detect}, {@code segment}, {@code pose}, {@code obb}, {@code classify}; empty where the file does not say
 * @param endToEnd whether the model gives each object once, by its head or by NMS inside
 * @param classes how many {@code names} there are; -1 where the file has none that can be read
 * @param keypoints of every box; 0 for none
 * @param keypointValues x, y, and with 3 a confidence
 * @param detrLike whether it is one of the transformers that the same exporter writes
 */
record Ultralytics(String task, boolean endToEnd, int classes, int keypoints, int keypointValues, boolean detrLike) {
    private static final List<String> TASKS = List.of("detect", "segment", "pose");
    private static final Pattern KEYPOINTS = Pattern.compile("[\\[(](\\d{1,4}), ([23])[\\])]");

    static Ultralytics of(ModelInfo model) {
        Map<String, String> metadata = model.metadata();
        String description = metadata.getOrDefault("description", "").toLowerCase(Locale.ROOT);
        String head = metadata.getOrDefault("head", "");
        Matcher points = KEYPOINTS.matcher(metadata.getOrDefault("kpt_shape", ""));
        boolean hasPoints = points.matches();
        return new Ultralytics(
                metadata.getOrDefault("task", ""),
                metadata.getOrDefault("end2end", "").equalsIgnoreCase("true")
                        || metadata.getOrDefault("args", "").contains("'nms': True"),
                classes(metadata.get("names")),
                hasPoints ? Integer.parseInt(points.group(1)) : 0,
                hasPoints ? Integer.parseInt(points.group(2)) : 0,
                description.replace("-", "").contains("rtdetr") || head.startsWith("RTDETR"));
    }

    /** Whether the file says what it was made for. */
    boolean tellsTask() {
        return !task.isEmpty();
    }

    /** @throws ModelException when it was made for something that has no upright boxes */
    void checkTask() throws ModelException {
        if (tellsTask() && !TASKS.contains(task)) {
            throw new ModelException("it was exported by ultralytics for the task " + task + "; boxes are read of "
                    + String.join(", ", TASKS));
        }
    }

    private static int classes(String names) {
        if (names == null) {
            return -1;
        }
        try {
            return Labels.parse(names).count();
        } catch (ModelException unreadable) {
            return -1; // told when the labels are resolved
        }
    }
}
