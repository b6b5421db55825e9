package dev.vigil;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.StreamSupport;

/** The schemas that are shipped for subscribers. */
public enum MessageSchema {
    DETECTIONS,
    STATUS,
    OBJECTS,
    STATS,
    SETTINGS,
    RESULT;

    private final JsonNode document;
    private final Schema schema;

    MessageSchema() {
        try {
            String text = Files.readString(Path.of("config/schema", name().toLowerCase() + ".schema.json"));
            document = new ObjectMapper().readTree(text);
            schema = SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                    .getSchema(text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What is wrong with a message; empty when nothing is. */
    public List<String> problems(String message) {
        return schema.validate(message, InputFormat.JSON).stream()
                .map(Object::toString)
                .toList();
    }

    /** The schema's part at a JSON pointer. */
    public JsonNode at(String pointer) {
        JsonNode part = document.at(pointer);
        if (part.isMissingNode()) {
            throw new IllegalArgumentException("no " + pointer + " in the schema of " + this);
        }
        return part;
    }

    /** The names of an object's keys, or the values of an array, of the schema's part at a JSON pointer; null as "null". */
    public List<String> namesAt(String pointer) {
        JsonNode part = at(pointer);
        return part.isObject()
                ? part.propertyStream().map(java.util.Map.Entry::getKey).toList()
                : StreamSupport.stream(part.spliterator(), false)
                        .map(JsonNode::asText)
                        .toList();
    }
}
