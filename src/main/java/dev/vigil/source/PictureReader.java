package dev.vigil.source;

import static org.bytedeco.ffmpeg.global.avcodec.av_packet_alloc;
import static org.bytedeco.ffmpeg.global.avcodec.av_packet_free;
import static org.bytedeco.ffmpeg.global.avcodec.av_packet_unref;
import static org.bytedeco.ffmpeg.global.avutil.av_frame_alloc;
import static org.bytedeco.ffmpeg.global.avutil.av_frame_free;
import static org.bytedeco.ffmpeg.global.avutil.av_frame_unref;

import dev.vigil.base.Clock;
import org.bytedeco.ffmpeg.avcodec.AVPacket;
import org.bytedeco.ffmpeg.avutil.AVFrame;

/** A source's pictures one after the other, as fast as they are asked for: decoding and nothing else. Not threadsafe. */
public final class PictureReader implements AutoCloseable {
    private final PacketStream stream;
    private final VideoDecoder decoder;
    private final AVPacket packet = av_packet_alloc();
    private final AVFrame frame = av_frame_alloc();
    private final PacketInfo info = new PacketInfo();
    private boolean ended;

    private PictureReader(PacketStream stream, VideoDecoder decoder) {
        this.stream = stream;
        this.decoder = decoder;
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
                    SourceAddress.shown(options.uri()),
                    stream.parameters(),
                    options.hardware(),
                    options.decoderThreads(),
                    SourceAddress.kind(options.uri()) != SourceAddress.Kind.FILE);
            return new PictureReader(stream, decoder);
        } catch (SourceException | RuntimeException | Error e) {
            stream.close();
            throw e;
        }
    }

    /** The next picture, valid until the next call; null at the end. */
    public AVFrame next() throws SourceException {
        av_frame_unref(frame);
        while (!decoder.receive(frame)) {
            if (ended) {
                return null;
            }
            if (stream.read(packet, info)) {
                decoder.send(packet); // a damaged packet gives no picture, and the next one goes on
                av_packet_unref(packet);
            } else {
                ended = true;
                decoder.send(null);
            }
        }
        return frame;
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
