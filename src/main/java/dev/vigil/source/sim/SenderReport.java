package dev.vigil.source.sim;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.nio.charset.StandardCharsets;

/** Writes RTCP sender reports with the source's name, and its good-bye (RFC 3550, 6.4.1, 6.5 and 6.6). */
final class SenderReport {
    private static final int SENDER_REPORT = 200;
    private static final int RECEIVER_REPORT = 201;
    private static final int SOURCE_DESCRIPTION = 202;
    private static final int GOODBYE = 203;
    private static final int CNAME = 1;
    /** Seconds from 1900, where NTP counts from, to 1970. */
    private static final long NTP_OFFSET_S = 2_208_988_800L;

    private SenderReport() {}

    /**
     * @param utcNs wall-clock time of {@code timestamp}, in nanoseconds since 1970
     * @param packets RTP packets sent to this client
     * @param octets their payload bytes
     * @return a compound packet that the caller owns
     */
    static ByteBuf write(
            ByteBufAllocator allocator, int ssrc, long utcNs, int timestamp, int packets, int octets, String cname) {
        byte[] name = cname.getBytes(StandardCharsets.US_ASCII);
        ByteBuf report = allocator.directBuffer(64 + name.length);
        report.writeByte(0x80).writeByte(SENDER_REPORT).writeShort(6);
        report.writeInt(ssrc);
        report.writeLong(ntp(utcNs));
        report.writeInt(timestamp).writeInt(packets).writeInt(octets);

        // The chunk ends with at least one zero byte, at a multiple of four.
        int chunkBytes = (4 + 2 + name.length + 1 + 3) & ~3;
        report.writeByte(0x81).writeByte(SOURCE_DESCRIPTION).writeShort(chunkBytes / 4);
        report.writeInt(ssrc);
        report.writeByte(CNAME).writeByte(name.length).writeBytes(name);
        report.writeZero(chunkBytes - 6 - name.length);
        return report;
    }

    /** That this source sends no more. The caller owns it; it begins with an empty receiver report, as compound packets must. */
    static ByteBuf goodbye(ByteBufAllocator allocator, int ssrc) {
        ByteBuf packet = allocator.directBuffer(16);
        packet.writeByte(0x80).writeByte(RECEIVER_REPORT).writeShort(1).writeInt(ssrc);
        packet.writeByte(0x81).writeByte(GOODBYE).writeShort(1).writeInt(ssrc);
        return packet;
    }

    /** NTP's 64 bits: seconds since 1900 and their fraction, to the nearest unit of 2^-32 s. */
    static long ntp(long utcNs) {
        long seconds = Math.floorDiv(utcNs, 1_000_000_000L);
        long nanos = Math.floorMod(utcNs, 1_000_000_000L);
        return ((seconds + NTP_OFFSET_S) << 32) + ((nanos << 32) + 500_000_000L) / 1_000_000_000L;
    }
}
