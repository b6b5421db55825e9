package dev.vigil.publish;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.vigil.MessageSchema;
import dev.vigil.base.Clock;
import dev.vigil.detect.Detections;
import dev.vigil.detect.Labels;
import dev.vigil.detect.StageLabels;
import dev.vigil.frame.Capture;
import dev.vigil.frame.CaptureClock;
import dev.vigil.frame.DropCause;
import dev.vigil.frame.Feed;
import dev.vigil.frame.FrameTimes;
import dev.vigil.frame.Step;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DetectionEncoderTest {
    private static final StageLabels LABELS = StageLabels.of("m", Labels.of(List.of("person", "cat"), "the test"));
    private static final long[] NO_DROPS = new long[DropCause.ALL.length];

    /** 35 µs after the step before, and 41.21 ms after the capture. */
    private static final Clock CLOCK = clock(MadeUpResult.DONE_NS + 35_000, MadeUpResult.CAPTURE_UTC_US + 41_210);

    private static Clock clock(long monotonicNs, long utcUs) {
        return new Clock() {
            @Override
            public long monotonicNs() {
                return monotonicNs;
            }

            @Override
            public long utcUs() {
                return utcUs;
            }
        };
    }

    private static DetectionEncoder encoder(String node, String camera) {
        return new DetectionEncoder("run1", node, camera, "ssdlite-mobilenet-v2-coco", LABELS, CLOCK);
    }

    private static Detections boxes(int count) {
        Detections boxes = new Detections(Math.max(1, count));
        for (int i = 0; i < count; i++) {
            boxes.add(i, 2 * i, i + 10, 2 * i + 20, 1 - i / (float) count, i % 2);
        }
        return boxes;
    }

    private static String text(DetectionEncoder encoder, FrameResult result, long... dropped) {
        ByteBuf out = ByteBufAllocator.DEFAULT.directBuffer(4_096);
        try {
            encoder.encode(result, dropped, out);
            return out.toString(StandardCharsets.UTF_8);
        } finally {
            out.release();
        }
    }

    private static JsonNode valid(String message) throws Exception {
        assertThat(MessageSchema.DETECTIONS.problems(message)).isEmpty();
        return new ObjectMapper().readTree(message);
    }

    @Test
    void shouldBeThisTextWhenFrameIsThis() throws Exception {
        Detections boxes = new Detections(2);
        boxes.add(412, 88.5f, 542.2f, 390.2f, 0.912f, 0);
        boxes.add(0, 0, 1_280, 720, 0.4f, 1);
        long[] dropped = NO_DROPS.clone();
        dropped[DropCause.SUPERSEDED.ordinal()] = 3;
        dropped[DropCause.CORRUPT.ordinal()] = 1;
        String message =
                text(encoder("box-7", "gate"), MadeUpResult.of(new Feed("gate", false), 1_841, boxes), dropped);
        assertThat(message).isEqualTo("""
                {"v":1,"node":"box-7","camera":"gate","id":"run1-1841","frame":1841,"width":1280,"height":720,\
                "captured":"2026-11-21T22:10:04.123456Z","clock":"rtcp","clock_uncertainty_us":212,\
                "us":{"decode":6020,"wait":310,"convert":950,"queue":40,"infer":17300,"post":120,"cascade":0,"track":0,"encode":35,\
                "total":24775},"age_us":41210,"model":"ssdlite-mobilenet-v2-coco","device":"cpu","batch":1,\
                "dropped":{"superseded":3,"corrupt":1},"detections":[\
                {"label":"person","class":0,"score":0.912,"box":[412.0,88.5,130.2,301.7]},\
                {"label":"cat","class":1,"score":0.400,"box":[0.0,0.0,1280.0,720.0]}]}""");
        valid(message);
    }

    @Test
    void shouldTellKeypointsWhenTheModelHasThem() throws Exception {
        Detections faces = new Detections(2, 3);
        faces.add(412, 88.5f, 542.2f, 390.2f, 0.912f, 0);
        faces.keypoint(0, 450.14f, 100);
        faces.keypoint(1, -2.46f, 1_300.06f);
        faces.keypoint(2, Float.NaN, 7);
        faces.add(0, 0, 1_280, 720, 0.4f, 1);
        faces.keypoint(0, 1, Float.POSITIVE_INFINITY);
        faces.keypoint(1, -0.04f, 0);
        faces.keypoint(2, 1e30f, -1e30f);

        String message = text(encoder("box-7", "gate"), MadeUpResult.of(new Feed("gate", false), 1, faces), NO_DROPS);

        assertThat(message)
                .contains("\"box\":[412.0,88.5,130.2,301.7],\"keypoints\":[[450.1,100.0],[-2.5,1300.1],null]}")
                .contains("\"box\":[0.0,0.0,1280.0,720.0],\"keypoints\":[null,[0.0,0.0],[");
        assertThat(valid(message).get("detections").get(1).get("keypoints")).hasSize(3);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 300, 5_000})
    void shouldBeValidWhenThereAreSoManyBoxes(int count) throws Exception {
        JsonNode message = valid(
                text(encoder("box-7", "gate"), MadeUpResult.of(new Feed("gate", false), 1, boxes(count)), NO_DROPS));
        assertThat(message.get("detections")).hasSize(count);
        if (count > 1) {
            JsonNode last = message.get("detections").get(count - 1);
            assertThat(last.get("box").get(1).intValue()).isEqualTo(2 * (count - 1));
            assertThat(last.get("label").textValue()).isEqualTo("cat");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a \"quoted\" name",
                "back\\slash/and/slash",
                "Straße – 门口 – 🚪",
                "tab\tline\nbell\u0007nul\u0000",
                "</script>\u2028\u007f"
            })
    void shouldKeepNamesWhenTheyHaveSuchCharacters(String name) throws Exception {
        StageLabels labels = StageLabels.of(name, Labels.of(List.of(name), "the test"));
        Detections boxes = new Detections(1);
        boxes.add(1, 2, 3, 4, 0.5f, 0);
        DetectionEncoder encoder = new DetectionEncoder("run1", name, name, name, labels, CLOCK);
        JsonNode message = valid(text(encoder, MadeUpResult.of(new Feed(name, false), 1, boxes), NO_DROPS));
        for (String key : List.of("node", "camera", "model")) {
            assertThat(message.get(key).textValue()).as(key).isEqualTo(name);
        }
        assertThat(message.get("detections").get(0).get("label").textValue()).isEqualTo(name);
    }

    @ParameterizedTest
    @ValueSource(strings = {"x", "門", "\u0001"})
    void shouldHaveRoomForHeadWhenNamesHave255Characters(String character) throws Exception {
        // A control character takes six bytes in JSON, and these numbers are the longest there are.
        String name = character.repeat(255);
        Clock late = clock(Long.MAX_VALUE, Long.MAX_VALUE);
        FrameTimes times = new FrameTimes();
        times.begin(0, Capture.atArrival(MadeUpResult.CAPTURE_UTC_US));
        for (Step step : Step.ALL) {
            times.mark(step, Long.MAX_VALUE / 16 * (step.ordinal() + 1));
        }
        DetectionEncoder encoder = new DetectionEncoder("run1", name, name, name, LABELS, late);
        FrameResult result = new MadeUpResult(
                new Feed(name, false), Long.MAX_VALUE, Integer.MAX_VALUE, Integer.MAX_VALUE, times, 1, boxes(300));
        long[] dropped = NO_DROPS.clone();
        Arrays.fill(dropped, Long.MAX_VALUE);
        JsonNode message = valid(text(encoder, result, dropped));
        assertThat(message.get("node").textValue()).isEqualTo(name);
        assertThat(message.get("camera").textValue()).isEqualTo(name);
        assertThat(message.get("frame").longValue()).isEqualTo(Long.MAX_VALUE);
        assertThat(message.get("clock").textValue()).isEqualTo("arrival");
        assertThat(message.get("clock_uncertainty_us").isNull()).isTrue();
        assertThat(message.get("detections")).hasSize(300);
    }

    @Test
    void shouldTellEveryCauseWhenFramesWereDroppedForAll() throws Exception {
        long[] dropped =
                IntStream.rangeClosed(1, DropCause.ALL.length).asLongStream().toArray();
        JsonNode told = valid(text(
                        encoder("box-7", "gate"), MadeUpResult.of(new Feed("gate", false), 1_000, boxes(1)), dropped))
                .get("dropped");
        assertThat(told).hasSize(DropCause.ALL.length);
        for (DropCause cause : DropCause.ALL) {
            assertThat(told.get(cause.label()).longValue()).as(cause.label()).isEqualTo(cause.ordinal() + 1);
        }
    }

    @Test
    void shouldTellSameAgeWhenClocksAreSet() throws Exception {
        Clock behind = clock(MadeUpResult.DONE_NS, MadeUpResult.CAPTURE_UTC_US - 3_600_000_000L);
        DetectionEncoder encoder = new DetectionEncoder("run1", "box-7", "gate", "m", LABELS, behind);
        JsonNode message = valid(text(encoder, MadeUpResult.of(new Feed("gate", false), 1, boxes(0)), NO_DROPS));
        assertThat(message.get("age_us").longValue()).isEqualTo(16_435 + MadeUpResult.DONE_NS / 1_000);
    }

    @Test
    void shouldSumStepsToTotalWhenMarksFallBetweenMicroseconds() throws Exception {
        Random random = new Random(7);
        for (int i = 0; i < 1_000; i++) {
            long nowNs = random.nextLong(1L << 50);
            FrameTimes times = new FrameTimes();
            times.begin(nowNs, new Capture(MadeUpResult.CAPTURE_UTC_US, CaptureClock.RTCP, 0, 100));
            for (int mark = random.nextInt(20); mark >= 0; mark--) {
                nowNs += random.nextInt(3_000_000);
                times.mark(Step.ALL[random.nextInt(Step.ALL.length)], nowNs);
            }
            DetectionEncoder encoder = new DetectionEncoder(
                    "run1", "box-7", "gate", "m", LABELS, clock(nowNs + random.nextInt(10_000), 0));
            JsonNode us = valid(text(
                            encoder, new MadeUpResult(new Feed("gate", false), 1, 1, 1, times, 1, boxes(0)), NO_DROPS))
                    .get("us");
            long sumUs = 0;
            for (Step step : Step.ALL) {
                sumUs += us.get(step.label()).longValue();
            }
            assertThat(sumUs).isEqualTo(us.get("total").longValue());
        }
    }

    @ParameterizedTest
    @CsvSource({
        "2026-11-21T22:10:04.123456Z",
        "2026-11-21T22:10:04.000000Z",
        "2026-11-21T22:10:05.000001Z",
        "2028-02-29T23:59:59.999999Z",
        "1970-01-01T00:00:00.000000Z",
        "1969-12-31T23:59:59.999999Z",
    })
    void shouldTellCaptureTimeToTheMicrosecond(String captured) throws Exception {
        Instant instant = Instant.parse(captured);
        FrameTimes times = new FrameTimes();
        times.begin(
                0,
                new Capture(
                        instant.getEpochSecond() * 1_000_000 + instant.getNano() / 1_000, CaptureClock.RTCP, 0, 100));
        JsonNode message = valid(text(
                encoder("box-7", "gate"),
                new MadeUpResult(new Feed("gate", false), 1, 1, 1, times, 1, boxes(0)),
                NO_DROPS));
        assertThat(message.get("captured").textValue()).isEqualTo(captured);
    }

    @Test
    void shouldMakeEachSecondsTextAnewWhenFramesAreOfSeveralSeconds() throws Exception {
        DetectionEncoder encoder = encoder("box-7", "gate");
        for (long second : new long[] {0, 0, 1, 0, 86_400, 86_400}) {
            FrameTimes times = new FrameTimes();
            times.begin(0, new Capture(MadeUpResult.CAPTURE_UTC_US + second * 1_000_000, CaptureClock.RTCP, 0, 100));
            JsonNode message = valid(
                    text(encoder, new MadeUpResult(new Feed("gate", false), 1, 1, 1, times, 1, boxes(0)), NO_DROPS));
            assertThat(Instant.parse(message.get("captured").textValue()))
                    .isEqualTo(Instant.parse("2026-11-21T22:10:04.123456Z").plusSeconds(second));
        }
    }
}
