package dev.vigil.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vigil.lens.LensOptions;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LensConfigTest {
    private static final String CAMERAS = "cameras:\n  gate:\n    url: rtsp://10.0.0.7/main\n";

    @TempDir
    private Path folder;

    private ConfigFolder config;

    @BeforeEach
    void makeFolder() throws Exception {
        config = new ConfigFolder(folder);
    }

    private LensOptions gate(String yaml) throws Exception {
        return config.read(yaml).cameras().get(0).lens();
    }

    @Test
    void shouldBeOnWhenNothingIsSaid() throws Exception {
        assertThat(gate(CAMERAS)).isEqualTo(LensOptions.DEFAULT);
    }

    @Test
    void shouldBeOffWhenAWordSaysSo() throws Exception {
        assertThat(gate(CAMERAS + "lens: false").enabled()).isFalse();
        assertThat(gate(CAMERAS + "    lens: false").enabled()).isFalse();
        assertThat(gate(CAMERAS + "    lens: true\nlens: false").enabled()).isTrue();
    }

    @Test
    void shouldHoldForAllCamerasWhatTheyDoNotSayThemselves() throws Exception {
        assertThat(gate(CAMERAS + "    lens: {frozen_after: 0s}\nlens: {interval: 1s, black_after: 30s}"))
                .isEqualTo(new LensOptions(
                        true, Duration.ofSeconds(1), Duration.ofSeconds(30), Duration.ZERO, Duration.ofMinutes(1)));
    }

    @Test
    void shouldSayWhatIsAllowedWhenAValueIsNot() {
        assertThatThrownBy(() -> gate(CAMERAS + "    lens: maybe\nlens: {black_afer: 1s, interval: 1ms}"))
                .hasMessageContaining("cameras.gate.lens")
                .hasMessageContaining("true or false")
                .hasMessageContaining("did you mean black_after?")
                .hasMessageContaining("100ms to 24h");
    }
}
