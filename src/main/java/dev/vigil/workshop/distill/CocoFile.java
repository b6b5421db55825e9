package dev.vigil.workshop.distill;

import com.fasterxml.jackson.core.JsonEncoding;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.vigil.detect.Detections;
import dev.vigil.detect.Labels;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * A side of the set as COCO's JSON for objects: {@code images}, {@code annotations}, {@code categories}, with ids from 1.
 *
 * <p>Unsure boxes have {@code iscrowd}: 1. pycocotools counts what is found there neither right nor wrong ({@code cocoeval.py}),
 * trainers leave it out of the background or out altogether. They have no {@code ignore}, with which mmdetection would take them
 * for background ({@code mmdet/datasets/coco.py}). Every annotation has the teacher's score besides.
 */
final class CocoFile {
    private CocoFile() {}

    /** Writes a file; file names are those within {@code images/PART}. */
    static void write(Path file, List<LabelledFrame> frames, Labels labels) throws IOException {
        try (JsonGenerator json = new ObjectMapper().getFactory().createGenerator(file.toFile(), JsonEncoding.UTF8)) {
            json.writeStartObject();
            json.writeObjectFieldStart("info");
            json.writeStringField("description", "made by vigil model distill-data");
            json.writeEndObject();
            json.writeArrayFieldStart("licenses");
            json.writeEndArray();
            json.writeArrayFieldStart("images");
            for (int i = 0; i < frames.size(); i++) {
                LabelledFrame frame = frames.get(i);
                json.writeStartObject();
                json.writeNumberField("id", i + 1);
                json.writeStringField("file_name", frame.file());
                json.writeNumberField("width", frame.widthPx());
                json.writeNumberField("height", frame.heightPx());
                json.writeStringField("source", frame.place().source().shown());
                json.writeNumberField("frame", frame.place().number());
                json.writeEndObject();
            }
            json.writeEndArray();
            json.writeArrayFieldStart("annotations");
            int id = 1;
            for (int i = 0; i < frames.size(); i++) {
                LabelledFrame frame = frames.get(i);
                id = annotations(json, frame.labels(), i + 1, 0, id);
                id = annotations(json, frame.unsure(), i + 1, 1, id);
            }
            json.writeEndArray();
            json.writeArrayFieldStart("categories");
            for (int label = 0; label < labels.count(); label++) {
                json.writeStartObject();
                json.writeNumberField("id", label + 1);
                json.writeStringField("name", labels.name(label));
                json.writeStringField("supercategory", "");
                json.writeEndObject();
            }
            json.writeEndArray();
            json.writeEndObject();
        }
    }

    private static int annotations(JsonGenerator json, Detections boxes, int image, int crowd, int firstId)
            throws IOException {
        int id = firstId;
        for (int i = 0; i < boxes.count(); i++) {
            double x = hundredths(boxes.x1(i));
            double y = hundredths(boxes.y1(i));
            double width = hundredths(boxes.x2(i) - x);
            double height = hundredths(boxes.y2(i) - y);
            json.writeStartObject();
            json.writeNumberField("id", id++);
            json.writeNumberField("image_id", image);
            json.writeNumberField("category_id", boxes.classId(i) + 1);
            json.writeArrayFieldStart("bbox");
            json.writeNumber(x);
            json.writeNumber(y);
            json.writeNumber(width);
            json.writeNumber(height);
            json.writeEndArray();
            json.writeNumberField("area", hundredths(width * height));
            json.writeNumberField("iscrowd", crowd);
            json.writeArrayFieldStart("segmentation");
            json.writeEndArray();
            json.writeNumberField("score", Math.round(boxes.score(i) * 1e4) / 1e4);
            json.writeEndObject();
        }
        return id;
    }

    /** Of a pixel: no detector is more exact. */
    private static double hundredths(double value) {
        return Math.round(value * 100) / 100.0;
    }
}
