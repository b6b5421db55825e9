package dev.vigil.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.offset;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.vigil.BrightModel;
import dev.vigil.detect.Labels;
import dev.vigil.workshop.accuracy.Truth;
import dev.vigil.workshop.accuracy.TruthFile;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code vigil model distill-data} as a user has it. */
@Timeout(300)
class DistillCommandTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int WIDTH = 320;
    private static final int HEIGHT = 240;
    /** Not so bright that the teacher finds another colour where swscale mixes them at an edge: it finds each pixel above 102. */
    private static final Color[] COLOURS = {new Color(150, 0, 0), new Color(0, 150, 0), new Color(0, 0, 150)};

    @TempDir
    private Path folder;

    /** A model that finds the box around red, around green, and around blue. */
    private Path teacher() throws IOException {
        Files.writeString(folder.resolve("big.yml"), """
                family: ssd
                labels: [red, green, blue]
                input: {mean: 0, std: 255, resize: stretch}
                """);
        return BrightModel.write(folder.resolve("big.onnx"), 1, 160, 120);
    }

    /** Pictures of one or two spots on stripes of grey; one of them black, one of them twice. */
    private Path pictures() throws IOException {
        Path pictures = Files.createDirectory(folder.resolve("pictures"));
        Random random = new Random(5);
        for (int i = 0; i < 24; i++) {
            BufferedImage image = new BufferedImage(WIDTH, HEIGHT, BufferedImage.TYPE_INT_RGB);
            Graphics2D to = image.createGraphics();
            for (int x = 0; x < WIDTH; x += 8) {
                int grey = i == 23 ? 0 : random.nextInt(90);
                to.setColor(new Color(grey, grey, grey));
                to.fillRect(x, 0, 8, HEIGHT);
            }
            for (int color = 0; color < 2 && i < 23; color++) {
                to.setColor(COLOURS[(i + color * (1 + i % 2)) % 3]);
                to.fillRect(8 * random.nextInt(14) + 160 * color, 8 * random.nextInt(16), 48, 64);
            }
            to.dispose();
            ImageIO.write(
                    image, "png", pictures.resolve("p%02d.png".formatted(i)).toFile());
        }
        Files.copy(pictures.resolve("p07.png"), pictures.resolve("p07-again.png"));
        return pictures;
    }

    private CommandLineRun run(String... more) throws IOException {
        Path teacher = Files.exists(folder.resolve("big.onnx")) ? folder.resolve("big.onnx") : teacher();
        Path pictures = Files.exists(folder.resolve("pictures")) ? folder.resolve("pictures") : pictures();
        List<String> words = new ArrayList<>(List.of(
                "model",
                "distill-data",
                "--teacher",
                teacher.toString(),
                "--frames",
                pictures.toString(),
                "--device",
                "cpu"));
        words.addAll(Arrays.asList(more));
        return CommandLineRun.of(words.toArray(String[]::new));
    }

    private static Map<String, byte[]> content(Path set) throws IOException {
        Map<String, byte[]> content = new TreeMap<>();
        try (Stream<Path> files = Files.walk(set)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                content.put(set.relativize(file).toString(), Files.readAllBytes(file));
            }
        }
        return content;
    }

    @ParameterizedTest
    @CsvSource({"''", "annotations/val.json"})
    void shouldBeTheTruthOfItsTeacherWhenModelsAreCompared(String truth) throws Exception {
        Path set = folder.resolve("set");
        assertThat(run("-o", set.toString(), "--count", "20", "--val", "0.25", "--png")
                        .exitCode())
                .isZero();

        CommandLineRun compared = CommandLineRun.of(
                "model",
                "compare",
                folder.resolve("big.onnx").toString(),
                "--rounds=1",
                "--for=10ms",
                "--frames=" + set.resolve("images/val"),
                "--truth=" + set.resolve(truth),
                "--json");

        assertThat(compared.err()).isEmpty();
        assertThat(compared.exitCode()).isZero();
        JsonNode json = JSON.readTree(compared.out());
        assertThat(json.at("/held_against/kind").asText()).isEqualTo("truth");
        assertThat(json.at("/held_against/frames").asInt()).isEqualTo(5);
        assertThat(json.at("/models/0/accuracy/map50").asDouble()).isGreaterThan(0.95);
    }

    @Test
    void shouldWriteASetThatOtherToolsReadWhenAllIsWell() throws Exception {
        Path set = folder.resolve("set");

        CommandLineRun run = run("-o", set.toString(), "--count", "20", "--val", "0.25", "--png");

        assertThat(run.err()).isEmpty();
        assertThat(run.exitCode()).isZero();
        assertThat(run.out())
                .contains(set + ": 15 pictures to train, 5 to validate")
                .contains("25 frames looked at, 1 black, 1 nearly one that was there");
        assertThat(content(set).keySet())
                .contains(
                        "README.md", "data.yaml", "contact-sheet.jpg", "annotations/train.json", "annotations/val.json")
                .noneMatch(name -> name.startsWith("unfinished") || name.contains("candidates"));
        JsonNode told = JSON.readTree(set.resolve("dataset.json").toFile());
        assertThat(told.at("/teacher/sha256").asText()).matches("[0-9a-f]{64}");
        assertThat(told.at("/images/train").asInt()).isEqualTo(15);
        Labels labels = Labels.of(List.of("red", "green", "blue"), "test");
        TruthFile yolo = TruthFile.read(set, labels, yaml -> names(yaml));
        Set<String> pictures = new HashSet<>();
        int spots = 0;
        for (String part : List.of("train", "val")) {
            JsonNode coco =
                    JSON.readTree(set.resolve("annotations/" + part + ".json").toFile());
            TruthFile truth = TruthFile.read(set.resolve("annotations/" + part + ".json"), labels, yaml -> List.of());
            Set<Integer> ids = new HashSet<>();
            for (JsonNode annotation : coco.get("annotations")) {
                assertThat(ids.add(annotation.get("id").asInt()))
                        .as("ids are unique")
                        .isTrue();
                double area = annotation.at("/bbox/2").asDouble()
                        * annotation.at("/bbox/3").asDouble();
                assertThat(annotation.get("area").asDouble()).isCloseTo(area, offset(0.01));
                assertThat(annotation.get("iscrowd").isInt()).isTrue();
                assertThat(annotation.has("ignore")).isFalse();
            }
            for (JsonNode image : coco.get("images")) {
                String name = image.get("file_name").asText();
                Path file = set.resolve("images").resolve(part).resolve(name);
                assertThat(pictures.add(name)).as("on one side only").isTrue();
                BufferedImage pixels = ImageIO.read(file.toFile());
                assertThat(pixels.getWidth())
                        .isEqualTo(image.get("width").asInt())
                        .isEqualTo(WIDTH);
                assertThat(pixels.getHeight())
                        .isEqualTo(image.get("height").asInt())
                        .isEqualTo(HEIGHT);
                List<Truth> inCoco = truth.of(name, 1, WIDTH, HEIGHT).objects().stream()
                        .filter(object -> !object.crowd()) // unsure ones, which YOLO's form does not have
                        .toList();
                List<Truth> inYolo = yolo.of(file.toString(), 1, WIDTH, HEIGHT).objects();
                assertThat(inCoco).isNotEmpty().hasSameSizeAs(inYolo);
                for (int i = 0; i < inCoco.size(); i++) {
                    assertThat(inCoco.get(i).x1()).isCloseTo(inYolo.get(i).x1(), offset(0.02));
                    assertThat(inCoco.get(i).y2()).isCloseTo(inYolo.get(i).y2(), offset(0.02));
                    assertThat(inCoco.get(i).classId()).isEqualTo(inYolo.get(i).classId());
                    assertSpot(pixels, inCoco.get(i));
                    spots++;
                }
            }
        }
        assertThat(spots).isGreaterThanOrEqualTo(20);
        assertThat(pictures).hasSize(20).doesNotContain("p23.png");
    }

    private static List<String> names(Path yaml) throws IOException {
        return Files.readAllLines(yaml).stream()
                .filter(line -> line.matches("  \\d+: '.*'"))
                .map(line -> line.replaceFirst("  \\d+: '(.*)'", "$1"))
                .toList();
    }

    /** All pixels of a colour are in the box, and some at each of its edges. */
    private static void assertSpot(BufferedImage pixels, Truth box) {
        int left = WIDTH;
        int right = 0;
        int top = HEIGHT;
        int bottom = 0;
        for (int y = 0; y < HEIGHT; y++) {
            for (int x = 0; x < WIDTH; x++) {
                if ((pixels.getRGB(x, y) >> 16 - 8 * box.classId() & 0xff) > 120) {
                    left = Math.min(left, x);
                    right = Math.max(right, x + 1);
                    top = Math.min(top, y);
                    bottom = Math.max(bottom, y + 1);
                }
            }
        }
        assertThat(box.x1()).as("%s", box).isCloseTo(left, offset(4.0));
        assertThat(box.x2()).isCloseTo(right, offset(4.0));
        assertThat(box.y1()).isCloseTo(top, offset(4.0));
        assertThat(box.y2()).isCloseTo(bottom, offset(4.0));
    }

    @Test
    void shouldMakeTheSameSetWhenTheSeedIsTheSame() throws IOException {
        Path[] sets = {folder.resolve("one/set"), folder.resolve("two/set"), folder.resolve("three/set")};
        String[] seeds = {"4", "4", "5"};
        for (int i = 0; i < sets.length; i++) {
            CommandLineRun run = run("-o", sets[i].toString(), "--count", "10", "--seed", seeds[i], "--json");
            assertThat(run.err()).isEmpty();
            assertThat(JSON.readTree(run.out()).at("/rules/seed").asText()).isEqualTo(seeds[i]);
        }

        assertThat(content(sets[1])).containsExactlyInAnyOrderEntriesOf(content(sets[0]));
        assertThat(content(sets[2]).keySet()).isNotEqualTo(content(sets[0]).keySet());
    }

    @Test
    void shouldTellUnsureBoxesFromLabelsWhenScoresAreBetween() throws IOException {
        Path set = folder.resolve("set");

        // The model's scores are 0.9.
        CommandLineRun run = run(
                "-o",
                set.toString(),
                "--count",
                "6",
                "--score",
                "0.95",
                "--unsure",
                "0.5..0.95",
                "--only",
                "spot,blue",
                "--rename",
                "red=spot,green=spot",
                "--png");

        assertThat(run.err()).isEmpty();
        assertThat(run.out()).contains("look-at.jpg");
        assertThat(set.resolve("look-at.jpg")).exists();
        assertThat(names(set.resolve("data.yaml"))).containsExactly("spot", "blue");
        int crowds = 0;
        for (String part : List.of("train", "val")) {
            for (JsonNode annotation : JSON.readTree(
                            set.resolve("annotations/" + part + ".json").toFile())
                    .get("annotations")) {
                assertThat(annotation.get("iscrowd").asInt()).isEqualTo(1);
                assertThat(annotation.get("category_id").asInt()).isBetween(1, 2);
                crowds++;
            }
        }
        assertThat(crowds).isGreaterThan(5);
        try (Stream<Path> texts = Files.walk(set.resolve("labels"))) {
            assertThat(texts.filter(Files::isRegularFile)).hasSize(6).allSatisfy(text -> assertThat(text)
                    .isEmptyFile());
        }
        try (Stream<Path> images = Files.walk(set.resolve("images"))) {
            assertThat(images.filter(Files::isRegularFile))
                    .allMatch(file -> file.toString().endsWith(".png"));
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--count 0 | 2 | --count is 0, allowed is 1 and more",
                "--pool 0 | 2 | --pool is 0, allowed is 1 and more",
                "--val 1 | 2 | --val is 1.0, allowed is 0..0.9",
                "--score 0 | 2 | --score is 0.0, allowed is above 0 and up to 1",
                "--score NaN | 2 | --score is NaN",
                "--unsure 0.3 | 2 | --unsure 0.3 is not allowed: LOW..HIGH such as 0.2..0.5",
                "--unsure 0.3..0.6 | 2 | --unsure is 0.3..0.6, allowed is from 0 to score, 0.5",
                "--tiles 0x2 | 2 | is no grid",
                "--only person | 1 | there is no label 'person' to be had; there are red, green, blue",
                "--rename dog=cat | 1 | the teacher has no label 'dog'; it has red, green, blue",
            })
    void shouldSayWhatIsAllowedWhenAnOptionIsWrong(String options, int exitCode, String words) throws IOException {
        Path set = folder.resolve("set");
        List<String> all = new ArrayList<>(List.of("-o", set.toString()));
        all.addAll(List.of(options.split(" ", -1)));

        CommandLineRun run = run(all.toArray(String[]::new));

        assertThat(run.exitCode()).isEqualTo(exitCode);
        assertThat(run.err()).contains(words);
        assertThat(run.out()).isEmpty();
        assertThat(set).doesNotExist();
    }

    @Test
    void shouldTouchNothingWhenTheFolderIsNotEmptyOrSomethingIsMissing() throws IOException {
        Path full = Files.createDirectory(folder.resolve("full"));
        Path mine = Files.writeString(full.resolve("data.yaml"), "mine");
        CommandLineRun run = run("-o", full.toString());
        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.errLines())
                .containsExactly("vigil model distill-data: " + full
                        + " is not empty; a new or empty folder is wanted, nothing is overwritten");
        assertThat(mine).hasContent("mine");

        CommandLineRun noFrames = CommandLineRun.of(
                "model",
                "distill-data",
                "--teacher",
                teacher().toString(),
                "-o",
                folder.resolve("a").toString());
        assertThat(noFrames.exitCode()).isEqualTo(2);
        assertThat(noFrames.err()).contains("--frames is missing");
        CommandLineRun noTeacher = CommandLineRun.of(
                "model",
                "distill-data",
                "--teacher",
                "none.onnx",
                "--frames",
                folder.toString(),
                "-o",
                folder.resolve("a").toString());
        assertThat(noTeacher.exitCode()).isEqualTo(1);
        assertThat(noTeacher.errLines())
                .containsExactly("vigil model distill-data: the model none.onnx does not exist");
        assertThat(folder.resolve("a")).doesNotExist();
    }

    @Test
    void shouldLeaveNothingWhenNoFrameShowsAnything() throws IOException {
        Path black = Files.createDirectory(folder.resolve("pictures"));
        ImageIO.write(
                new BufferedImage(WIDTH, HEIGHT, BufferedImage.TYPE_INT_RGB),
                "png",
                black.resolve("black.png").toFile());

        CommandLineRun run = run("-o", folder.resolve("set").toString());

        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.errLines())
                .containsExactly(
                        "vigil model distill-data: no frame is left to make a set of: 1 frames looked at, 1 black");
        assertThat(folder.resolve("set")).doesNotExist();
    }
}
