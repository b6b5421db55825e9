package dev.vigil.source.rtsp;

import dev.vigil.source.SourceException;
import dev.vigil.source.SourceException.Cause;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.bytedeco.ffmpeg.global.avcodec;

/**
 * The video stream that is read, as the camera described it.
 *
 * @param clockRate ticks of the RTP timestamp per second
 * @param control the medium's {@code a=control}, or null
 * @param extradata parameter sets with start codes (Annex B) of H.264 and H.265, empty where the description has none
 * @param widthPx 0 where not told
 * @param heightPx 0 where not told
 */
record VideoFormat(
        Codec codec, int payloadType, int clockRate, String control, byte[] extradata, int widthPx, int heightPx) {

    enum Codec {
        H264(avcodec.AV_CODEC_ID_H264, "H.264"),
        H265(avcodec.AV_CODEC_ID_HEVC, "H.265"),
        JPEG(avcodec.AV_CODEC_ID_MJPEG, "JPEG"),
        VP9(avcodec.AV_CODEC_ID_VP9, "VP9"),
        AV1(avcodec.AV_CODEC_ID_AV1, "AV1");

        final int id;
        final String label;

        Codec(int id, String label) {
            this.id = id;
            this.label = label;
        }

        private static Codec named(String encoding) {
            return switch (encoding.toUpperCase(Locale.ROOT)) {
                case "H264" -> H264;
                case "H265", "HEVC" -> H265;
                case "JPEG" -> JPEG;
                case "VP9" -> VP9;
                case "AV1" -> AV1;
                default -> null;
            };
        }
    }

    private static final int CLOCK_RATE = 90_000;
    private static final int CLOCK_RATE_MAX = 100_000_000;
    /** Static payload type of RFC 3551. */
    private static final int PAYLOAD_TYPE_JPEG = 26;

    private static final int EXTRADATA_BYTES_MAX = 64 * 1024;

    /** Takes the first video stream that can be read here. */
    static VideoFormat choose(Sdp sdp, RtspAddress address) throws SourceException {
        List<String> unsupported = new ArrayList<>();
        boolean video = false;
        for (Sdp.Media media : sdp.media()) {
            if (media.kind().equalsIgnoreCase("video")) {
                video = true;
                for (int payloadType : media.payloadTypes()) {
                    VideoFormat format = read(media, payloadType, unsupported);
                    if (format != null) {
                        return format;
                    }
                }
            }
        }
        if (!video) {
            throw address.error(
                    Cause.NO_VIDEO, sdp.media().isEmpty() ? "offers no stream" : "offers no video, only " + kinds(sdp));
        }
        String what = unsupported.isEmpty()
                ? "of no known payload type"
                : Text.printable(String.join(", ", unsupported), 100);
        throw address.error(Cause.UNSUPPORTED, "sends video that can not be read here: " + what);
    }

    private static String kinds(Sdp sdp) {
        List<String> kinds =
                sdp.media().stream().map(Sdp.Media::kind).distinct().toList();
        return Text.printable(String.join(", ", kinds), 80);
    }

    private static VideoFormat read(Sdp.Media media, int payloadType, List<String> unsupported) {
        String rtpmap = media.attribute("rtpmap", payloadType);
        String[] map = rtpmap == null ? new String[0] : rtpmap.split("/");
        String encoding = map.length > 0 ? map[0].strip() : payloadType == PAYLOAD_TYPE_JPEG ? "JPEG" : null;
        if (encoding == null) {
            unsupported.add("payload type " + payloadType);
            return null;
        }
        Codec codec = Codec.named(encoding);
        if (codec == null) {
            unsupported.add(encoding);
            return null;
        }
        Map<String, String> parameters = parameters(media.attribute("fmtp", payloadType));
        if (codec == Codec.H264 && Text.number(parameters.getOrDefault("packetization-mode", "0"), 0) > 1) {
            unsupported.add("H264 in interleaved packetization");
            return null;
        }
        if (codec == Codec.H265 && Text.number(parameters.getOrDefault("sprop-max-don-diff", "0"), 0) > 0) {
            unsupported.add("H265 out of decoding order");
            return null;
        }
        int clockRate = map.length > 1 ? Text.number(map[1], CLOCK_RATE) : CLOCK_RATE;
        int[] size = size(media, payloadType);
        return new VideoFormat(
                codec,
                payloadType,
                clockRate < 1 || clockRate > CLOCK_RATE_MAX ? CLOCK_RATE : clockRate,
                media.attribute("control"),
                extradata(codec, parameters),
                size[0],
                size[1]);
    }

    /** {@code 96 packetization-mode=1; sprop-parameter-sets=…} without the payload type; names in lower case. */
    private static Map<String, String> parameters(String fmtp) {
        Map<String, String> parameters = new HashMap<>();
        for (String part : fmtp == null ? new String[0] : fmtp.split(";")) {
            int equals = part.indexOf('=');
            if (equals > 0) {
                String name = part.substring(0, equals).strip().toLowerCase(Locale.ROOT);
                parameters.put(name, part.substring(equals + 1).strip());
            }
        }
        return parameters;
    }

    private static byte[] extradata(Codec codec, Map<String, String> parameters) {
        List<String> names =
                switch (codec) {
                    case H264 -> List.of("sprop-parameter-sets");
                    case H265 -> List.of("sprop-vps", "sprop-sps", "sprop-pps");
                    case JPEG, VP9, AV1 -> List.of();
                };
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (String name : names) {
            for (String set : parameters.getOrDefault(name, "").split(",")) {
                byte[] unit = decode(set.strip());
                if (unit.length > 0 && out.size() + unit.length < EXTRADATA_BYTES_MAX) {
                    out.writeBytes(AccessUnit.START_CODE);
                    out.writeBytes(unit);
                }
            }
        }
        return out.toByteArray();
    }

    private static byte[] decode(String base64) {
        try {
            return Base64.getDecoder().decode(base64);
        } catch (IllegalArgumentException e) {
            return new byte[0]; // not needed: cameras with a broken description send the sets in the stream
        }
    }

    /** {@code a=framesize:26 1280-720} (3GPP TS 26.234) or {@code a=x-dimensions:1280,720}. */
    private static int[] size(Sdp.Media media, int payloadType) {
        String text = media.attribute("framesize", payloadType);
        text = text == null ? media.attribute("x-dimensions") : text;
        String[] parts = text == null ? new String[0] : text.split("[-,]");
        int width = parts.length == 2 ? Text.number(parts[0], 0) : 0;
        int height = parts.length == 2 ? Text.number(parts[1], 0) : 0;
        boolean sane = width > 0 && height > 0 && width <= 16_384 && height <= 16_384;
        return sane ? new int[] {width, height} : new int[] {0, 0};
    }
}
