package dev.vigil.source;

import static org.bytedeco.ffmpeg.global.avcodec.AV_PKT_FLAG_CORRUPT;
import static org.bytedeco.ffmpeg.global.avcodec.av_packet_unref;
import static org.bytedeco.ffmpeg.global.avformat.AVSEEK_FLAG_BACKWARD;
import static org.bytedeco.ffmpeg.global.avformat.AVSEEK_FLAG_BYTE;
import static org.bytedeco.ffmpeg.global.avformat.av_find_best_stream;
import static org.bytedeco.ffmpeg.global.avformat.av_read_frame;
import static org.bytedeco.ffmpeg.global.avformat.av_seek_frame;
import static org.bytedeco.ffmpeg.global.avformat.avformat_alloc_context;
import static org.bytedeco.ffmpeg.global.avformat.avformat_close_input;
import static org.bytedeco.ffmpeg.global.avformat.avformat_find_stream_info;
import static org.bytedeco.ffmpeg.global.avformat.avformat_free_context;
import static org.bytedeco.ffmpeg.global.avformat.avformat_open_input;
import static org.bytedeco.ffmpeg.global.avutil.AVERROR_EAGAIN;
import static org.bytedeco.ffmpeg.global.avutil.AVERROR_EOF;
import static org.bytedeco.ffmpeg.global.avutil.AVERROR_EXIT;
import static org.bytedeco.ffmpeg.global.avutil.AVMEDIA_TYPE_VIDEO;
import static org.bytedeco.ffmpeg.global.avutil.AV_NOPTS_VALUE;
import static org.bytedeco.ffmpeg.global.avutil.av_dict_free;

import dev.vigil.base.Clock;
import dev.vigil.frame.Capture;
import dev.vigil.source.SourceAddress.Kind;
import dev.vigil.source.SourceException.Cause;
import dev.vigil.source.rtsp.Resolver;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.bytedeco.ffmpeg.avcodec.AVCodecParameters;
import org.bytedeco.ffmpeg.avcodec.AVPacket;
import org.bytedeco.ffmpeg.avformat.AVFormatContext;
import org.bytedeco.ffmpeg.avformat.AVInputFormat;
import org.bytedeco.ffmpeg.avformat.AVStream;
import org.bytedeco.ffmpeg.avutil.AVDictionary;
import org.bytedeco.javacpp.PointerPointer;

/**
 * Everything but RTSP: files, pictures, HTTP and V4L2, through FFmpeg's demuxers. An {@link Interruption} bounds every blocking
 * call; it is the only thing that does.
 */
final class FfmpegStream implements PacketStream {
    /** Between two looks at a device that has nothing yet. */
    private static final long POLL_NS = 1_000_000;
    /** Segments of HLS are seldom longer than ten seconds. */
    private static final Duration SEGMENT = Duration.ofSeconds(10);

    private final SourceOptions options;
    private final Clock clock;
    private final Abort abort;
    private final boolean isFile;
    private final String name;
    private final Interruption interruption;
    private final AVFormatContext context = avformat_alloc_context();
    private AVStream stream;
    private AVCodecParameters parameters;
    private boolean inSegments;
    private double nsPerTick;
    private boolean opened;
    private long readSinceNs;

    /** When a file's first packet came; its own pace counts from there. */
    private long startNs = Long.MIN_VALUE;
    /** The first packet's decoding time. */
    private long startTicks;
    /** Where the packet after the last one is due. */
    private long nextTicks;
    /** How long the rounds of a loop before this one were. */
    private long roundsNs;

    private long packetsThisRound;

    private FfmpegStream(SourceOptions options, Clock clock, Abort abort) {
        this.options = options;
        this.clock = clock;
        this.isFile = SourceAddress.kind(options.uri()) == Kind.FILE;
        this.name = SourceAddress.shown(options.uri());
        this.abort = abort;
        this.interruption = new Interruption(clock, abort);
    }

