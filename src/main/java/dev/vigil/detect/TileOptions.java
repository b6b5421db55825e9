package dev.vigil.detect;

/**
 * How a frame is cut into tiles for a model, so that it sees small objects larger.
 *
 * @param columns tiles side by side
 * @param rows tiles one above the other
 * @param overlap part of a tile's side that it shares with its neighbour, 0..0.5; what is smaller than that is whole in one
 * @param whole whether the model sees the whole frame as well, for what is larger than a tile
 */
public record TileOptions(int columns, int rows, float overlap, boolean whole) {
    public static final int SIDE_MAX = 8;
    public static final float OVERLAP_MAX = 0.5f;
    /** Tiles of a frame; each is a run of the model, and has tensors in each slot of its ring. */
    public static final int TILES_MAX = 32;

    /** The whole frame, once. */
    public static final TileOptions NONE = new TileOptions(1, 1, 0.2f, true);

    public TileOptions {
        if (columns < 1 || columns > SIDE_MAX || rows < 1 || rows > SIDE_MAX || columns * rows > TILES_MAX) {
            throw new IllegalArgumentException(columns + "x" + rows + " tiles, allowed are up to " + SIDE_MAX
                    + " on a side and " + TILES_MAX + " in all");
        }
        if (!(overlap >= 0 && overlap <= OVERLAP_MAX)) { // refuses NaN too
            throw new IllegalArgumentException("overlap is " + overlap + ", allowed is 0.." + OVERLAP_MAX);
        }
    }

    /** Whether a frame is cut at all. */
    public boolean isTiled() {
        return columns * rows > 1;
    }

    /** How often the model sees a frame: its tiles, and the whole where that is asked for. */
    public int views() {
        return columns * rows + (isTiled() && whole ? 1 : 0);
    }
}
