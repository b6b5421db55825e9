package dev.vigil.publish;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vigil.detect.Detections;
import dev.vigil.publish.PublishOptions.When;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PublishGateTest {
    private static final long MS_NS = 1_000_000;
    private static final int CLASSES = 3;
    private static final Detections NOTHING = frame();

    /** A frame with objects of these classes. */
    private static Detections frame(int... classes) {
        Detections found = new Detections(10);
        for (int classId : classes) {
            found.add(classId, 1, 2, 3, 0.5f, classId);
        }
        return found;
    }

    private static PublishGate gate(When when, double rateMax) {
        return new PublishGate(new PublishOptions(when, rateMax), CLASSES);
    }

    @Test
    void shouldAdmitEveryFrameWhenNothingElseIsAsked() {
        PublishGate gate = gate(When.ALWAYS, 0);
        for (int i = 0; i < 100; i++) {
            assertThat(gate.admits(NOTHING, i)).isTrue();
        }
    }

    @Test
    void shouldAdmitFramesWithObjectsWhenDetectionsAreAsked() {
        PublishGate gate = gate(When.DETECTIONS, 0);
        assertThat(gate.admits(NOTHING, 0)).isFalse();
        assertThat(gate.admits(frame(1), 1)).isTrue();
        assertThat(gate.admits(frame(1), 2)).isTrue();
        assertThat(gate.admits(NOTHING, 3)).isFalse();
    }

    @Test
    void shouldAdmitFramesThatDifferInLabelsOrCountsWhenChangesAreAsked() {
        PublishGate gate = gate(When.CHANGES, 0);
        assertThat(gate.admits(NOTHING, 0)).as("the first").isTrue();
        assertThat(gate.admits(NOTHING, 1)).isFalse();
        assertThat(gate.admits(frame(1, 2), 2)).isTrue();
        assertThat(gate.admits(frame(2, 1), 3)).as("in another order").isFalse();
        assertThat(gate.admits(frame(1, 2, 2), 4)).as("one more").isTrue();
        assertThat(gate.admits(frame(1, 1, 2), 5))
                .as("as many of other classes")
                .isTrue();
        assertThat(gate.admits(NOTHING, 6)).as("all gone").isTrue();
        assertThat(gate.admits(NOTHING, 7)).isFalse();
        gate.renew();
        assertThat(gate.admits(NOTHING, 8)).as("the first after a connection").isTrue();
        assertThat(gate.admits(NOTHING, 9)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(doubles = {0.2, 0.5, 1, 5, 10, 12.5, 15, 25, 30})
    void shouldHoldTheRateWhenMoreIsWanted(double rateMax) {
        PublishGate gate = gate(When.ALWAYS, rateMax);
        int admitted = 0;
        for (int i = 0; i < 25 * 200; i++) {
            admitted += gate.admits(NOTHING, i * 40 * MS_NS) ? 1 : 0;
        }
        double expected = Math.min(25, rateMax) * 200;
        assertThat((double) admitted).isBetween(expected - 2, expected + 2);
    }

    @Test
    void shouldNeverExceedTheRateByMoreThanOneMessageWhenFramesComeAnyhow() {
        Random random = new Random(7);
        for (double rateMax : new double[] {0.2, 1, 3.3, 10}) {
            PublishGate gate = gate(When.ALWAYS, rateMax);
            double periodNs = 1e9 / rateMax;
            List<Long> admitted = new ArrayList<>();
            long nowNs = Long.MAX_VALUE - 10_000; // the clock may wrap
            for (int i = 0; i < 20_000; i++) {
                nowNs += random.nextInt(10) == 0 ? random.nextLong(3_000 * MS_NS) : random.nextLong(1, 80 * MS_NS);
                if (gate.admits(NOTHING, nowNs)) {
                    admitted.add(nowNs);
                }
            }
            for (int first = 0; first < admitted.size(); first++) {
                for (int last = first + 1; last < Math.min(admitted.size(), first + 50); last++) {
                    double atMost = (admitted.get(last) - admitted.get(first)) / periodNs + 1.5;
                    assertThat(last - first + 1.0).isLessThanOrEqualTo(atMost + 1e-6);
                }
            }
        }
    }

    @Test
    void shouldAdmitFreshFrameAndNoBurstWhenItIsTimeAgain() {
        PublishGate gate = gate(When.CHANGES, 0.2);
        assertThat(gate.admits(NOTHING, 0)).isTrue();
        long nowNs = 0;
        int admitted = 0;
        long admittedNs = 0;
        // Every frame shows something else for 5.2 s.
        while (nowNs < 5_200 * MS_NS) {
            nowNs += 40 * MS_NS;
            if (gate.admits(frame((int) (nowNs / (40 * MS_NS)) % CLASSES), nowNs)) {
                admitted++;
                admittedNs = nowNs;
            }
        }
        assertThat(admitted).isEqualTo(1);
        assertThat(admittedNs).isEqualTo(5_000 * MS_NS);
    }

    @ParameterizedTest
    @CsvSource({"1, false", "2, true"})
    void shouldStillTellOfChangeLaterWhenItCameTooEarly(int persons, boolean told) {
        PublishGate gate = gate(When.CHANGES, 1);
        Detections later = persons == 1 ? frame(0) : frame(0, 0);
        assertThat(gate.admits(frame(0), 0)).isTrue();
        assertThat(gate.admits(frame(0, 0), 100 * MS_NS)).as("too early").isFalse();
        for (int ms = 140; ms < 940; ms += 40) {
            assertThat(gate.admits(later, ms * MS_NS)).isFalse();
        }
        assertThat(gate.admits(later, 1_000 * MS_NS)).isEqualTo(told);
    }

    @ParameterizedTest
    @ValueSource(doubles = {-1, Double.NaN})
    void shouldRefuseRateWhenItIsNone(double rateMax) {
        assertThatThrownBy(() -> new PublishOptions(When.ALWAYS, rateMax)).hasMessageContaining("rateMax");
    }
}
