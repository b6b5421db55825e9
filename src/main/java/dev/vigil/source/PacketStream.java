package dev.vigil.source;

import dev.vigil.frame.ClockStatus;
import java.time.Duration;
import org.bytedeco.ffmpeg.avcodec.AVCodecParameters;
import org.bytedeco.ffmpeg.avcodec.AVPacket;

/**
 * An open stream of compressed pictures. It only runs or fails: whoever reads it decides about trying again. One thread owns
 * it; every blocking call has a deadline.
 */
public interface PacketStream extends AutoCloseable {
    /**
     * What a decoder must know of the packet read last: codec, extradata, and where known the size. Lives as long as the stream;
     * what it says may change from packet to packet.
     */
    AVCodecParameters parameters();

    /** Longest silence that is in the stream's nature and no stall, such as that between two segments of HLS. */
    default Duration longestPause() {
        return Duration.ZERO;
    }

    /**
     * Reads the next access unit (all of one picture) into {@code packet}, which the caller unrefs.
     *
     * @param untilNs when it must be there, on the monotonic clock
     * @return false when a file is at its regular end
     * @throws SourceException when the stream failed, ended, or a deadline passed
     */
    boolean read(AVPacket packet, PacketInfo info, long untilNs) throws SourceException;

    /** What is known of the camera's clock: the same object until something new is known of it. */
    default ClockStatus clock() {
        return ClockStatus.ARRIVAL;
    }

    /** Frees everything; may be called once, by the owning thread. */
    @Override
    void close();
}
