package dev.vigil.metrics.box;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BoxFiguresTest {
    private static final long MIB = 1L << 20;

    @TempDir
    private Path root;

    private FakeBox box;

    @BeforeEach
    void make() {
        box = new FakeBox(root);
    }

    @Test
    void shouldTellNothingRatherThanFailWhenBoxTellsNothing() {
        BoxState state = box.figures().read();
        assertThat(state.cpus()).isPositive();
        assertThat(state)
                .isEqualTo(new BoxState(
                        state.cpus(),
                        null,
                        null,
                        null,
                        null,
                        null,
                        null,
                        null,
                        null,
                        null,
                        null,
                        null,
                        null,
                        null,
                        null,
                        null,
                        null,
                        null,
                        null,
                        List.of()));
        assertThat(state.memoryBytes()).isNull();
    }

    @Test
    void shouldTakeTheTightestLimitWhenControlGroupsLieInEachOther() {
        box.with("/sys/fs/cgroup/cgroup.controllers", "cpu memory")
                .with("/proc/self/cgroup", "0::/system.slice/vigil.service")
                .with("/sys/fs/cgroup/system.slice/memory.max", Long.toString(512 * MIB))
                .with("/sys/fs/cgroup/system.slice/cpu.max", "150000 100000")
                .with("/sys/fs/cgroup/system.slice/vigil.service/memory.max", "max")
                .with("/sys/fs/cgroup/system.slice/vigil.service/memory.high", Long.toString(800 * MIB))
                .with("/sys/fs/cgroup/system.slice/vigil.service/cpu.max", "max 100000")
                .with("/sys/fs/cgroup/system.slice/vigil.service/cpu.stat", "usage_usec 9\nthrottled_usec 4500")
                .with(
                        "/sys/fs/cgroup/system.slice/vigil.service/memory.events",
                        "low 0\nhigh 3\nmax 2\noom 1\noom_kill 1")
                .with("/proc/meminfo", "MemTotal:        2097152 kB\nMemAvailable:    1048576 kB");
        BoxState state = box.figures().read();
        assertThat(state.limitBytes()).isEqualTo(512 * MIB);
        assertThat(state.totalBytes()).isEqualTo(2048 * MIB);
        assertThat(state.availableBytes()).isEqualTo(1024 * MIB);
        assertThat(state.memoryBytes()).isEqualTo(512 * MIB);
        assertThat(state.cpuQuota()).isEqualTo(1.5);
        assertThat(state.throttledUs()).isEqualTo(4500);
        assertThat(state.limitEvents()).isEqualTo(5);
        assertThat(state.oomKills()).isEqualTo(1);
    }

    @Test
    void shouldReadOlderControlGroupsWhenBoxHasThose() {
        box.with("/proc/self/cgroup", "4:memory:/a/b\n1:cpu,cpuacct:/a\n0::/")
                .with("/sys/fs/cgroup/memory/a/b/memory.limit_in_bytes", "9223372036854771712")
                .with("/sys/fs/cgroup/memory/a/memory.limit_in_bytes", Long.toString(300 * MIB))
                .with("/sys/fs/cgroup/memory/a/b/memory.oom_control", "oom_kill_disable 0\nunder_oom 0\noom_kill 2")
                .with("/sys/fs/cgroup/cpu/a/cpu.cfs_quota_us", "50000")
                .with("/sys/fs/cgroup/cpu/a/cpu.cfs_period_us", "100000")
                .with("/sys/fs/cgroup/cpu/a/cpu.stat", "nr_periods 10\nthrottled_time 7000000");
        BoxState state = box.figures().read();
        assertThat(state.limitBytes()).isEqualTo(300 * MIB);
        assertThat(state.cpuQuota()).isEqualTo(0.5);
        assertThat(state.throttledUs()).isEqualTo(7000);
        assertThat(state.oomKills()).isEqualTo(2);
    }

    @Test
    void shouldReadTheRootWhenGroupIsOneOfTheHostThatContainerDoesNotSee() {
        box.with("/sys/fs/cgroup/cgroup.controllers", "memory")
                .with("/proc/self/cgroup", "0::/docker/4711")
                .with("/sys/fs/cgroup/memory.max", Long.toString(64 * MIB));
        assertThat(box.figures().read().limitBytes()).isEqualTo(64 * MIB);
    }

    @Test
    void shouldTellTheZoneThatIsNearestToItsLimitWhenThereAreSeveral() {
        box.with("/sys/class/thermal/thermal_zone0/temp", "70000")
                .with("/sys/class/thermal/thermal_zone0/trip_point_0_type", "critical")
                .with("/sys/class/thermal/thermal_zone0/trip_point_0_temp", "105000")
                .with("/sys/class/thermal/thermal_zone1/temp", "68500")
                .with("/sys/class/thermal/thermal_zone1/trip_point_0_type", "active")
                .with("/sys/class/thermal/thermal_zone1/trip_point_0_temp", "50000")
                .with("/sys/class/thermal/thermal_zone1/trip_point_1_type", "passive")
                .with("/sys/class/thermal/thermal_zone1/trip_point_1_temp", "75000")
                .with("/sys/class/thermal/thermal_zone2/temp", "-274000");
        BoxState state = box.figures().read();
        assertThat(state.temperatureC()).isEqualTo(68.5);
        assertThat(state.temperatureLimitC()).isEqualTo(75);
    }

    @Test
    void shouldReadCountersOfAllCpusWhenTheyAreThere() {
        box.with("/sys/devices/system/cpu/cpu0/thermal_throttle/core_throttle_count", "3")
                .with("/sys/devices/system/cpu/cpu1/thermal_throttle/core_throttle_count", "4")
                .with("/sys/devices/system/cpu/cpu0/cpufreq/scaling_max_freq", "2000000")
                .with("/sys/devices/system/cpu/cpu0/cpufreq/cpuinfo_max_freq", "2000000")
                .with("/sys/devices/system/cpu/cpu1/cpufreq/scaling_max_freq", "1200000")
                .with("/sys/devices/system/cpu/cpu1/cpufreq/cpuinfo_max_freq", "2000000")
                .with("/sys/devices/platform/soc/soc:firmware/get_throttled", "50005");
        BoxState state = box.figures().read();
        assertThat(state.thermalThrottles()).isEqualTo(7);
        assertThat(state.frequencyShare()).isEqualTo(0.6);
        assertThat(state.underVoltage()).isTrue();
    }

    @Test
    void shouldReadPressureAndWhatTheProcessUsesWhenKernelTells() {
        box.with(
                        "/proc/pressure/memory",
                        "some avg10=12.50 avg60=1.00 avg300=0.10 total=81204\nfull avg10=3.00 total=2")
                .with("/proc/self/status", "Name:\tjava\nVmSwap:\t   2048 kB")
                .with(
                        "/proc/self/limits",
                        "Limit   Soft Limit\nMax open files            1024                 4096  files")
                .with("/proc/self/fd/0", "")
                .with("/proc/self/fd/1", "");
        BoxState state = box.figures().read();
        assertThat(state.memory()).isEqualTo(new BoxState.Pressure(12.5, 81204));
        assertThat(state.swapBytes()).isEqualTo(2 * MIB);
        assertThat(state.descriptors()).isEqualTo(2);
        assertThat(state.descriptorsMax()).isEqualTo(1024);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "garbage", "some", "some avg10=x avg60=1 avg300=1 total=1", "some avg10=1 a b total=x"})
    void shouldTellNothingWhenFileIsOfAnotherForm(String content) {
        box.with("/proc/pressure/io", content)
                .with("/proc/meminfo", content)
                .with("/sys/fs/cgroup/cgroup.controllers", "")
                .with("/sys/fs/cgroup/cpu.max", content)
                .with("/sys/fs/cgroup/memory.max", content)
                .with("/proc/self/cgroup", content);
        BoxState state = box.figures().read();
        assertThat(state.io()).isNull();
        assertThat(state.totalBytes()).isNull();
        assertThat(state.cpuQuota()).isNull();
        assertThat(state.limitBytes()).isNull();
    }

    @Test
    void shouldReadThisBoxWhenItIsALinux() {
        BoxState state = BoxFigures.ofThisBox().read();
        assertThat(state.totalBytes()).isPositive();
        assertThat(state.descriptors()).isPositive().isLessThan(state.descriptorsMax());
    }
}
