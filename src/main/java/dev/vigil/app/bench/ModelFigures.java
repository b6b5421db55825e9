package dev.vigil.app.bench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * The figures of a model, with all that they were taken on.
 *
 * @param takenUtc moment of the end, ISO 8601
 * @param options how it was measured, in words; {@link #RUNS_ON} among them
 */
record ModelFigures(String takenUtc, Model model, Box box, Map<String, String> options, List<Figure> figures) {
    /** Of {@link #options}: the device that the model really ran on. */
    static final String RUNS_ON = "runs_on";

    /** @param sha256 of the file's content, in hex */
    record Model(String name, String sha256, long bytes) {}

    ModelFigures {
        options = new LinkedHashMap<>(options);
        figures = List.copyOf(figures);
    }

    Optional<Figure> same(Figure figure) {
        return figures.stream().filter(figure::isSame).findFirst();
    }

    /** What is not the same as when {@code before} was taken, each in one line; empty where figures differ by the code alone. */
    List<String> otherThan(ModelFigures before) {
        List<String> notes = new ArrayList<>();
        if (!model.sha256.equals(before.model.sha256)) {
            notes.add("another model: " + before.model.name + " (" + shortHash(before.model) + "), now " + model.name
                    + " (" + shortHash(model) + ")");
        }
        note(notes, "another CPU", before.box.cpu(), box.cpu());
        note(notes, "another number of cores", before.box.cores(), box.cores());
        note(notes, "another Java", before.box.java(), box.java());
        note(notes, "another ONNX Runtime", before.box.onnxRuntime(), box.onnxRuntime());
        options.forEach((key, now) ->
                note(notes, "another " + key.replace('_', ' '), before.options.getOrDefault(key, "not told"), now));
        return notes;
    }

    private static void note(List<String> notes, String what, Object before, Object now) {
        if (!Objects.equals(before, now)) {
            notes.add(what + ": " + before + ", now " + now);
        }
    }

    static String shortHash(Model model) {
        return model.sha256.substring(0, Math.min(12, model.sha256.length()));
    }
}
