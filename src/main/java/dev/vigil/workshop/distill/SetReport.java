package dev.vigil.workshop.distill;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vigil.detect.Detections;
import dev.vigil.lens.PictureJudge.Verdict;
import dev.vigil.workshop.trial.FrameSet.Source;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * What was done for a set, and what is in it. The same frames, teacher, options and seed make the same report, to the byte.
 * Filled while the set is made.
 */
public final class SetReport {
    /** In the set's folder; it is there when the set is whole. */
    static final String FILE = "dataset.json";

    private static final int BUFFER_BYTES = 1 << 16;

    private final List<String> labels;
    private final ObjectNode json = JsonNodeFactory.instance.objectNode();
    private final ObjectNode frames;
    /** Boxes by label: to train with, to validate with, unsure. */
    private final int[][] boxes;

    private final Map<String, Integer> images = new LinkedHashMap<>();
    private final List<LabelledFrame> doubtful = new ArrayList<>();

    /** @param teacherFile is read for its hash */
    SetReport(DistillOptions options, Path teacherFile, Teacher teacher, List<Source> sources) throws IOException {
        this.labels = teacher.labels().names();
        this.boxes = new int[labels.size()][3];
        json.put("made_by", "vigil model distill-data");
        ObjectNode model = json.putObject("teacher");
        model.put("file", teacherFile.getFileName().toString());
        model.put("sha256", sha256(teacherFile));
        model.put("family", teacher.family());
        model.put("tiles", options.tiles().columns() + "x" + options.tiles().rows());
        model.put("flip", options.flip());
        ObjectNode rules = json.putObject("rules");
        rules.put("score", hundredths(options.scoreMin()));
        rules.putArray("unsure").add(hundredths(options.unsureLow())).add(hundredths(options.unsureHigh()));
        rules.put("val", options.val());
        rules.put("seed", options.seed());
        ObjectNode renamed = rules.putObject("renamed");
        options.renamed().entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .forEach(entry -> renamed.put(entry.getKey(), entry.getValue()));
        sources.forEach(source -> json.withArray("sources").add(source.shown()));
        this.frames = json.putObject("frames");
    }

    private static double hundredths(float value) {
        return Math.round(value * 1e4) / 1e4;
    }

