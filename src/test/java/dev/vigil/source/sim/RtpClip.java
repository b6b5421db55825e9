package dev.vigil.source.sim;

import dev.vigil.source.SourceException;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A video file as the packets that a camera would send, to be changed and sent by a test.
 *
 * @param sdpMedia the session description from {@code m=} on
 * @param frames the RTP packets of each, without a prefix; sequence number, timestamp and source are still 0
 * @param keys whether a frame is a keyframe
 */
public record RtpClip(String sdpMedia, List<List<byte[]>> frames, List<Boolean> keys) {
    private static final int PACKET_BYTES_MAX = 1_400;
    private static final long CLIP_BYTES_MAX = 64 << 20;
    /** Of RTSP's interleaving: '$', channel, length. */
    private static final int PREFIX_BYTES = 4;

    public static RtpClip load(Path file) throws SourceException {
        ByteBuf bytes = Unpooled.buffer(1 << 16);
        try (Clip clip = Clip.load(file, PACKET_BYTES_MAX, CLIP_BYTES_MAX)) {
            List<List<byte[]>> frames = new ArrayList<>();
            List<Boolean> keys = new ArrayList<>();
            for (int frame = 0; frame < clip.index().frames(); frame++) {
                clip.copyFrame(frame, bytes.clear());
                List<byte[]> packets = new ArrayList<>();
                while (bytes.isReadable()) {
                    byte[] packet = new byte[bytes.getUnsignedShort(bytes.readerIndex() + 2)];
                    bytes.skipBytes(PREFIX_BYTES).readBytes(packet);
                    packets.add(packet);
                }
                frames.add(packets);
                keys.add(clip.index().key(frame));
            }
            return new RtpClip(clip.sdpMedia(), frames, keys);
        } finally {
            bytes.release();
        }
    }
}
