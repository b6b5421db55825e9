package dev.vigil.config;

import dev.vigil.detect.Family;
import dev.vigil.detect.LabelSets;
import dev.vigil.detect.ModelDescription;
import dev.vigil.detect.family.Families;
import dev.vigil.frame.InputSpec;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.snakeyaml.engine.v2.nodes.MappingNode;

/** Reads what the {@code .yml} beside a model says. Relative paths in it start at its own folder. */
final class DescriptionReader {
    static final String TOLD = "told by the model";

    private static final String LABELS_TYPE = "file, set or names";
    private static final String LABELS_ALLOWED =
            "a path, a set (" + String.join(", ", LabelSets.names()) + ") or a list of names";

    private static final Pattern SIZE = Pattern.compile("[1-9]\\d{0,4}x[1-9]\\d{0,4}");
    private static final String SIZE_ALLOWED = "WIDTHxHEIGHT in pixels, such as 640x640";
    private static final Range PIXEL = Range.of(0, 255);
    private static final Range MEAN = Range.of(-1_000, 1_000);
    private static final Range STD = Range.of(0.000001, 1_000);

    private DescriptionReader() {}

    /**
     * @param model the {@code .onnx}; the description is the file of the same name that ends in {@code .yml}
     * @param problems takes what is wrong in the description, in its own file and lines
     * @return what it says; says nothing if there is no such file
     */
    static ModelDescription besides(Path model, Surroundings surroundings, Problems problems) {
        Path file = fileOf(model);
        if (!Files.exists(file)) {
            return ModelDescription.EMPTY;
        }
        Reading reading = new Reading(file, surroundings);
        Optional<MappingNode> root = YamlFile.read(file, reading.problems);
        ModelDescription description =
                root.map(node -> description(reading, node)).orElse(ModelDescription.EMPTY);
        problems.addAll(reading.problems);
        return description;
    }

    /** Where the description of a model stands. */
    static Path fileOf(Path model) {
        String name = String.valueOf(model.getFileName());
        return model.resolveSibling(name.replaceFirst("\\.[^.]*$", "") + ".yml");
    }

    static Collection<Key> keys() {
        Reading reading = new Reading(Path.of("/"), new Surroundings(Path.of("/"), Map.of(), "host"));
        description(reading, YamlFile.parse("{}"));
        return reading.keys();
    }

    /** @return what a key {@code family} says; null if it says nothing */
    static String family(Section section) {
        Map<String, String> ids = new LinkedHashMap<>();
        Families.ALL.stream().map(Family::id).forEach(id -> ids.put(id, id));
        return section.optionalChoice("family", ids, TOLD, "a [family](models.md#families)");
    }

    /**
     * What a key {@code labels} says.
     *
     * @param file where they are, or with {@code names} where those come from; null for none
     * @param names null for none
     */
    record LabelsKey(Path file, List<String> names) {
        boolean isSaid() {
            return file != null || names != null;
        }
    }

    static LabelsKey labels(Section section) {
        if (Lists.isList(section, "labels")) {
            return new LabelsKey(null, Lists.words(section, "labels", LABELS_TYPE, TOLD, LABELS_ALLOWED));
        }
        Path file = section.path("labels", LABELS_TYPE, TOLD, false, LABELS_ALLOWED);
        if (file == null) {
            return new LabelsKey(null, null);
        }
        Optional<String> problem = TextFile.problem(file);
        if (problem.isPresent()) {
            Path written = file.getFileName();
            Optional<List<String>> set =
                    Files.exists(file) ? Optional.empty() : LabelSets.named(String.valueOf(written));
            if (set.isPresent()) {
                return new LabelsKey(written, set.get());
            }
            section.problem("labels", section.shown("labels", file) + ": " + problem.get() + sets(file));
        } else if (file.toString().matches("(?i).*\\.ya?ml")) {
            return new LabelsKey(file, LabelsYaml.read(section, file));
        }
        return new LabelsKey(file, null);
    }

    /** @return what may have been meant, where it looks like the name of a set */
    private static String sets(Path file) {
        boolean looksLikeSet = String.valueOf(file.getFileName()).matches("[a-z]+-?\\d+");
        return looksLikeSet ? ", and the built-in sets are " + String.join(", ", LabelSets.names()) : "";
    }

    private static ModelDescription description(Reading reading, MappingNode node) {
        Section root = Section.root(reading, node);
        String family = family(root);
        LabelsKey labels = labels(root);
        Section input = root.section("input");
        ModelDescription.Size size = size(input);
        InputSpec.Layout layout = input.optionalChoice("layout", InputSpec.Layout.class, TOLD);
        InputSpec.Element element = input.optionalChoice("element", InputSpec.Element.class, TOLD);
        InputSpec.Color color = input.optionalChoice("color", InputSpec.Color.class, "the family's");
        float[] mean = Lists.numbers(input, "mean", MEAN, "the family's");
        float[] std = Lists.numbers(input, "std", STD, "the family's");
        InputSpec.Resize resize = input.optionalChoice("resize", InputSpec.Resize.class, "the family's");
        float[] padding = Lists.numbers(input, "padding", PIXEL, "the family's");
        input.finish();
        root.finish();
        reading.reportUnknown();
        return new ModelDescription(
                family,
                labels.file,
                labels.names,
                new ModelDescription.Input(size, layout, color, mean, std, resize, rounded(padding), element));
    }

    private static ModelDescription.Size size(Section input) {
        String size = input.text("size", "size", TOLD, SIZE, SIZE_ALLOWED);
        if (size == null) {
            return null;
        }
        String[] sides = size.split("x");
        return new ModelDescription.Size(Integer.parseInt(sides[0]), Integer.parseInt(sides[1]));
    }

    private static int[] rounded(float[] values) {
        if (values == null) {
            return null;
        }
        int[] whole = new int[values.length];
        for (int i = 0; i < whole.length; i++) {
            whole[i] = Math.round(values[i]);
        }
        return whole;
    }

    /** @return the description with what the configuration says in its place */
    static ModelDescription with(ModelDescription description, String family, LabelsKey labels) {
        return new ModelDescription(
                family != null ? family : description.family(),
                labels.isSaid() ? labels.file : description.labels(),
                labels.isSaid() ? labels.names : description.labelNames(),
                description.input());
    }
}
