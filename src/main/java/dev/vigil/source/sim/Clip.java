package dev.vigil.source.sim;

import dev.vigil.source.SourceException;
import dev.vigil.source.SourceException.Cause;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * A video file cut into RTP packets once, held off the heap and shared by all cameras that show it: what a camera does for a
 * frame is then one copy and a few header bytes. Immutable after loading; closing frees the memory.
 */
final class Clip implements AutoCloseable {
    /** Memory is taken in pieces, so that growing copies nothing; a frame never lies in two. */
    private static final int PIECE_BYTES = 8 << 20;

    private final FrameIndex index;
    private final String sdpMedia;
    private final List<ByteBuf> pieces;
    private final List<ByteBuf> frames;

    private Clip(FrameIndex index, String sdpMedia, List<ByteBuf> pieces, List<ByteBuf> frames) {
        this.index = index;
        this.sdpMedia = sdpMedia;
        this.pieces = pieces;
        this.frames = frames;
    }

    /**
     * Reads a file.
     *
     * @param packetBytesMax largest RTP packet with its header
     * @param bytesMax most memory that its packets may take
     * @throws SourceException NO_SUCH_PATH, CORRUPT, NO_VIDEO, or UNSUPPORTED when it is too large or RTP has no form for it
     */
    static Clip load(Path file, int packetBytesMax, long bytesMax) throws SourceException {
        List<ByteBuf> pieces = new ArrayList<>();
        ByteBuf scratch = Unpooled.buffer(1 << 16);
        try (ClipReader reader = new ClipReader(file);
                RtpPacketizer packetizer = new RtpPacketizer(reader.parameters(), packetBytesMax)) {
            FrameIndex.Builder times = new FrameIndex.Builder();
            List<ByteBuf> frames = new ArrayList<>();
            long bytes = 0;
            while (reader.next()) {
                int count = packetizer.packetize(reader.packet(), scratch.clear());
                if (count > 0) {
                    times.add(reader.ptsNs(), reader.dtsNs(), reader.durationNs(), reader.key(), count);
                    bytes += scratch.readableBytes();
                    ByteBuf piece = bytes > bytesMax ? null : pieceFor(scratch.readableBytes(), pieces);
                    if (piece == null) {
                        throw tooLarge(file, bytes, times.frames());
                    }
                    int start = piece.writerIndex();
                    piece.writeBytes(scratch, scratch.readerIndex(), scratch.readableBytes());
                    frames.add(piece.slice(start, scratch.readableBytes()));
                }
            }
            if (frames.isEmpty()) {
                throw new SourceException(Cause.NO_VIDEO, file + ": no picture in it that a decoder could start with");
            }
            return new Clip(times.build(), packetizer.sdpMedia(), pieces, frames);
        } catch (SourceException | RuntimeException failed) {
            pieces.forEach(ByteBuf::release);
            throw failed;
        } finally {
            scratch.release();
        }
    }

    /** Where the next frame has room; null when there is no more memory. */
    private static ByteBuf pieceFor(int bytes, List<ByteBuf> pieces) {
        ByteBuf last = pieces.isEmpty() ? null : pieces.get(pieces.size() - 1);
        if (last == null || last.writableBytes() < bytes) {
            try {
                last = Unpooled.directBuffer(Math.max(bytes, PIECE_BYTES));
            } catch (OutOfMemoryError full) {
                return null; // Of direct memory, whose limit is the JVM's: nothing else is short of it.
            }
            pieces.add(last);
        }
        return last;
    }

    private static SourceException tooLarge(Path file, long bytes, int frames) {
        return new SourceException(
                Cause.UNSUPPORTED,
                file + ": too large to be held in memory; its first " + frames + " frames take " + (bytes >> 20)
                        + " MiB. Cut a part out of it: ffmpeg -i FILE -t 300 -c copy PART.mp4");
    }

    FrameIndex index() {
        return index;
    }

    /** The SDP's media section, from {@code m=} on. */
    String sdpMedia() {
        return sdpMedia;
    }

    /** What its RTP packets hold: payload type and encoding, as the SDP has them. */
    String payload() {
        return sdpMedia.lines()
                .filter(line -> line.startsWith("m=") || line.startsWith("a=rtpmap:"))
                .collect(Collectors.joining(" "));
    }

    /** Bytes of a frame's packets, each with the prefix of RTSP's interleaving. */
    int frameBytes(int frame) {
        return frames.get(frame).readableBytes();
    }

    /** Appends a frame's packets, each with the prefix of RTSP's interleaving. */
    void copyFrame(int frame, ByteBuf into) {
        ByteBuf packets = frames.get(frame);
        into.writeBytes(packets, packets.readerIndex(), packets.readableBytes());
    }

    @Override
    public void close() {
        pieces.forEach(ByteBuf::release);
    }
}
