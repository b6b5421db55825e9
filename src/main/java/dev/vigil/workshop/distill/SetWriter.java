package dev.vigil.workshop.distill;

import dev.vigil.convert.ConvertException;
import dev.vigil.detect.Detections;
import dev.vigil.detect.Labels;
import dev.vigil.draw.ContactSheet;
import dev.vigil.frame.Picture;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Writes the files of a set, all but its report. Not threadsafe. */
final class SetWriter implements AutoCloseable {
    /** On the sheets an unsure box has this after its label. */
    private static final String DOUBT = "?";

    private final Path folder;
    private final Labels labels;
    private final Labels drawnLabels;
    /** Width over height of most pictures. */
    private final double shape;

    private final ContactSheet all;

    /** @param candidates those whose frames will be written */
    SetWriter(Path folder, Labels labels, List<Candidate> candidates) throws IOException {
        this.folder = folder;
        this.labels = labels;
        for (String part : List.of(LabelledFrame.TRAIN, LabelledFrame.VAL)) {
            Files.createDirectories(folder.resolve("images").resolve(part));
            Files.createDirectories(folder.resolve("labels").resolve(part));
        }
        List<String> names = new ArrayList<>(labels.names());
        labels.names().forEach(name -> names.add(name + DOUBT));
        this.drawnLabels = Labels.of(names, "labels and doubts");
        this.shape = candidates.stream()
                .mapToDouble(candidate -> (double) candidate.widthPx() / candidate.heightPx())
                .average()
                .orElse(1);
        this.all = sheet("contact-sheet", candidates.size());
    }

    /** A sheet for pictures of this set, see {@link #show}. */
    ContactSheet sheet(String name, int pictures) {
        return new ContactSheet(folder, name, pictures, shape, drawnLabels);
    }

    /** Adds a frame to a sheet. */
    void show(ContactSheet sheet, LabelledFrame frame, Picture picture) throws IOException, ConvertException {
        sheet.add(picture, drawn(frame), frame.part() + " " + frame.file());
    }

    /**
     * Writes a frame.
     *
     * @param file its picture, which is moved
     * @param picture the same, decoded
     */
    void write(LabelledFrame frame, Path file, Picture picture) throws IOException, ConvertException {
        show(all, frame, picture);
        Files.move(file, folder.resolve("images").resolve(frame.part()).resolve(frame.file()));
        YoloFiles.writeLabels(folder, frame);
    }

    /** Labels, and doubts as classes of their own. */
    private Detections drawn(LabelledFrame frame) {
        Detections sure = frame.labels();
        Detections unsure = frame.unsure();
        Detections drawn = new Detections(Math.max(1, sure.count() + unsure.count()));
        for (Detections boxes : List.of(sure, unsure)) {
            int shift = boxes == sure ? 0 : labels.count();
            for (int i = 0; i < boxes.count(); i++) {
                drawn.add(boxes.x1(i), boxes.y1(i), boxes.x2(i), boxes.y2(i), boxes.score(i), boxes.classId(i) + shift);
            }
        }
        return drawn;
    }

    /** Writes what is about all frames. */
    void finish(List<LabelledFrame> frames) throws IOException {
        all.finish();
        Path annotations = Files.createDirectory(folder.resolve("annotations"));
        for (String part : List.of(LabelledFrame.TRAIN, LabelledFrame.VAL)) {
            List<LabelledFrame> ofPart =
                    frames.stream().filter(frame -> frame.part().equals(part)).toList();
            CocoFile.write(annotations.resolve(part + ".json"), ofPart, labels);
        }
        boolean validated = frames.stream().anyMatch(frame -> frame.part().equals(LabelledFrame.VAL));
        YoloFiles.writeDescription(folder, labels, validated);
    }

    @Override
    public void close() {
        all.close();
    }
}
