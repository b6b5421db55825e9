package dev.vigil.source;

import static org.bytedeco.ffmpeg.avcodec.AVCodecContext.FF_THREAD_SLICE;
import static org.bytedeco.ffmpeg.avutil.AVFrame.AV_FRAME_FLAG_CORRUPT;
import static org.bytedeco.ffmpeg.global.avcodec.AV_CODEC_FLAG_LOW_DELAY;
import static org.bytedeco.ffmpeg.global.avcodec.AV_CODEC_ID_H264;
import static org.bytedeco.ffmpeg.global.avcodec.AV_CODEC_ID_TIFF;
import static org.bytedeco.ffmpeg.global.avcodec.AV_EF_EXPLODE;
import static org.bytedeco.ffmpeg.global.avcodec.AV_PKT_FLAG_KEY;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_alloc_context3;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_find_decoder;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_flush_buffers;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_free_context;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_get_name;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_open2;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_parameters_to_context;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_receive_frame;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_send_packet;
import static org.bytedeco.ffmpeg.global.avutil.AVERROR_EAGAIN;
import static org.bytedeco.ffmpeg.global.avutil.AVERROR_EOF;
import static org.bytedeco.ffmpeg.global.avutil.av_frame_alloc;
import static org.bytedeco.ffmpeg.global.avutil.av_frame_free;
import static org.bytedeco.ffmpeg.global.avutil.av_frame_move_ref;
import static org.bytedeco.ffmpeg.global.avutil.av_frame_unref;

import dev.vigil.base.Clock;
import dev.vigil.frame.Warnings;
import dev.vigil.frame.Warnings.Kind;
import dev.vigil.source.SourceException.Cause;
import dev.vigil.source.SourceOptions.Damaged;
import dev.vigil.source.SourceOptions.Hardware;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.bytedeco.ffmpeg.avcodec.AVCodec;
import org.bytedeco.ffmpeg.avcodec.AVCodecContext;
import org.bytedeco.ffmpeg.avcodec.AVCodecParameters;
import org.bytedeco.ffmpeg.avcodec.AVPacket;
import org.bytedeco.ffmpeg.avutil.AVDictionary;
import org.bytedeco.ffmpeg.avutil.AVFrame;

/**
 * Packets into pictures in system memory, in software or on the box's video engine. Where the engine fails, at open or later,
 * a warning says so and it goes on in software, from the next keyframe on. Not threadsafe: its camera's reader owns it.
 */
final class VideoDecoder implements AutoCloseable {
    private static final String SOFTWARE = "software";
    /** An engine that gives nothing of so many keyframes in a row does not serve: one may be damaged. */
    private static final int KEYFRAMES_MAX = 2;

    /** What became of asking for a picture. */
    enum Outcome {
        PICTURE,
        /** There is none at the moment, or at the end no more. */
        NOTHING,
        /** What was sent last is damaged, and so is what refers to it. */
        DAMAGED,
        /** It began anew, in software: what was inside is lost, and nothing comes before the next keyframe. */
        RESTARTED
    }

    private final String name;
    private final SourceOptions options;
    private final boolean live;
    private final Warnings warnings;
    private final Clock clock;
    private final VideoEngine.Opener engines;
    private final AVFrame onEngine = av_frame_alloc();

    // valid for one codec
    private AVCodecParameters parameters;
    private int codecId;
    /** Asked for with each picture. */
    private String codecName;

    private AVCodec codec;
    private AVCodecContext context;
    /** Null in software. */
    private VideoEngine engine;

    /** FFmpeg decodes in software although the engine is there, because that can not decode this stream. */
    private boolean passedBy;

    private int keyframesInVain;
    private boolean restarted;

    /**
     * @param name the camera, for what it says
     * @param warnings where {@link Kind#DECODER_FALLBACK} is raised and cleared
     */
    VideoDecoder(String name, AVCodecParameters parameters, SourceOptions options, Warnings warnings, Clock clock)
            throws SourceException {
        this(name, parameters, options, warnings, clock, HardwareEngine::open);
    }

