package dev.vigil.app.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vigil.app.control.CameraSettings.Values;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SettingTest {
    private static final Values BEFORE = new Values(true, 0.4, 0);

    @ParameterizedTest
    @ValueSource(strings = {"false", "False", "OFF", "off", "0", " off\n"})
    void shouldDisableWhenWordSaysSo(String text) {
        assertThat(Setting.ENABLED.changed(BEFORE, text)).isEqualTo(new Values(false, 0.4, 0));
    }

    @ParameterizedTest
    @ValueSource(strings = {"true", "TRUE", "On", "1", "1\r\n"})
    void shouldEnableWhenWordSaysSo(String text) {
        Values disabled = new Values(false, 0.4, 0);
        assertThat(Setting.ENABLED.changed(disabled, text)).isEqualTo(BEFORE);
    }

    @ParameterizedTest
    @CsvSource({"0, 0", "1, 1", "1.0, 1", "0.55, 0.55", ".5, 0.5", "5e-1, 0.5", "+0.25, 0.25", "-0, 0", "0., 0"})
    void shouldTakeNumberWhenItIsInRange(String text, double score) {
        Values changed = Setting.SCORE.changed(BEFORE, text);
        assertThat(changed).isEqualTo(new Values(true, score, 0));
        assertThat(Double.compare(changed.score(), -0.0)).isPositive();
    }

    @Test
    void shouldTakeFpsUpToThousand() {
        assertThat(Setting.FPS.changed(BEFORE, "1000").fps()).isEqualTo(1_000);
        assertThat(Setting.FPS.changed(BEFORE, "0.2").fps()).isEqualTo(0.2);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "ENABLED | yes",
                "ENABLED | \"on\"",
                "ENABLED | null",
                "ENABLED | 2",
                "ENABLED | {}",
                "ENABLED | ''",
                "SCORE | 1.0001",
                "SCORE | -0.1",
                "SCORE | NaN",
                "SCORE | Infinity",
                "SCORE | 0x1p-1",
                "SCORE | 0.5f",
                "SCORE | 0,5",
                "SCORE | 40%",
                "SCORE | 1e99",
                "SCORE | ''",
                "FPS | 1000.5",
                "FPS | all",
                "FPS | [5]",
                "FPS | 99999999999999999999999999999999999999999999999999999999999999",
                "FPS | ٣",
            })
    void shouldSayWhatIsAllowedWhenValueIsNot(Setting setting, String text) {
        assertThatThrownBy(() -> setting.changed(BEFORE, text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("is not allowed for " + setting.label() + ": " + setting.allowed())
                .hasMessageContaining(
                        text.isEmpty() ? "an empty message" : text.substring(0, Math.min(8, text.length())));
    }

    @Test
    void shouldStayInOneLineWhenValueIsShown() {
        assertThatThrownBy(() -> Setting.FPS.changed(BEFORE, "a\nb\u0000c\u202Ed"))
                .hasMessage("\"a?b?c?d\" is not allowed for fps: 0 (all) to 1000 is");
    }
}
