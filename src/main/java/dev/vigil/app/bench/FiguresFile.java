package dev.vigil.app.bench;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vigil.app.bench.Figure.Unit;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** Figures of a model as JSON, to be compared with later ones. */
final class FiguresFile {
    private static final ObjectMapper JSON = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);
    private static final String FORM = "vigil_bench";
    private static final int VERSION = 1;

    private FiguresFile() {}

    static ObjectNode json(ModelFigures figures) {
        ObjectNode root = JSON.createObjectNode();
        root.put(FORM, VERSION).put("taken", figures.takenUtc());
        root.putObject("model")
                .put("name", figures.model().name())
                .put("sha256", figures.model().sha256())
                .put("bytes", figures.model().bytes());
        root.putObject("box")
                .put("cpu", figures.box().cpu())
                .put("cores", figures.box().cores())
                .put("java", figures.box().java())
                .put("onnxruntime", figures.box().onnxRuntime());
        ObjectNode options = root.putObject("options");
        figures.options().forEach(options::put);
        for (Figure figure : figures.figures()) {
            Sample sample = figure.sample();
            ObjectNode node = root.withArrayProperty("figures").addObject();
            node.put("name", figure.name()).put("unit", figure.unit().label());
            node.put("median", sample.median()).put("min", sample.min()).put("max", sample.max());
            figure.rounds().forEach(node.putArray("rounds")::add);
        }
        return root;
    }

    /** Beside its place, and moved into it when it is whole. */
    static void write(ModelFigures figures, Path file) throws IOException {
        Path target = file.toAbsolutePath();
        Path part =
                Files.createTempFile(target.getParent(), target.getFileName().toString(), ".part");
        try {
            Files.writeString(part, JSON.writeValueAsString(json(figures)) + "\n");
            Files.move(part, target, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(part);
        }
    }

    /** @throws IOException which says what is wrong with the file, after its name */
    static ModelFigures read(Path file) throws IOException {
        if (Files.isDirectory(file) || !Files.exists(file)) {
            throw new IOException(file + (Files.exists(file) ? " is a folder, not a file" : " does not exist"));
        }
        JsonNode root;
        try {
            root = JSON.readTree(file.toFile());
        } catch (JsonProcessingException e) {
            throw new IOException(
                    file + ":" + e.getLocation().getLineNr() + " is no JSON: " + e.getOriginalMessage(), e);
        }
        return new Reading(file, root).figures();
    }

    private record Reading(Path file, JsonNode root) {
        ModelFigures figures() throws IOException {
            if (!root.path(FORM).isInt()) {
                throw new IOException(file + " was not written by vigil bench --save: it has no " + FORM);
            }
            if (root.path(FORM).intValue() != VERSION) {
                throw new IOException(file + " is of version " + root.path(FORM).intValue() + "; version " + VERSION
                        + " can be read");
            }
            Map<String, String> options = new LinkedHashMap<>();
            for (Map.Entry<String, JsonNode> option :
                    node("/options", JsonNode::isObject, "an object").properties()) {
                options.put(option.getKey(), text("/options/" + option.getKey()));
            }
            List<Figure> figures = new ArrayList<>();
            int count = node("/figures", JsonNode::isArray, "a list").size();
            for (int i = 0; i < count; i++) {
                figures.add(figure("/figures/" + i));
            }
            return new ModelFigures(
                    text("/taken"),
                    new ModelFigures.Model(text("/model/name"), text("/model/sha256"), whole("/model/bytes")),
                    new Box(
                            text("/box/cpu"),
                            node("/box/cores", JsonNode::isInt, "a whole number")
                                    .intValue(),
                            text("/box/java"),
                            text("/box/onnxruntime")),
                    options,
                    figures);
        }

        private Figure figure(String at) throws IOException {
            String label = text(at + "/unit");
            Unit unit = Arrays.stream(Unit.values())
                    .filter(known -> known.label().equals(label))
                    .findFirst()
                    .orElseThrow(() -> wrong(
                            at + "/unit",
                            "one of "
                                    + Arrays.stream(Unit.values())
                                            .map(Unit::label)
                                            .collect(Collectors.joining(", "))));
            List<Double> rounds = new ArrayList<>();
            int count = node(at + "/rounds", r -> r.isArray() && !r.isEmpty(), "a list of numbers")
                    .size();
            for (int i = 0; i < count; i++) {
                rounds.add(node(at + "/rounds/" + i, JsonNode::isNumber, "a number")
                        .doubleValue());
            }
            return new Figure(text(at + "/name"), unit, rounds);
        }

        private String text(String at) throws IOException {
            return node(at, JsonNode::isTextual, "text").textValue();
        }

        private long whole(String at) throws IOException {
            return node(at, n -> n.isIntegralNumber() && n.canConvertToLong(), "a whole number")
                    .longValue();
        }

        private JsonNode node(String at, Predicate<JsonNode> allowed, String what) throws IOException {
            JsonNode node = root.at(at);
            if (!allowed.test(node)) {
                throw wrong(at, what);
            }
            return node;
        }

        private IOException wrong(String at, String what) {
            JsonNode node = root.at(at);
            String found = node.isMissingNode() ? "is missing" : node + " is not allowed";
            return new IOException(file + ": " + at.substring(1).replace('/', '.') + " " + found + ": " + what);
        }
    }
}
