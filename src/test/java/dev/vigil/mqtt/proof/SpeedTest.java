package dev.vigil.mqtt.proof;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vigil.mqtt.Mosquitto;
import dev.vigil.mqtt.proof.SpeedRun.Figure;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code vigil prove mqtt-speed} in short: too short for its rates to say anything, but garbage can be counted. */
class SpeedTest {
    @TempDir
    private Path folder;

    @Test
    void shouldMeasureBothLibrariesWhenOneRoundIsRun() throws Exception {
        Mosquitto.require();
        try (SpeedRun run = new SpeedRun(new SpeedRun.Plan(10_000, 1, List.of()), folder)) {
            run.round(0);
            for (Figure figure : Figure.values()) {
                for (Library library : Library.values()) {
                    assertThat(run.spread(library, figure).median())
                            .as("%s of %s", figure, library)
                            .isPositive();
                }
            }
            assertThat(run.times(Figure.QOS0_HEAP)).isGreaterThan(1);
            assertThat(run.times(Figure.QOS1_HEAP)).isGreaterThan(1);
        }
    }
}
