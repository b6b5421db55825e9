package dev.vigil.workshop.trial;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.offset;

import org.junit.jupiter.api.Test;

class OtherLoadTest {
    @Test
    void shouldLeaveOutIdleTimeAndItsOwnWhenOthersWork() {
        //                       user nice system idle iowait irq softirq steal guest guest_nice
        String begin = "cpu  1000 0 500 8000 100 0 0 0 50 0";
        String end = "cpu  1400 0 600 8400 150 10 20 20 450 0";
        assertThat(OtherLoad.share(begin, end, 0.25)).isEqualTo(550 / 1_000.0 - 0.25, offset(1e-9));
        assertThat(OtherLoad.share(begin, end, 0.9))
                .as("clocks differ a little")
                .isZero();
    }

    @Test
    void shouldBeNoneWhenTheKernelDoesNotTell() {
        assertThat(OtherLoad.share("", "intr 5", 0.1)).isZero();
        assertThat(OtherLoad.begin().share()).isBetween(0.0, 1.0);
    }
}
