package dev.vigil.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.vigil.OnnxFile;
import dev.vigil.draw.Drawing;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code vigil model compare} as a user has it. */
@Timeout(180)
class CompareCommandTest {
    private static final String MODEL = "models/ssdlite-mobilenet-v2-coco.onnx";
    private static final String CLIP = "media/demo-clip.mp4";
    private static final String TRUTH = "media/demo-clip.truth.json";

    @TempDir
    private Path folder;

    private Path tiny;

    /** A model of the default one's labels that knows nothing: weights by chance, a picture of 2x2. */
    @BeforeEach
    void writeTinyModel() throws IOException {
        tiny = Files.write(folder.resolve("tiny.onnx"), OnnxFile.ssd(20, 90));
        Files.writeString(folder.resolve("tiny.yml"), "family: ssd\nlabels: coco-90\n");
    }

    private static CommandLineRun compare(String... arguments) {
        List<String> all = new ArrayList<>(List.of("model", "compare", "--rounds", "1", "--for", "10ms"));
        all.addAll(List.of(arguments));
        return CommandLineRun.of(all.toArray(String[]::new));
    }

    @Test
    void shouldHoldModelsAgainstTheTruthWhenThereIsOne() throws IOException {
        Path png = folder.resolve("front.png");
        Path svg = folder.resolve("front.svg");
        CommandLineRun run = compare(
                MODEL,
                MODEL,
                tiny.toString(),
                folder.resolve("none.onnx").toString(),
                "--frames",
                CLIP,
                "--frames-max",
                "6",
                "--truth",
                TRUTH,
                "--json",
                "--picture",
                png.toString(),
                "--picture",
                svg.toString(),
                "--picture-size",
                "640x400");

        assertThat(run.exitCode()).as("one was not measured").isEqualTo(1);
        assertThat(run.errLines())
                .containsExactly(
                        "vigil model compare: none: the model " + folder.resolve("none.onnx") + " does not exist");
        assertThat(run.out().lines()).hasSize(1);
        JsonNode json = new ObjectMapper().readTree(run.out());
        assertThat(json.at("/held_against/kind").asText()).isEqualTo("truth");
        assertThat(json.at("/held_against/frames").asInt()).isEqualTo(6);
        assertThat(json.at("/held_against/objects/person").asInt()).isEqualTo(6);
        JsonNode first = json.at("/models/0");
        assertThat(first.at("/bytes").asLong()).isEqualTo(Files.size(Path.of(MODEL)));
        assertThat(first.at("/parameters").asLong()).isBetween(4_400_000L, 4_500_000L);
        assertThat(first.at("/multiply_adds").asLong()).isBetween(749_000_000L, 750_000_000L);
        assertThat(first.at("/load_ms/median").asDouble()).isPositive();
        assertThat(first.at("/latency_ms/runs").asInt()).isGreaterThanOrEqualTo(10);
        assertThat(first.at("/latency_ms/p99").asDouble())
                .isGreaterThanOrEqualTo(first.at("/latency_ms/p50").asDouble());
        assertThat(first.at("/frames_per_second_by_batch").fieldNames())
                .toIterable()
                .containsExactly("1", "2", "4", "8");
        assertThat(first.at("/frames_per_second/median").asDouble()).isPositive();
        assertThat(first.at("/device").asText()).isEqualTo("cpu");
        assertThat(first.at("/accuracy/map50").asDouble()).isGreaterThan(0.5);
        assertThat(first.at("/accuracy/map_by_label").fieldNames()).toIterable().contains("cat", "person");
        assertThat(json.at("/models/1/name").asText()).isEqualTo("ssdlite-mobilenet-v2-coco #2");
        assertThat(json.at("/models/1/accuracy")).as("the same model").isEqualTo(first.at("/accuracy"));
        assertThat(json.at("/models/2/accuracy/map").asDouble())
                .isLessThan(first.at("/accuracy/map").asDouble());
        assertThat(json.at("/models/2/frames_per_second_by_batch").fieldNames())
                .toIterable()
                .containsExactly("1");
        assertThat(json.at("/models/2/no_batches").asText()).isEqualTo("its file is made for single pictures");
        assertThat(json.at("/models/3/problem").asText()).endsWith("none.onnx does not exist");
        assertThat(ImageIO.read(png.toFile()).getWidth()).isEqualTo(640);
        assertThat(Files.readString(svg)).contains(">tiny</text>").doesNotContain(">none</text>");
    }

    @Test
    void shouldHoldModelsAgainstAModelWhenThereIsNoTruth() {
        CommandLineRun run = compare(tiny.toString(), "--reference", MODEL, "--frames", CLIP, "--frames-max", "3");

        assertThat(run.err()).isEmpty();
        assertThat(run.exitCode()).isZero();
        assertThat(run.out())
                .startsWith("3 frames of media/demo-clip.mp4, 1 round, 10ms a figure\n")
                .containsPattern("\ntiny +0\\.09 +0\\.023 ")
                .containsPattern("AGREEMENT, mAP points +50-95 +50 +75")
                .contains("Agreement is with ssdlite-mobilenet-v2-coco: ")
                .contains("No batches of tiny: its file is made for single pictures.");
    }

