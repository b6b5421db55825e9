package dev.vigil.app.control;

import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/** What a command can set. */
enum Setting {
    /** Whether the camera is read. */
    ENABLED("true, false, on, off, 1 or 0"),
    /** Lowest score of a box. */
    SCORE("0 to 1"),
    /** Frames per second that are wanted. */
    FPS("0 (all) to 1000");

    static final String NAMES = "enabled, score or fps";

    /** Plain and scientific decimals; what else Java reads as a number ({@code NaN}, {@code 0x1p3}, {@code 1d}) is none. */
    private static final Pattern NUMBER =
            Pattern.compile("[+-]?(\\d{1,12}(\\.\\d{0,20})?|\\.\\d{1,20})([eE][+-]?\\d{1,2})?");

    private final String allowed;

    Setting(String allowed) {
        this.allowed = allowed;
    }

    /** Its name in topics and messages. */
    String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    static Optional<Setting> of(String label) {
        for (Setting setting : values()) {
            if (setting.label().equals(label)) {
                return Optional.of(setting);
            }
        }
        return Optional.empty();
    }

    /** Which values are allowed, for people. */
    String allowed() {
        return allowed;
    }

    /**
     * The settings with this one as a command says.
     *
     * @throws IllegalArgumentException for a text that is not allowed, with what is
     */
    CameraSettings.Values changed(CameraSettings.Values values, String text) {
        String word = text.strip();
        return switch (this) {
            case ENABLED -> values.withEnabled(flag(word));
            case SCORE -> values.withScore(number(word, 1));
            case FPS -> values.withFps(number(word, 1_000));
        };
    }

    private boolean flag(String word) {
        return switch (word.toLowerCase(Locale.ROOT)) {
            case "true", "on", "1" -> true;
            case "false", "off", "0" -> false;
            default -> throw refused(word);
        };
    }

    private double number(String word, double max) {
        if (!NUMBER.matcher(word).matches()) {
            throw refused(word);
        }
        double number = Double.parseDouble(word);
        if (!(number >= 0 && number <= max)) {
            throw refused(word);
        }
        return number + 0.0; // no negative zero
    }

    private IllegalArgumentException refused(String word) {
        String shown = word.isEmpty() ? "an empty message" : Words.shown(word);
        return new IllegalArgumentException(shown + " is not allowed for " + label() + ": " + allowed + " is");
    }
}
