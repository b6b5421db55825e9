package dev.vigil.app.reload;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vigil.config.Problem;
import java.util.ArrayList;
import java.util.List;

/**
 * What a daemon answers to a request: a line of JSON.
 *
 * @param changed what has changed, in a line for people; null where nothing was taken
 * @param problems why the configuration was refused; empty where it was not
 * @param failure why nothing came of the request for another reason; null where something did
 */
record Answer(String changed, List<Problem> problems, String failure) {
    private static final ObjectMapper JSON = new ObjectMapper();

    static Answer taken(String changed) {
        return new Answer(changed, List.of(), null);
    }

    static Answer refused(List<Problem> problems) {
        return new Answer(null, List.copyOf(problems), null);
    }

    static Answer failed(String failure) {
        return new Answer(null, List.of(), failure);
    }

    String line() {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("changed", changed).put("failure", failure);
        for (Problem problem : problems) {
            json.withArray("/problems")
                    .addObject()
                    .put("file", problem.file())
                    .put("line", problem.line())
                    .put("column", problem.column())
                    .put("path", problem.path())
                    .put("message", problem.message());
        }
        return json.toString();
    }

    static Answer parse(String line) throws JsonProcessingException {
        JsonNode json = JSON.readTree(line);
        List<Problem> problems = new ArrayList<>();
        for (JsonNode problem : json.path("problems")) {
            problems.add(new Problem(
                    problem.path("file").asText(),
                    problem.path("line").asInt(),
                    problem.path("column").asInt(),
                    problem.path("path").asText(),
                    problem.path("message").asText()));
        }
        return new Answer(
                json.path("changed").textValue(), problems, json.path("failure").textValue());
    }
}
