package dev.vigil.app.soak;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vigil.app.Vigil;
import dev.vigil.app.bench.BenchClip;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.bytedeco.ffmpeg.global.avutil;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code vigil soak} in short, with the classes under test instead of what was built. */
class SoakTest {
    @TempDir
    private Path folder;

    @Test
    void shouldHoldAllBoundsWhenFaultsAreThrownForAWhile() throws Exception {
        avutil.av_log_set_level(avutil.AV_LOG_FATAL);
        Path home = Path.of("").toAbsolutePath();
        List<String> vigil = new ArrayList<>();
        vigil.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        vigil.addAll(SoakPlan.javaOptions(folder));
        vigil.addAll(List.of("-XX:+UseSerialGC", "-Dorg.bytedeco.javacpp.maxPhysicalBytes=0"));
        vigil.addAll(List.of("-Dvigil.home=" + home, "-cp", System.getProperty("java.class.path")));
        vigil.add(Vigil.class.getName());
        SoakPlan plan = new SoakPlan(
                3,
                Duration.ofSeconds(25),
                20_261_122,
                Duration.ofSeconds(4),
                2,
                BenchClip.of(BenchClip.Form.SOAK, Path.of("media/demo-clip.mp4"), folder),
                BenchClip.of(BenchClip.Form.SOAK_THEN, Path.of("media/demo-clip.mp4"), folder),
                vigil,
                Map.of("MALLOC_ARENA_MAX", "2"),
                folder);
        try (SoakRun run = new SoakRun(plan, line -> {})) {
            SoakResult result = run.run();
            assertThat(result.broken()).as("%s", new SoakReport(result).text()).isEmpty();
            assertThat(result.all().count()).isGreaterThan(5);
            assertThat(result.accounts()).hasSize(3);
        }
    }
}
