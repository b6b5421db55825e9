package dev.vigil.workshop.accuracy;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.Set;

/** Reads a large JSON object piece by piece: COCO's own files are hundreds of megabytes. Stateless. */
final class TruthJson {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private TruthJson() {}

    /**
     * An element of a list, or the value of a key that is none, and where it stands.
     *
     * @param place such as {@code images[3]}
     */
    record Element(Path file, String key, String place, JsonNode node) {
        TruthException wrong(String message) {
            return new TruthException(file, place, message);
        }

        double number(String name) throws TruthException {
            JsonNode value = node.path(name);
            if (!value.isNumber()) {
                throw wrong(name + " is " + shown(value) + ", a number is expected");
            }
            return finite(name, value);
        }

        double numberOr(String name, double otherwise) throws TruthException {
            return node.path(name).isMissingNode() || node.path(name).isNull() ? otherwise : number(name);
        }

        long id(String name) throws TruthException {
            JsonNode value = node.path(name);
            if (!value.isIntegralNumber() || !value.canConvertToLong()) {
                throw wrong(name + " is " + shown(value) + ", a whole number is expected");
            }
            return value.longValue();
        }

        String text(String name) throws TruthException {
            JsonNode value = node.path(name);
            if (!value.isTextual() || value.textValue().isBlank()) {
                throw wrong(name + " is " + shown(value) + ", a text is expected");
            }
            return value.textValue();
        }

        /** Four numbers: a box, in one form or another. */
        double[] box(String name, String form) throws TruthException {
            JsonNode value = node.path(name);
            boolean four = value.isArray() && value.size() == 4;
            for (int i = 0; four && i < 4; i++) {
                four = value.get(i).isNumber();
            }
            if (!four) {
                throw wrong(name + " is " + shown(value) + ", four numbers are expected: " + form);
            }
            double[] box = new double[4];
            for (int i = 0; i < 4; i++) {
                box[i] = finite(name, value.get(i));
            }
            return box;
        }

        /** @return an element of a list in it */
        Element inside(String name, int index) {
            return new Element(
                    file,
                    key,
                    place + "." + name + "[" + index + "]",
                    node.path(name).get(index));
        }

        private double finite(String name, JsonNode value) throws TruthException {
            if (!Double.isFinite(value.doubleValue())) {
                throw wrong(name + " is " + shown(value) + ", which is too large");
            }
            return value.doubleValue();
        }

        static String shown(JsonNode value) {
            String text = value.isMissingNode() ? "missing" : value.toString();
            return text.length() <= 60 ? text : text.substring(0, 57) + "...";
        }
    }

    interface Sink {
        void take(Element element) throws TruthException;
    }

    /** @return the keys of the object, in their order */
    static Set<String> keys(Path file) throws IOException {
        Set<String> keys = new LinkedHashSet<>();
        walk(file, (parser, key) -> {
            keys.add(key);
            parser.skipChildren();
        });
        return keys;
    }

    /**
     * Gives every element of some lists, and the values of some keys, in the order of the file.
     *
     * @param lists keys whose values must be lists
     * @param values keys whose values are taken as they are
     */
    static void read(Path file, Set<String> lists, Set<String> values, Sink sink) throws IOException {
        walk(file, (parser, key) -> {
            if (values.contains(key)) {
                sink.take(new Element(file, key, key, parser.readValueAsTree()));
            } else if (!lists.contains(key)) {
                parser.skipChildren();
            } else if (parser.currentToken() != JsonToken.START_ARRAY) {
                throw new TruthException(file, key, "is no list");
            } else {
                for (int index = 0; parser.nextToken() != JsonToken.END_ARRAY; index++) {
                    sink.take(new Element(file, key, key + "[" + index + "]", parser.readValueAsTree()));
                }
            }
        });
    }

    /** Takes a value, up to its last token. */
    private interface Value {
        void take(JsonParser parser, String key) throws IOException;
    }

    private static void walk(Path file, Value value) throws IOException {
        try (JsonParser parser = MAPPER.createParser(file.toFile())) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw new TruthException(file, "is no JSON object");
            }
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String key = parser.currentName();
                parser.nextToken();
                value.take(parser, key);
            }
        } catch (JsonProcessingException e) {
            throw new TruthException(
                    file,
                    "line " + e.getLocation().getLineNr() + ", column "
                            + e.getLocation().getColumnNr(),
                    "is not JSON: " + e.getOriginalMessage());
        }
    }
}
