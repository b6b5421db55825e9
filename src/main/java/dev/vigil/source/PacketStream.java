package dev.vigil.source;

import dev.vigil.frame.ClockStatus;
import org.bytedeco.ffmpeg.avcodec.AVCodecParameters;
import org.bytedeco.ffmpeg.avcodec.AVPacket;

/**
 * An open stream of compressed pictures. It only runs or fails: whoever reads it decides about trying again. One thread owns
 * it; every blocking call has the deadline of its {@link SourceOptions}.
 */
public interface PacketStream extends AutoCloseable {
    /** What a decoder must know: codec, extradata, and where known the size. Lives as long as the stream. */
    AVCodecParameters parameters();

    /**
     * Reads the next access unit (all of one picture) into {@code packet}, which the caller unrefs.
     *
     * @return false when a file is at its regular end
     * @throws SourceException when the stream failed, ended, or a deadline passed
     */
    boolean read(AVPacket packet, PacketInfo info) throws SourceException;

    /** What is known of the camera's clock: the same object until something new is known of it. */
    default ClockStatus clock() {
        return ClockStatus.ARRIVAL;
    }

    /** Frees everything; may be called once, by the owning thread. */
    @Override
    void close();
}
