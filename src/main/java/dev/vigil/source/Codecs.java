package dev.vigil.source;

import java.util.List;

/**
 * What is decoded. FFmpeg has some five hundred decoders, many of formats that no camera has ever sent, each of them C code that a
 * file or a stream could be made to attack: those that nobody needs are never opened, not even to find out what a stream is.
 */
final class Codecs {
    /** By the names of FFmpeg's decoders. */
    private static final List<String> VIDEO = List.of(
            "h264",
            "hevc",
            "mjpeg",
            "vp9",
            "libvpx-vp9",
            "vp8",
            "libvpx",
            "av1",
            "libdav1d",
            "libaom-av1",
            "mpeg4",
            "mpeg2video",
            "mpeg1video",
            "msmpeg4",
            "h263",
            "h261",
            "flv",
            "vc1",
            "wmv3",
            "theora",
            "dvvideo",
            "prores",
            "ffv1",
            "rawvideo");

    private static final List<String> PICTURES =
            List.of("png", "bmp", "tiff", "webp", "gif", "ppm", "pgm", "jpeg2000", "jpegls");

    /** FFmpeg looks at sound too, to know when it has seen all of a stream. */
    private static final List<String> SOUND = List.of(
            "aac",
            "aac_latm",
            "mp3float",
            "mp3",
            "mp2float",
            "ac3",
            "eac3",
            "opus",
            "vorbis",
            "flac",
            "pcm_alaw",
            "pcm_mulaw",
            "pcm_s16le",
            "pcm_s16be",
            "g726",
            "g726le");

    /** As FFmpeg wants to be told. */
    static final String ALLOWED =
            String.join(",", VIDEO) + "," + String.join(",", PICTURES) + "," + String.join(",", SOUND);

    private Codecs() {}

    /** @param decoder FFmpeg's name of it */
    static boolean areRead(String decoder) {
        return VIDEO.contains(decoder) || PICTURES.contains(decoder);
    }
}
