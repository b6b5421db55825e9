package dev.vigil.source;

import static org.bytedeco.ffmpeg.avformat.AVFormatContext.AVFMT_FLAG_NONBLOCK;
import static org.bytedeco.ffmpeg.global.avformat.av_find_input_format;
import static org.bytedeco.ffmpeg.global.avutil.AV_DICT_IGNORE_SUFFIX;
import static org.bytedeco.ffmpeg.global.avutil.av_dict_get;
import static org.bytedeco.ffmpeg.global.avutil.av_dict_set;

import dev.vigil.source.SourceException.Cause;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.bytedeco.ffmpeg.avformat.AVFormatContext;
import org.bytedeco.ffmpeg.avformat.AVInputFormat;
import org.bytedeco.ffmpeg.avutil.AVDictionary;
import org.bytedeco.ffmpeg.avutil.AVDictionaryEntry;
import org.bytedeco.ffmpeg.global.avdevice;
import org.bytedeco.javacpp.Loader;

/** What FFmpeg's demuxers are told, by the kind of source. */
final class FfmpegOptions {
    /** Debian and Ubuntu, Fedora and Red Hat, Alpine. */
    private static final List<String> CERTIFICATE_BUNDLES =
            List.of("/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/cert.pem");

    private FfmpegOptions() {}

    /**
     * Sets what belongs to the source's kind.
     *
     * @return the demuxer; null when FFmpeg is to find it
     * @throws SourceException when this box has no support for such a source
     */
    static AVInputFormat apply(SourceOptions options, String name, AVFormatContext context, AVDictionary settings)
            throws SourceException {
        av_dict_set(settings, "codec_whitelist", Codecs.ALLOWED, 0);
        switch (SourceAddress.kind(options.uri())) {
            case HTTP -> {
                live(settings);
                // What a playlist names is opened too, and a camera must not have files of this box read.
                av_dict_set(settings, "protocol_whitelist", "http,https,tcp,tls,crypto,data", 0);
                if (SourceAddress.isTls(options.uri())) {
                    av_dict_set(settings, "tls_verify", options.tls().verify() ? "1" : "0", 0);
                    Path ownAuthority = options.tls().caFile();
                    String certificates = ownAuthority == null ? systemCertificates() : ownAuthority.toString();
                    if (certificates != null) {
                        av_dict_set(settings, "ca_file", certificates, 0);
                    }
                }
            }
            case V4L2 -> {
                loadDevices(name);
                live(settings);
                av_dict_set(settings, "timestamps", "abs", 0);
                if (options.fpsMax() > 0) {
                    av_dict_set(settings, "framerate", Double.toString(options.fpsMax()), 0);
                }
                SourceOptions.V4l2 asked = options.v4l2();
                if (!asked.format().isEmpty()) {
                    av_dict_set(settings, "input_format", asked.format(), 0);
                }
                if (asked.widthPx() > 0) {
                    av_dict_set(settings, "video_size", asked.widthPx() + "x" + asked.heightPx(), 0);
                }
                // A device that gives nothing would otherwise block in the kernel, where no deadline reaches.
                context.flags(context.flags() | AVFMT_FLAG_NONBLOCK);
                return av_find_input_format("v4l2");
            }
            default -> av_dict_set(settings, "protocol_whitelist", "file,crypto,data", 0); // a playlist, as above
        }
        return null;
    }

    /**
     * Left alone, FFmpeg holds back twenty frames at the start to learn a rate that nobody asks for. What it must look at is
     * kept ({@code nobuffer} would throw the first keyframe away, and with it all up to the next).
     */
    private static void live(AVDictionary settings) {
        av_dict_set(settings, "fpsprobesize", "0", 0);
    }

    /** The system's certificates; FFmpeg's build looks for them where the box that it was built on had them. */
    private static String systemCertificates() {
        String configured = System.getenv("SSL_CERT_FILE");
        if (configured != null && !configured.isEmpty()) {
            return configured;
        }
        for (String bundle : CERTIFICATE_BUNDLES) {
            if (Files.isReadable(Path.of(bundle))) {
                return bundle;
            }
        }
        return null;
    }

    /** avdevice needs libraries of the host (ALSA, XCB) that a minimal server lacks, so only a V4L2 camera loads it. */
    private static void loadDevices(String name) throws SourceException {
        try {
            Loader.load(avdevice.class);
            avdevice.avdevice_register_all();
        } catch (LinkageError e) { // the second try of a class that did not load is another one than the first
            throw new SourceException(
                    Cause.UNSUPPORTED,
                    name
                            + " needs libraries that this box lacks (on Debian: libasound2 libpulse0 libxcb-shape0 libxv1): "
                            + String.valueOf(e.getMessage()).lines().findFirst().orElse(""),
                    e);
        }
    }

    /** The first option that nothing understood: misspelt here, or not of this format; null when all were. */
    static String leftOver(AVDictionary settings) {
        AVDictionaryEntry entry = av_dict_get(settings, "", null, AV_DICT_IGNORE_SUFFIX);
        return entry == null || entry.isNull() ? null : entry.key().getString();
    }
}
