package dev.vigil.source.rtsp;

import dev.vigil.source.SourceException;

/** Takes a codec's RTP payloads apart. Malformed payloads damage the unit; they never throw. */
interface Depacketizer {
    /**
     * Adds one packet's payload to the unit.
     *
     * @param gap packets before this one were lost
     * @throws SourceException when the camera sends a form that is not supported
     */
    void add(byte[] bytes, int offset, int length, boolean gap, AccessUnit unit) throws SourceException;

    /** All packets of the unit have come. */
    default void finish(AccessUnit unit) {}

    static Depacketizer of(VideoFormat format, RtspAddress address) {
        return switch (format.codec()) {
            case H264 -> new H264Depacketizer(address);
            case H265 -> new H265Depacketizer(address);
            case VP9 -> new Vp9Depacketizer();
            case AV1 -> new Av1Depacketizer();
            case JPEG -> new JpegDepacketizer(format.widthPx(), format.heightPx(), address);
        };
    }
}
