package dev.vigil.app.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vigil.app.Vigil;
import dev.vigil.app.bench.BenchClip;
import dev.vigil.app.soak.SoakPlan;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.bytedeco.ffmpeg.global.avutil;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code vigil chaos} in short, with the classes under test instead of what was built. How long things take is its report's. */
@Timeout(300)
class ChaosTest {
    @TempDir
    private Path folder;

    @Test
    void shouldRecoverAndAccountForEachFrameWhenItIsKilledAndStagesFail() throws Exception {
        avutil.av_log_set_level(avutil.AV_LOG_FATAL);
        Path home = Path.of("").toAbsolutePath();
        List<String> vigil = new ArrayList<>();
        vigil.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        vigil.addAll(ChaosDaemon.javaOptions(folder));
        vigil.addAll(List.of("-XX:+UseSerialGC", "-Dorg.bytedeco.javacpp.maxPhysicalBytes=0"));
        vigil.addAll(List.of("-Dvigil.home=" + home, "-cp", System.getProperty("java.class.path")));
        vigil.add(Vigil.class.getName());
        SoakPlan plan = new SoakPlan(
                2,
                Duration.ofSeconds(25),
                20_261_122,
                Duration.ofMillis(600),
                0,
                BenchClip.of(BenchClip.Form.SOAK, Path.of("media/demo-clip.mp4"), folder),
                BenchClip.of(BenchClip.Form.SOAK_THEN, Path.of("media/demo-clip.mp4"), folder),
                vigil,
                Map.of("MALLOC_ARENA_MAX", "2"),
                folder);
        List<Outcome> told = new ArrayList<>();
        try (ChaosRun run = new ChaosRun(plan, Set.of("kill", "throw", "disk", "clock", "stop"), told::add)) {
            ChaosResult result = run.run();
            String report = ChaosReport.text(result);
            assertThat(result.lost()).as(report).isZero();
            assertThat(result.unreadable()).isNull();
            assertThat(result.runs()).as(report).hasSize(2 * result.processes()).allMatch(frames -> frames.came() > 0);
            assertThat(told).hasSizeGreaterThan(3).allSatisfy(outcome -> {
                assertThat(outcome.recoveredS()).as(outcome.kind()).isNotNaN();
                assertThat(outcome.noticedBy()).as(outcome.kind()).isNotNull();
            });
            assertThat(result.processes())
                    .isEqualTo(1
                            + (int) told.stream()
                                    .filter(outcome -> outcome.kind().startsWith("kill"))
                                    .count());
        }
    }
}
