package dev.vigil.source;

import dev.vigil.base.Clock;
import dev.vigil.base.Sabotage;
import dev.vigil.frame.Feed;
import dev.vigil.source.rtsp.RtspStream;

/** Reads a source once: it comes to its end or fails, and whoever called decides about trying again. */
public final class SourceReader {
    private SourceReader() {}

    /** What the caller wants to know of each good picture, wanted or not; called on its own thread. */
    public interface Listener {
        /** @param stream the same object for as long as nothing in it changes */
        void onPicture(StreamInfo stream);
    }

    /**
     * Opens a source's stream.
     *
     * @throws SourceException when it can not be opened within {@link SourceOptions#openTimeout()}
     */
    public static PacketStream open(SourceOptions options, Clock clock, Abort abort) throws SourceException {
        return SourceAddress.kind(options.uri()) == SourceAddress.Kind.RTSP
                ? RtspStream.open(options, clock, abort)
                : FfmpegStream.open(options, clock, abort);
    }

    /**
     * Reads a source into a feed, from its opening to its regular end or until the abort is requested. Frames that are still
     * in the feed or behind it then go on by themselves.
     *
     * @param name of the source, for the log
     * @param choice what is opened: where one stream or transport does not serve, the next
     * @throws SourceException when it can not be opened, decoded or read on
     * @throws InterruptedException when interrupted while waiting for the feed's mailbox to be free
     */
    public static void read(
            String name, Feed feed, StreamChoice choice, FrameGate gate, Clock clock, Abort abort, Listener listener)
            throws SourceException, InterruptedException {
        read(name, feed, choice, gate, clock, Custody.unwatched(feed, clock), abort, listener);
    }

    /**
     * As above, for a thread that is watched.
     *
     * @param custody of the thread, whose pulse beats with each packet, whatever comes of it, and with each attempt to open
     */
    static void read(
            String name,
            Feed feed,
            StreamChoice choice,
            FrameGate gate,
            Clock clock,
            Custody custody,
            Abort abort,
            Listener listener)
            throws SourceException, InterruptedException {
        boolean again = true;
        try {
            while (again && !abort.isRequested()) {
                try {
                    again = readChosen(name, feed, choice, gate, clock, custody, abort, listener);
                } catch (SourceException e) {
                    if (abort.isRequested() || !choice.another(e)) {
                        throw e;
                    }
                }
            }
        } finally {
            choice.close();
        }
    }

    /** True when it was left for a better one. */
    private static boolean readChosen(
            String name,
            Feed feed,
            StreamChoice choice,
            FrameGate gate,
            Clock clock,
            Custody custody,
            Abort abort,
            Listener listener)
            throws SourceException, InterruptedException {
        SourceOptions options = choice.next();
        Listener labelling = labelling(choice, listener);
        // To connect, and again to learn what comes; then a decoder, whose device may have to wake up.
        custody.pulse()
                .beatUntil(clock.monotonicNs() + 3 * options.openTimeout().toNanos());
        try (PacketStream stream = open(options, clock, abort);
                VideoDecoder decoder = new VideoDecoder(name, stream.parameters(), options, feed.warnings(), clock);
                FrameReader reader =
                        new FrameReader(feed, stream, decoder, options, choice.cadence(), gate, clock, custody);
                ClockWatch watch = new ClockWatch(feed, stream, options, clock)) {
            boolean more = true;
            boolean better = false;
            while (more && !better && !abort.isRequested()) {
                custody.pulse().beat();
                Sabotage.at("reader", name);
                more = reader.step(labelling);
                watch.look();
                better = choice.hasBetter();
            }
            return better;
        }
    }

    /** Tells the choice that pictures come, and the listener also where from. */
    private static Listener labelling(StreamChoice choice, Listener listener) {
        String transport = choice.transport();
        String which = choice.stream();
        return new Listener() {
            private StreamInfo plain;
            private StreamInfo labelled;

            @Override
            public void onPicture(StreamInfo stream) {
                choice.delivers();
                if (stream != plain) {
                    plain = stream;
                    labelled = stream.from(transport, which);
                }
                listener.onPicture(labelled);
            }
        };
    }
}
