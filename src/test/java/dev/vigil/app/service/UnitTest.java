package dev.vigil.app.service;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vigil.Peers;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The units, as systemd itself judges them. */
@Timeout(60)
class UnitTest {
    private static final double EXPOSURE_MAX = 2.5;
    private static final Pattern EXPOSURE = Pattern.compile("Overall exposure level for \\S+: ([0-9.]+)");

    @TempDir
    private Path folder;

    @BeforeEach
    void needSystemd() {
        Peers.require("/usr/bin/systemd-analyze", "systemd");
    }

    private static String run(List<String> command) throws Exception {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        return said;
    }

    private static List<String> lines(String unit) throws IOException {
        return Files.readAllLines(Path.of("systemd", unit));
    }

    @ParameterizedTest
    @ValueSource(strings = {"vigil.service", "vigil@.service"})
    void shouldHaveNoFaultWhenSystemdReadsIt(String unit) throws Exception {
        // The program is where a package puts it, which need not be here, as its manual is.
        List<String> read = new ArrayList<>();
        lines(unit).stream()
                .filter(line -> !line.startsWith("Documentation="))
                .map(line -> line.replace("/usr/bin/vigil ", "/bin/true "))
                .forEach(read::add);
        Path copy = Files.write(folder.resolve(unit.replace("@.", "@box.")), read);
        assertThat(run(List.of("systemd-analyze", "verify", "--man=no", copy.toString())))
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"vigil.service", "vigil@.service"})
    void shouldBeExposedLittleWhenSystemdJudgesIt(String unit) throws Exception {
        Path copy = Files.copy(Path.of("systemd", unit), folder.resolve(unit.replace("@.", "@box.")));
        String said = run(List.of("systemd-analyze", "security", "--offline=yes", "--no-pager", copy.toString()));
        Matcher exposure = EXPOSURE.matcher(said);
        assertThat(exposure.find()).as(said).isTrue();
        assertThat(Double.parseDouble(exposure.group(1))).as(said).isLessThanOrEqualTo(EXPOSURE_MAX);
    }

    @Test
    void shouldDifferInNamesOnlyWhenThereAreSeveralInstances() throws Exception {
        List<String> expected = directives("vigil.service").stream()
                .map(line -> line.replace("=Vigil,", "=Vigil %i,")
                        .replace("/etc/vigil/vigil.yml", "/etc/vigil/%i.yml")
                        .replace("%L/vigil/", "%L/vigil-%i/")
                        .replaceFirst("^(State|Cache|Logs|Runtime)Directory=vigil$", "$1Directory=vigil-%i"))
                .toList();
        assertThat(directives("vigil@.service")).isEqualTo(expected);
    }

    private static List<String> directives(String unit) throws IOException {
        return lines(unit).stream().filter(line -> line.matches("[A-Z].*")).toList();
    }
}
