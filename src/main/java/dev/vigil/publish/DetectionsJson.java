package dev.vigil.publish;

import static dev.vigil.publish.JsonBytes.decimal;
import static dev.vigil.publish.JsonBytes.number;
import static dev.vigil.publish.JsonBytes.quoted;
import static dev.vigil.publish.JsonBytes.raw;

import dev.vigil.detect.Detections;
import dev.vigil.detect.StageLabels;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;

/**
 * The boxes of a frame as JSON, the same wherever they are told: {@code [{"label": …, "class": …, "score": …, "box": [x, y,
 * width, height], "keypoints": [[x, y], …]}]}, in pixels of the frame, top left first. Of a model without keypoints there are
 * none, and one that is not known is null. A box that a further model found in the crop of another has {@code "model": …,
 * "parent": index} as well. Threadsafe.
 */
final class DetectionsJson {
    private static final byte[] PARENT = raw(",\"parent\":");
    private static final byte[] SCORE = raw(",\"score\":");
    private static final byte[] BOX = raw(",\"box\":[");
    private static final byte[] KEYPOINTS = raw(",\"keypoints\":[");
    private static final byte[] NULL = raw("null");

    private final byte[][] labels;

    /** Of a box of a further model, by class id; null for one of the first. */
    private final byte[][] models;

    DetectionsJson(StageLabels labels) {
        int classes = labels.all().count();
        this.labels = new byte[classes][];
        this.models = new byte[classes][];
        for (int i = 0; i < classes; i++) {
            String name = new String(quoted(labels.all().name(i)), StandardCharsets.UTF_8);
            this.labels[i] = ("{\"label\":" + name + ",\"class\":" + labels.ownId(i)).getBytes(StandardCharsets.UTF_8);
            int stage = labels.stageOf(i);
            String model = new String(quoted(labels.model(stage)), StandardCharsets.UTF_8);
            this.models[i] = stage == 0 ? null : (",\"model\":" + model).getBytes(StandardCharsets.UTF_8);
        }
    }

    /** Appends the array. */
    void write(Detections detections, ByteBuf out) {
        out.writeByte('[');
        for (int i = 0; i < detections.count(); i++) {
            if (i > 0) {
                out.writeByte(',');
            }
            out.writeBytes(labels[detections.classId(i)]);
            out.writeBytes(SCORE);
            decimal(out, detections.score(i), 3);
            out.writeBytes(BOX);
            decimal(out, detections.x1(i), 1);
            out.writeByte(',');
            decimal(out, detections.y1(i), 1);
            out.writeByte(',');
            decimal(out, detections.x2(i) - detections.x1(i), 1);
            out.writeByte(',');
            decimal(out, detections.y2(i) - detections.y1(i), 1);
            out.writeByte(']');
            if (detections.keypoints(i) > 0) {
                writeKeypoints(detections, i, out);
            }
            byte[] model = models[detections.classId(i)];
            if (model != null) {
                out.writeBytes(model).writeBytes(PARENT);
                number(out, detections.parent(i));
            }
            out.writeByte('}');
        }
        out.writeByte(']');
    }

    private static void writeKeypoints(Detections detections, int index, ByteBuf out) {
        out.writeBytes(KEYPOINTS);
        for (int point = 0; point < detections.keypoints(index); point++) {
            if (point > 0) {
                out.writeByte(',');
            }
            float x = detections.keypointX(index, point);
            float y = detections.keypointY(index, point);
            if (Float.isFinite(x) && Float.isFinite(y)) {
                out.writeByte('[');
                decimal(out, x, 1);
                out.writeByte(',');
                decimal(out, y, 1);
                out.writeByte(']');
            } else {
                out.writeBytes(NULL);
            }
        }
        out.writeByte(']');
    }
}
