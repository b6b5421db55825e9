package dev.vigil.source;

import dev.vigil.base.Clock;
import dev.vigil.frame.Warnings;
import dev.vigil.metrics.health.Pulses;
import dev.vigil.source.SourceException.Cause;
import dev.vigil.source.SourceOptions.Transport;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which of a camera's streams is read and over which transport, over all of its connections. What is asked for goes first; where
 * it does not serve while the camera answers, the other is taken at once, a warning tells why, and what is asked for is tried
 * again only after a while: UDP with the first connection after an hour, the stream for detection every few minutes, beside the
 * one that is read. Not threadsafe: it belongs to the camera's thread.
 */
public final class StreamChoice {
    private static final Logger LOG = LoggerFactory.getLogger(CameraReader.class);
    private static final long UDP_AGAIN_NS = TimeUnit.HOURS.toNanos(1);
    private static final long DETECT_AGAIN_NS = TimeUnit.MINUTES.toNanos(5);
    /** Longest that a try of the stream for detection may take: keyframes may be 20 s apart. */
    private static final long TRIAL_NS = TimeUnit.SECONDS.toNanos(30);

    /** Why the main stream is read: the camera answers, but has no such stream to give. */
    private static final Set<Cause> NOT_TO_BE_HAD =
            Set.of(Cause.NO_SUCH_PATH, Cause.UNSUPPORTED, Cause.NO_VIDEO, Cause.REFUSED, Cause.CORRUPT, Cause.STALLED);

    /** Something that is taken instead of what is asked for. */
    private static final class Fallback {
        private final Warnings.Kind kind;
        private final String instead;
        private final long againNs;
        /** What was wrong with what is asked for; null while that is taken. */
        private String why;
        /** The other one serves, so that it was not the camera. */
        private boolean serves;

        private long againAtNs;

        Fallback(Warnings.Kind kind, String instead, long againNs) {
            this.kind = kind;
            this.instead = instead;
            this.againNs = againNs;
        }

        void take(SourceException e) {
            why = e.getMessage();
            serves = false;
        }

        boolean taken() {
            return why != null;
        }

        boolean isDue(long nowNs) {
            return taken() && serves && nowNs - againAtNs >= 0;
        }
    }

    private final SourceOptions options;
    private final Cadence cadence;
    private final Warnings warnings;
    private final Clock clock;
    private final Fallback tcp;
    private final Fallback main;

    /** A picture came of the stream that was opened last. */
    private boolean delivers;

    private Trial trial;

    /** @param warnings where it is told that something else is read than is asked for */
    public StreamChoice(SourceOptions options, Warnings warnings, Clock clock) {
        this(options, warnings, clock, new Pulses(clock));
    }

    /** @param pulses which know when the whole process stood still */
    StreamChoice(SourceOptions options, Warnings warnings, Clock clock, Pulses pulses) {
        this(options, warnings, clock, pulses, UDP_AGAIN_NS, DETECT_AGAIN_NS);
    }

    StreamChoice(
            SourceOptions options, Warnings warnings, Clock clock, Pulses pulses, long udpAgainNs, long detectAgainNs) {
        this.options = options;
        this.cadence = new Cadence(options, pulses);
        this.warnings = warnings;
        this.clock = clock;
        this.tcp = new Fallback(Warnings.Kind.TRANSPORT_FALLBACK, "pictures come over TCP", udpAgainNs);
        this.main = new Fallback(Warnings.Kind.STREAM_FALLBACK, "the main stream is read", detectAgainNs);
    }

    /** As they are configured. */
    public SourceOptions options() {
        return options;
    }

    /** What is known of the camera's pace, over all of its connections. */
    Cadence cadence() {
        return cadence;
    }

    /** What to open now. */
    public SourceOptions next() {
        delivers = false;
        for (Fallback each : new Fallback[] {tcp, main}) {
            if (each.isDue(clock.monotonicNs())) {
                each.why = null;
            }
        }
        return chosen();
    }

