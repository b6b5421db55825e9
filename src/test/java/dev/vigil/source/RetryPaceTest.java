package dev.vigil.source;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vigil.source.SourceException.Cause;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** With the defaults: 500 ms, 2 s, 5 min. */
class RetryPaceTest {
    private static final long MS_IN_NS = TimeUnit.MILLISECONDS.toNanos(1);

    private final RetryPace pace = new RetryPace(SourceOptions.of(URI.create("rtsp://camera/")), new Random(1));
    private long nowNs = 5_000 * MS_IN_NS;

    /** The waits in milliseconds, one after the other. */
    private List<Long> waits(Cause cause, int count) {
        List<Long> waits = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            long waitNs = pace.waitNs(cause, nowNs);
            nowNs += waitNs;
            waits.add(waitNs / MS_IN_NS);
        }
        return waits;
    }

    @ParameterizedTest
    @EnumSource(
            value = Cause.class,
            names = {"UNREACHABLE", "REFUSED", "NO_VIDEO", "STALLED", "CORRUPT", "ENDED"})
    void shouldTryAgainSoonHoweverLongTheCameraIsAway(Cause cause) {
        List<Long> waits = waits(cause, 500);
        assertThat(waits.get(0)).isBetween(250L, 500L);
        assertThat(waits.get(1)).isBetween(500L, 1_000L);
        assertThat(waits.subList(2, 500)).allSatisfy(wait -> assertThat(wait).isBetween(1_000L, 2_000L));
        assertThat(waits.subList(2, 500).stream().distinct().count())
                .as("jitter")
                .isGreaterThan(100);
    }

    @Test
    void shouldTryAWrongPasswordSeldomFromTheStartOn() {
        List<Long> waits = waits(Cause.WRONG_PASSWORD, 30);
        assertThat(waits.get(0)).isBetween(5_000L, 10_000L);
        assertThat(waits.get(1)).isBetween(10_000L, 20_000L);
        assertThat(waits.subList(10, 30)).allSatisfy(wait -> assertThat(wait).isBetween(150_000L, 300_000L));
    }

    @Test
    void shouldTryAWrongPasswordNoSoonerWhenTheCameraIsAwayInBetween() {
        waits(Cause.WRONG_PASSWORD, 5);
        waits(Cause.UNREACHABLE, 3);
        assertThat(waits(Cause.WRONG_PASSWORD, 1).get(0)).isGreaterThan(150_000L);
    }

    @ParameterizedTest
    @EnumSource(
            value = Cause.class,
            names = {"NO_SUCH_PATH", "UNSUPPORTED"})
    void shouldTryOftenForAMinuteAndThenSeldomWhenTheCameraKnowsNoSuchStream(Cause cause) {
        long endNs = nowNs + 60_000 * MS_IN_NS;
        while (nowNs < endNs) {
            assertThat(waits(cause, 1).get(0)).isLessThanOrEqualTo(2_000L);
        }
        assertThat(waits(cause, 20).get(19)).isBetween(150_000L, 300_000L);
    }

    @Test
    void shouldBeginAnewWhenSomethingWasChanged() {
        waits(Cause.WRONG_PASSWORD, 10);
        waits(Cause.UNREACHABLE, 10);
        pace.forget();
        assertThat(waits(Cause.UNREACHABLE, 1).get(0)).isLessThanOrEqualTo(500L);
        assertThat(waits(Cause.WRONG_PASSWORD, 1).get(0)).isLessThanOrEqualTo(10_000L);
    }

    @Test
    void shouldTrustThePasswordAgainWhenPicturesCame() {
        waits(Cause.WRONG_PASSWORD, 10);
        pace.accepted();
        assertThat(waits(Cause.WRONG_PASSWORD, 1).get(0)).isLessThanOrEqualTo(10_000L);
    }
}
