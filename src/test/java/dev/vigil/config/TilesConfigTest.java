package dev.vigil.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vigil.detect.TileOptions;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TilesConfigTest {
    private static final String GATE = "cameras:\n  gate:\n    url: rtsp://10.0.0.7/main\n";

    @TempDir
    private Path folder;

    private ConfigFolder config;

    @BeforeEach
    void makeFolder() throws Exception {
        config = new ConfigFolder(folder);
    }

    private TileOptions gate(String yaml) throws Exception {
        return config.read(yaml).cameras().get(0).tiles();
    }

    @Test
    void shouldCutNothingWhenNothingIsSaid() throws Exception {
        assertThat(gate(GATE)).isEqualTo(TileOptions.NONE);
        assertThat(TileOptions.NONE.isTiled()).isFalse();
        assertThat(TileOptions.NONE.views()).isEqualTo(1);
    }

    @Test
    void shouldCutWhenAWordSaysSo() throws Exception {
        TileOptions tiles = gate(GATE + "    tiles: 3x2");
        assertThat(tiles).isEqualTo(new TileOptions(3, 2, 0.2f, true));
        assertThat(tiles.views()).isEqualTo(7);
    }

    @Test
    void shouldHoldForItsCamerasWhatTheyDoNotSayThemselvesWhenModelCuts() throws Exception {
        String models = "models:\n  m:\n    tiles: {columns: 4, rows: 2, overlap: 0.3, whole: false}\n";
        assertThat(gate(GATE + models)).isEqualTo(new TileOptions(4, 2, 0.3f, false));
        assertThat(gate(GATE + "    tiles: 2x2\n" + models)).isEqualTo(new TileOptions(2, 2, 0.3f, false));
        assertThat(gate(GATE + "    tiles: {overlap: 0}\n" + models)).isEqualTo(new TileOptions(4, 2, 0, false));
        assertThat(gate(GATE + "    tiles: 1x1\n" + models).isTiled()).isFalse();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "2             | tiles: 2 is not allowed: COLUMNSxROWS such as 2x2, each 1 to 8, together up to 32, or keys under it",
                "9x1           | tiles: 9x1 is not allowed: COLUMNSxROWS such as 2x2, each 1 to 8, together up to 32, or keys under it",
                "8x8           | tiles: 8x8 are 64 tiles: 32 are allowed",
                "[2, 2]        | tiles: a list is not allowed: keys with their values are expected under it",
                "{columns: 0}  | tiles.columns: 0 is not allowed: 1 to 8",
                "{overlap: 0.6}| tiles.overlap: 0.6 is not allowed: 0 to 0.5",
                "{overlap: 20%}| tiles.overlap: 20% is not a number: 0 to 0.5 is allowed",
                "{whole: 1}    | tiles.whole: 1 is not allowed: true or false",
                "{colums: 2}   | tiles.colums: unknown key (did you mean columns?); allowed are columns, rows, overlap, whole",
            })
    void shouldSayWhatIsAllowedWhenAValueIsNot(String value, String problem) throws Exception {
        List<String> ofCamera = config.problems(GATE + "    tiles: " + value);
        assertThat(ofCamera).singleElement().asString().contains("cameras.gate." + problem);
        List<String> ofModel = config.problems(GATE + "models:\n  m:\n    tiles: " + value);
        assertThat(ofModel).isNotEmpty().allSatisfy(line -> assertThat(line).contains("models.m." + problem));
    }
}
