package dev.vigil.source;

/**
 * What comes from a camera at the moment, for people and status topics.
 *
 * @param codec such as {@code h264}
 * @param decoder {@code software}, {@code cuda} or {@code vaapi}
 * @param transport {@code tcp} or {@code udp}, {@code tls} for rtsps, {@code http}, {@code file} or {@code device}
 * @param stream {@code main}, or {@code detect} for the one that is there for detection
 */
public record StreamInfo(int widthPx, int heightPx, String codec, String decoder, String transport, String stream) {
    /** Before the first picture. */
    static final StreamInfo NONE = new StreamInfo(0, 0, "", "");

    /** As the decoder knows it, which does not know where its packets come from. */
    StreamInfo(int widthPx, int heightPx, String codec, String decoder) {
        this(widthPx, heightPx, codec, decoder, "", "");
    }

    StreamInfo from(String newTransport, String newStream) {
        return new StreamInfo(widthPx, heightPx, codec, decoder, newTransport, newStream);
    }

    /** For a log line: {@code 1920x1080 h264 over tcp, decoded by software}. */
    @Override
    public String toString() {
        return widthPx + "x" + heightPx + " " + codec + (transport.isEmpty() ? "" : " over " + transport)
                + (stream.equals("detect") ? " (detect_stream)" : "") + ", decoded by " + decoder;
    }
}
