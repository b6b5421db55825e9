package dev.vigil.base;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Isolated;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Alone, since an order is for every test of the process. */
@Isolated
@Timeout(30)
class SabotageTest {
    @AfterEach
    void end() {
        Sabotage.endAll();
    }

    @Test
    void shouldDoNothingWhenNobodySaysOtherwise() throws Exception {
        Sabotage.at("infer");
        Sabotage.at("reader", "gate");
        Sabotage.atDisk();
        assertThat(Sabotage.struck("infer")).isZero();
    }

    @Test
    void shouldFailAsOftenAsToldWhenAPlaceIsPassed() {
        Sabotage.fail("post", 2);
        for (int pass = 0; pass < 2; pass++) {
            assertThatThrownBy(() -> Sabotage.at("post"))
                    .isInstanceOf(Sabotage.Failure.class)
                    .hasMessage("sabotage of post");
        }
        Sabotage.at("post");
        Sabotage.at("convert");
        assertThat(Sabotage.struck("post")).isEqualTo(2);
    }

    @Test
    void shouldFindNoMemoryWhenAPlaceStarves() {
        Sabotage.obey("post starve");
        assertThatThrownBy(() -> Sabotage.at("post")).isInstanceOf(OutOfMemoryError.class);
        Sabotage.at("post");
    }

    @Test
    void shouldStrikeOneAloneWhenItIsNamed() {
        Sabotage.fail("reader:gate", 1);
        Sabotage.at("reader", "yard");
        assertThatThrownBy(() -> Sabotage.at("reader", "gate")).isInstanceOf(Sabotage.Failure.class);
    }

    @Test
    void shouldHoldMemoryOutsideOfTheHeapWhenAPlaceLeaks() {
        BufferPoolMXBean direct = ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
                .filter(pool -> pool.getName().equals("direct"))
                .findFirst()
                .orElseThrow();
        Sabotage.obey("reader:gate leak 3 2");
        System.gc(); // what others have left behind goes before, and not meanwhile
        long before = direct.getMemoryUsed();
        for (int pass = 0; pass < 3; pass++) {
            Sabotage.at("reader", "gate");
        }
        assertThat(Sabotage.struck("reader:gate")).isEqualTo(2);
        assertThat(direct.getMemoryUsed() - before).isBetween(1L << 20, 7L << 20);
    }

    @Test
    void shouldHoldMemoryOnTheHeapWhenAPlaceHoards() {
        com.sun.management.ThreadMXBean threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        Sabotage.obey("reader:gate hoard 3 2");
        long before = threads.getCurrentThreadAllocatedBytes();
        for (int pass = 0; pass < 3; pass++) {
            Sabotage.at("reader", "gate");
        }
        assertThat(Sabotage.struck("reader:gate")).isEqualTo(2);
        assertThat(threads.getCurrentThreadAllocatedBytes() - before).isBetween(6L << 20, 8L << 20);
    }

    @Test
    void shouldLookLikeAFullDiskWhenTheDiskFails() {
        Sabotage.fail("disk", 1);
        assertThatThrownBy(Sabotage::atDisk).isInstanceOf(IOException.class).hasMessage("No space left on device");
    }

    @Test
    void shouldHangWhateverInterruptsUntilItsOrderIsWithdrawn() throws Exception {
        Sabotage.hang("infer", Duration.ofHours(1), 1);
        boolean[] interrupted = {false};
        Thread stuck = new Thread(() -> {
            Sabotage.at("infer");
            interrupted[0] = Thread.currentThread().isInterrupted();
        });
        stuck.start();
        while (Sabotage.struck("infer") == 0) {
            Thread.onSpinWait();
        }
        stuck.interrupt();
        stuck.join(100);
        assertThat(stuck.isAlive()).isTrue();
        Sabotage.end("infer");
        stuck.join(TimeUnit.SECONDS.toMillis(10));
        assertThat(stuck.isAlive()).isFalse();
        assertThat(interrupted[0]).as("the interrupt is kept").isTrue();
    }

    @Test
    void shouldTakeAsLongAsToldWhenAPlaceIsSlow() {
        Sabotage.obey("convert hang 20ms 2");
        long startNs = System.nanoTime();
        Sabotage.at("convert");
        Sabotage.at("convert");
        Sabotage.at("convert");
        assertThat(System.nanoTime() - startNs).isGreaterThanOrEqualTo(40_000_000);
        assertThat(Sabotage.struck("convert")).isEqualTo(2);
    }

    @Test
    void shouldStepTheWallClockAloneWhenTold() {
        long beforeNs = Clock.SYSTEM.monotonicNs();
        Sabotage.obey("clock -2h");
        long systemUs = System.currentTimeMillis() * 1_000;
        assertThat(systemUs - Clock.SYSTEM.utcUs()).isBetween(7_100_000_000L, 7_300_000_000L);
        Sabotage.obey("clock 1s");
        assertThat(Clock.SYSTEM.utcUs() - systemUs).isGreaterThanOrEqualTo(1_000_000L);
        assertThat(Clock.SYSTEM.monotonicNs() - beforeNs).isBetween(0L, 3_600_000_000_000L);
        Sabotage.obey("end");
        assertThat(Sabotage.clockStepUs()).isZero();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "infer",
                "infer leak",
                "infer leak much",
                "infer hoard 0",
                "infer throw often",
                "infer hang",
                "infer hang 5",
                "nowhere throw",
                "clock soon"
            })
    void shouldSayWhatIsAllowedWhenALineSaysNothingThatThereIs(String line) {
        assertThatThrownBy(() -> Sabotage.obey(line)).isInstanceOf(IllegalArgumentException.class);
        Sabotage.at("infer");
    }
}