    VideoDecoder(
            String name,
            AVCodecParameters parameters,
            SourceOptions options,
            Warnings warnings,
            Clock clock,
            VideoEngine.Opener engines)
            throws SourceException {
        this.name = name;
        this.options = options;
        this.live = SourceAddress.kind(options.uri()) != SourceAddress.Kind.FILE;
        this.warnings = warnings;
        this.clock = clock;
        this.engines = engines;
        try {
            open(parameters);
        } catch (SourceException | RuntimeException | Error e) {
            close();
            throw e;
        }
    }

    /** Begins anew with another codec; what is inside is lost. */
    void open(AVCodecParameters newParameters) throws SourceException {
        closeContext();
        parameters = newParameters;
        codecId = newParameters.codec_id();
        codecName = avcodec_get_name(codecId).getString();
        codec = avcodec_find_decoder(codecId);
        if (codec == null || codec.isNull()) {
            throw new SourceException(Cause.UNSUPPORTED, name + ": no decoder for " + codecName());
        }
        if (!Codecs.areRead(codec.name().getString())) {
            throw new SourceException(
                    Cause.UNSUPPORTED,
                    name + ": " + codecName() + " is not read: H.264, H.265, MJPEG, VP9, AV1 and what else cameras and"
                            + " usual files have");
        }
        long pixels = (long) newParameters.width() * newParameters.height();
        if (pixels > options.maxPixels()) {
            throw new SourceException(
                    Cause.UNSUPPORTED,
                    name + ": pictures of " + newParameters.width() + "x" + newParameters.height()
                            + " are larger than allowed (max_pixels: " + options.maxPixels() + ")");
        }
        String why = openOnEngine();
        if (engine == null) {
            openContext();
        }
        tell(why);
    }

    /** True when the stream's codec is another one now. */
    boolean isOutdated(AVCodecParameters now) {
        return now.codec_id() != codecId;
    }

    /** Why it is not decoded on an engine that was asked for; null when it is, or none was. */
    private String openOnEngine() {
        StringBuilder why = new StringBuilder();
        for (Hardware candidate : candidates(options.hardware())) {
            String reason;
            try {
                engine = engines.open(codec, candidate);
                openContext();
                return null;
            } catch (SourceException e) {
                boolean foreign = e.reason() == Cause.UNSUPPORTED && engine == null;
                // Whoever leaves the choice to us is not told of an engine that is not meant for this.
                reason = foreign && options.hardware() == Hardware.AUTO ? "" : e.getMessage();
                closeContext();
            }
            if (!reason.isEmpty()) {
                why.append(why.length() == 0 ? "" : "; ")
                        .append(candidate.name().toLowerCase(Locale.ROOT))
                        .append(": ")
                        .append(reason);
            }
        }
        return why.length() == 0 ? null : why.toString();
    }

    private static List<Hardware> candidates(Hardware wanted) {
        if (wanted != Hardware.AUTO) {
            return wanted == Hardware.NONE ? List.of() : List.of(wanted);
        }
        List<Hardware> found = new ArrayList<>();
        if (Files.exists(Path.of("/dev/nvidiactl"))) {
            found.add(Hardware.CUDA);
        }
        if (Files.exists(Path.of("/dev/dri/renderD128"))) {
            found.add(Hardware.VAAPI);
        }
        return found;
    }

    private void tell(String why) {
        if (why == null) {
            warnings.clear(Kind.DECODER_FALLBACK);
        } else {
            warnings.raise(Kind.DECODER_FALLBACK, "decoding in software; " + why, clock.utcUs());
        }
    }

