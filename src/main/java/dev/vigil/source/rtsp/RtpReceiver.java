package dev.vigil.source.rtsp;

import dev.vigil.base.Clock;
import dev.vigil.frame.ClockStatus;
import dev.vigil.source.PacketInfo;
import dev.vigil.source.SourceException;
import org.bytedeco.ffmpeg.avcodec.AVPacket;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts access units together from packets in order. A unit is complete at its marker bit; where a camera forgets it, when the
 * next packet has another timestamp.
 */
final class RtpReceiver implements Rtcp.Sink {
    private static final Logger LOG = LoggerFactory.getLogger(RtspStream.class);
    /** Sequence numbers so far behind are late or twice, those further off a new start (RFC 3550, appendix A.1). */
    private static final int MISORDER_MAX = 100;

    private static final int DROPOUT_MAX = 3000;
    /** So often the camera's clock is looked at for others. */
    private static final long CLOCK_STATUS_NS = 500_000_000;

    private final VideoFormat format;
    private final String source;
    private final Clock clock;
    private final Faults faults;
    private final Depacketizer depacketizer;
    private final SenderClock senderClock;
    private final Reception reception;
    private final RtpPacket packet = new RtpPacket();
    private final AccessUnit unit = new AccessUnit();

    private boolean begun;
    private int ssrc;
    private int reporterSsrc;
    private long reportArrivalNs;
    private int expected;
    private int restartAt = -1;
    private boolean ended;
    private ClockStatus clockStatus = ClockStatus.ARRIVAL;
    private long clockStatusNs;

    /** The marker comes with each slice of this camera, not only with the last. */
    private boolean markerUnreliable;

    private boolean complete;
    private boolean delivered;
    private int deliveredTimestamp;

    /** The packet that showed the last unit's end, still to be taken. */
    private boolean held;

    private boolean heldGap;
    private final Datagram heldDatagram = new Datagram();

    /** @param clockOffsetMaxUs a camera's clock that is further off is not used for capture times */
    RtpReceiver(VideoFormat format, RtspAddress address, Clock clock, Faults faults, double clockOffsetMaxUs) {
        this.format = format;
        this.source = address.shown();
        this.clock = clock;
        this.faults = faults;
        this.depacketizer = Depacketizer.of(format, address);
        this.senderClock = new SenderClock(format.clockRate(), clockOffsetMaxUs);
        this.reception = new Reception(format.clockRate());
    }

    /**
     * Forgets the unit that was complete and goes on.
     *
     * @return true when another is complete already
     */
    boolean resume() throws SourceException {
        if (complete) {
            complete = false;
            unit.clear();
        }
        if (!held) {
            return false;
        }
        held = false;
        return add(heldDatagram, heldGap);
    }

    /** Takes an RTP packet; true when {@link #take} has a unit to give. The datagram stays untouched until {@link #resume}. */
    boolean accept(Datagram datagram) throws SourceException {
        if (!packet.parse(datagram.bytes, datagram.offset, datagram.length)) {
            faults.count(Faults.Fault.MALFORMED, 1);
            return false;
        }
        if (packet.payloadType != format.payloadType()) {
            faults.count(Faults.Fault.FOREIGN, 1);
            return false;
        }
        int missing = follow();
        if (missing < 0) {
            faults.count(Faults.Fault.LATE, 1);
            return false;
        }
        reception.received(packet.sequence, packet.timestamp, datagram.arrivalNs);
        boolean gap = missing > 0;
        if (gap) {
            faults.count(Faults.Fault.LOST, missing);
            unit.damage(); // its end may be among what was lost
        }
        if (unit.begun() && packet.timestamp != unit.timestamp() && finish()) {
            held = true;
            heldGap = gap;
            heldDatagram.set(datagram.bytes, datagram.offset, datagram.length, datagram.arrivalNs, false);
            return true;
        }
        return add(datagram, gap);
    }

