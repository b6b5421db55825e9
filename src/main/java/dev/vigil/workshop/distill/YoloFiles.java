package dev.vigil.workshop.distill;

import dev.vigil.detect.Detections;
import dev.vigil.detect.Labels;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/**
 * The set as ultralytics reads it: for each picture in {@code images/PART} a text in {@code labels/PART} with a line for each box
 * (class, centre and size as parts of the picture), and {@code data.yaml}. It has no {@code path}: then the folder is the file's
 * own, wherever it is moved to ({@code ultralytics/data/utils.py}, {@code check_det_dataset}).
 */
final class YoloFiles {
    private YoloFiles() {}

    /** @param folder the whole set's */
    static void writeLabels(Path folder, LabelledFrame frame) throws IOException {
        Detections boxes = frame.labels();
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < boxes.count(); i++) {
            lines.append(String.format(
                    Locale.ROOT,
                    "%d %.6f %.6f %.6f %.6f\n",
                    boxes.classId(i),
                    (boxes.x1(i) + boxes.x2(i)) / 2.0 / frame.widthPx(),
                    (boxes.y1(i) + boxes.y2(i)) / 2.0 / frame.heightPx(),
                    (boxes.x2(i) - boxes.x1(i)) / (double) frame.widthPx(),
                    (boxes.y2(i) - boxes.y1(i)) / (double) frame.heightPx()));
        }
        String name = frame.file().substring(0, frame.file().lastIndexOf('.')) + ".txt";
        Files.writeString(folder.resolve("labels").resolve(frame.part()).resolve(name), lines);
    }

    /** @param validated whether there are pictures to validate with; ultralytics wants some, and gets those it trains with */
    static void writeDescription(Path folder, Labels labels, boolean validated) throws IOException {
        StringBuilder yaml = new StringBuilder("train: images/train\n");
        yaml.append(
                validated ? "val: images/val\n" : "val: images/train  # no picture was set aside to validate with\n");
        yaml.append("names:\n");
        for (int label = 0; label < labels.count(); label++) {
            String quoted = labels.name(label).replace("'", "''");
            yaml.append("  ").append(label).append(": '").append(quoted).append("'\n");
        }
        Files.writeString(folder.resolve("data.yaml"), yaml);
    }
}