    private void openContext() throws SourceException {
        context = avcodec_alloc_context3(codec);
        int result = avcodec_parameters_to_context(context, parameters);
        if (result >= 0) {
            if (engine != null) {
                engine.attach(context);
            }
            context.thread_count(options.decoderThreads());
            context.thread_type(FF_THREAD_SLICE); // so that no frame is held back
            context.max_pixels(options.maxPixels());
            if (live) {
                context.flags(context.flags() | AV_CODEC_FLAG_LOW_DELAY); // wrong for files with reordered pictures
            }
            // To the decoder of TIFF a tag that it does not know would be an error then.
            if (options.damaged() == Damaged.DROP && codec.id() != AV_CODEC_ID_TIFF) {
                // Otherwise some decoders paper over what is missing, and say nothing.
                context.err_recognition(context.err_recognition() | AV_EF_EXPLODE);
            }
            result = avcodec_open2(context, codec, (AVDictionary) null);
        }
        if (result < 0) {
            throw new SourceException(
                    Cause.UNSUPPORTED, name + ": " + codecName() + " can not be decoded: " + FfmpegErrors.text(result));
        }
    }

    /**
     * Gives the decoder a packet, or null for the end of the stream.
     *
     * @return false when it refused the packet as damaged
     */
    boolean send(AVPacket packet) throws SourceException {
        int result = avcodec_send_packet(context, packet);
        if (result >= 0 || packet == null) {
            return true;
        }
        boolean key = (packet.flags() & AV_PKT_FLAG_KEY) != 0;
        if (engine != null && key && ++keyframesInVain >= KEYFRAMES_MAX) {
            leaveEngine("does not decode: " + FfmpegErrors.text(result));
        }
        return false;
    }

    /** Takes the next finished picture, if there is one. Its pts is that of its packet. */
    Outcome receive(AVFrame into) throws SourceException {
        if (restarted) {
            restarted = false;
            return Outcome.RESTARTED;
        }
        AVFrame decoded = engine == null ? into : onEngine;
        int result = avcodec_receive_frame(context, decoded);
        if (result < 0) {
            return result == AVERROR_EAGAIN() || result == AVERROR_EOF() ? Outcome.NOTHING : Outcome.DAMAGED;
        }
        if (engine == null) {
            return Outcome.PICTURE;
        }
        keyframesInVain = 0;
        if (onEngine.format() != engine.pixelFormat()) {
            av_frame_move_ref(into, onEngine);
            if (!passedBy) {
                passedBy = true;
                tell(engine.label() + ": it can not decode this stream");
            }
            return Outcome.PICTURE;
        }
        if (passedBy) {
            passedBy = false;
            tell(null);
        }
        result = engine.download(onEngine, into);
        av_frame_unref(onEngine);
        if (result < 0) {
            av_frame_unref(into);
            leaveEngine("gave no picture: " + FfmpegErrors.text(result));
            restarted = false;
            return Outcome.RESTARTED;
        }
        return Outcome.PICTURE;
    }

    private void leaveEngine(String why) throws SourceException {
        String label = engine.label();
        closeContext();
        openContext();
        restarted = true;
        tell(label + ": it " + why);
    }

    /** Forgets what it holds and refers to, because something of it is missing. The next packet should be a keyframe. */
    void flush() {
        avcodec_flush_buffers(context);
    }

    /** True when the decoder had to guess parts of the picture. */
    static boolean isDamaged(AVFrame frame) {
        return frame.decode_error_flags() != 0 || (frame.flags() & AV_FRAME_FLAG_CORRUPT) != 0;
    }

    /**
     * True when the decoder itself gives no picture before it has a whole one: FFmpeg's H.264 decoder does, and so finds the start
     * of streams without keyframes too, which refresh the picture bit by bit. Others would give grey with moving edges.
     */
    boolean waitsForItsStart() {
        return codecId == AV_CODEC_ID_H264 && engine == null;
    }

    /** How many packets it may hold before their pictures come out, because of the stream's reordering. */
    int held() {
        return context.has_b_frames();
    }

    /** For people and status topics: {@code h264} and {@code software}, {@code cuda} or {@code vaapi}. */
    String codecName() {
        return codecName;
    }

    String place() {
        return engine == null || passedBy ? SOFTWARE : engine.label();
    }

    private void closeContext() {
        if (context != null) {
            avcodec_free_context(context);
            context = null;
        }
        if (engine != null) {
            engine.close();
            engine = null;
        }
        passedBy = false;
        keyframesInVain = 0;
    }

    @Override
    public void close() {
        closeContext();
        av_frame_free(onEngine);
    }
}
