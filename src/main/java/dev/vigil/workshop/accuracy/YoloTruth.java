package dev.vigil.workshop.accuracy;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * A folder in YOLO's form. Each line of a file in {@code labels} is an object: the class's number and the box's centre, width
 * and height, or the corners of a polygon, as parts of the picture (ultralytics/ultralytics, ultralytics/data/utils.py,
 * verify_image_label). Files are read when their picture is asked for.
 */
final class YoloTruth implements TruthFile {
    private static final List<String> YAMLS = List.of("data.yaml", "data.yml");
    private static final String LABELS = "labels";
    private static final String CLASSES = "classes.txt";
    /** How far beyond the picture a part of it may be: writers round. */
    private static final double BEYOND = 0.01;

    private final Path root;
    private final LabelIds ids;
    private final List<String> names;
    private final SourceIndex<Path> pictures;
    private int files;

    private YoloTruth(Path root, LabelIds ids, List<String> names) {
        this.root = root;
        this.ids = ids;
        this.names = names;
        this.pictures = new SourceIndex<>(root);
    }

    static boolean isYaml(Path path) {
        return path.toString().matches(".*\\.ya?ml") && Files.isRegularFile(path);
    }

    /** @param path the folder that has {@code labels}, or the {@code data.yaml} in it */
    static YoloTruth open(Path path, LabelIds ids, NamesFile namesFile) throws IOException {
        Path root = isYaml(path) ? path.toAbsolutePath().getParent() : path;
        Path labels = root.resolve(LABELS);
        if (!Files.isDirectory(labels)) {
            throw new TruthException(
                    root, "has no folder " + LABELS + ": a folder with labels/, images/ and a data.yaml is expected");
        }
        YoloTruth truth = new YoloTruth(root, ids, isYaml(path) ? namesFile.read(path) : names(root, namesFile));
        List<Path> told = filesIn(labels).stream()
                .filter(file -> file.toString().endsWith(".txt") && !file.endsWith(CLASSES))
                .toList();
        for (Path file : told) {
            truth.pictures.add(stem(labels.relativize(file).toString()), file);
        }
        truth.files = told.size();
        Path images = root.resolve("images");
        if (Files.isDirectory(images)) {
            filesIn(images).stream()
                    .map(file -> stem(images.relativize(file).toString()))
                    .distinct()
                    .filter(name -> Files.notExists(labels.resolve(name + ".txt")))
                    .forEach(name -> truth.pictures.add(name, labels.resolve(name + ".txt")));
        }
        return truth;
    }

    private static List<Path> filesIn(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(Files::isRegularFile).sorted().toList();
        }
    }

    private static List<String> names(Path root, NamesFile namesFile) throws IOException {
        for (String yaml : YAMLS) {
            if (Files.isRegularFile(root.resolve(yaml))) {
                return namesFile.read(root.resolve(yaml));
            }
        }
        for (Path classes : List.of(root.resolve(CLASSES), root.resolve(LABELS).resolve(CLASSES))) {
            if (Files.isRegularFile(classes)) {
                return lines(classes).stream().map(String::strip).toList();
            }
        }
        throw new TruthException(root, "has neither data.yaml nor " + CLASSES + ", which name its classes");
    }

    private static List<String> lines(Path file) throws IOException {
        try {
            return Files.readAllLines(file);
        } catch (CharacterCodingException e) {
            throw new TruthException(file, "is not UTF-8 text");
        }
    }

    private static String stem(String path) {
        return path.substring(0, path.lastIndexOf('.') > path.lastIndexOf('/') ? path.lastIndexOf('.') : path.length());
    }

    @Override
    public Known of(String source, long number, int widthPx, int heightPx) throws TruthException {
        Path file = number == 1 ? pictures.find(stem(source)) : null; // it is about pictures
        if (file == null) {
            return null;
        }
        List<MarkedObject> objects = new ArrayList<>();
        try {
            List<String> lines = lines(file);
            for (int i = 0; i < lines.size(); i++) {
                if (!lines.get(i).isBlank()) {
                    objects.add(object(file, i + 1, lines.get(i).strip().split("\\s+"), widthPx, heightPx));
                }
            }
        } catch (NoSuchFileException noObjects) {
            return new Known(file.toString(), List.of(), List.of());
        } catch (TruthException e) {
            throw e;
        } catch (IOException e) {
            throw new TruthException(file, "can not be read: " + e);
        }
        return MarkedObject.in(objects, ids, root, file.toString(), 0, 0, widthPx, heightPx);
    }

    private MarkedObject object(Path file, int line, String[] words, int widthPx, int heightPx) throws TruthException {
        String place = "line " + line;
        int numbers = words.length - 1;
        if (numbers != 4 && (numbers < 6 || numbers % 2 != 0)) {
            throw new TruthException(
                    file,
                    place,
                    "has " + numbers
                            + " numbers after the class; allowed are 4, centre and size of a box, or 6 and more, x"
                            + " and y of the corners of a polygon");
        }
        String label = label(file, place, words[0]);
        double[] xy = new double[numbers];
        for (int i = 0; i < numbers; i++) {
            xy[i] = part(file, place, words[i + 1]) * (i % 2 == 0 ? widthPx : heightPx);
        }
        if (numbers == 4) {
            return new MarkedObject(
                    label,
                    xy[0] - xy[2] / 2,
                    xy[1] - xy[3] / 2,
                    xy[0] + xy[2] / 2,
                    xy[1] + xy[3] / 2,
                    xy[2] * xy[3],
                    false);
        }
        return polygon(label, xy);
    }

    private String label(Path file, String place, String word) throws TruthException {
        // A whole number, which some writers give as 3.0.
        String number = word.replaceFirst("\\.0*$", "");
        if (!number.matches("\\d{1,6}") || Integer.parseInt(number) >= names.size()) {
            throw new TruthException(file, place, "the class is " + word + ", allowed is 0.." + (names.size() - 1));
        }
        return names.get(Integer.parseInt(number));
    }

    private static double part(Path file, String place, String word) throws TruthException {
        double value;
        try {
            value = Double.parseDouble(word);
        } catch (NumberFormatException e) {
            throw new TruthException(file, place, word + " is no number");
        }
        // Written so that NaN is refused too.
        if (!(value >= -BEYOND && value <= 1 + BEYOND)) {
            throw new TruthException(file, place, word + " is no part of the picture, allowed is 0..1");
        }
        return value;
    }

    private static MarkedObject polygon(String label, double[] xy) {
        double x1 = xy[0];
        double x2 = xy[0];
        double y1 = xy[1];
        double y2 = xy[1];
        double twiceArea = 0;
        for (int i = 0; i < xy.length; i += 2) {
            int next = (i + 2) % xy.length;
            x1 = Math.min(x1, xy[i]);
            x2 = Math.max(x2, xy[i]);
            y1 = Math.min(y1, xy[i + 1]);
            y2 = Math.max(y2, xy[i + 1]);
            twiceArea += xy[i] * xy[next + 1] - xy[next] * xy[i + 1];
        }
        return new MarkedObject(label, x1, y1, x2, y2, Math.abs(twiceArea) / 2, false);
    }

    @Override
    public String text() {
        return "a folder in YOLO's form with the labels of " + files + (files == 1 ? " picture" : " pictures");
    }
}
