package dev.vigil.metrics.box;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.vigil.base.FullHeap;
import dev.vigil.metrics.box.BoxWarning.Kind;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

@Isolated("wants of memory are counted for the whole process")
class BoxWatchTest {
    private static final long SECOND_NS = TimeUnit.SECONDS.toNanos(1);

    @TempDir
    private Path root;

    private final BoxWatch watch = new BoxWatch();

    private List<Kind> kinds(long atS) {
        return watch.look(new BoxFigures(root).read(), atS * SECOND_NS).stream()
                .map(BoxWarning::kind)
                .toList();
    }

    /** What a box tells first, what it tells then, and what is warned of because of it. */
    static Stream<Arguments> changes() {
        String cpu = "/sys/devices/system/cpu/cpu0/";
        String group = "/sys/fs/cgroup/";
        return Stream.of(
                Arguments.of(
                        cpu + "thermal_throttle/core_throttle_count", "7", "9", Kind.HOT, "2 times because of heat"),
                Arguments.of(cpu + "cpufreq/scaling_max_freq", "2000", "1000", Kind.SLOWED, "50 % of their highest"),
                Arguments.of(
                        "/sys/devices/platform/soc/soc:firmware/get_throttled",
                        "0",
                        "1",
                        Kind.UNDER_VOLTAGE,
                        "voltage"),
                Arguments.of(group + "cpu.stat", "throttled_usec 0", "throttled_usec 3000000", Kind.CPU_QUOTA, "30 %"),
                Arguments.of("/proc/self/status", "VmSwap: 0 kB", "VmSwap: 40960 kB", Kind.SWAPPED, "40 MiB"),
                Arguments.of(
                        "/proc/pressure/memory",
                        "some avg10=0.0 avg60=0 avg300=0 total=0",
                        "some avg10=31.0 avg60=0 avg300=0 total=9",
                        Kind.MEMORY,
                        "31 % of the time"),
                Arguments.of(
                        group + "memory.events", "high 0\nmax 1", "high 0\nmax 4", Kind.MEMORY, "64 MiB was reached 3"),
                Arguments.of(
                        "/proc/meminfo",
                        "MemTotal: 1048576 kB\nMemAvailable: 900000 kB",
                        "MemTotal: 1048576 kB\nMemAvailable: 20480 kB",
                        Kind.MEMORY,
                        "20 MiB of the box's 1024 MiB"),
                Arguments.of(group + "memory.events", "oom_kill 1", "oom_kill 2", Kind.OOM_KILL, "ended 1 processes"),
                Arguments.of(
                        "/proc/self/limits",
                        "Max open files 100 100 files",
                        "Max open files 1 1 files",
                        Kind.DESCRIPTORS,
                        "1 of 1"));
    }

    @ParameterizedTest
    @MethodSource("changes")
    void shouldWarnUntilItIsOverWhenBoxGetsIntoTrouble(String file, String well, String ill, Kind kind, String words) {
        FakeBox box = new FakeBox(root)
                .with("/sys/fs/cgroup/cgroup.controllers", "")
                .with("/proc/self/cgroup", "0::/")
                .with("/sys/fs/cgroup/memory.max", "67108864")
                .with("/sys/devices/system/cpu/cpu0/cpufreq/cpuinfo_max_freq", "2000")
                .with("/proc/self/fd/0", "")
                .with(file, well);
        assertThat(kinds(0)).isEmpty();
        box.with(file, ill);
        assertThat(kinds(10)).containsExactly(kind);
        assertThat(watch.now())
                .singleElement()
                .extracting(BoxWarning::text)
                .asString()
                .contains(words);
        box.with(file, well);
        assertThat(kinds(20)).as("not yet over").containsExactly(kind);
        assertThat(kinds(10 + 61)).isEmpty();
        assertThat(watch.now()).isEmpty();
    }

    @Test
    void shouldWarnOfHeatWhenZoneIsAtItsLimit() {
        FakeBox box = new FakeBox(root)
                .with("/sys/class/thermal/thermal_zone0/temp", "79000")
                .with("/sys/class/thermal/thermal_zone0/trip_point_0_type", "passive")
                .with("/sys/class/thermal/thermal_zone0/trip_point_0_temp", "80000");
        assertThat(kinds(0)).isEmpty();
        box.with("/sys/class/thermal/thermal_zone0/temp", "81200");
        assertThat(kinds(10)).containsExactly(Kind.HOT);
        assertThat(watch.now().get(0).text()).isEqualTo("the box is too hot: 81 °C, the limit is 80 °C");
    }

    @Test
    void shouldNotBlameTheProcessForWhatWasBeforeItWhenItLooksFirst() {
        new FakeBox(root)
                .with("/sys/fs/cgroup/cgroup.controllers", "")
                .with("/sys/fs/cgroup/cpu.stat", "throttled_usec 900000000")
                .with("/sys/fs/cgroup/memory.events", "max 4\noom_kill 1")
                .with("/sys/devices/system/cpu/cpu0/thermal_throttle/core_throttle_count", "7");
        assertThat(kinds(0)).isEmpty();
    }

    @Test
    void shouldWarnForAMinuteWhenMemoryWasWantedInVain() {
        assertThat(kinds(1)).isEmpty();
        FullHeap.unmet();
        FullHeap.unmet();
        assertThat(kinds(2)).containsExactly(Kind.HEAP);
        assertThat(watch.now().get(0).text()).startsWith("Java's memory was wanted in vain 2 times");
        assertThat(kinds(61)).containsExactly(Kind.HEAP);
        assertThat(kinds(62)).isEmpty();
    }

    @Test
    void shouldWarnOfAGpuThatIsFullOrSlowedByHeat() {
        long mib = 1L << 20;
        List<GpuState> gpus = new ArrayList<>();
        BoxFigures figures = new BoxFigures(root, () -> gpus);
        assertThat(watch.look(figures.read(), 0)).isEmpty();
        gpus.add(new GpuState(0, "NVIDIA A2", 1_000 * mib, 960 * mib, 400 * mib, 100L, 92.0, true));
        assertThat(watch.look(figures.read(), SECOND_NS))
                .extracting(BoxWarning::kind, BoxWarning::text)
                .containsExactly(
                        tuple(Kind.HOT, "GPU 0 is slowed down because of heat: 92 °C"),
                        tuple(Kind.GPU_MEMORY, "960 of 1000 MiB of memory of GPU 0 are in use, 400 of them here"));
    }
}