    @Test
    void shouldAgreeWithItselfWhenTheFirstIsTheReference() throws IOException {
        CommandLineRun run = compare(MODEL, tiny.toString(), "--frames", CLIP, "--frames-max", "3", "--json");

        assertThat(run.exitCode()).isZero();
        JsonNode json = new ObjectMapper().readTree(run.out());
        assertThat(json.at("/held_against/kind").asText()).isEqualTo("reference");
        assertThat(json.at("/models/0/accuracy/map").asDouble()).isCloseTo(1, within(1e-9));
        assertThat(json.at("/models/0/pareto_front").asBoolean()).isTrue();
        assertThat(json.at("/models/1/accuracy/map50").asDouble()).isLessThan(0.5);
    }

    @Test
    void shouldTellLabelsThatNoModelHasWhenTheTruthIsAFolder() throws IOException {
        Files.createDirectories(folder.resolve("set/labels"));
        Files.createDirectories(folder.resolve("set/images"));
        Files.writeString(folder.resolve("set/data.yaml"), "names: {0: person, 1: forklift}\nnc: 2\n");
        Files.writeString(folder.resolve("set/labels/a.txt"), "0 0.5 0.5 0.5 0.5\n1 0.2 0.2 0.1 0.1\n");
        Path picture = folder.resolve("set/images/a.png");
        new Drawing(64, 64).write(picture);
        CommandLineRun run = compare(
                tiny.toString(),
                "--frames",
                picture.getParent().toString(),
                "--truth",
                folder.resolve("set").toString());

        assertThat(run.err()).isEmpty();
        assertThat(run.exitCode()).isZero();
        assertThat(run.out())
                .contains("1 objects in 1 frames")
                .contains("No model has the label forklift: its objects are left out (1).");

        Files.writeString(folder.resolve("set/data.yaml"), "names: 5\n");
        CommandLineRun wrong = compare(
                tiny.toString(),
                "--frames",
                picture.getParent().toString(),
                "--truth",
                folder.resolve("set").toString());
        assertThat(wrong.exitCode()).isEqualTo(1);
        assertThat(wrong.errLines())
                .containsExactly("vigil model compare: " + folder.resolve("set/data.yaml")
                        + ":1:1  names: is a single value: names: as a list, or with a number before each");
    }

    @Test
    void shouldMeasureAModelWhenOpenCvRunsIt() throws IOException {
        CommandLineRun run = compare(
                MODEL, "--reference", MODEL, "--backend", "opencv", "--frames", CLIP, "--frames-max", "3", "--json");

        assertThat(run.err()).isEmpty();
        assertThat(run.exitCode()).isZero();
        JsonNode first = new ObjectMapper().readTree(run.out()).at("/models/0");
        assertThat(first.at("/backend").asText()).isEqualTo("opencv");
        assertThat(first.at("/accuracy/map50").asDouble()).isCloseTo(1, within(1e-9));
        assertThat(first.at("/latency_ms/p50").asDouble()).isPositive();
    }

    @Test
    void shouldShowTheOthersWhenAModelOfTensorFlowLiteIsNone() throws IOException {
        Path lite = Files.writeString(folder.resolve("m.tflite"), "\u001c\u0000\u0000\u0000TFL3");

        CommandLineRun run = compare(tiny.toString(), lite.toString(), "--frames", CLIP, "--frames-max", "2", "--json");

        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.errLines()).singleElement().asString().startsWith("vigil model compare: m: the model " + lite);
        JsonNode json = new ObjectMapper().readTree(run.out());
        assertThat(json.at("/models/0/latency_ms/p50").asDouble()).isPositive();
        assertThat(json.at("/models/1/problem").asText()).startsWith("the model " + lite);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            --rounds=0                          | --rounds 0 is not allowed: 1 and more
            --picture=front.jpg                 | --picture front.jpg is not allowed: an .svg or a .png
            --picture=none/front.svg            | --picture none/front.svg: there is no such folder
            --picture-size=100x100              | --picture-size 100x100 is not allowed: 320x240 to 4096x4096
            --truth=t.json --reference=m.onnx   | --truth and --reference can not both be what models are held against
            """)
    void shouldSayWhatIsAllowedWhenTheUsageIsWrong(String options, String message) {
        List<String> all = new ArrayList<>(List.of("model", "compare", MODEL, "--frames", CLIP));
        all.addAll(List.of(options.split(" ")));
        CommandLineRun run = CommandLineRun.of(all.toArray(String[]::new));
        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.errLines().get(0)).isEqualTo(message);
    }
}
