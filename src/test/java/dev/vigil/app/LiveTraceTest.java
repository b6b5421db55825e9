package dev.vigil.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.vigil.app.demo.EmbeddedBroker;
import dev.vigil.metrics.trace.LiveTrace;
import dev.vigil.metrics.trace.Parsed;
import dev.vigil.source.sim.RtspCameraServer;
import dev.vigil.source.sim.SimulatedCameraOptions;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A recording of a whole daemon against what its messages say. */
@Timeout(120)
class LiveTraceTest {
    private static final Path CLIP = Path.of("media/demo-clip.mp4");
    private static final int MESSAGES = 15;

    @TempDir
    private Path folder;

    @Test
    void shouldTellTheStepsOfEveryMessageWhenADaemonIsRecorded() throws Exception {
        ObjectMapper json = new ObjectMapper();
        List<JsonNode> events = new ArrayList<>();
        try (EmbeddedBroker broker = EmbeddedBroker.start(0);
                RtspCameraServer camera = RtspCameraServer.start(SimulatedCameraOptions.of(CLIP));
                TestDaemon daemon = TestDaemon.start(
                        URI.create("mqtt://127.0.0.1:" + broker.port()),
                        folder,
                        TestDaemon.impatient(camera.uri(0)),
                        TestDaemon.impatient(camera.uri(0)))) {
            daemon.awaitMessages(1, 1);
            daemon.awaitMessages(2, 1);
            try (LiveTrace trace = LiveTrace.begin(Duration.ofMinutes(1))) {
                int one = daemon.messages(1);
                int two = daemon.messages(2);
                System.gc();
                trace.record(pause -> {
                    LockSupport.parkNanos(pause.toNanos());
                    return daemon.messages(1) > one + MESSAGES && daemon.messages(2) > two + MESSAGES;
                });
                LiveTrace.Summary summary = trace.write(event -> events.add(json.readTree(event)));
                assertThat(summary.lost()).isZero();
                assertThat(summary.frames()).isGreaterThan(2 * MESSAGES - 10);
            }
            Parsed parsed = new Parsed(events).check();
            compare(parsed.frames("cam1"), daemon.detections(1));
            compare(parsed.frames("cam2"), daemon.detections(2));
            assertThat(parsed.all("X"))
                    .extracting(event -> event.path("name").asText())
                    .contains("model run", "write PUBLISH", "infer cam1", "infer cam2", "decode cam1", "encode cam2");
            assertThat(parsed.all("X"))
                    .anyMatch(event -> event.path("cat").asText().equals("pause"));
            assertThat(parsed.all("C"))
                    .extracting(event -> event.path("name").asText())
                    .contains("frames inside", "sequence: publish", "CPU, % of one core", "Java heap, kB");
            assertThat(parsed.all("i"))
                    .extracting(event -> event.path("name").asText())
                    .contains("PUBLISH sent", "published cam1", "published cam2");
        }
    }

    private static void compare(Map<Long, Map<String, Long>> traced, List<JsonNode> messages) {
        int compared = 0;
        for (JsonNode message : messages) {
            Map<String, Long> steps = traced.get(message.path("frame").asLong());
            if (steps != null) {
                compared++;
                for (Map.Entry<String, JsonNode> step : message.path("us").properties()) {
                    long tracedUs = step.getKey().equals("total")
                            ? steps.values().stream().mapToLong(Long::longValue).sum()
                            : steps.getOrDefault(step.getKey(), 0L);
                    assertThat(tracedUs)
                            .as("%s of frame %s", step.getKey(), message.path("frame"))
                            .isEqualTo(step.getValue().asLong());
                }
            }
        }
        assertThat(compared).as("messages that are in the trace").isGreaterThan(MESSAGES - 5);
    }
}
