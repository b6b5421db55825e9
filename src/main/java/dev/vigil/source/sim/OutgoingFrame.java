package dev.vigil.source.sim;

import static dev.vigil.source.sim.RtpPacketizer.PREFIX_BYTES;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.Arrays;

/**
 * A frame on its way from a camera to its clients: RTP packets that a {@link FaultPlan} may change, leave out or reorder. It is
 * reused for the camera's next frame and belongs to the server's thread.
 */
public final class OutgoingFrame {
    private final int camera;
    private final int ssrc;
    private long number;
    private boolean key;
    private ByteBuf wire;
    private int[] offset = new int[64];
    private int[] length = new int[64];
    private int packets;
    private boolean edited;

    OutgoingFrame(int camera, int ssrc) {
        this.camera = camera;
        this.ssrc = ssrc;
    }

    /** Takes a frame of the clip and gives it this camera's numbers. {@link #release} must follow. */
    void take(ByteBufAllocator allocator, Clip clip, Timeline timeline, CameraClock clock, long frame) {
        int index = timeline.indexOf(frame);
        number = frame;
        key = timeline.key(frame);
        edited = false;
        packets = 0;
        wire = allocator.directBuffer(clip.frameBytes(index));
        clip.copyFrame(index, wire);
        int sequence = timeline.sequence(frame);
        int timestamp =
                timeline.timestamp(frame) + (int) Math.round(clock.samplingErrorTicks(timeline.captureNs(frame)));
        for (int at = 0; at < wire.writerIndex(); at += PREFIX_BYTES + length[packets - 1]) {
            if (packets == offset.length) {
                offset = Arrays.copyOf(offset, 2 * packets);
                length = Arrays.copyOf(length, 2 * packets);
            }
            int rtp = at + PREFIX_BYTES;
            offset[packets] = rtp;
            length[packets] = wire.getUnsignedShort(at + 2);
            wire.setShort(rtp + 2, sequence++);
            wire.setInt(rtp + 4, timestamp);
            wire.setInt(rtp + 8, ssrc);
            packets++;
        }
    }

    void release() {
        wire.release();
        wire = null;
    }

    /** The camera's number, from 0. */
    public int camera() {
        return camera;
    }

    /** Frames of this camera before this one, over all loops. */
    public long number() {
        return number;
    }

    public boolean key() {
        return key;
    }

    public int packets() {
        return packets;
    }

    /** An RTP packet with its header, to be read or changed in place; valid within the call. */
    public ByteBuf packet(int packet) {
        return wire.slice(offset[packet], length[packet]);
    }

    /** Leaves a packet out; those after it move up by one. */
    public void drop(int packet) {
        edited = true;
        packets--;
        System.arraycopy(offset, packet + 1, offset, packet, packets - packet);
        System.arraycopy(length, packet + 1, length, packet, packets - packet);
    }

    /** Lets two packets change places. */
    public void swap(int one, int other) {
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
        ByteBuf copy = allocator.directBuffer(wire.writerIndex());
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
