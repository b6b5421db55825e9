package dev.vigil.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vigil.detect.TileOptions;
import dev.vigil.frame.Window;
import org.junit.jupiter.api.Test;

class TileGridTest {
    @Test
    void shouldReachFromEdgeToEdgeWithAllTilesOfOneSizeWhateverTheGrid() {
        for (int columns = 1; columns <= 8; columns++) {
            for (int rows = 1; rows <= 4; rows++) {
                for (float overlap : new float[] {0, 0.1f, 0.25f, 0.5f}) {
                    for (int[] size : new int[][] {{3840, 2160}, {641, 479}, {333, 517}, {64, 48}, {17, 9}, {3, 2}}) {
                        check(new TileOptions(columns, rows, overlap, true), size[0], size[1]);
                    }
                }
            }
        }
    }

    private static void check(TileOptions options, int width, int height) {
        TileGrid grid = TileGrid.of(options, width, height);
        String what = options + " of " + width + "x" + height;
        assertThat(grid.windows()).as(what).hasSize(options.views());
        Window first = grid.windows()[0];
        Window last = grid.windows()[grid.tiles() - 1];
        assertThat(first.leftPx()).isZero();
        assertThat(first.topPx()).isZero();
        assertThat(last.rightPx()).as(what).isEqualTo(width);
        assertThat(last.bottomPx()).as(what).isEqualTo(height);
        for (int i = 0; i < grid.tiles(); i++) {
            Window tile = grid.windows()[i];
            assertThat(tile.widthPx()).as(what).isEqualTo(first.widthPx()).isPositive();
            assertThat(tile.heightPx()).as(what).isEqualTo(first.heightPx()).isPositive();
            assertThat(tile.leftPx() % 2 + tile.topPx() % 2)
                    .as("%s: %s", what, tile)
                    .isZero();
            if (i % options.columns() > 0) {
                Window before = grid.windows()[i - 1];
                assertThat(before.rightPx() - tile.leftPx())
                        .as("what tiles share, %s: %s and %s", what, before, tile)
                        .isGreaterThanOrEqualTo((int) (options.overlap() * tile.widthPx()) - 2);
            }
        }
        if (options.isTiled()) {
            Window whole = grid.windows()[grid.tiles()];
            assertThat(whole.widthPx()).isEqualTo(width);
            assertThat(whole.heightPx()).isEqualTo(height);
        }
    }

    @Test
    void shouldSayWhetherItStillFitsWhenFramesChange() {
        TileOptions options = new TileOptions(2, 2, 0.2f, false);
        TileGrid grid = TileGrid.of(options, 640, 480);
        assertThat(grid.isFor(new TileOptions(2, 2, 0.2f, false), 640, 480)).isTrue();
        assertThat(grid.isFor(options, 480, 640)).isFalse();
        assertThat(grid.isFor(new TileOptions(2, 2, 0.2f, true), 640, 480)).isFalse();
    }
}
