package dev.vigil.pipeline;

import dev.vigil.detect.TileOptions;
import dev.vigil.frame.Window;

/**
 * Where the tiles of a frame lie: row by row, all of one size, spread evenly from edge to edge; then the whole frame, if it is
 * asked for. Immutable.
 *
 * @param options what it was made for
 * @param widthPx of the upright frame
 * @param heightPx of the upright frame
 * @param windows one for each view
 */
public record TileGrid(TileOptions options, int widthPx, int heightPx, Window[] windows) {
    public static TileGrid of(TileOptions options, int widthPx, int heightPx) {
        int[] lefts = starts(options.columns(), options.overlap(), widthPx);
        int[] tops = starts(options.rows(), options.overlap(), heightPx);
        int tileWidthPx = widthPx - lefts[lefts.length - 1];
        int tileHeightPx = heightPx - tops[tops.length - 1];
        Window[] windows = new Window[options.views()];
        int at = 0;
        for (int top : tops) {
            for (int left : lefts) {
                windows[at++] = new Window(left, top, tileWidthPx, tileHeightPx);
            }
        }
        if (at < windows.length) {
            windows[at] = new Window(0, 0, widthPx, heightPx);
        }
        return new TileGrid(options, widthPx, heightPx, windows);
    }

    boolean isFor(TileOptions wanted, int frameWidthPx, int frameHeightPx) {
        return frameWidthPx == widthPx && frameHeightPx == heightPx && options.equals(wanted);
    }

    /** How many of the windows are tiles, which come first. */
    public int tiles() {
        return options.columns() * options.rows();
    }

    /**
     * Where tiles begin along a side. A side of n tiles that each share a part of themselves with the next is n - (n - 1) ·
     * overlap tiles long. All begin at even pixels, the last one at the side's end less its own length, which is so chosen that
     * this is even too: then chroma needs no alignment that would make tiles of different sizes.
     */
    private static int[] starts(int tiles, float overlap, int sidePx) {
        int tilePx = (int) Math.ceil(sidePx / (tiles - (tiles - 1) * (double) overlap));
        tilePx = Math.min(sidePx, tilePx + ((sidePx - tilePx) & 1));
        int[] starts = new int[tiles];
        for (int i = 1; i < tiles; i++) {
            starts[i] = (int) Math.round((double) i * (sidePx - tilePx) / (tiles - 1) / 2) * 2;
        }
        starts[tiles - 1] = sidePx - tilePx;
        return starts;
    }
}
