package dev.vigil.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import dev.vigil.MessageSchema;
import dev.vigil.config.ConfigReader;
import dev.vigil.config.Surroundings;
import dev.vigil.config.VigilConfig;
import dev.vigil.mqtt.proof.Prove;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Holds the README, and the documents that it leads to, against the program. */
class ReadmeTest {
    private static final Path README = Path.of("README.md");

    /** In a code block or between backticks: what follows {@code vigil}, up to a remark. */
    private static final Pattern COMMAND = Pattern.compile("(?m)(?:^|`|\\$ )\\./vigil ([^`#\\n]*)");

    private static final Pattern LINK = Pattern.compile("]\\((?!\\w+:)([^)#]+)");
    private static final Pattern BLOCK = Pattern.compile("(?s)```(\\w+)\\n(.*?)```");

    static List<Path> documents() throws IOException {
        try (Stream<Path> docs = Files.walk(Path.of("docs"))) {
            return Stream.concat(
                            Stream.of(README, Path.of("CHANGELOG.md"), Path.of("models/README.md")),
                            docs.filter(file -> file.toString().endsWith(".md")))
                    .toList();
        }
    }

    private static String block(String language) throws IOException {
        return BLOCK.matcher(Files.readString(README))
                .results()
                .filter(found -> found.group(1).equals(language))
                .map(found -> found.group(2))
                .findFirst()
                .orElseThrow();
    }

    @ParameterizedTest
    @MethodSource("documents")
    void shouldBeUnderstoodWhenACommandOfADocumentIsGiven(Path document) throws IOException {
        for (String command : commands(document)) {
            String[] words = command.split(" ", -1);
            if (words[0].equals("prove")) {
                assertThatCode(() -> Prove.commandLine().parseArgs(Arrays.copyOfRange(words, 1, words.length)))
                        .as("%s: ./vigil %s", document, command)
                        .doesNotThrowAnyException();
            } else if (!words[0].equals("jmh")) { // the launcher's own
                assertThatCode(() -> Vigil.commandLine().parseArgs(words))
                        .as("%s: ./vigil %s", document, command)
                        .doesNotThrowAnyException();
            }
        }
    }

    private static List<String> commands(Path document) throws IOException {
        return COMMAND.matcher(Files.readString(document))
                .results()
                .map(found -> found.group(1).strip())
                .toList();
    }

    @Test
    void shouldNameEveryCommandWhenTheReadmeIsRead() throws IOException {
        List<String> named =
                commands(README).stream().map(c -> c.split(" ", -1)[0]).toList();
        assertThat(named).containsAll(Vigil.commandLine().getSubcommands().keySet());
    }

    @ParameterizedTest
    @MethodSource("documents")
    void shouldLeadSomewhereWhenALinkIsFollowed(Path document) throws IOException {
        List<String> links = LINK.matcher(Files.readString(document))
                .results()
                .map((MatchResult found) -> found.group(1))
                .toList();
        assertThat(links)
                .allSatisfy(link -> assertThat(document.resolveSibling(link)).exists());
        if (document.equals(README)) {
            assertThat(links).hasSizeGreaterThan(5);
        }
    }

    @Test
    void shouldBeAConfigurationWhenTheFirstCameraIsCopied(@TempDir Path folder) throws Exception {
        Path file = Files.writeString(folder.resolve("my.yml"), block("yaml"));
        Surroundings surroundings =
                new Surroundings(Path.of("").toAbsolutePath(), Map.of("GATE_PASSWORD", "x", "HOME", "/"), "box-7");
        VigilConfig config = new ConfigReader(surroundings).read(file);
        assertThat(config.cameras()).singleElement().satisfies(camera -> assertThat(camera.name())
                .isEqualTo("gate"));
    }

    @Test
    void shouldFitTheSchemaWhenTheMessageIsCompared() throws IOException {
        assertThat(MessageSchema.DETECTIONS.problems(block("json"))).isEmpty();
    }
}