    private static String sha256(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            byte[] buffer = new byte[BUFFER_BYTES];
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                digest.update(buffer, 0, read);
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    void looked(FramePool pool) {
        int all = 0;
        for (Verdict verdict : Verdict.values()) {
            all += pool.judged(verdict);
        }
        frames.put("looked_at", all);
        frames.put("black", pool.judged(Verdict.BLACK));
        frames.put("of_one_colour", pool.judged(Verdict.UNIFORM));
        frames.put("blurred", pool.judged(Verdict.BLURRED));
        frames.put("nearly_one_that_was_there", pool.copies());
    }

    void chosen(int candidates, int between) {
        frames.put("candidates", candidates);
        frames.put("between_train_and_val", between);
    }

    void labelled(List<LabelledFrame> all) {
        images.put(LabelledFrame.TRAIN, 0);
        images.put(LabelledFrame.VAL, 0);
        for (LabelledFrame frame : all) {
            images.merge(frame.part(), 1, Integer::sum);
            count(frame.labels(), frame.part().equals(LabelledFrame.TRAIN) ? 0 : 1);
            count(frame.unsure(), 2);
        }
        doubtful.addAll(all.stream()
                .filter(LabelledFrame::isDoubtful)
                .sorted(Comparator.comparingInt(frame -> -frame.unsure().count()))
                .toList());
        ObjectNode counts = json.putObject("images");
        images.forEach(counts::put);
        counts.put("without_a_label", (int)
                all.stream().filter(frame -> frame.labels().count() == 0).count());
        ObjectNode ofLabels = json.putObject("boxes");
        for (int label = 0; label < boxes.length; label++) {
            ObjectNode row = ofLabels.putObject(labels.get(label));
            row.put(LabelledFrame.TRAIN, boxes[label][0]);
            row.put(LabelledFrame.VAL, boxes[label][1]);
            row.put("unsure", boxes[label][2]);
        }
        for (LabelledFrame frame : doubtful) {
            ObjectNode row = json.withArray("look_at").addObject();
            row.put("image", "images/" + frame.part() + "/" + frame.file());
            row.put("labels", frame.labels().count());
            row.put("unsure", frame.unsure().count());
        }
    }

    private void count(Detections found, int column) {
        for (int i = 0; i < found.count(); i++) {
            boxes[found.classId(i)][column]++;
        }
    }

    /** All of it. */
    public ObjectNode json() {
        return json;
    }

    /** Frames for a person to look at, those with most unsure boxes first. */
    List<LabelledFrame> doubtful() {
        return doubtful;
    }

    /** How many frames a person should look at. */
    public int doubtfulCount() {
        return doubtful.size();
    }

    /** The labels of which there is any box, most frequent first. */
    public List<String> seen() {
        return IntStream.range(0, boxes.length)
                .filter(label -> boxes[label][0] + boxes[label][1] + boxes[label][2] > 0)
                .boxed()
                .sorted(Comparator.comparingInt(label -> -boxes[label][0] - boxes[label][1]))
                .map(labels::get)
                .toList();
    }

    /** Boxes of a label: to train with, to validate with, unsure. */
    public int[] boxes(String label) {
        return boxes[labels.indexOf(label)].clone();
    }

    /** How many pictures there are to {@code train} or to {@code val}. */
    public int images(String part) {
        return images.get(part);
    }

    /** For people: how many frames were looked at, and what became of those that are not in the set. */
    public String lookedText() {
        StringBuilder text = new StringBuilder(frames.get("looked_at").asInt() + " frames looked at");
        tell(text, "black", "black");
        tell(text, "of_one_colour", "of one colour");
        tell(text, "blurred", "blurred");
        tell(text, "nearly_one_that_was_there", "nearly one that was there");
        tell(text, "between_train_and_val", "between train and val");
        return text.toString();
    }

    private void tell(StringBuilder text, String key, String words) {
        if (frames.path(key).asInt() > 0) {
            text.append(", ").append(frames.path(key).asInt()).append(' ').append(words);
        }
    }

    /** Writes it, for programs and for people. */
    void write(Path folder) throws IOException {
        Files.writeString(folder.resolve("README.md"), readme());
        new ObjectMapper()
                .enable(SerializationFeature.INDENT_OUTPUT)
                .writeValue(folder.resolve(FILE).toFile(), json);
    }

    private String readme() {
        ObjectNode teacher = (ObjectNode) json.get("teacher");
        StringBuilder text =
                new StringBuilder("# A training set\n\nMade by `vigil model distill-data`: the boxes are those of "
                        + teacher.get("file").asText()
                        + ", and no person has looked at them yet. Look at `contact-sheet*.jpg`; a label with a"
                        + " question mark is unsure.\n\n");
        text.append("| | |\n|---|---|\n");
        row(text, "`images/`, `labels/`, `data.yaml`", "YOLO's form: `yolo detect train data=data.yaml`");
        row(
                text,
                "`images/`, `annotations/`",
                "COCO's form; file names are those in `images/train` and `images/val`. Unsure boxes"
                        + " are there with `iscrowd`: 1, and in YOLO's form not at all");
        row(text, "`dataset.json`", "what was done, and what is in it");
        text.append("\n| | train | val | unsure |\n|---|---|---|---|\n");
        row(text, "pictures", String.valueOf(images("train")), String.valueOf(images("val")), "");
        for (String label : seen()) {
            int[] counts = boxes(label);
            row(text, label, String.valueOf(counts[0]), String.valueOf(counts[1]), String.valueOf(counts[2]));
        }
        text.append("\n").append(lookedText()).append(".\n");
        if (!doubtful.isEmpty()) {
            text.append(
                    "\n## To look at\nPictures of which the teacher is not sure, most unsure boxes first (`look-at.jpg`):\n\n");
            doubtful.forEach(frame -> text.append("- images/")
                    .append(frame.part())
                    .append('/')
                    .append(frame.file())
                    .append(" (")
                    .append(frame.unsure().count())
                    .append(")\n"));
        }
        return text.toString();
    }

    private static void row(StringBuilder text, String... cells) {
        text.append("| ").append(String.join(" | ", cells)).append(" |\n");
    }
}
