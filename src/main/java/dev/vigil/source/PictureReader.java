package dev.vigil.source;

import static org.bytedeco.ffmpeg.global.avcodec.av_packet_alloc;
import static org.bytedeco.ffmpeg.global.avcodec.av_packet_free;
import static org.bytedeco.ffmpeg.global.avcodec.av_packet_unref;
import static org.bytedeco.ffmpeg.global.avutil.av_frame_alloc;
import static org.bytedeco.ffmpeg.global.avutil.av_frame_free;
import static org.bytedeco.ffmpeg.global.avutil.av_frame_unref;

import dev.vigil.base.Clock;
import dev.vigil.frame.Orientation;
import dev.vigil.frame.Warnings;
import org.bytedeco.ffmpeg.avcodec.AVPacket;
import org.bytedeco.ffmpeg.avutil.AVFrame;

/** A source's pictures one after the other, as fast as they are asked for: decoding and nothing else. Not threadsafe. */
public final class PictureReader implements AutoCloseable {
    private final PacketStream stream;
    private final VideoDecoder decoder;
    private final SourceOptions options;
    private final Clock clock;
    private final Cadence cadence;
    private final AVPacket packet = av_packet_alloc();
    private final AVFrame frame = av_frame_alloc();
    private final PacketInfo info = new PacketInfo();
    private boolean ended;

    private PictureReader(PacketStream stream, VideoDecoder decoder, SourceOptions options, Clock clock) {
        this.stream = stream;
        this.decoder = decoder;
        this.options = options;
        this.clock = clock;
        this.cadence = new Cadence(options);
        cadence.opened(clock.monotonicNs(), stream.longestPause());
    }

    /** Opens a source; a file's own pace is not kept, whatever the options say. */
    public static PictureReader open(SourceOptions options, Clock clock) throws SourceException {
        return open(options, clock, new Abort());
    }

    /** The same, with a way to end it from another thread. */
    public static PictureReader open(SourceOptions options, Clock clock, Abort abort) throws SourceException {
        PacketStream stream =
                SourceReader.open(options.toBuilder().realtime(false).build(), clock, abort);
        try {
            VideoDecoder decoder = new VideoDecoder(
                    SourceAddress.shown(options.uri()), stream.parameters(), options, new Warnings(), clock);
            return new PictureReader(stream, decoder, options, clock);
        } catch (SourceException | RuntimeException | Error e) {
            stream.close();
            throw e;
        }
    }

    /** How many pictures a file holds, as far as can be told without decoding them. */
    public static long count(SourceOptions options, Clock clock) throws SourceException {
        SourceOptions once = options.toBuilder().realtime(false).loop(false).build();
        AVPacket packet = av_packet_alloc();
        PacketInfo info = new PacketInfo();
        Cadence cadence = new Cadence(once);
        try (PacketStream stream = SourceReader.open(once, clock, new Abort())) {
            cadence.opened(clock.monotonicNs(), stream.longestPause());
            long count = 0;
            while (stream.read(packet, info, cadence.dueNs(clock.monotonicNs()))) {
                cadence.came(info.arrivalNs, false);
                av_packet_unref(packet);
                count++;
            }
            return count;
        } finally {
            av_packet_free(packet);
        }
    }

    /** The next picture, valid until the next call; null at the end. */
    public AVFrame next() throws SourceException {
        av_frame_unref(frame);
        while (decoder.receive(frame) != VideoDecoder.Outcome.PICTURE) {
            if (ended) {
                return null;
            }
            if (stream.read(packet, info, cadence.dueNs(clock.monotonicNs()))) {
                cadence.came(info.arrivalNs, false);
                decoder.send(packet); // a damaged packet gives no picture, and the next one goes on
                av_packet_unref(packet);
            } else {
                ended = true;
                decoder.send(null);
            }
        }
        return frame;
    }

    /** How the last picture becomes upright. */
    public Orientation orientation() {
        return DisplayMatrix.of(frame).turned(options.quarterTurns());
    }

    /**
     * When the last picture was, as far as its packets tell: in a file's own time, else on the monotonic clock. Ahead by as many
     * pictures as the decoder holds back.
     */
    public long timeNs() {
        return info.mediaNs == PacketInfo.NONE ? info.arrivalNs : info.mediaNs;
    }

    /** {@code h264} and the like. */
    public String codec() {
        return decoder.codecName();
    }

    /** {@code software}, {@code cuda} or {@code vaapi}. */
    public String decoder() {
        return decoder.place();
    }

    @Override
    public void close() {
        decoder.close();
        stream.close();
        av_frame_free(frame);
        av_packet_free(packet);
    }
}
