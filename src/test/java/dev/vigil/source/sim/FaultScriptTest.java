package dev.vigil.source.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class FaultScriptTest {
    private static final Set<FaultKind> ALL = EnumSet.allOf(FaultKind.class);

    @TempDir
    private Path folder;

    /** The first faults at a camera as {@code FAULT BEGIN..END}, times in milliseconds. */
    private static List<String> first(int count, FaultScript script, int camera) {
        List<String> told = new ArrayList<>();
        for (FaultTimes times : script.timesAt(camera, ALL)) {
            for (int i = 0; i < count && times.next(); i++) {
                told.add(times.fault() + " " + times.beginNs() / 1_000_000 + ".."
                        + (times.endNs() == FaultEntry.UNENDING ? "" : times.endNs() / 1_000_000));
            }
        }
        return told;
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "stall                     | stall 0..",
                "stall@10s                 | stall 10000..",
                "stall@1s+500ms            | stall 1000..1500",
                "lose=0.5@1s+1.5s/10s      | lose=50% 1000..2500, lose=50% 11000..12500, lose=50% 21000..22500",
                "reset@1s/1m               | reset 1000..1000, reset 61000..61000, reset 121000..121000",
                "clock-step=+5s@10s        | clock-step=+5s 10000..10000",
                "pts-jump=-500ms           | pts-jump=-500ms 0..0",
                "drift=-200+1h             | drift=-200 0..3600000",
                "answer=SETUP:453+1s       | answer=SETUP:453 0..1000",
                "drip=12.5                 | drip=12.5 0..",
            })
    void shouldComeAtItsTimesWhenSpecified(String specification, String expected) {
        assertThat(first(3, FaultScript.parse(List.of(specification), 1), 0)).containsExactly(expected.split(", "));
    }

    @Test
    void shouldComeAtTheNamedCameraOnly() {
        FaultScript script = FaultScript.parse(List.of("stall#2", "reset@1s"), 1);
        assertThat(first(1, script, 0)).containsExactly("reset 1000..1000");
        assertThat(first(1, script, 1)).containsExactly("stall 0..", "reset 1000..1000");
        assertThat(script.cameraMax()).isEqualTo(2);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "stal              | there is no kind 'stal'; there are stall, hang, drip,",
                "\"\"                | it must be KIND[=VALUE][@START][+LENGTH][/EVERY][#CAMERA]",
                "stall+5s@10s      | it must be KIND",
                "stall@ten         | START 'ten' is no time",
                "stall+0s          | LENGTH and EVERY must be above 0",
                "stall=5           | stall: it takes no value",
                "reset+5s          | reset happens at a moment and has no +LENGTH",
                "stall+5s/5s       | shorter than /EVERY",
                "stall/5s          | shorter than /EVERY",
                "stall#0           | counted from 1",
                "lose=0            | above 0% to 100%",
                "lose=101%         | above 0% to 100%",
                "lose=x            | 'x' is no SHARE",
                "drip=0            | 1 to 1000000000 bytes",
                "answer=200        | a code from 300 to 599",
                "answer=PALY:500   | 'PALY' is no request: allowed are DESCRIBE,",
                "clock-step=5      | a time with or without a sign",
                "drift=0           | -100000 to 100000, but 0",
                "random=stall,lots | there is no kind 'lots'",
            })
    void shouldSayWhatIsWrongAndWhatIsAllowed(String specification, String words) {
        assertThatThrownBy(() -> FaultScript.parse(List.of("stall", specification), 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("fault '" + specification + "': ")
                .hasMessageContaining(words);
    }

    @Test
    void shouldDrawTheSameWhenTheSeedIsTheSame() {
        FaultScript script = FaultScript.parse(List.of("random"), 7);
        List<String> drawn = first(200, script, 0);
        assertThat(first(200, FaultScript.random(7, ALL, Duration.ofSeconds(10)), 0))
                .isEqualTo(drawn);
        assertThat(first(200, FaultScript.parse(List.of("random"), 8), 0)).isNotEqualTo(drawn);
        assertThat(first(200, script, 1)).as("each camera has its own").isNotEqualTo(drawn);
        assertThat(drawn.stream().map(line -> line.split("[= ]")[0]).distinct())
                .as("every kind comes")
                .hasSize(ALL.size());
    }

    @Test
    void shouldDrawWithinItsTimesAndKindsOneAfterTheOther() {
        FaultScript script = FaultScript.parse(List.of("random=stall,reset@1m+1h/5s"), 3);
        FaultTimes times = script.timesAt(0, ALL).iterator().next();
        long lastEndNs = Duration.ofMinutes(1).toNanos();
        int count = 0;
        while (times.next()) {
            assertThat(times.beginNs())
                    .isBetween(lastEndNs, Duration.ofMinutes(61).toNanos());
            assertThat(times.fault().kind()).isIn(FaultKind.STALL, FaultKind.RESET);
            lastEndNs = times.endNs();
            count++;
        }
        assertThat(count).as("an hour of 5 s pauses and 1.75 s faults").isBetween(400, 700);
    }

    @ParameterizedTest
    @EnumSource
    void shouldBeReadAgainWhenWritten(FaultKind kind) {
        Fault fault = Fault.of(kind);
        assertThat(Fault.parse(fault.toString())).isEqualTo(fault);
        assertThat(kind.effect()).isNotBlank().doesNotEndWith(".");
    }

    @Test
    void shouldReadAFileWithCommentsAndNameTheLineThatIsWrong() throws IOException {
        Path file =
                Files.writeString(folder.resolve("faults"), "# morning\n\nstall@1s+1s#1   # a comment\n reset@5s\n");
        assertThat(FaultScript.read(file)).containsExactly("stall@1s+1s#1", "reset@5s");
        Path wrong = Files.writeString(folder.resolve("wrong"), "stall\nreset+1s\n");
        assertThatThrownBy(() -> FaultScript.read(wrong))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith(wrong + ":2: fault 'reset+1s': ");
        Path binary = Files.write(folder.resolve("binary"), new byte[] {(byte) 0xff, 0, 1});
        assertThatThrownBy(() -> FaultScript.read(binary)).hasMessageContaining("no text in UTF-8");
    }
}
