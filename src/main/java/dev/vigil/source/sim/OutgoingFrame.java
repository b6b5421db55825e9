package dev.vigil.source.sim;

import static dev.vigil.source.sim.RtpPacketizer.PREFIX_BYTES;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import java.util.Arrays;

/**
 * A frame on its way from a camera to its clients: RTP packets that {@link CameraFaults} may change, leave out or reorder. It is
 * reused for the camera's next frame and belongs to the server's thread.
 */
final class OutgoingFrame {
    private final int ssrc;
    private boolean key;
    private ByteBuf wire;
    private int[] offset = new int[64];
    private int[] length = new int[64];
    private int packets;
    private boolean edited;

    OutgoingFrame(int ssrc) {
        this.ssrc = ssrc;
    }

    /**
     * Takes a frame of the clip and gives it this camera's numbers. {@link #release} must follow.
     *
     * @param timestamp the frame's RTP timestamp
     */
    void take(ByteBufAllocator allocator, Clip clip, Timeline timeline, long frame, int timestamp) {
        int index = timeline.indexOf(frame);
        key = timeline.key(frame);
        edited = false;
        packets = 0;
        wire = allocator.directBuffer(clip.frameBytes(index));
        clip.copyFrame(index, wire);
        int sequence = timeline.sequence(frame);
        for (int at = 0; at < wire.writerIndex(); at += PREFIX_BYTES + length[packets - 1]) {
            int rtp = at + PREFIX_BYTES;
            add(rtp, wire.getUnsignedShort(at + 2));
            wire.setShort(rtp + 2, sequence++);
            wire.setInt(rtp + 4, timestamp);
            wire.setInt(rtp + 8, ssrc);
        }
    }

    private void add(int packetOffset, int packetBytes) {
        if (packets == offset.length) {
            offset = Arrays.copyOf(offset, 2 * packets);
            length = Arrays.copyOf(length, 2 * packets);
        }
        offset[packets] = packetOffset;
        length[packets] = packetBytes;
        packets++;
    }

    void release() {
        wire.release();
        wire = null;
    }

    boolean key() {
        return key;
    }

    int packets() {
        return packets;
    }

    /** An RTP packet with its header, to be read or changed in place; valid within the call. */
    ByteBuf packet(int packet) {
        return wire.slice(offset[packet], length[packet]);
    }

    /** A copy of a packet with its header. */
    byte[] bytes(int packet) {
        return ByteBufUtil.getBytes(wire, offset[packet], length[packet]);
    }

    /** Adds a packet as the last one. */
    void append(byte[] packet) {
        edited = true;
        add(wire.writerIndex(), packet.length);
        wire.writeBytes(packet);
    }

    /** Leaves a packet out; those after it move up by one. */
    void drop(int packet) {
        edited = true;
        packets--;
        System.arraycopy(offset, packet + 1, offset, packet, packets - packet);
        System.arraycopy(length, packet + 1, length, packet, packets - packet);
    }

    /** Lets two packets change places. */
    void swap(int one, int other) {
        edited = true;
        int oneOffset = offset[one];
        int oneLength = length[one];
        offset[one] = offset[other];
        length[one] = length[other];
        offset[other] = oneOffset;
        length[other] = oneLength;
    }

    int payloadBytes() {
        int bytes = 0;
        for (int i = 0; i < packets; i++) {
            bytes += length[i] - 12;
        }
        return bytes;
    }

    /** All packets as they are interleaved on a TCP connection; the caller owns one reference. */
    ByteBuf interleaved(ByteBufAllocator allocator, int channel) {
        if (!edited && channel == 0) {
            return wire.retainedDuplicate();
        }
        ByteBuf copy = allocator.directBuffer(wire.writerIndex() + PREFIX_BYTES * packets);
        for (int i = 0; i < packets; i++) {
            copy.writeByte('$').writeByte(channel).writeShort(length[i]);
            copy.writeBytes(wire, offset[i], length[i]);
        }
        return copy;
    }

    /** One packet for a datagram; the caller owns one reference, also when the frame is released. */
    ByteBuf datagram(int packet) {
        return wire.retainedSlice(offset[packet], length[packet]);
    }
}