    static FfmpegStream open(SourceOptions options, Clock clock, Abort abort) throws SourceException {
        FfmpegStream stream = new FfmpegStream(options, clock, abort);
        try {
            stream.open();
            return stream;
        } catch (SourceException | RuntimeException | Error e) {
            stream.close();
            throw e;
        }
    }

    private void open() throws SourceException {
        if (isFile) {
            requireFile(Path.of(options.uri().getPath()));
        }
        interruption.deadlineNs(clock.monotonicNs() + options.openTimeout().toNanos());
        interruption.attach(context);
        if (SourceAddress.kind(options.uri()) == Kind.HTTP) {
            Resolver.resolveFirst(
                    options.uri().getHost(),
                    name,
                    clock.monotonicNs() + options.openTimeout().toNanos(),
                    clock,
                    abort);
        }
        AVDictionary settings = new AVDictionary(null);
        try {
            AVInputFormat format = FfmpegOptions.apply(options, name, context, settings);
            int result = avformat_open_input(context, SourceAddress.forFfmpeg(options.uri()), format, settings);
            if (result < 0) {
                boolean verified =
                        SourceAddress.isTls(options.uri()) && options.tls().verify();
                throw failure(
                        result,
                        Cause.UNREACHABLE,
                        "can not be opened" + (verified ? " (or its certificate is not trusted)" : ""));
            }
            opened = true;
            String leftOver = FfmpegOptions.leftOver(settings);
            if (leftOver != null) {
                FfmpegErrors.LOG.warn("{}: FFmpeg ignored the option {}", name, leftOver);
            }
        } finally {
            av_dict_free(settings);
        }
        findVideo();
    }

    /** FFmpeg would open a folder, wait for the writer of a pipe, and call an empty file invalid data. */
    private void requireFile(Path file) throws SourceException {
        if (!Files.exists(file)) {
            throw new SourceException(Cause.NO_SUCH_PATH, name + ": there is no such file");
        }
        if (!Files.isRegularFile(file)) {
            String what = Files.isDirectory(file) ? " is a folder, not a file" : " is not a regular file";
            throw new SourceException(Cause.NO_SUCH_PATH, name + what);
        }
        if (file.toFile().length() == 0) {
            throw new SourceException(Cause.NO_VIDEO, name + " is empty");
        }
    }

    private void findVideo() throws SourceException {
        int result = avformat_find_stream_info(context, (PointerPointer<?>) null);
        if (interruption.isDue()) {
            // It takes the interruption for the stream's end and is content with what it has seen.
            throw failure(AVERROR_EXIT(), Cause.UNREACHABLE, "");
        }
        if (result < 0) {
            throw failure(result, Cause.CORRUPT, "holds nothing that can be read as video");
        }
        int index = av_find_best_stream(context, AVMEDIA_TYPE_VIDEO, -1, -1, (PointerPointer<?>) null, 0);
        if (index < 0) {
            throw new SourceException(Cause.NO_VIDEO, name + " has no video");
        }
        AVStream found = context.streams(index);
        if (found.codecpar().width() <= 0 || found.codecpar().height() <= 0) {
            throw new SourceException(Cause.NO_VIDEO, name + " has a video stream, but no picture in it");
        }
        stream = found;
        parameters = found.codecpar();
        inSegments = context.iformat().name().getString().contains("hls");
        nsPerTick = 1e9 * stream.time_base().num() / stream.time_base().den();
    }

    @Override
    public AVCodecParameters parameters() {
        return parameters;
    }

    @Override
    public Duration longestPause() {
        return inSegments ? SEGMENT : Duration.ZERO;
    }

