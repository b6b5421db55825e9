package dev.vigil.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vigil.config.ConfigReader;
import dev.vigil.config.Problems;
import dev.vigil.config.Surroundings;
import dev.vigil.config.VigilConfig;
import dev.vigil.metrics.box.FakeBox;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MemoryPlanTest {
    private static final long MIB = 1L << 20;
    private static final long HEAP = 256 * MIB;

    @TempDir
    private Path folder;

    private VigilConfig config(int cameras, String more) throws Exception {
        StringBuilder yaml = new StringBuilder("cameras:\n");
        for (int i = 0; i < cameras; i++) {
            yaml.append("  cam")
                    .append(i)
                    .append(": {url: rtsp://10.0.0.")
                    .append(i + 1)
                    .append("/}\n");
        }
        Path file = Files.writeString(folder.resolve("vigil.yml"), yaml + more);
        return reader().read(file);
    }

    private static ConfigReader reader() {
        return new ConfigReader(new Surroundings(Path.of("").toAbsolutePath(), Map.of(), "box"));
    }

    private MemoryPlan plan(int cameras, String more, long boxMib) throws Exception {
        FakeBox box = new FakeBox(folder.resolve("box" + boxMib));
        box.with("/proc/meminfo", "MemTotal: " + boxMib * 1024 + " kB");
        return MemoryPlan.of(config(cameras, more), box.figures().read(), HEAP);
    }

    @Test
    void shouldTellSumAndPartsWhenThereIsEnough() throws Exception {
        MemoryPlan plan = plan(4, "", 4096);
        assertThat(plan.isTooMuch()).isFalse();
        assertThat(plan.isTight()).isFalse();
        assertThat(plan.line())
                .matches("\\d+ MiB planned of 4096 MiB \\(the box's memory\\): heap 256, Java \\d+, libraries \\d+, "
                        + "model default \\d+, 4 cameras \\d+, MQTT \\d+");
        long sum =
                plan.items().stream().mapToLong(MemoryPlan.Item::plannedBytes).sum();
        assertThat(plan.plannedBytes()).isEqualTo(sum);
    }

    @Test
    void shouldPlanOneWorkerWhenTheModelIsForAGpu() throws Exception {
        String batches = "models: {default: {device: %s, workers: %s, batch: {max: 8}}}";
        MemoryPlan.Item[] models = new MemoryPlan.Item[2];
        for (int i = 0; i < 2; i++) {
            MemoryPlan plan = plan(1, i == 0 ? batches.formatted("cuda", "0") : batches.formatted("cpu", "1"), 4096);
            assertThat(plan.line().contains("GPU libraries")).isEqualTo(i == 0);
            models[i] = plan.items().stream()
                    .filter(item -> item.what().equals("model default"))
                    .findFirst()
                    .orElseThrow();
        }
        assertThat(models[0]).isEqualTo(models[1]);
    }

    @Test
    void shouldWarnButNotRefuseWhenItMayBeEnough() throws Exception {
        MemoryPlan plan = plan(1, "", 512);
        assertThat(plan.isTooMuch()).isFalse();
        assertThat(plan.isTight()).isTrue();
        assertThat(plan.tight()).contains("may not be enough", "VIGIL_HEAP");
    }

    @Test
    void shouldSayWhatIsNeededAndWhatToChangeWhenBoxIsTooSmall() throws Exception {
        MemoryPlan plan = plan(1, "", 128);
        assertThat(plan.isTooMuch()).isTrue();
        assertThat(plan.tooMuch())
                .matches("at least \\d+ MiB are needed, and there are 128 MiB \\(the box's memory\\): heap 48, .*")
                .contains("detect_stream", "or more memory");
    }

    @Test
    void shouldGoByTheTightestLimitWhenThereAreSeveral() throws Exception {
        FakeBox box = new FakeBox(folder)
                .with("/proc/meminfo", "MemTotal: 8388608 kB")
                .with("/sys/fs/cgroup/cgroup.controllers", "")
                .with("/sys/fs/cgroup/memory.max", Long.toString(700 * MIB));
        MemoryPlan byGroup = MemoryPlan.of(config(1, ""), box.figures().read(), HEAP);
        assertThat(byGroup.limitBytes()).isEqualTo(700 * MIB);
        assertThat(byGroup.line()).contains("of 700 MiB (the control group's limit)");
        MemoryPlan byConfig = MemoryPlan.of(
                config(1, "memory: {limit: 600MiB}"), box.figures().read(), HEAP);
        assertThat(byConfig.line()).contains("of 600 MiB (memory.limit)");
        MemoryPlan byGroupAgain =
                MemoryPlan.of(config(1, "memory: {limit: 2GiB}"), box.figures().read(), HEAP);
        assertThat(byGroupAgain.limitBytes()).isEqualTo(700 * MIB);
    }

    @Test
    void shouldPlanForMoreWhenThereAreMoreCamerasAndTiles() throws Exception {
        long one = plan(1, "", 4096).plannedBytes();
        long eight = plan(8, "", 4096).plannedBytes();
        assertThat(eight - one).isGreaterThan(7 * 20 * MIB);
        assertThat(plan(1, "models: {default: {tiles: 2x2}}", 4096).plannedBytes())
                .isGreaterThan(one);
    }

    @Test
    void shouldRefuseNothingWhenBoxTellsNothing() throws Exception {
        MemoryPlan plan = MemoryPlan.of(
                config(64, ""), new FakeBox(folder.resolve("none")).figures().read(), HEAP);
        assertThat(plan.isTooMuch()).isFalse();
        assertThat(plan.isTight()).isFalse();
        assertThat(plan.line()).doesNotContain(" of ");
    }

    @Test
    void shouldBeAProblemOfTheConfigurationWhenChecked() throws Exception {
        Path file = folder.resolve("vigil.yml");
        VigilConfig config = config(1, "memory: {limit: 128MiB}");
        Problems problems = reader().load(file).problems();
        List<String> good = new ArrayList<>();
        MemoryCheck check = new MemoryCheck(new FakeBox(folder.resolve("none")).figures());
        check.check(config, problems, good::add);
        assertThat(good).isEmpty();
        assertThat(problems.sorted()).singleElement().satisfies(problem -> assertThat(problem.toString())
                .contains("memory.limit: at least", "(memory.limit)"));
    }

    @Test
    void shouldSayHowManyDescriptorsAreNeededWhenTooFewMayBeOpen() throws Exception {
        FakeBox few = new FakeBox(folder.resolve("few")).with("/proc/self/limits", "Max open files 128 128 files");
        FakeBox enough =
                new FakeBox(folder.resolve("enough")).with("/proc/self/limits", "Max open files 256 256 files");
        VigilConfig config = config(8, "");
        assertThat(DescriptorCheck.tooFew(config, few.figures().read()))
                .isEqualTo(
                        "142 descriptors are needed, and 128 may be open: raise the limit (LimitNOFILE= of the unit, "
                                + "ulimit -n)");
        assertThat(DescriptorCheck.tooFew(config, enough.figures().read())).isEmpty();
        assertThat(DescriptorCheck.tooFew(
                        config, new FakeBox(folder.resolve("none")).figures().read()))
                .isEmpty();
    }
}
