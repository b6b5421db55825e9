package dev.vigil.source;

/**
 * What comes from a camera at the moment, for people and status topics.
 *
 * @param codec such as {@code h264}
 * @param decoder {@code software}, {@code cuda} or {@code vaapi}
 */
public record StreamInfo(int widthPx, int heightPx, String codec, String decoder) {
    /** Before the first picture. */
    static final StreamInfo NONE = new StreamInfo(0, 0, "", "");

    /** For a log line: {@code 1920x1080 h264, decoded by software}. */
    @Override
    public String toString() {
        return widthPx + "x" + heightPx + " " + codec + ", decoded by " + decoder;
    }
}