    @Override
    public boolean read(AVPacket packet, PacketInfo info, long untilNs) throws SourceException {
        // One deadline for the next packet of the video, however many of other streams come instead.
        readSinceNs = clock.monotonicNs();
        interruption.deadlineNs(untilNs);
        while (true) {
            int result = av_read_frame(context, packet);
            if (result == AVERROR_EOF()) {
                if (!isFile && interruption.isDue()) { // a playlist's demuxer takes the interruption for the end
                    throw failure(AVERROR_EXIT(), Cause.STALLED, "");
                }
                if (!options.loop() || packetsThisRound == 0) {
                    return false;
                }
                rewind();
            } else if (result == AVERROR_EAGAIN()) {
                if (interruption.isDue()) {
                    throw failure(AVERROR_EXIT(), Cause.STALLED, "");
                }
                LockSupport.parkNanos(this, POLL_NS);
            } else if (result < 0) {
                throw failure(result, isFile ? Cause.CORRUPT : Cause.ENDED, "can not be read on");
            } else if (packet.stream_index() == stream.index()) {
                packetsThisRound++;
                stamp(packet, info);
                return true;
            } else {
                av_packet_unref(packet);
                if (interruption.isDue()) {
                    throw failure(AVERROR_EXIT(), Cause.STALLED, "");
                }
            }
        }
    }

    private void stamp(AVPacket packet, PacketInfo info) throws SourceException {
        if (isFile) {
            info.mediaNs = mediaNs(packet);
            if (options.realtime()) {
                waitUntil(startNs + info.mediaNs, packet);
            }
        }
        info.arrivalNs = clock.monotonicNs();
        info.capture = Capture.atArrival(clock.utcUs());
        info.damaged = (packet.flags() & AV_PKT_FLAG_CORRUPT) != 0;
    }

    /** A file's own time, by its decoding times, counted on over the loop. */
    private long mediaNs(AVPacket packet) {
        long ticks = packet.dts() != AV_NOPTS_VALUE ? packet.dts() : nextTicks;
        if (startNs == Long.MIN_VALUE) {
            startNs = clock.monotonicNs();
            startTicks = ticks;
        }
        nextTicks = ticks + Math.max(packet.duration(), 1);
        return roundsNs + (long) ((ticks - startTicks) * nsPerTick);
    }

    private void waitUntil(long dueNs, AVPacket packet) throws SourceException {
        for (long leftNs = dueNs - clock.monotonicNs(); leftNs > 0; leftNs = dueNs - clock.monotonicNs()) {
            if (interruption.isAborted()) {
                av_packet_unref(packet);
                throw failure(AVERROR_EXIT(), Cause.ENDED, "");
            }
            LockSupport.parkNanos(this, Math.min(leftNs, 100_000_000));
        }
    }

    private void rewind() throws SourceException {
        long first = Math.max(stream.start_time(), 0);
        int result = av_seek_frame(context, stream.index(), first, AVSEEK_FLAG_BACKWARD);
        if (result < 0) { // a bare stream without an index
            result = av_seek_frame(context, stream.index(), 0, AVSEEK_FLAG_BYTE);
        }
        if (result < 0) {
            throw failure(result, Cause.UNSUPPORTED, "can not be started again from its beginning (loop: true)");
        }
        roundsNs += (long) ((nextTicks - startTicks) * nsPerTick);
        nextTicks = startTicks;
        packetsThisRound = 0;
    }

    @Override
    public void close() {
        if (opened) {
            avformat_close_input(context);
        } else if (!context.isNull()) { // a failed open has freed it
            avformat_free_context(context);
        }
        interruption.close();
    }

    private SourceException failure(int result, Cause otherwise, String what) {
        if (result != AVERROR_EXIT() && result != FfmpegErrors.TIMED_OUT) {
            return FfmpegErrors.exception(name, result, otherwise, what);
        }
        if (interruption.isAborted()) {
            return new SourceException(Cause.ENDED, name + " was closed");
        }
        return stream == null
                ? new SourceException(
                        Cause.UNREACHABLE,
                        name + " did not answer within " + options.openTimeout().toMillis() + " ms")
                : new SourceException(
                        Cause.STALLED,
                        name + " gave no picture for "
                                + TimeUnit.NANOSECONDS.toMillis(clock.monotonicNs() - readSinceNs) + " ms");
    }
}
