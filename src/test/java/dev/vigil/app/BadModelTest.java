package dev.vigil.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vigil.OnnxFile;
import dev.vigil.mqtt.Await;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Models and labels that can not be used, through the command line. */
@Timeout(60)
class BadModelTest {
    @TempDir
    private Path folder;

    private final Map<String, String> models = new LinkedHashMap<>();

    @BeforeEach
    void makeModels() throws IOException {
        byte[] good = OnnxFile.ssd(4, 2);
        byte[] random = new byte[3_000];
        new Random(3).nextBytes(random);
        model("good", good, "labels: two.txt");
        model("empty", new byte[0], "");
        model("cut", Arrays.copyOf(good, good.length / 2), "");
        model("text", "no model\n".getBytes(StandardCharsets.UTF_8), "");
        model("random", random, "");
        model(
                "embedding",
                OnnxFile.ofPicture(2).output("embedding", "Sigmoid", 1, 128).bytes(),
                "");
        model(
                "constant",
                OnnxFile.ofPicture(2).output("boxes", "Shape", 1, 4, 4).bytes(),
                "");
        model("family", good, "family: yolox");
        model("metadata", named("{0: 'person'}"), "");
        model("unreadable", named("{0: person"), "");
        model("short", good, "labels: one.txt");
        model("long", good, "labels: three.txt");
        model("latin1", good, "labels: latin1.txt");
        model("gap", good, "labels: gap.txt");
        Files.writeString(folder.resolve("one.txt"), "person\n");
        Files.writeString(folder.resolve("two.txt"), "person\ncat\n\n");
        Files.writeString(folder.resolve("three.txt"), "person\ncat\ndog\n");
        Files.write(folder.resolve("latin1.txt"), "person\nMädchen\n".getBytes(StandardCharsets.ISO_8859_1));
        Files.writeString(folder.resolve("gap.txt"), "\ncat\n");
    }

    private static byte[] named(String names) {
        return OnnxFile.ofPicture(2)
                .output("boxes", "Sigmoid", 1, 4, 4)
                .output("scores", "Sigmoid", 1, 4, 2)
                .metadata("names", names)
                .bytes();
    }

    private void model(String name, byte[] content, String keys) throws IOException {
        Files.write(folder.resolve(name + ".onnx"), content);
        models.put(name, "{file: " + name + ".onnx" + (keys.isEmpty() ? "" : ", " + keys) + "}");
    }

    private String configure(String... names) throws IOException {
        StringBuilder yaml = new StringBuilder("mqtt: {broker: 'mqtt://127.0.0.1:1'}\nmodels:\n");
        for (String name : names) {
            yaml.append("  ").append(name).append(": ").append(models.get(name)).append('\n');
        }
        yaml.append("cameras:\n  gate: {url: '")
                .append(Path.of("media/demo-clip.mp4").toAbsolutePath())
                .append("'}\n");
        return Files.writeString(folder.resolve("vigil.yml"), yaml).toString();
    }

    @Test
    void shouldListEveryModelThatCanNotBeLoadedWhenChecking() throws IOException {
        String config = configure(models.keySet().toArray(String[]::new));

        CommandLineRun check = CommandLineRun.of("check", "--config", config);

        assertThat(check.exitCode()).isEqualTo(78);
        List<String> problems = check.errLines().stream()
                .map(line ->
                        line.replace(folder.toString(), "DIR").replaceFirst("^DIR/vigil.yml:\\d+:\\d+  models\\.", ""))
                .toList();
        assertThat(problems).hasSize(models.size()); // the good one is none, and their number is told
        assertThat(problems)
                .containsSubsequence(
                        "empty.file: the model DIR/empty.onnx is empty",
                        "text.file: the model DIR/text.onnx is no ONNX file",
                        "random.file: the model DIR/random.onnx is no ONNX file",
                        "short.file: labels file DIR/one.txt has 1 labels, but the model has 2 classes",
                        "long.file: labels file DIR/three.txt has 3 labels, but the model has 2 classes",
                        "latin1.file: labels file DIR/latin1.txt is not UTF-8 text",
                        "gap.file: labels file DIR/gap.txt: line 1 is empty",
                        (models.size() - 1) + " problems")
                .anyMatch(line -> line.startsWith("cut.file: the model DIR/cut.onnx is cut short: it has "))
                .anyMatch(
                        line -> line.startsWith("embedding.file: no known family has outputs embedding float32 (1, 128)"
                                + "; `vigil model inspect FILE` tells"))
                .anyMatch(line ->
                        line.startsWith("family.file: family: of the description says yolox, which does not fit"))
                .anyMatch(line -> line.startsWith("metadata.file: names of the model's metadata has 1 labels, but"))
                .anyMatch(line -> line.startsWith("unreadable.file: names of the model's metadata can not be read"));
        assertThat(check.out())
                .contains("models.good: ssd, input 2x2, 2 classes (labels file " + folder
                        + "/two.txt), on cpu, loaded in")
                .contains("cameras.gate.url: 1280x720 h264, software, first picture after ")
                .doesNotContain("is fine");
    }

    @Test
    void shouldTellFilesThatAreNotThereBeforeAnyModelIsLoadedWhenChecking() throws IOException {
        models.put("none", "{file: none.onnx}");
        models.put("folder", "{file: .}");
        models.put("unlabelled", "{file: good.onnx, labels: none.txt}");

        CommandLineRun check = CommandLineRun.of("check", "--config", configure("none", "folder", "unlabelled"));

        assertThat(check.exitCode()).isEqualTo(78);
        assertThat(check.err().replace(folder.toString(), "DIR")).isEqualToNormalizingNewlines("""
                        DIR/vigil.yml:3:10  models.none.file: DIR/none.onnx: there is no such file
                        DIR/vigil.yml:4:12  models.folder.file: DIR: is a folder, not a file
                        DIR/vigil.yml:5:33  models.unlabelled.labels: DIR/none.txt: there is no such file
                        3 problems
                        """);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "random | the model DIR/random.onnx is no ONNX file",
                "cut | the model DIR/cut.onnx is cut short: it has ",
                "embedding | no known family has outputs embedding float32 (1, 128); `vigil model inspect FILE` tells ",
                "short | labels file DIR/one.txt has 1 labels, but the model has 2 classes",
            })
    void shouldEndWithOneLineAndNothingLeftRunningWhenTheDaemonsModelCanNotBeLoaded(String name, String words)
            throws IOException {
        CommandLineRun run = CommandLineRun.of("run", "--config", configure(name));

        assertThat(run.exitCode()).isEqualTo(78);
        assertThat(run.errLines()).hasSize(1);
        assertThat(run.err().replace(folder.toString(), "DIR")).startsWith("vigil run: " + words);
        assertThat(run.out()).isEmpty();
        // A thread that has done its work may still be seen for a moment.
        Await.until(
                "no thread of the daemon is left", () -> threadsLeft().findAny().isEmpty());
    }

    private static Stream<String> threadsLeft() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(Thread::isAlive)
                .map(Thread::getName)
                .filter(name -> name.startsWith("camera-gate") || name.startsWith("mqtt-") || name.equals("status"));
    }
}
