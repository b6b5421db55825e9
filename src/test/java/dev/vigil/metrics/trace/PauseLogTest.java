package dev.vigil.metrics.trace;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vigil.mqtt.Await;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class PauseLogTest {
    @Test
    void shouldUnderstandTheJvmsLinesWhenTheyTellOfPauses() {
        assertThat(PauseLog.read(List.of(
                        "[1000500ns] Safepoint \"GenCollectForAllocation\", Time since last: 995 ns, Reaching safepoint:"
                                + "  100 ns, Cleanup:  50 ns, At safepoint: 350 ns, Total:     500 ns",
                        "[2000000ns] GC(12) Pause Young (Allocation Failure) 24M->4M(61M) 1.250ms",
                        "[3000000ns] GC(13) Concurrent Mark Cycle",
                        "not a line of the log")))
                .containsExactly(
                        new PauseLog.Pause(true, "GenCollectForAllocation", 1_000_000, 500),
                        new PauseLog.Pause(false, "Pause Young (Allocation Failure) 24M->4M(61M)", 750_000, 1_250_000));
    }

    @Test
    void shouldTellACollectionOnTheProcesssClockWhenThereIsOne() throws Exception {
        long startNs = System.nanoTime();
        try (PauseLog log = PauseLog.begin()) {
            System.gc();
            Await.until("the collection's line", () -> {
                try {
                    return log.pauses().stream()
                            .anyMatch(pause -> pause.safepoint()
                                    && pause.startNs() >= startNs
                                    && pause.startNs() + pause.durationNs() <= System.nanoTime()
                                    && pause.durationNs() > 0);
                } catch (java.io.IOException e) {
                    throw new java.io.UncheckedIOException(e);
                }
            });
        }
        try (Stream<Path> left = Files.list(Path.of(System.getProperty("java.io.tmpdir")))) {
            assertThat(left.filter(file -> file.getFileName().toString().startsWith("vigil-pauses-")))
                    .isEmpty();
        }
    }
}
