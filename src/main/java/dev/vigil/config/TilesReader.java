package dev.vigil.config;

import dev.vigil.detect.TileOptions;
import java.util.regex.Pattern;
import org.snakeyaml.engine.v2.nodes.ScalarNode;

/** Reads a section {@code tiles}, that of a model or of a camera; it may be a word such as {@code 3x2}. */
final class TilesReader {
    private static final String KEY = "tiles";
    private static final Range SIDE = Range.of(1, TileOptions.SIDE_MAX);
    private static final Pattern GRID = Pattern.compile("[1-8]x[1-8]");
    private static final String ALLOWED = "COLUMNSxROWS such as 2x2, each 1 to " + TileOptions.SIDE_MAX
            + ", together up to " + TileOptions.TILES_MAX + ", or keys under it";

    private TilesReader() {}

    /** @param standard what holds where nothing is said; for a camera that of its model */
    static TileOptions tiles(Section owner, TileOptions standard) {
        boolean isWord = owner.node(KEY)
                .filter(node -> node instanceof ScalarNode && !Entries.isNull(node))
                .isPresent();
        int columns = standard.columns();
        int rows = standard.rows();
        float overlap = standard.overlap();
        boolean whole = standard.whole();
        if (isWord) {
            String grid = owner.text(KEY, "grid", "1x1", GRID, ALLOWED);
            columns = grid == null ? columns : grid.charAt(0) - '0';
            rows = grid == null ? rows : grid.charAt(2) - '0';
        } else {
            Section tiles = owner.section(KEY);
            columns = tiles.integer("columns", SIDE, columns);
            rows = tiles.integer("rows", SIDE, rows);
            overlap = (float)
                    tiles.number("overlap", Range.of(0, TileOptions.OVERLAP_MAX), Range.decimal(standard.overlap()));
            whole = tiles.flag("whole", whole);
            tiles.finish();
        }
        if (columns * rows > TileOptions.TILES_MAX) {
            owner.problem(
                    KEY,
                    columns + "x" + rows + " are " + columns * rows + " tiles: " + TileOptions.TILES_MAX
                            + " are allowed");
            return standard;
        }
        return new TileOptions(columns, rows, overlap, whole);
    }
}
