package dev.vigil.source;

import static org.bytedeco.ffmpeg.avutil.AVFrame.AV_FRAME_FLAG_KEY;
import static org.bytedeco.ffmpeg.global.avcodec.AV_PKT_FLAG_KEY;
import static org.bytedeco.ffmpeg.global.avcodec.av_packet_alloc;
import static org.bytedeco.ffmpeg.global.avcodec.av_packet_free;
import static org.bytedeco.ffmpeg.global.avcodec.av_packet_unref;

import dev.vigil.base.Clock;
import dev.vigil.base.FaultLog;
import dev.vigil.frame.DropCause;
import dev.vigil.frame.Feed;
import dev.vigil.frame.Picture;
import dev.vigil.frame.Step;
import java.util.concurrent.TimeUnit;
import org.bytedeco.ffmpeg.avcodec.AVPacket;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads one open stream to its end: each packet is a frame read, and leaves as a picture in the mailbox or as a drop with a
 * cause. Not threadsafe: its camera's thread owns it.
 */
final class FrameReader implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(CameraReader.class);
    /** Packets without one good picture for so long: only connecting again can help. Keyframes may be 20 s apart. */
    static final long PICTURE_TIMEOUT_NS = TimeUnit.SECONDS.toNanos(60);

    private final Feed feed;
    private final PacketStream stream;
    private final VideoDecoder decoder;
    private final FrameGate gate;
    private final Clock clock;
    private final AVPacket packet = av_packet_alloc();
    private final PacketInfo info = new PacketInfo();
    private final PendingFrames pending = new PendingFrames();
    private final FaultLog faults;

    private StreamInfo shown = StreamInfo.NONE;
    private long lastGoodNs;
    private long packetsSinceGood;
    private boolean keyframeSeen;
    /** Something is missing since the last keyframe, so what the decoder gives is not to be trusted. */
    private boolean damaged;

    FrameReader(Feed feed, PacketStream stream, VideoDecoder decoder, FrameGate gate, Clock clock) {
        this.feed = feed;
        this.stream = stream;
        this.decoder = decoder;
        this.gate = gate;
        this.clock = clock;
        this.faults = new FaultLog(LOG, clock);
        this.lastGoodNs = clock.monotonicNs();
    }

    /**
     * Reads the next packet and passes on what the decoder makes of it.
     *
     * @return false at the regular end, when the decoder has been emptied too
     */
    boolean step(SourceReader.Listener listener) throws SourceException, InterruptedException {
        if (!stream.read(packet, info)) {
            decoder.send(null);
            receive(listener);
            return false;
        }
        requireGoodPictures();
        long number = feed.ledger().read();
        boolean key = (packet.flags() & AV_PKT_FLAG_KEY) != 0;
        keyframeSeen |= key;
        if (!keyframeSeen && !decoder.waitsForItsStart()) {
            feed.ledger().dropped(DropCause.NO_KEYFRAME);
            av_packet_unref(packet);
            return true;
        }
        damaged = info.damaged || damaged && !key;
        boolean sent = decode(number);
        if (!sent) {
            giveUp(number);
            damaged = true; // what follows refers to it
        }
        receive(listener);
        if (sent && !decoder.reorders()) {
            giveUp(number); // nothing came of it, and nothing will
        }
        return true;
    }

    private void requireGoodPictures() throws SourceException {
        if (++packetsSinceGood <= PendingFrames.CAPACITY || clock.monotonicNs() - lastGoodNs <= PICTURE_TIMEOUT_NS) {
            return;
        }
        av_packet_unref(packet);
        throw new SourceException(
                keyframeSeen ? SourceException.Cause.CORRUPT : SourceException.Cause.NO_VIDEO,
                "packets come, but for " + TimeUnit.NANOSECONDS.toSeconds(PICTURE_TIMEOUT_NS)
                        + " s no whole picture"
                        + (keyframeSeen ? ": they are damaged" : ": no keyframe is among them"));
    }

    private boolean decode(long number) {
        if (pending.isPlaceTaken(number)) {
            drop(pending.comeOut(pending.find(number - PendingFrames.CAPACITY)), DropCause.CORRUPT);
        }
        pending.add(number, info, damaged);
        packet.pts(number);
        packet.dts(number);
        boolean sent = decoder.send(packet);
        av_packet_unref(packet);
        return sent;
    }

    private void giveUp(long number) {
        if (pending.giveUp(number)) {
            drop(number, keyframeSeen ? DropCause.CORRUPT : DropCause.NO_KEYFRAME);
        }
    }

    private void drop(long number, DropCause cause) {
        feed.ledger().dropped(cause);
        if (cause == DropCause.CORRUPT) {
            faults.warn(feed.camera() + ": frame " + number + " is damaged and dropped");
        }
    }

    private void receive(SourceReader.Listener listener) throws SourceException, InterruptedException {
        while (true) {
            Picture picture = feed.mailbox().obtain();
            DropCause cause;
            try {
                if (!decoder.receive(picture.frame())) {
                    feed.mailbox().recycle(picture);
                    return;
                }
                int at = pending.find(picture.frame().pts());
                if (at < 0) {
                    // a second picture of one packet: its frame is accounted for already
                    feed.mailbox().recycle(picture);
                    continue;
                }
                cause = judge(picture, at);
                if (cause != DropCause.CORRUPT) {
                    lastGoodNs = clock.monotonicNs();
                    packetsSinceGood = 0;
                    listener.onPicture(info(picture));
                }
                picture.times().begin(pending.arrivalNs(at), pending.capture(at));
                picture.setNumber(pending.comeOut(at));
            } catch (SourceException | RuntimeException | Error e) {
                feed.mailbox().recycle(picture);
                throw e;
            }
            if (cause != null) {
                drop(picture.number(), cause);
                feed.mailbox().recycle(picture);
            } else {
                picture.times().mark(Step.DECODE, clock.monotonicNs());
                feed.mailbox().offer(picture);
            }
        }
    }

    private StreamInfo info(Picture picture) {
        if (picture.widthPx() != shown.widthPx()
                || picture.heightPx() != shown.heightPx()
                || !shown.decoder().equals(decoder.place())) {
            shown = new StreamInfo(picture.widthPx(), picture.heightPx(), decoder.codecName(), decoder.place());
        }
        return shown;
    }

    /** Why a picture is not passed on; null when it is. */
    private DropCause judge(Picture picture, int at) {
        keyframeSeen = true; // or, in a stream that has none but refreshes bit by bit, all bits
        boolean trusted = !pending.isDamaged(at);
        if ((picture.frame().flags() & AV_FRAME_FLAG_KEY) != 0 && !pending.isHurt(at)) {
            trusted = true; // a keyframe that its packet did not tell of
            damaged = false;
        }
        if (!trusted || VideoDecoder.isDamaged(picture.frame())) {
            return DropCause.CORRUPT;
        }
        return gate.admits(pending.nextNumber(), pending.nextPacedNs()) ? null : DropCause.UNWANTED;
    }

    /** Closes the account of what is still inside the decoder. */
    @Override
    public void close() {
        for (int left = pending.count(); left > 0; left--) {
            feed.ledger().dropped(DropCause.STREAM_CLOSED);
        }
        av_packet_free(packet);
    }
}
