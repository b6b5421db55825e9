package dev.vigil.app;

import java.util.ArrayList;
import java.util.List;

/** Columns for people: the first to the left, all others to the right, as wide as they must be. */
public final class TextTable {
    private static final String GAP = "  ";

    private final List<String[]> rows = new ArrayList<>();

    /** @param heads the columns' names */
    public TextTable(String... heads) {
        rows.add(heads);
    }

    public TextTable row(String... cells) {
        if (cells.length != rows.get(0).length) {
            throw new IllegalArgumentException(cells.length + " cells for " + rows.get(0).length + " columns");
        }
        rows.add(cells);
        return this;
    }

    /** All lines, without spaces at their ends. */
    public List<String> lines() {
        int[] widths = new int[rows.get(0).length];
        for (String[] row : rows) {
            for (int i = 0; i < widths.length; i++) {
                widths[i] = Math.max(widths[i], row[i].length());
            }
        }
        return rows.stream().map(row -> line(row, widths)).toList();
    }

    private static String line(String[] row, int[] widths) {
        StringBuilder line = new StringBuilder();
        for (int i = 0; i < widths.length; i++) {
            String space = " ".repeat(widths[i] - row[i].length());
            line.append(i == 0 ? row[i] + space : GAP + space + row[i]);
        }
        return line.toString().stripTrailing();
    }
}
