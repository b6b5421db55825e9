package dev.vigil.app.detect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.vigil.DemoClip;
import dev.vigil.source.sim.RtspCameraServer;
import dev.vigil.source.sim.SimulatedCameraOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What is found, and how it is told. */
@Timeout(120)
class DetectCommandTest extends DetectCommandRun {
    @Test
    void shouldFindWhatIsThereInEveryFrameWhenGivenAVideo() throws Exception {
        assertThat(run("--json", CLIP)).isZero();

        List<JsonNode> lines = lines();
        assertThat(lines.stream().map(line -> line.get("frame").intValue()))
                .isEqualTo(IntStream.rangeClosed(1, 400).boxed().toList());
        assertThat(lines).allSatisfy(line -> {
            assertThat(line.get("source").textValue()).isEqualTo(CLIP);
            assertThat(line.get("width").intValue()).isEqualTo(1280);
            assertThat(line.get("height").intValue()).isEqualTo(720);
        });
        assertThat(DemoClip.recall(
                        lines.stream().flatMap(line -> found(line).stream()).toList()))
                .isGreaterThanOrEqualTo(0.95);
        assertThat(err.toString()).isEmpty();
    }

    private static List<DemoClip.Found> found(JsonNode line) {
        List<DemoClip.Found> found = new ArrayList<>();
        for (JsonNode detection : line.get("detections")) {
            float[] box = new float[4];
            for (int i = 0; i < 4; i++) {
                box[i] = detection.get("box").get(i).floatValue();
            }
            found.add(new DemoClip.Found(
                    line.get("frame").intValue() - 1,
                    detection.get("label").textValue(),
                    box[0],
                    box[1],
                    box[0] + box[2],
                    box[1] + box[3]));
        }
        return found;
    }

    @Test
    void shouldFindTheSameWhateverThePicturesFormat() throws Exception {
        List<Path> pictures = List.of(
                TestPictures.FRAME,
                TestPictures.as(folder.resolve("a.png")),
                TestPictures.as(folder.resolve("b.webp")),
                TestPictures.as(folder.resolve("c.bmp")),
                TestPictures.as(folder.resolve("d.tiff")),
                TestPictures.withAlpha(folder.resolve("e.png")),
                TestPictures.gray(folder.resolve("f.png")),
                TestPictures.gray(folder.resolve("g.jpg")),
                TestPictures.sized(4_000, 3_000, folder.resolve("h.jpg")));
        List<Object> arguments = new ArrayList<>(pictures);
        arguments.add("--json");
        assertThat(run(arguments.toArray())).isZero();

        List<JsonNode> lines = lines();
        assertThat(lines.stream().map(line -> line.get("source").textValue()))
                .isEqualTo(pictures.stream().map(Path::toString).toList());
        JsonNode first = box(lines.get(0), "cat");
        for (JsonNode line : lines) {
            assertThat(line.get("frame").intValue()).isEqualTo(1);
            JsonNode box = box(line, "cat");
            for (int i = 0; i < 4; i++) {
                double scale = line.get(i % 2 == 0 ? "width" : "height").doubleValue() / (i % 2 == 0 ? 1_280 : 720);
                assertThat(box.get(i).doubleValue() / scale)
                        .as("side %d in %s", i, line)
                        .isCloseTo(first.get(i).doubleValue(), within(30.0));
            }
        }
    }

    private static JsonNode box(JsonNode line, String label) {
        for (JsonNode detection : line.get("detections")) {
            if (detection.get("label").textValue().equals(label)) {
                return detection.get("box");
            }
        }
        throw new AssertionError("no " + label + " in " + line);
    }

    @Test
    void shouldPrintAnAlignedTableAndCountsWhenNoJsonIsAskedFor() {
        assertThat(run(TestPictures.FRAME, CLIP, "--every", "200")).isZero();

        List<String> lines = out.toString().lines().toList();
        assertThat(lines.get(0)).matches("SOURCE +FRAME +LABEL +SCORE +X +Y +WIDTH +HEIGHT");
        List<String> rows =
                lines.stream().skip(1).takeWhile(line -> !line.isEmpty()).toList();
        assertThat(rows)
                .isNotEmpty()
                .allMatch(row -> row.length() == lines.get(0).length());
        assertThat(rows).allMatch(row -> row.matches("\\S+ +\\d+  \\D+ +[01]\\.\\d{3}( +\\d+\\.\\d){4}"));
        List<String> summary =
                lines.stream().dropWhile(line -> !line.isEmpty()).skip(1).toList();
        assertThat(summary).hasSize(3);
        assertThat(summary.get(0)).matches("SOURCE +FRAMES +SIZE +FOUND");
        assertThat(summary.get(1)).matches("…\\S+ +1 +1280x720 +1 cat, 1 person");
        assertThat(summary.get(2)).matches("media/demo-clip.mp4 +2 +1280x720 +\\d .*");
    }

    @Test
    void shouldLookAtEachNthFrameOnlyWhenToldTo() throws Exception {
        assertThat(run("--json", "--every", "150", CLIP, CLIP)).isZero();

        assertThat(lines().stream().map(line -> line.get("frame").intValue()))
                .containsExactly(1, 151, 301, 1, 151, 301);
    }

    @Test
    void shouldGoThroughAFolderInTheOrderOfNamesWhenGivenOne() throws Exception {
        TestPictures.sized(64, 48, folder.resolve("b.png"));
        TestPictures.sized(64, 48, folder.resolve("a.jpg"));
        Files.writeString(folder.resolve("notes.txt"), "no picture");
        Files.writeString(folder.resolve(".hidden.jpg"), "no picture");

        assertThat(run("--json", folder)).isZero();

        assertThat(lines().stream().map(line -> line.get("source").textValue()))
                .containsExactly(folder + "/a.jpg", folder + "/b.png");
    }

    @Test
    void shouldWatchAStreamForAsLongAsToldWhenGivenOne() throws Exception {
        try (RtspCameraServer server = RtspCameraServer.start(
                SimulatedCameraOptions.of(Path.of(CLIP)).withPort(0).withCameras(1))) {
            assertThat(run(server.uri(0), server.uri(0), "--for", "1500ms", "--json"))
                    .isZero();
        }

        List<JsonNode> lines = lines();
        List<Integer> numbers =
                lines.stream().map(line -> line.get("frame").intValue()).toList();
        int second = IntStream.range(1, numbers.size())
                .filter(i -> numbers.get(i) < numbers.get(i - 1))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no second stream in " + numbers));
        assertThat(numbers.subList(0, second)).isSorted().doesNotHaveDuplicates();
        assertThat(numbers.subList(second, numbers.size())).isSorted().doesNotHaveDuplicates();
        // 1.5 s at 25 frames a second and one more, of each stream.
        assertThat(numbers).allMatch(number -> number <= 60);
        assertThat(lines).anyMatch(line -> !line.get("detections").isEmpty());
    }

    @Test
    void shouldShowExamplesWhenAskedForHelp() {
        assertThat(run("--help")).isZero();
        assertThat(out.toString())
                .contains("Examples:", "vigil detect photo.jpg", "numbered from 1", "Exit codes:")
                .contains("rtsp://user:${CAMERA_PASSWORD}@camera/stream", "${NAME}, between")
                .doesNotContain("null");
    }
}
