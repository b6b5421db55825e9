package dev.vigil.source.sim;

import io.netty.buffer.ByteBuf;
import java.util.concurrent.TimeUnit;

/**
 * One client's end of a camera. A client that can not take a frame loses whole frames until the next keyframe: memory stays
 * bounded, and what it gets can be decoded. Belongs to the server's thread.
 */
abstract class RtpSink {
    private static final long REPORT_INTERVAL_NS = TimeUnit.SECONDS.toNanos(2);

    enum Outcome {
        WRITTEN,
        /** The client reads too slowly. */
        SKIPPED,
        /** The client waits for the first keyframe. */
        NOT_BEGUN
    }

    private boolean waitsForKey;
    private boolean begun;
    /** What follows half a packet; null while all is well. */
    private Runnable afterCut;

    private long reportedNs;
    private int packetsSent;
    private int octetsSent;

    RtpSink(boolean waitsForKey) {
        this.waitsForKey = waitsForKey;
    }

    final Outcome offer(OutgoingFrame frame) {
        if (waitsForKey && !frame.key()) {
            return begun ? Outcome.SKIPPED : Outcome.NOT_BEGUN;
        }
        if (!hasRoom()) {
            waitsForKey = true;
            begun = true;
            return Outcome.SKIPPED;
        }
        waitsForKey = false;
        begun = true;
        packetsSent += frame.packets();
        octetsSent += frame.payloadBytes();
        if (afterCut != null) {
            writeHalf(frame, afterCut);
            afterCut = null;
        } else {
            write(frame);
        }
        return Outcome.WRITTEN;
    }

    /** Half of the next frame's first packet is the last that is sent; then {@code after} is called. */
    final void cut(Runnable after) {
        afterCut = after;
    }

    final boolean reportDue(long nowNs) {
        return nowNs - reportedNs >= REPORT_INTERVAL_NS;
    }

    /** Takes over {@code report}. */
    final void report(ByteBuf report, long nowNs) {
        reportedNs = nowNs;
        if (hasRoom()) {
            writeReport(report);
        } else {
            report.release();
        }
    }

    /** Writes another RTCP packet than a report, and takes it over. */
    final void say(ByteBuf packet) {
        writeReport(packet);
    }

    final boolean waitsForKey() {
        return waitsForKey;
    }

    /** RTP packets sent, modulo 2^32 as in the sender report. */
    final int packetsSent() {
        return packetsSent;
    }

    final int octetsSent() {
        return octetsSent;
    }

    /** Whether a frame can be written now without growing a queue beyond its bound. */
    protected abstract boolean hasRoom();

    protected abstract void write(OutgoingFrame frame);

    /** Writes half of the frame's first packet, and calls {@code after} when it is out. */
    protected abstract void writeHalf(OutgoingFrame frame, Runnable after);

    /** Takes over {@code report}. */
    protected abstract void writeReport(ByteBuf report);

    /** The transport line of the answer to SETUP, without SSRC and mode. */
    abstract String transport();
}
