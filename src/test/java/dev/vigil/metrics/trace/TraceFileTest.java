package dev.vigil.metrics.trace;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TraceFileTest {
    @TempDir
    private Path folder;

    @Test
    void shouldBeWholeAtAnyMomentWhenItIsWrittenPieceByPiece() throws Exception {
        ObjectMapper json = new ObjectMapper();
        Path path = Files.writeString(folder.resolve("t.json"), "x".repeat(1 << 20));
        String event = "{\"name\":\"" + "é".repeat(20_000) + "\"}";
        int before = -1;
        try (TraceFile file = new TraceFile(path)) {
            file.about("{\"seconds\":" + "1".repeat(500) + "}");
            for (int i = 0; i < 12; i++) {
                int there = json.readTree(Files.readAllBytes(path))
                        .path("traceEvents")
                        .size();
                assertThat(there).isBetween(Math.max(0, before), i);
                before = there;
                file.add(event);
            }
            assertThat(before).as("pieces are written on the way").isPositive();
            file.about("{\"seconds\":2}");
        }
        JsonNode whole = json.readTree(Files.readAllBytes(path));
        assertThat(whole.path("traceEvents"))
                .hasSize(12)
                .allSatisfy(each -> assertThat(each.path("name").asText()).hasSize(20_000));
        assertThat(whole.path("otherData").path("seconds").asInt()).isEqualTo(2);
    }

    @Test
    void shouldBeAnEmptyTraceWhenNothingCame() throws Exception {
        Path path = folder.resolve("t.json");
        new TraceFile(path).close();
        assertThat(new ObjectMapper()
                        .readTree(Files.readAllBytes(path))
                        .path("traceEvents")
                        .isArray())
                .isTrue();
    }
}
