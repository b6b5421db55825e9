package dev.vigil.app.control;

/** What others sent, as a line for people may show it. */
final class Words {
    private static final int SHOWN_MAX = 40;

    private Words() {}

    /** In quotes, in one line, and not longer than a line may be. */
    static String shown(String text) {
        String line = text.replaceAll("\\p{C}", "?");
        boolean whole = line.codePointCount(0, line.length()) <= SHOWN_MAX;
        return '"' + (whole ? line : line.substring(0, line.offsetByCodePoints(0, SHOWN_MAX)) + "…") + '"';
    }
}
