package dev.vigil.metrics.box;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** NVIDIA's {@code nvidia-smi} as scripts that print what driver 580 printed on an H100, and what others do. */
class GpuWatchTest {
    private static final long MIB = 1L << 20;
    private static final long PID = ProcessHandle.current().pid();
    private static final String NEW = "index,uuid,name,memory.total,memory.used,utilization.gpu,temperature.gpu,"
            + "clocks_event_reasons.sw_thermal_slowdown,clocks_event_reasons.hw_thermal_slowdown";
    private static final String ROW =
            "0, GPU-3617e4ca, NVIDIA H100 80GB HBM3, 81559, 1460, 7, 35, Not Active, Not Active";

    @TempDir
    private Path root;

    /** @param cases of a shell, by the first option */
    private NvidiaSmi smi(String cases) throws IOException {
        Path program = root.resolve("nvidia-smi");
        Files.writeString(program, "#!/bin/sh\necho \"$1\" >>" + root + "/asked\ncase $1 in\n" + cases + "\nesac\n");
        Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
        return new NvidiaSmi(program, Duration.ofSeconds(5));
    }

    private static String prints(String option, String... rows) {
        return option + ") printf '%s\\n' "
                + String.join(
                        " ", List.of(rows).stream().map(row -> "'" + row + "'").toList()) + ";;";
    }

    private long asked(String part) throws IOException {
        return Files.readAllLines(root.resolve("asked")).stream()
                .filter(line -> line.contains(part))
                .count();
    }

    @Test
    void shouldTellWhatTheProcessHasOfEachGpu() throws Exception {
        String second = "1, GPU-b, NVIDIA A2, 15356, 15000, 100, 91, Not Active, Active";
        NvidiaSmi smi = smi(prints("--query-gpu=" + NEW, ROW, second)
                + prints(
                        "--query-compute-apps=*",
                        "GPU-3617e4ca, " + PID + ", 520",
                        "GPU-3617e4ca, 1" + PID + ", 700",
                        "GPU-3617e4ca, " + PID + ", 4",
                        "GPU-b, " + PID + ", [N/A]"));
        List<GpuState> gpus = smi.read(PID);
        assertThat(gpus)
                .containsExactly(
                        new GpuState(0, "NVIDIA H100 80GB HBM3", 81_559 * MIB, 1_460 * MIB, 524 * MIB, 7L, 35.0, false),
                        new GpuState(1, "NVIDIA A2", 15_356 * MIB, 15_000 * MIB, null, 100L, 91.0, true));
        assertThat(gpus).extracting(GpuState::isFull).containsExactly(false, true);
    }

    @Test
    void shouldTellWhatThereIsWhenTheDriverIsOldOrTellsLittle() throws Exception {
        String refusal =
                "echo 'Field \"clocks_event_reasons.sw_thermal_slowdown\" is not a valid field to query.'; exit 2";
        NvidiaSmi smi = smi("*event_reasons*) " + refusal + ";;"
                + prints(
                        "*throttle_reasons*", "0, GPU-a, Tesla K80, [N/A], [Not Supported], [N/A], [N/A], [N/A], [N/A]")
                + "*) ;;");
        GpuState nothing = new GpuState(0, "Tesla K80", null, null, null, null, null, null);
        assertThat(smi.read(PID)).containsExactly(nothing);
        assertThat(smi.read(PID)).containsExactly(nothing);
        assertThat(nothing.isFull()).isFalse();
        assertThat(asked("event_reasons"))
                .as("a column that is not known is asked for once")
                .isEqualTo(1);
        NvidiaSmi older = smi("*_reasons*) " + refusal + ";;"
                + prints("*uuid,name*", "0, GPU-a, Tesla K80, 11441, 0, 0, 30") + "*) ;;");
        assertThat(older.read(PID))
                .containsExactly(new GpuState(0, "Tesla K80", 11_441 * MIB, 0L, null, 0L, 30.0, null));
    }

    @Test
    void shouldSayWhatIsWrongWhenItDoesNotAnswer() throws Exception {
        assertThatThrownBy(() -> smi("*) echo 'Unable to determine the device handle for GPU0: GPU is lost'; exit 15;;")
                        .read(PID))
                .isInstanceOf(IOException.class)
                .hasMessage(root
                        + "/nvidia-smi ended with 15: Unable to determine the device handle for GPU0: GPU is lost");
        assertThatThrownBy(() -> smi("*) echo 'No devices were found';;").read(PID))
                .hasMessage("nvidia-smi says 'No devices were found'");
        smi("*) exec sleep 600;;");
        assertThatThrownBy(() -> new NvidiaSmi(root.resolve("nvidia-smi"), Duration.ofMillis(200)).read(PID))
                .hasMessageContaining("has not answered within");
        assertThatThrownBy(() -> new NvidiaSmi(root.resolve("none"), Duration.ofSeconds(1)).read(PID))
                .isInstanceOf(IOException.class);
    }

    @Test
    void shouldRunNothingUntilTheDriversLibraryIsInTheProcess() throws Exception {
        GpuWatch watch = new GpuWatch(smi(prints("--query-gpu=*", ROW) + "*) ;;"), root);
        Path maps = Files.createDirectories(root.resolve("proc/self")).resolve("maps");
        Files.writeString(maps, "7f00-7f01 r-xp 00000000 08:01 1 /usr/lib/x86_64-linux-gnu/libc.so.6\n");
        assertThat(watch.look()).isEmpty();
        assertThat(root.resolve("asked")).doesNotExist();
        Files.writeString(maps, "7f00-7f01 r-xp 00000000 08:01 1 /usr/lib/x86_64-linux-gnu/libcuda.so.580.159.04\n");
        assertThat(watch.look()).extracting(GpuState::index).containsExactly(0);
        smi("*) exit 9;;");
        assertThat(watch.look()).as("what is not known any more is not told").isEmpty();
    }

    @Test
    void shouldFindTheProgramWhereItLies() throws Exception {
        smi("*) ;;");
        assertThat(NvidiaSmi.find("bin:/no/such:" + root)).isEqualTo(root.resolve("nvidia-smi"));
    }
}
