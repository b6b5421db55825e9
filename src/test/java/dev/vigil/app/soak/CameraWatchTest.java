package dev.vigil.app.soak;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import org.junit.jupiter.api.Test;

/** Whether a soak would notice: all of these are what must not pass as good. */
class CameraWatchTest {
    private static final long S = 1_000_000;

    private final Recoveries recoveries = new Recoveries();
    private final CameraWatch watch = new CameraWatch("cam1", recoveries);

    private static JsonNode status(String state, long read, long published, long superseded) throws IOException {
        return new ObjectMapper().readTree("""
                {"state": "%s", "error": null,
                 "ledger": {"read": %d, "published": %d, "in_flight": 0, "dropped": {"superseded": %d}}}
                """.formatted(state, read, published, superseded));
    }

    private Recoveries.Summary kind(String name) {
        return recoveries.summaries().stream()
                .filter(kind -> kind.kind().equals(name))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void shouldMeasureFromTheEndWhenTheFirstFrameIsOneCapturedAfterIt() throws IOException {
        watch.detection(1, S, S);
        recoveries.begun("stall");
        watch.begun("stall", true, 2 * S);
        watch.status(status("down", 1, 1, 0), 4 * S);
        watch.ended(8 * S);
        watch.detection(2, 7 * S, 8 * S + 1); // captured before
        assertThat(watch.recovered()).isFalse();
        watch.detection(3, 9 * S, 9 * S + S / 2);
        assertThat(watch.recovered()).isTrue();
        assertThat(kind("stall").recoveredS().max()).isEqualTo(1.5);
        assertThat(kind("stall").noticedS().max()).isEqualTo(2);
        assertThat(watch.disturbed()).isZero();
    }

    @Test
    void shouldBeUnnoticedWhenNoStatusToldOfALastingFault() {
        watch.detection(1, S, S);
        recoveries.begun("stall");
        watch.begun("stall", true, 2 * S);
        watch.ended(8 * S);
        watch.detection(2, 9 * S, 9 * S);
        assertThat(kind("stall").unnoticed()).isEqualTo(1);
    }

    @Test
    void shouldBeDisturbedWhenNobodyTouchedIt() throws IOException {
        watch.detection(1, S, S);
        watch.detection(2, 6 * S, 6 * S);
        watch.status(status("down", 2, 2, 0), 7 * S);
        assertThat(watch.disturbances()).containsExactly("cam1: nothing came for 5.0 s", "cam1: is down, null");
    }

    @Test
    void shouldWaitForTheBrokerWhenBothAreAway() {
        watch.detection(1, S, S);
        recoveries.begun("stall");
        recoveries.begun("broker");
        watch.begun("stall", true, 2 * S);
        watch.ended(4 * S);
        watch.brokerBegun("broker", 4 * S);
        watch.brokerEnded(10 * S);
        watch.detection(2, 5 * S, 10 * S + 1);
        assertThat(watch.recovered()).isFalse();
        watch.detection(3, 11 * S, 11 * S);
        assertThat(kind("stall").recoveredS().max()).isEqualTo(1);
        assertThat(kind("broker").recoveredS().count()).isZero();
        assertThat(watch.recoveredFromBroker()).isTrue();
        assertThat(kind("stall").unnoticed()).isZero();
    }

    @Test
    void shouldBalanceOnlyWhenWhatWasPublishedCame() throws IOException {
        watch.detection(1, S, S);
        watch.detection(1, S, 2 * S);
        watch.status(status("disabled", 3, 1, 2), 2 * S);
        assertThat(watch.account().balances()).isTrue();
        assertThat(watch.account().duplicates()).isEqualTo(1);
        watch.status(status("disabled", 4, 2, 2), 2 * S);
        assertThat(watch.account().balances()).as("one did not come").isFalse();
        watch.status(status("disabled", 4, 1, 2), 2 * S);
        assertThat(watch.account().balances()).as("one is not accounted for").isFalse();
    }

    @Test
    void shouldSayWhichWhenAFaultWasNotGotOver() {
        watch.detection(1, S, S);
        recoveries.begun("stall");
        watch.begun("stall", true, 2 * S);
        watch.ended(3 * S);
        watch.giveUp(false, 33 * S);
        assertThat(watch.recovered()).isTrue();
        assertThat(kind("stall").unrecovered()).isEqualTo(1);
    }
}
