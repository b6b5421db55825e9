package dev.vigil.workshop.quantize;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ByteArithmeticTest {
    @TempDir
    private Path folder;

    private ByteArithmetic of(String cpuinfo) throws IOException {
        return ByteArithmetic.of(Files.writeString(folder.resolve("cpuinfo"), cpuinfo));
    }

    @ParameterizedTest
    @CsvSource({
        "flags, fpu ssse3 avx2 avx512bw avx512_vnni avx_vnni, avx512_vnni, false",
        "flags, fpu ssse3 avx2 avx_vnni, avx_vnni, false",
        "flags, fpu ssse3 avx2 avx512f avx512bw, avx512bw, true",
        "flags, fpu ssse3 avx2, avx2, true",
        "flags, fpu ssse3, ssse3, true",
        "Features, fp asimd asimddp i8mm, i8mm, false",
        "Features, fp asimd asimddp, asimddp, false",
        "Features, fp asimd crc32, asimd, false",
        "Features, half thumb neon vfpv4, neon, false"
    })
    void shouldKnowWhatIsBestWhenTheKernelTells(String key, String words, String best, boolean saturates)
            throws IOException {
        ByteArithmetic found = of("processor\t: 0\n" + key + "\t\t: " + words + "\nbogomips\t: 48.00\n");

        assertThat(found.instructions()).isEqualTo(best);
        assertThat(found.saturates()).isEqualTo(saturates);
    }

    @Test
    void shouldTakeWhatAllCoresHaveWhenTheyDiffer() throws IOException {
        assertThat(of("Features : fp asimd asimddp\n\nFeatures : fp asimd\n").instructions())
                .isEqualTo("asimd");
    }

    @Test
    void shouldSayThatNothingIsKnownWhenTheKernelTellsNothing() throws IOException {
        assertThat(of("processor : 0\n")).isEqualTo(ByteArithmetic.UNKNOWN);
        assertThat(ByteArithmetic.of(folder.resolve("none"))).isEqualTo(ByteArithmetic.UNKNOWN);
    }
}
