package dev.vigil.metrics.trace;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A trace that was read back: looks whether it is as viewers want it, and tells what is in it. */
public final class Parsed {
    private final List<JsonNode> events;

    public Parsed(Iterable<JsonNode> events) {
        this.events = new ArrayList<>();
        events.forEach(this.events::add);
    }

    public List<JsonNode> all(String phase) {
        return events.stream().filter(e -> e.path("ph").asText().equals(phase)).toList();
    }

    private static String track(JsonNode event) {
        return event.path("pid").asText() + "/" + event.path("tid").asText();
    }

    /** Checks what holds of every trace. */
    public Parsed check() {
        assertThat(events).isNotEmpty().allSatisfy(event -> {
            assertThat(event.path("ph").asText()).isIn("M", "X", "i", "C", "b", "e", "s", "t", "f");
            assertThat(event.path("name").asText()).isNotEmpty();
            assertThat(event.path("pid").isInt()).isTrue();
            assertThat(event.path("tid").isNumber()).isTrue();
            assertThat(event.path("ts").asLong(-1)).isNotNegative();
            assertThat(event.path("args").isObject()).isTrue();
        });
        assertThat(all("C")).allSatisfy(event -> assertThat(event.path("args")).isNotEmpty());
        slices();
        asyncs();
        flows();
        return this;
    }

    /** Slices of a thread lie within each other or apart; all their threads have names. */
    private void slices() {
        Map<String, ArrayDeque<JsonNode>> open = new HashMap<>();
        List<String> named = all("M").stream()
                .filter(e -> e.path("name").asText().equals("thread_name"))
                .map(Parsed::track)
                .toList();
        assertThat(named).doesNotHaveDuplicates();
        // Viewers sort: by begin, the longest first.
        List<JsonNode> sorted = new ArrayList<>(all("X"));
        sorted.sort(
                Comparator.comparingLong((JsonNode slice) -> slice.path("ts").asLong())
                        .thenComparing(slice -> -slice.path("dur").asLong()));
        for (JsonNode slice : sorted) {
            long startUs = slice.path("ts").asLong();
            assertThat(slice.path("dur").asLong(-1)).isNotNegative();
            assertThat(named).contains(track(slice));
            ArrayDeque<JsonNode> around = open.computeIfAbsent(track(slice), t -> new ArrayDeque<>());
            while (!around.isEmpty() && endUs(around.peek()) <= startUs) {
                around.pop();
            }
            if (!around.isEmpty()) {
                assertThat(endUs(slice)).as("%s in %s", slice, around.peek()).isLessThanOrEqualTo(endUs(around.peek()));
            }
            around.push(slice);
        }
    }

    private static long endUs(JsonNode slice) {
        return slice.path("ts").asLong() + slice.path("dur").asLong();
    }

    /** What begins ends, in the order in which brackets close, and not before. */
    private void asyncs() {
        Map<String, ArrayDeque<JsonNode>> open = new HashMap<>();
        for (JsonNode event : events) {
            String key = event.path("cat").asText() + event.path("id").asText();
            if (event.path("ph").asText().equals("b")) {
                ArrayDeque<JsonNode> around = open.computeIfAbsent(key, k -> new ArrayDeque<>());
                if (!around.isEmpty()) {
                    assertThat(event.path("ts").asLong())
                            .isGreaterThanOrEqualTo(around.peek().path("ts").asLong());
                }
                around.push(event);
            } else if (event.path("ph").asText().equals("e")) {
                JsonNode begin = open.get(key).pop();
                assertThat(event.path("name")).isEqualTo(begin.path("name"));
                assertThat(event.path("ts").asLong())
                        .isGreaterThanOrEqualTo(begin.path("ts").asLong());
            }
        }
        assertThat(open.values()).allSatisfy(left -> assertThat(left).isEmpty());
    }

    /** Each begins once, ends once, goes forward in time, and is in a slice of its thread at each place. */
    private void flows() {
        Map<String, List<JsonNode>> byId = new LinkedHashMap<>();
        for (JsonNode event : events) {
            if ("stf".contains(event.path("ph").asText())) {
                byId.computeIfAbsent(event.path("id").asText(), id -> new ArrayList<>())
                        .add(event);
            }
        }
        List<JsonNode> slices = all("X");
        byId.forEach((id, places) -> {
            StringBuilder phases = new StringBuilder();
            places.forEach(place -> phases.append(place.path("ph").asText()));
            assertThat(phases.toString()).as("the flow %s", id).matches("st*f");
            for (int i = 0; i < places.size(); i++) {
                JsonNode place = places.get(i);
                long atUs = place.path("ts").asLong();
                assertThat(i == 0 || atUs >= places.get(i - 1).path("ts").asLong())
                        .isTrue();
                assertThat(slices)
                        .anyMatch(slice -> track(slice).equals(track(place))
                                && slice.path("ts").asLong() <= atUs
                                && atUs <= endUs(slice));
            }
        });
    }

    /** The steps of the frames of a camera that are whole: microseconds by step's label, by frame's number. */
    public Map<Long, Map<String, Long>> frames(String camera) {
        Map<Long, Map<String, Long>> frames = new LinkedHashMap<>();
        Map<String, Long> numbers = new HashMap<>();
        for (JsonNode event : all("b")) {
            if (event.path("cat").asText().equals("frames of " + camera)) {
                String id = event.path("id").asText();
                if (event.path("args").has("whole")) {
                    numbers.put(id, event.path("args").path("frame").asLong());
                    if (event.path("args").path("whole").asBoolean()) {
                        frames.put(numbers.get(id), new HashMap<>());
                    }
                } else if (frames.containsKey(numbers.get(id))) {
                    frames.get(numbers.get(id))
                            .merge(
                                    event.path("name").asText(),
                                    event.path("args").path("us").asLong(),
                                    Long::sum);
                }
            }
        }
        return frames;
    }
}
