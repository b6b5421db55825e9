package dev.vigil.workshop.trace;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * An event of a profile that ONNX Runtime has written ({@code Profiler::EndTimeAndRecordEvent} in its
 * {@code onnxruntime/core/common/profiler.cc}).
 *
 * @param category {@code Session}, {@code Node}, or {@code Kernel} for what a GPU did
 * @param name of a node, without what the profile puts behind it
 * @param startUs since the profile began
 */
record ProfileEvent(String category, String name, long startUs, long durationUs, JsonNode arguments) {
    private static final String KERNEL_TIME = "_kernel_time";

    static ProfileEvent of(JsonNode json) {
        String name = json.path("name").asText();
        return new ProfileEvent(
                json.path("cat").asText(),
                name.endsWith(KERNEL_TIME) ? name.substring(0, name.length() - KERNEL_TIME.length()) : name,
                json.path("ts").asLong(),
                json.path("dur").asLong(),
                json.path("args"));
    }

    /** A whole run of the model; the events of its nodes come before it. */
    boolean isRun() {
        return category.equals("Session") && name.equals("model_run");
    }

    /** A node's work. Other events of nodes, such as fences, have no operator's name. */
    boolean isNode() {
        return category.equals("Node") && arguments.has("op_name");
    }

    boolean isLoading() {
        return category.equals("Session")
                && (name.startsWith("model_loading") || name.equals("session_initialization"));
    }

    /** What a GPU did. */
    boolean isKernel() {
        return category.equals("Kernel");
    }

    String text(String argument) {
        return arguments.path(argument).asText();
    }

    /** Such as {@code float 1x3x300x300}, one for each tensor. */
    List<String> shapes(String argument) {
        List<String> shapes = new ArrayList<>();
        for (JsonNode tensor : arguments.path(argument)) {
            for (Map.Entry<String, JsonNode> field : tensor.properties()) {
                List<String> sizes = new ArrayList<>();
                field.getValue().forEach(size -> sizes.add(size.asText()));
                shapes.add(field.getKey() + (sizes.isEmpty() ? "" : " " + String.join("x", sizes)));
            }
        }
        return shapes;
    }
}
