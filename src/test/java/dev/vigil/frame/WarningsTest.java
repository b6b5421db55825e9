package dev.vigil.frame;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vigil.frame.Warnings.Kind;
import dev.vigil.frame.Warnings.Warning;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class WarningsTest {
    private final List<String> told = new ArrayList<>();
    private final Warnings warnings = new Warnings();

    WarningsTest() {
        warnings.onChange(new Warnings.Listener() {
            @Override
            public void onRaised(Warning warning) {
                told.add("+" + warning.kind().label());
            }

            @Override
            public void onCleared(Warning warning) {
                told.add("-" + warning.kind().label());
            }
        });
    }

    @Test
    void shouldTellOnceWhenAWarningHolds() {
        warnings.raise(Kind.LENS_BLACK, "black", 1_000);
        warnings.raise(Kind.LENS_BLACK, "black for longer", 2_000);

        assertThat(told).containsExactly("+lens_black");
        assertThat(warnings.held()).containsExactly(new Warning(Kind.LENS_BLACK, 1_000, "black for longer"));
    }

    @Test
    void shouldTellOfTheEndWhenAWarningIsCleared() {
        warnings.raise(Kind.CLOCK_STEP, "set", 1_000);
        warnings.clear(Kind.CLOCK_STEP);
        warnings.clear(Kind.CLOCK_STEP);

        assertThat(told).containsExactly("+clock_step", "-clock_step");
        assertThat(warnings.held()).isEmpty();
    }

    @Test
    void shouldKeepKindsApartWhenSeveralHold() {
        warnings.raise(Kind.LENS_BLACK, "black", 2_000);
        warnings.raise(Kind.CLOCK_STEP, "set", 1_000);
        warnings.clear(Kind.LENS_FROZEN);

        assertThat(warnings.held()).extracting(Warning::kind).containsExactly(Kind.CLOCK_STEP, Kind.LENS_BLACK);
        assertThat(told).containsExactly("+lens_black", "+clock_step");
    }
}