    private boolean add(Datagram datagram, boolean gap) throws SourceException {
        if (!unit.begun()) {
            unit.begin(packet.timestamp, datagram.arrivalNs);
        }
        if (gap) {
            unit.damage();
        }
        depacketizer.add(datagram.bytes, packet.payloadOffset, packet.payloadLength, gap, unit);
        if (unit.startsInside()
                && !unit.damaged()
                && !markerUnreliable
                && delivered
                && packet.timestamp == deliveredTimestamp) {
            markerUnreliable = true;
            LOG.warn("{}: sets the marker bit inside pictures; they are delivered when the next one begins", source);
        }
        return packet.marker && !markerUnreliable && finish();
    }

    /** The unit is over; false when there is no picture in it. */
    private boolean finish() {
        depacketizer.finish(unit);
        if (!unit.picture()) {
            unit.carryOver();
            return false;
        }
        if (unit.startsInside()) {
            unit.damage();
        }
        complete = true;
        delivered = true;
        deliveredTimestamp = unit.timestamp();
        return true;
    }

    /** How many packets are missing before this one; -1 when its turn is over. */
    private int follow() {
        int distance = (short) (packet.sequence - expected);
        boolean other = begun && packet.ssrc != ssrc;
        if (!begun || other) {
            distance = other ? 1 : 0;
            if (other || reporterSsrc != packet.ssrc) {
                senderClock.restart();
                reception.restart();
            }
            begun = true;
            ssrc = packet.ssrc;
        } else if (distance < 0 && distance >= -MISORDER_MAX) {
            boolean restarted = packet.sequence == restartAt; // two in a row from an older place: it counts anew
            restartAt = packet.sequence + 1 & 0xffff;
            if (!restarted) {
                return -1;
            }
            distance = 1;
        } else if (distance < 0 || distance > DROPOUT_MAX) {
            distance = 1;
        }
        restartAt = -1;
        expected = packet.sequence + 1 & 0xffff;
        return distance;
    }

    /** Takes an RTCP packet. */
    void control(Datagram datagram) {
        reportArrivalNs = datagram.arrivalNs;
        if (!Rtcp.parse(datagram.bytes, datagram.offset, datagram.length, this)) {
            faults.count(Faults.Fault.MALFORMED, 1);
        }
    }

    @Override
    public void senderReport(int reporter, long ntp, int timestamp) {
        if (!begun || reporter == ssrc) {
            reporterSsrc = reporter;
            senderClock.report(ntp, timestamp, reportArrivalNs, clock.utcUs());
            reception.senderReport(ntp, reportArrivalNs);
        }
    }

    @Override
    public void bye(int leaving) {
        ended |= begun && leaving == ssrc;
    }

    /** The camera said good-bye. */
    boolean ended() {
        return ended;
    }

    Reception reception() {
        return reception;
    }

    /** The sender of the stream; 0 before its first packet. */
    int ssrc() {
        return ssrc;
    }

    /** Gives the complete unit away, with its times. */
    void take(AVPacket into, PacketInfo info) {
        long ticks = senderClock.ticks(unit.timestamp());
        unit.writeTo(into, ticks);
        info.arrivalNs = unit.arrivalNs();
        info.damaged = unit.damaged();
        long nowNs = clock.monotonicNs();
        info.capture = senderClock.capture(ticks, unit.arrivalNs(), nowNs, clock.utcUs());
        if (clockStatus == ClockStatus.ARRIVAL || nowNs - clockStatusNs >= CLOCK_STATUS_NS) {
            clockStatus = senderClock.status();
            clockStatusNs = nowNs;
        }
    }

    /** As of the newest unit, or a moment before; the same object until it is looked at again. */
    ClockStatus clockStatus() {
        return clockStatus;
    }

    /** How long a request and its answer took, in microseconds. */
    void roundTrip(long us) {
        senderClock.roundTrip(us);
    }
}
