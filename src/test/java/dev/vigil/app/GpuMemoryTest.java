package dev.vigil.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vigil.metrics.box.GpuState;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class GpuMemoryTest {
    private static final long MIB = 1L << 20;

    private final List<GpuState> gpus = new ArrayList<>();
    private final GpuMemory memory = new GpuMemory(() -> gpus);

    private static GpuState gpu(int index, long usedMib, Long ownMib) {
        Long own = ownMib == null ? null : Long.valueOf(ownMib * MIB);
        return new GpuState(index, "NVIDIA A2", 1_000 * MIB, usedMib * MIB, own, 50L, 60.0, false);
    }

    @Test
    void shouldCountWhatIsItsOwnAndBeScarceOnlyWhereItHasSome() {
        assertThat(memory.used()).isZero();
        assertThat(memory.scarce()).isNull();
        gpus.addAll(List.of(gpu(0, 960, null), gpu(1, 900, 300L), gpu(2, 500, 200L)));
        assertThat(memory.used()).isEqualTo(500 * MIB);
        assertThat(memory.scarce()).isNull();
        gpus.set(1, gpu(1, 951, 300L));
        assertThat(memory.scarce()).isEqualTo("951 MiB of 1000 MiB of GPU 1 are in use");
    }
}
