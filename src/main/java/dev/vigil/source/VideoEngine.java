package dev.vigil.source;

import dev.vigil.source.SourceOptions.Hardware;
import org.bytedeco.ffmpeg.avcodec.AVCodec;
import org.bytedeco.ffmpeg.avcodec.AVCodecContext;
import org.bytedeco.ffmpeg.avutil.AVFrame;

/** A box's video engine, as one decoder uses it. Not threadsafe. */
interface VideoEngine extends AutoCloseable {
    /** Opens engines. */
    interface Opener {
        /**
         * @param hardware {@link Hardware#CUDA} or {@link Hardware#VAAPI}
         * @throws SourceException {@code UNSUPPORTED} when it does not know the codec, {@code UNREACHABLE} when it is not there or
         *     does not answer; the message is why, without a name before it
         */
        VideoEngine open(AVCodec codec, Hardware hardware) throws SourceException;
    }

    /** {@code cuda} or {@code vaapi}. */
    String label();

    /** Of the engine's pictures; what comes in another one was decoded in software. */
    int pixelFormat();

    /** Has a context, not yet open, decode on this. */
    void attach(AVCodecContext context);

    /** Copies a picture with what is known of it into an empty frame in system memory; an FFmpeg error, below 0, when it can not. */
    int download(AVFrame onEngine, AVFrame into);

    /** After the contexts that it was attached to. */
    @Override
    void close();
}
