package dev.vigil.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PostStageTest {
    @ParameterizedTest
    @CsvSource({"1, 16, 1", "3, 16, 1", "4, 16, 1", "8, 16, 2", "64, 16, 16", "64, 4, 4", "64, 1, 1"})
    void shouldHaveAsManyWorkersAsTheBatchAndTheCoresAllow(int batchMax, int cores, int workers) {
        assertThat(PostStage.workers(batchMax, cores)).isEqualTo(workers);
    }
}
