package dev.vigil.mqtt.proof;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vigil.mqtt.Mosquitto;
import dev.vigil.mqtt.MqttOptions.Protocol;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code vigil prove mqtt-chaos} in short, and whether it would notice. */
class ChaosTest {
    @TempDir
    private Path folder;

    @ParameterizedTest
    @CsvSource({"MQTT_5, true", "MQTT_3_1_1, true", "MQTT_5, false"})
    void shouldDeliverEachMessageInOrderWhenEverythingIsCut(Protocol protocol, boolean outbox) throws Exception {
        Mosquitto.require();
        var plan = new ChaosRun.Plan(12, 1_500, 8, 1_000, protocol, List.of(Cut.values()), outbox, 20_261_122);
        try (ChaosRun run = new ChaosRun(plan, folder, line -> {})) {
            ChaosResult result = run.run();
            assertThat(result.holds()).as("%s", result.lines()).isTrue();
            assertThat(result.cuts().keySet()).containsExactlyInAnyOrder(Cut.values());
            assertThat(result.connects()).as("%s", result.lines()).isGreaterThan(5);
            assertThat(result.resent()).as("%s", result.lines()).isPositive();
        }
    }

    private static Arrivals arrivals(int... numbers) {
        Arrivals arrivals = new Arrivals(10, 2);
        IntStream.of(numbers).forEach(number -> arrivals.received(number % 2, number));
        return arrivals;
    }

    private static boolean holds(Arrivals arrivals) {
        return new ChaosResult(
                        10,
                        java.util.Map.of(),
                        1,
                        0,
                        0,
                        0,
                        arrivals.unique(),
                        arrivals.duplicates(),
                        arrivals.missing(),
                        arrivals.disordered(),
                        arrivals.disorder(),
                        1)
                .holds();
    }

    @Test
    void shouldHoldWhenTopicsInterleaveAndDuplicatesCome() {
        Arrivals arrivals = arrivals(0, 2, 1, 0, 3, 4, 5, 7, 6, 5, 8, 9, 9);
        assertThat(arrivals.duplicates()).isEqualTo(3);
        assertThat(holds(arrivals)).isTrue();
    }

    @Test
    void shouldSayWhichWhenAMessageIsMissing() {
        Arrivals arrivals = arrivals(0, 1, 2, 3, 5, 6, 8, 9, 9);
        assertThat(arrivals.missing()).isEqualTo(List.of(4, 7));
        assertThat(holds(arrivals)).isFalse();
    }

    @Test
    void shouldSayWhichWhenAnOlderMessageComesFirst() {
        Arrivals arrivals = arrivals(0, 1, 3, 4, 2, 5, 6, 7, 8, 9);
        assertThat(arrivals.disorder()).containsExactly("number 2 after 4 on topic 0");
        assertThat(holds(arrivals)).isFalse();
        Arrivals foreign = arrivals(0, 1, 2, 3, 4, 5, 6, 7, 8, 9);
        foreign.received(0, 11);
        assertThat(holds(foreign)).isFalse();
    }
}
