package dev.vigil.detect;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** The names of a model's classes, by class id. Immutable. */
public final class Labels {
    /** The key under which ultralytics' exporter writes the names. */
    public static final String METADATA_KEY = "names";

    private final List<String> names;
    private final String source;
    /** Whether the model leaves it open how many classes it has. */
    private final boolean open;

    private Labels(List<String> names, String source) {
        this(names, source, false);
    }

    private Labels(List<String> names, String source, boolean open) {
        this.names = List.copyOf(names);
        this.source = source;
        this.open = open;
    }

    /** @param source where they come from, for messages */
    public static Labels of(List<String> names, String source) {
        return new Labels(names, source);
    }

    /** Class numbers as text, for a model that nobody named the classes of. */
    public static Labels numbered(int classes) {
        return new Labels(
                IntStream.range(0, classes).mapToObj(Integer::toString).toList(), "class numbers");
    }

    /** Reads a UTF-8 file with a line for each class; empty lines at its end do not count. */
    public static Labels read(Path file) throws ModelException {
        List<String> lines = new ArrayList<>();
        try {
            for (String line : Files.readAllLines(file)) {
                lines.add(line.strip());
            }
        } catch (NoSuchFileException e) {
            throw new ModelException("labels file " + file + " does not exist", e);
        } catch (CharacterCodingException e) {
            throw new ModelException("labels file " + file + " is not UTF-8 text", e);
        } catch (IOException e) {
            throw new ModelException("labels file " + file + " can not be read: " + e.getMessage(), e);
        }
        while (!lines.isEmpty() && lines.get(lines.size() - 1).isEmpty()) {
            lines.remove(lines.size() - 1);
        }
        if (!lines.isEmpty() && lines.get(0).startsWith("\uFEFF")) {
            lines.set(0, lines.get(0).substring(1));
        }
        int empty = lines.indexOf("");
        if (empty >= 0) {
            throw new ModelException("labels file " + file + ": line " + (empty + 1) + " is empty");
        }
        return new Labels(lines, "labels file " + file);
    }

    /** Reads what ultralytics writes into a model: a Python dictionary or list of names, as {@code str()} prints it. */
    public static Labels parse(String pythonText) throws ModelException {
        return new Labels(PythonNames.parse(pythonText), "names of the model's metadata");
    }

    /**
     * The labels of a model: the description's, else those of the model's metadata, else numbers.
     *
     * @param classes as {@link BoxDecoder#classes()}; where the model leaves them open, what the labels do not name has its number
     * @throws ModelException when there are not as many as the model has classes, or they can not be read
     */
    public static Labels resolve(ModelDescription description, Map<String, String> metadata, int classes)
            throws ModelException {
        Labels labels;
        if (description.labelNames() != null) {
            labels = new Labels(
                    description.labelNames(),
                    description.labels() == null ? "the list of labels" : "labels " + description.labels());
        } else if (description.labels() != null) {
            labels = read(description.labels());
        } else if (metadata.containsKey(METADATA_KEY)) {
            labels = parse(metadata.get(METADATA_KEY));
        } else {
            labels = numbered(Math.max(0, classes));
        }
        if (classes == BoxDecoder.OPEN_CLASSES) {
            return labels.filledUp();
        }
        if (labels.count() != classes) {
            throw new ModelException(
                    labels.source + " has " + labels.count() + " labels, but the model has " + classes + " classes");
        }
        return labels;
    }

    /** With numbers for all classes that an open model may give besides. */
    private Labels filledUp() {
        List<String> all = new ArrayList<>(names);
        for (int classId = names.size(); classId < BoxDecoder.OPEN_CLASSES_MAX; classId++) {
            all.add(Integer.toString(classId));
        }
        return new Labels(all, source, true);
    }

    public int count() {
        return names.size();
    }

    /** The name of class {@code classId}, 0..count-1. */
    public String name(int classId) {
        return names.get(classId);
    }

    public List<String> names() {
        return names;
    }

    /** How many there are and where they come from, for people: {@code 80 classes (labels coco-80)}. */
    public String text() {
        return (open ? "classes whose number it leaves open" : count() + (count() == 1 ? " class" : " classes")) + " ("
                + source + ")";
    }

    /** Where they come from, for people. */
    public String source() {
        return source;
    }
}