    private SourceOptions chosen() {
        return options.toBuilder()
                .uri(readsDetect() ? options.detectUri() : options.uri())
                .transport(tcp.taken() ? Transport.TCP : options.transport())
                .build();
    }

    private boolean readsDetect() {
        return options.detectUri() != null && !main.taken();
    }

    /** {@code main} or {@code detect}. */
    public String stream() {
        return readsDetect() ? "detect" : "main";
    }

    /** As in {@link StreamInfo#transport()}. */
    public String transport() {
        SourceOptions chosen = chosen();
        return switch (SourceAddress.kind(chosen.uri())) {
            case HTTP -> "http";
            case FILE -> "file";
            case V4L2 -> "device";
            case RTSP ->
                SourceAddress.isTls(chosen.uri())
                        ? "tls"
                        : chosen.transport().name().toLowerCase(Locale.ROOT);
        };
    }

    /** One of its addresses is for TLS. */
    boolean isTls() {
        return SourceAddress.isTls(options.uri())
                || options.detectUri() != null && SourceAddress.isTls(options.detectUri());
    }

    /**
     * The stream of {@link #next} could not be opened, or failed.
     *
     * @return true when there is another to try at once
     */
    public boolean another(SourceException e) {
        if (e instanceof UdpException && !tcp.taken()) {
            tcp.take(e);
            return true;
        }
        if (readsDetect() && !delivers && NOT_TO_BE_HAD.contains(e.reason())) {
            main.take(e);
            return true;
        }
        if (!delivers) {
            // The others do no better: it is the camera.
            tcp.why = tcp.serves ? tcp.why : null;
            main.why = main.serves ? main.why : null;
        }
        return false;
    }

    /** A picture came of the stream of {@link #next}. */
    public void delivers() {
        if (!delivers) {
            delivers = true;
            settle(tcp, options.transport() == Transport.UDP);
            settle(main, options.detectUri() != null);
        }
        if (main.isDue(clock.monotonicNs())) {
            main.againAtNs = clock.monotonicNs() + main.againNs;
            close();
            trial = new Trial();
            trial.start();
        }
    }

    private void settle(Fallback fallback, boolean asked) {
        if (fallback.taken() && !fallback.serves) {
            fallback.serves = true;
            fallback.againAtNs = clock.monotonicNs() + fallback.againNs;
            warnings.raise(fallback.kind, fallback.instead + ": " + fallback.why, clock.utcUs());
        } else if (asked && !fallback.taken()) {
            warnings.clear(fallback.kind);
        }
    }

    /** The stream for detection can be had again, and the main one is to be left for it: {@link #next} takes it. */
    boolean hasBetter() {
        boolean better = trial != null && trial.succeeded;
        if (better) {
            trial = null;
            main.why = null;
        } else if (trial != null && clock.monotonicNs() - trial.endNs >= 0) {
            close();
        }
        return better;
    }

    /** Ends what is tried beside the stream that is read. */
    void close() {
        if (trial != null) {
            trial.abort.request();
            trial = null;
        }
    }

    /** Waits for the first picture of the stream for detection, on a thread of its own. */
    private final class Trial implements Runnable {
        private final Abort abort = new Abort();
        private final SourceOptions detect =
                chosen().toBuilder().uri(options.detectUri()).build();
        private final long endNs = clock.monotonicNs() + TRIAL_NS;
        private volatile boolean succeeded;

        void start() {
            Thread thread = new Thread(this, "try-detect-stream");
            thread.setDaemon(true);
            thread.start();
        }

        @Override
        public void run() {
            try (PictureReader pictures = PictureReader.open(detect, clock, abort)) {
                succeeded = pictures.next() != null;
            } catch (SourceException e) {
                LOG.debug("still not to be had: {}", e.getMessage());
            } catch (RuntimeException | Error e) {
                LOG.error("{}: trying it again failed", SourceAddress.shown(detect.uri()), e);
            }
        }
    }
}
