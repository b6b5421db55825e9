package dev.vigil.source;

import dev.vigil.base.Clock;
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
     * @throws SourceException when it can not be opened, decoded or read on
     * @throws InterruptedException when interrupted while waiting for the feed's mailbox to be free
     */
    public static void read(
            String name, Feed feed, SourceOptions options, FrameGate gate, Clock clock, Abort abort, Listener listener)
            throws SourceException, InterruptedException {
        try (PacketStream stream = open(options, clock, abort);
                VideoDecoder decoder = new VideoDecoder(
                        name,
                        stream.parameters(),
                        options.hardware(),
                        options.decoderThreads(),
                        SourceAddress.kind(options.uri()) != SourceAddress.Kind.FILE);
                FrameReader reader = new FrameReader(feed, stream, decoder, gate, clock);
                ClockWatch watch = new ClockWatch(feed, stream, options, clock)) {
            boolean more = true;
            while (more && !abort.isRequested()) {
                more = reader.step(listener);
                watch.look();
            }
        }
    }
}
