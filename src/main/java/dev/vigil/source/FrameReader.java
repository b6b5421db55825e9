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
import dev.vigil.source.SourceException.Cause;
import dev.vigil.source.SourceOptions.Damaged;
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

    private final Feed feed;
    private final PacketStream stream;
    private final VideoDecoder decoder;
    private final SourceOptions options;
    private final Cadence cadence;
    private final FrameGate gate;
    private final Clock clock;
    private final Custody custody;
    private final AVPacket packet = av_packet_alloc();
    private final PacketInfo info = new PacketInfo();
    private final PendingFrames pending = new PendingFrames();
    private final FaultLog faults;

    private StreamInfo shown = StreamInfo.NONE;
    private boolean goodSeen;
    private long packetsSinceGood;
    /** When the first of those came. */
    private long badSinceNs;

    private boolean keyframeSeen;
    /** Something is missing since the last keyframe, so what the decoder gives is not to be trusted. */
    private boolean damaged;

    /** As below, on a thread that nobody watches. */
    FrameReader(
            Feed feed,
            PacketStream stream,
            VideoDecoder decoder,
            SourceOptions options,
            Cadence cadence,
            FrameGate gate,
            Clock clock) {
        this(feed, stream, decoder, options, cadence, gate, clock, Custody.unwatched(feed, clock));
    }

    /**
     * @param stream just opened
     * @param cadence of this camera, over all of its streams
     */
    FrameReader(
            Feed feed,
            PacketStream stream,
            VideoDecoder decoder,
            SourceOptions options,
            Cadence cadence,
            FrameGate gate,
            Clock clock,
            Custody custody) {
        this.feed = feed;
        this.stream = stream;
        this.decoder = decoder;
        this.options = options;
        this.cadence = cadence;
        this.gate = gate;
        this.clock = clock;
        this.custody = custody;
        this.faults = new FaultLog(LOG, clock);
        cadence.opened(clock.monotonicNs(), stream.longestPause());
    }

    /**
     * Reads the next packet and passes on what the decoder makes of it.
     *
     * @return false at the regular end, when the decoder has been emptied too
     */
    boolean step(SourceReader.Listener listener) throws SourceException, InterruptedException {
        if (!read()) {
            decoder.send(null);
            receive(listener);
            return false;
        }
        long number = custody.read();
        if (number == 0) {
            av_packet_unref(packet);
            return false;
        }
        boolean key = (packet.flags() & AV_PKT_FLAG_KEY) != 0;
        cadence.came(info.arrivalNs, key && !info.damaged);
        if (packetsSinceGood++ == 0) {
            badSinceNs = info.arrivalNs;
        }
        if (decoder.isOutdated(stream.parameters())) {
            empty(listener);
            decoder.open(stream.parameters());
            keyframeSeen = false;
        } else if (key && damaged && !info.damaged) {
            empty(listener); // so that nothing behind it refers to what is missing before it
            decoder.flush();
        }
        keyframeSeen |= key;
        if (!keyframeSeen && !decoder.waitsForItsStart()) {
            custody.drop(DropCause.NO_KEYFRAME);
            av_packet_unref(packet);
        } else {
            damaged = info.damaged || damaged && !key;
            boolean sent = decode(number);
            if (!sent) {
                giveUp(number);
                damaged = true; // what follows refers to it
            }
            receive(listener);
            if (sent && decoder.held() == 0) {
                giveUp(number); // nothing came of it, and nothing will
            }
        }
        requireGoodPictures();
        return true;
    }

    private boolean read() throws SourceException {
        long dueNs = cadence.dueNs(clock.monotonicNs());
        custody.pulse().beatUntil(dueNs);
        try {
            boolean more = stream.read(packet, info, dueNs);
            custody.pulse().beat();
            return more;
        } catch (SourceException e) {
            if (e.reason() == Cause.STALLED) {
                cadence.stalled();
            }
            throw e;
        }
    }

    private void requireGoodPictures() throws SourceException {
        long allowedNs = goodSeen ? cadence.nextPictureNs() : cadence.firstPictureNs();
        if (packetsSinceGood <= decoder.held() + 1 || info.arrivalNs - badSinceNs <= allowedNs) {
            return;
        }
        String since = "packets come, but for " + TimeUnit.NANOSECONDS.toMillis(info.arrivalNs - badSinceNs)
                + " ms no whole picture: ";
        if (!keyframeSeen) {
            cadence.keyframeMissed();
            throw new SourceException(Cause.NO_VIDEO, since + "no keyframe is among them");
        }
        throw new SourceException(
                Cause.CORRUPT, since + "they are damaged, or larger than max_pixels (" + options.maxPixels() + ")");
    }

    private boolean decode(long number) throws SourceException {
        if (pending.isPlaceTaken(number)) {
            drop(pending.comeOut(pending.find(number - PendingFrames.CAPACITY)), DropCause.CORRUPT);
        }
        pending.add(number, info, damaged);
        packet.pts(number);
        packet.dts(number);
        try {
            return decoder.send(packet);
        } finally {
            av_packet_unref(packet);
        }
    }

    private void giveUp(long number) {
        if (pending.giveUp(number)) {
            drop(number, keyframeSeen ? DropCause.CORRUPT : DropCause.NO_KEYFRAME);
        }
    }

    private void drop(long number, DropCause cause) {
        custody.drop(cause);
        if (cause == DropCause.CORRUPT) {
            faults.warn(feed.camera() + ": frame " + number + " is damaged and dropped");
        }
    }

    /** Has the decoder give what it holds; what it does not give now never comes. */
    private void empty(SourceReader.Listener listener) throws SourceException, InterruptedException {
        decoder.send(null);
        receive(listener);
        loseWhatIsInside();
    }

    private void loseWhatIsInside() {
        while (pending.count() > 0) {
            drop(pending.lose(), DropCause.CORRUPT);
        }
    }

    private void receive(SourceReader.Listener listener) throws SourceException, InterruptedException {
        while (true) {
            Picture picture = feed.mailbox().obtain();
            DropCause cause;
            try {
                VideoDecoder.Outcome outcome = decoder.receive(picture.frame());
                if (outcome != VideoDecoder.Outcome.PICTURE) {
                    feed.mailbox().recycle(picture);
                    noteFailure(outcome);
                    return;
                }
                int at = pending.find(picture.frame().pts());
                if (at < 0) {
                    // a second picture of one packet: its frame is accounted for already
                    feed.mailbox().recycle(picture);
                    continue;
                }
                picture.setOrientation(DisplayMatrix.of(picture.frame()).turned(options.quarterTurns()));
                cause = judge(picture, at, listener);
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
                passOn(picture);
            }
        }
    }

    private void passOn(Picture picture) throws InterruptedException {
        if (!custody.passOn()) {
            feed.mailbox().recycle(picture);
            return;
        }
        custody.pulse().rest(); // where every frame is wanted, this waits for the pipeline
        feed.mailbox().offer(picture);
        custody.pulse().beat();
    }

    private void noteFailure(VideoDecoder.Outcome outcome) {
        if (outcome == VideoDecoder.Outcome.NOTHING) {
            return;
        }
        damaged = true;
        if (outcome == VideoDecoder.Outcome.RESTARTED) {
            loseWhatIsInside();
            keyframeSeen = false;
        }
    }

    private StreamInfo info(Picture picture) {
        if (picture.widthPx() != shown.widthPx()
                || picture.heightPx() != shown.heightPx()
                || !shown.decoder().equals(decoder.place())
                || !shown.codec().equals(decoder.codecName())) {
            shown = new StreamInfo(picture.widthPx(), picture.heightPx(), decoder.codecName(), decoder.place());
        }
        return shown;
    }

    /** Why a picture is not passed on; null when it is. */
    private DropCause judge(Picture picture, int at, SourceReader.Listener listener) {
        keyframeSeen = true; // or, in a stream that has none but refreshes bit by bit, all bits
        boolean trusted = !pending.isDamaged(at);
        if ((picture.frame().flags() & AV_FRAME_FLAG_KEY) != 0 && !pending.isHurt(at)) {
            trusted = true; // a keyframe that its packet did not tell of
            damaged = false;
        }
        if (VideoDecoder.isDamaged(picture.frame())) {
            trusted = false;
            damaged = true; // what refers to it shows the same
            pending.damageFrom(at);
        }
        if (trusted) {
            goodSeen = true;
            packetsSinceGood = 0;
        } else if (options.damaged() == Damaged.DROP) {
            return DropCause.CORRUPT;
        }
        listener.onPicture(info(picture));
        return gate.admits(pending.nextNumber(), pending.nextPacedNs()) ? null : DropCause.UNWANTED;
    }

    /** Closes the account of what is still inside the decoder. */
    @Override
    public void close() {
        for (int left = pending.count(); left > 0; left--) {
            custody.drop(DropCause.STREAM_CLOSED);
        }
        av_packet_free(packet);
    }
}
