package dev.vigil.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vigil.Peers;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** The manual page and the completion that packages bring, as the build writes them. */
class ManualTest {
    @TempDir
    private Path folder;

    private static Stream<CommandLine> all(CommandLine line) {
        return Stream.concat(
                Stream.of(line),
                line.getSubcommands().values().stream().distinct().flatMap(ManualTest::all));
    }

    /** As troff writes it. */
    private static String inTroff(String text) {
        return text.replace("-", "\\-");
    }

    private String run(String... command) throws IOException, InterruptedException {
        Path out = folder.resolve("out");
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(out.toFile())
                .start();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        return Files.readString(out, StandardCharsets.UTF_8);
    }

    @Test
    void shouldTellEveryCommandWithItsOptionsWhenThePageIsWritten() {
        List<String> lines = Manual.page("2026-11-21").lines().toList();
        List<CommandSpec> commands = all(Vigil.commandLine())
                .map(CommandLine::getCommandSpec)
                .filter(spec -> !spec.usageMessage().hidden())
                .toList();
        assertThat(commands).hasSizeGreaterThan(20);
        List<String> common =
                commands.get(0).options().stream().map(OptionSpec::longestName).toList();
        for (CommandSpec command : commands) {
            int from = command.parent() == null
                    ? lines.indexOf(".SH OPTIONS")
                    : lines.indexOf(".SS \"" + inTroff(command.qualifiedName()) + "\"");
            assertThat(from).as(command.qualifiedName()).isNotNegative();
            List<String> section = new ArrayList<>();
            for (String line : lines.subList(from + 1, lines.size())) {
                if (line.startsWith(".SS") || line.startsWith(".SH")) {
                    break;
                }
                section.add(line);
            }
            for (OptionSpec option : command.options()) {
                if (!option.hidden() && (command.parent() == null || !common.contains(option.longestName()))) {
                    assertThat(section)
                            .as(command.qualifiedName())
                            .anyMatch(line -> line.startsWith("\\fB") && line.contains(inTroff(option.longestName())));
                }
            }
        }
    }

    @Test
    void shouldSayWhatTheHelpSaysWhenADefaultIsTold() {
        assertThat(Manual.page("2026-11-21"))
                .contains(".TH VIGIL 1 \"2026-11-21\"")
                .contains("How many simulated cameras (default: 1).")
                .contains("vigil run \\-\\-config config/vigil.yml")
                .contains("78 wrong configuration")
                .doesNotContain("${DEFAULT")
                .doesNotContain("@|")
                .doesNotContain("%n");
    }

    @Test
    void shouldHaveNoFaultWhenTroffReadsThePage() throws Exception {
        Peers.require("/usr/bin/groff", "groff-base");
        Path page = Files.writeString(folder.resolve("vigil.1"), Manual.page("2026-11-21"));
        assertThat(run("/usr/bin/groff", "-man", "-Tutf8", "-Kutf8", "-ww", "-z", page.toString()))
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "vigil r,                 run reload",
        "vigil model ins,         inspect",
        "vigil run --con,         --config",
        "vigil model quantize --o, --output",
        "vigil nothing-like-it x, ''"
    })
    void shouldOfferWhatFitsWhenBashCompletes(String typed, String offered) throws Exception {
        Path completion = Files.writeString(folder.resolve("vigil.bash"), Manual.completion());
        String script = """
                . "$1"
                compopt() { :; }
                COMP_WORDS=($2); COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
                _complete_vigil
                echo ${COMPREPLY[@]}
                """;
        assertThat(run("/bin/bash", "-c", script, "bash", completion.toString(), typed)
                        .strip())
                .isEqualTo(offered);
    }
}
