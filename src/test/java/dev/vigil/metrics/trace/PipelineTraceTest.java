package dev.vigil.metrics.trace;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.vigil.base.trace.Tracing;
import dev.vigil.frame.Capture;
import dev.vigil.frame.DropCause;
import dev.vigil.frame.Feed;
import dev.vigil.frame.Picture;
import dev.vigil.frame.Step;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class PipelineTraceTest {
    private final List<JsonNode> events = new ArrayList<>();

    private LiveTrace.Summary write(LiveTrace trace) throws Exception {
        ObjectMapper json = new ObjectMapper();
        return trace.write(event -> events.add(json.readTree(event)));
    }

    private static void frame(Feed feed, long startUs, Step... steps) {
        Picture picture = feed.mailbox().obtain();
        picture.times().begin(startUs * 1_000, Capture.atArrival(0));
        picture.setNumber(feed.ledger().read());
        long nowUs = startUs;
        for (Step step : steps) {
            nowUs += 100L * (1 + step.ordinal());
            picture.times().mark(step, nowUs * 1_000 + 999);
        }
        feed.mailbox().recycle(picture);
    }

    @Test
    void shouldShowEachFramesStepsWhenFramesOverlap() throws Exception {
        Feed gate = new Feed("trace-gate", false);
        try (LiveTrace trace = LiveTrace.begin(Duration.ofSeconds(1), 1_000)) {
            long startUs = System.nanoTime() / 1_000;
            frame(gate, startUs, Step.DECODE, Step.WAIT, Step.QUEUE, Step.CONVERT, Step.QUEUE, Step.INFER, Step.ENCODE);
            frame(gate, startUs + 50, Step.DECODE, Step.WAIT);
            gate.ledger().dropped(DropCause.SUPERSEDED);
            gate.ledger().published();
            frame(gate, startUs - 5_000, Step.WAIT, Step.QUEUE, Step.CONVERT, Step.ENCODE);
            LiveTrace.Summary summary = write(trace);
            assertThat(summary.frames()).isEqualTo(1);
            assertThat(summary.lost()).isZero();
        }
        Parsed parsed = new Parsed(events).check();
        assertThat(parsed.frames("trace-gate"))
                .isEqualTo(Map.of(
                        1L,
                        Map.of(
                                "decode", 100L, "wait", 200L, "queue", 800L, "convert", 300L, "infer", 500L, "encode",
                                900L)));
        assertThat(parsed.all("i"))
                .extracting(event -> event.path("name").asText())
                .contains("dropped: superseded", "published trace-gate");
        assertThat(parsed.all("s")).hasSize(2);
    }

    /** Viewers refuse slices that overlap. */
    @Test
    void shouldKeepWorkWithinItsStepWhenTheStepIsRoundedDown() throws Exception {
        Feed gate = new Feed("trace-gate", false);
        try (LiveTrace trace = LiveTrace.begin(Duration.ofSeconds(1), 1_000)) {
            long startNs = System.nanoTime();
            frame(gate, startNs / 1_000, Step.DECODE, Step.INFER);
            while (System.nanoTime() < startNs + 700_000) {
                Thread.onSpinWait();
            }
            Objects.requireNonNull(Tracing.current())
                    .slice(Tracing.name("run"), Tracing.NAMELESS, startNs + 200_000, 1);
            write(trace);
        }
        Parsed parsed = new Parsed(events).check();
        assertThat(parsed.all("X"))
                .filteredOn(event -> event.path("name").asText().equals("run"))
                .hasSize(1);
    }

    @Test
    void shouldSayWhatIsLostWhenItWasTooMuch() throws Exception {
        Feed gate = new Feed("trace-gate", false);
        try (LiveTrace trace = LiveTrace.begin(Duration.ofSeconds(1), 10)) {
            assertThat(LiveTrace.begin(Duration.ofSeconds(1))).isNull();
            for (int i = 0; i < 20; i++) {
                frame(gate, 10_000 * i, Step.DECODE, Step.CONVERT, Step.ENCODE);
            }
            LiveTrace.Summary summary = write(trace);
            assertThat(summary.lost()).isEqualTo(50);
            assertThat(summary.frames()).isEqualTo(3);
        }
        new Parsed(events).check();
        frame(gate, 0, Step.DECODE); // nothing is on any more
    }

    @Test
    void shouldCountWhatRingsHoldWhenStagesMove() throws Exception {
        List<String> told = new ArrayList<>();
        RingTracks rings = new RingTracks(
                List.of("my-model-ingress", "my-model-convert", "my-model-infer-2", "my-model-publish", "mqtt-1-1"),
                10,
                new ChromeTrace(told::add));
        rings.moved("my-model-ingress", 5, 100);
        rings.moved("my-model-ingress", 6, 110);
        rings.moved("my-model-convert", 5, 120);
        rings.moved("my-model-infer-2", 5, 130);
        rings.moved("mqtt-1-1", 5, 140);
        List<String> inside =
                told.stream().filter(event -> event.contains("frames inside")).toList();
        assertThat(inside).hasSize(4);
        assertThat(inside.get(2)).endsWith("\"args\":{\"convert\":1,\"infer\":0,\"publish\":0}}");
        assertThat(inside.get(3)).endsWith("\"args\":{\"convert\":1,\"infer\":0,\"publish\":0}}");
        assertThat(told.get(0)).contains("process_name", "ring my-model");
        assertThat(told).anyMatch(event -> event.contains("sequence: ingress") && event.contains("{\"frames\":1}"));
    }
}
