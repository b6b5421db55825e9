package dev.vigil.source;

import dev.vigil.base.KnownSecrets;
import dev.vigil.base.Masked;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * How one camera is read.
 *
 * @param uri {@code rtsp:}, {@code rtsps:}, {@code http:}, {@code https:}, {@code file:} or {@code v4l2:} (a device such as
 *     {@code v4l2:/dev/video0}); user and password may stand in it and are never shown
 * @param detectUri the stream that is read instead of {@code uri} for as long as it can be had; null for none
 * @param transport how RTP comes; only for RTSP. Over UDP nothing may come: then TCP is used, see {@link StreamChoice}
 * @param hardware hardware decoding
 * @param fpsMax frames per second that are wanted; 0 for all
 * @param loop start a file again at its end
 * @param realtime read a file at its own pace; otherwise as fast as its frames are taken, and none is superseded
 * @param openTimeout from connecting to the open stream; as long as nothing else is known, packets are expected as often
 * @param firstFrameTimeout from the open stream to the first whole picture
 * @param readTimeout beyond a camera's own interval between two packets, and between two keyframes where pictures are damaged
 * @param retryMin first wait before connecting again; grows by doubling, with jitter
 * @param retryMax longest wait before connecting again
 * @param retrySlow longest wait where trying again changes nothing, such as after a wrong password
 * @param decoderThreads threads of the software decoder
 * @param clockOffsetMax how far a camera's clock may be from the box's; one that is further is told of, and not used for
 *     capture times
 * @param clockDriftMaxPpm how much faster or slower it may run, in parts per million; more is told of
 * @param damaged what becomes of pictures of which something is missing
 * @param maxPixels pictures with more are not decoded
 * @param quarterTurns how often the camera's pictures are turned clockwise by 90 degrees, after what their stream says of it
 * @param tls whom to trust; only for {@code rtsps:} and {@code https:}
 * @param v4l2 what a device is asked for; only for {@code v4l2:}
 */
public record SourceOptions(
        URI uri,
        URI detectUri,
        Transport transport,
        Hardware hardware,
        double fpsMax,
        boolean loop,
        boolean realtime,
        Duration openTimeout,
        Duration firstFrameTimeout,
        Duration readTimeout,
        Duration retryMin,
        Duration retryMax,
        Duration retrySlow,
        int decoderThreads,
        Duration clockOffsetMax,
        double clockDriftMaxPpm,
        Damaged damaged,
        long maxPixels,
        int quarterTurns,
        Tls tls,
        V4l2 v4l2) {
    /** The log leaves out their logins from here on, whoever tells them. */
    public SourceOptions {
        KnownSecrets.addAddress(uri);
        if (detectUri != null) {
            KnownSecrets.addAddress(detectUri);
        }
    }

    public enum Transport {
        TCP,
        UDP
    }

    /**
     * Whom to trust: with neither file nor fingerprints the system's authorities, for the host that is connected to.
     *
     * @param verify false accepts any certificate
     * @param caFile certificates to trust instead of the system's (PEM); null for none
     * @param fingerprints SHA-256 of certificates that are trusted whoever signed them and whichever host they name
     */
    public record Tls(boolean verify, Path caFile, List<String> fingerprints) {
        public static final Tls DEFAULT = new Tls(true, null, List.of());

        public Tls {
            fingerprints = List.copyOf(fingerprints);
        }
    }

    /**
     * What a device is asked for. Where it can not do that, it gives what comes next to it.
     *
     * @param format FFmpeg's name of a pixel format or codec, such as {@code mjpeg} and {@code yuyv422}; empty for the
     *     device's own choice
     * @param widthPx 0 for the device's own choice, and then {@code heightPx} too
     */
    public record V4l2(String format, int widthPx, int heightPx) {
        public static final V4l2 DEFAULT = new V4l2("", 0, 0);
    }

    public enum Hardware {
        AUTO,
        CUDA,
        VAAPI,
        NONE
    }

    /** What becomes of pictures of which something is missing, or refers to what is. */
    public enum Damaged {
        /** They are dropped as {@code corrupt} up to the next keyframe. */
        DROP,
        /** They are looked at like any other, with whatever the decoder put in place of what is missing. */
        SHOW
    }

    /** Without user and password. */
    @Override
    public String toString() {
        return "SourceOptions[uri=" + Masked.uri(uri) + ", detectUri=" + Masked.uri(detectUri) + ", transport="
                + transport + ", hardware=" + hardware
                + ", fpsMax="
                + fpsMax + ", loop=" + loop + ", realtime=" + realtime + ", openTimeout=" + openTimeout
                + ", firstFrameTimeout=" + firstFrameTimeout + ", readTimeout=" + readTimeout + ", retryMin=" + retryMin
                + ", retryMax=" + retryMax + ", retrySlow=" + retrySlow + ", decoderThreads=" + decoderThreads
                + ", damaged=" + damaged + ", maxPixels=" + maxPixels + ", quarterTurns=" + quarterTurns
                + ", clockOffsetMax=" + clockOffsetMax + ", clockDriftMaxPpm=" + clockDriftMaxPpm
                + ", tls=" + tls + ", v4l2=" + v4l2 + "]";
    }

    /** The defaults of {@code config/vigil.yml} for one address. */
    public static SourceOptions of(URI uri) {
        return builder(uri).build();
    }

    /** Begins with the defaults of {@code config/vigil.yml} for one address. */
    public static Builder builder(URI uri) {
        return new Builder(uri);
    }

    /** Begins with these. */
    public Builder toBuilder() {
        Builder builder = new Builder(uri);
        builder.detectUri = detectUri;
        builder.transport = transport;
        builder.hardware = hardware;
        builder.fpsMax = fpsMax;
        builder.loop = loop;
        builder.realtime = realtime;
        builder.openTimeout = openTimeout;
        builder.firstFrameTimeout = firstFrameTimeout;
        builder.readTimeout = readTimeout;
        builder.retryMin = retryMin;
        builder.retryMax = retryMax;
        builder.retrySlow = retrySlow;
        builder.decoderThreads = decoderThreads;
        builder.clockOffsetMax = clockOffsetMax;
        builder.clockDriftMaxPpm = clockDriftMaxPpm;
        builder.damaged = damaged;
        builder.maxPixels = maxPixels;
        builder.quarterTurns = quarterTurns;
        builder.tls = tls;
        builder.v4l2 = v4l2;
        return builder;
    }

    /** Options in the making; what each means stands at {@link SourceOptions}. */
    public static final class Builder {
        private URI uri;
        private URI detectUri;
        private Transport transport = Transport.TCP;
        private Hardware hardware = Hardware.AUTO;
        private double fpsMax;
        private boolean loop;
        private boolean realtime = true;
        private Duration openTimeout = Duration.ofSeconds(5);
        private Duration firstFrameTimeout = Duration.ofSeconds(20);
        private Duration readTimeout = Duration.ofSeconds(2);
        private Duration retryMin = Duration.ofMillis(500);
        private Duration retryMax = Duration.ofSeconds(2);
        private Duration retrySlow = Duration.ofMinutes(5);
        private int decoderThreads = 1;
        private Duration clockOffsetMax = Duration.ofMillis(100);
        private double clockDriftMaxPpm = 100;
        private Damaged damaged = Damaged.DROP;
        private long maxPixels = 8192L * 8192L;
        private int quarterTurns;
        private Tls tls = Tls.DEFAULT;
        private V4l2 v4l2 = V4l2.DEFAULT;

        private Builder(URI uri) {
            this.uri = uri;
        }

        public Builder uri(URI newUri) {
            uri = newUri;
            return this;
        }

        public Builder detectUri(URI newDetectUri) {
            detectUri = newDetectUri;
            return this;
        }

        public Builder transport(Transport newTransport) {
            transport = newTransport;
            return this;
        }

        public Builder hardware(Hardware newHardware) {
            hardware = newHardware;
            return this;
        }

        public Builder fpsMax(double newFpsMax) {
            fpsMax = newFpsMax;
            return this;
        }

        public Builder loop(boolean newLoop) {
            loop = newLoop;
            return this;
        }

        public Builder realtime(boolean newRealtime) {
            realtime = newRealtime;
            return this;
        }

        public Builder openTimeout(Duration timeout) {
            openTimeout = timeout;
            return this;
        }

        public Builder firstFrameTimeout(Duration timeout) {
            firstFrameTimeout = timeout;
            return this;
        }

        public Builder readTimeout(Duration timeout) {
            readTimeout = timeout;
            return this;
        }

        public Builder retry(Duration min, Duration max) {
            retryMin = min;
            retryMax = max;
            return this;
        }

        public Builder retrySlow(Duration max) {
            retrySlow = max;
            return this;
        }

        public Builder decoderThreads(int threads) {
            decoderThreads = threads;
            return this;
        }

        public Builder clockOffsetMax(Duration max) {
            clockOffsetMax = max;
            return this;
        }

        public Builder clockDriftMaxPpm(double max) {
            clockDriftMaxPpm = max;
            return this;
        }

        public Builder damaged(Damaged newDamaged) {
            damaged = newDamaged;
            return this;
        }

        public Builder maxPixels(long pixels) {
            maxPixels = pixels;
            return this;
        }

        public Builder quarterTurns(int turns) {
            quarterTurns = turns;
            return this;
        }

        public Builder tlsVerify(boolean verify) {
            tls = new Tls(verify, tls.caFile(), tls.fingerprints());
            return this;
        }

        public Builder tls(Tls newTls) {
            tls = newTls;
            return this;
        }

        public Builder v4l2(V4l2 newV4l2) {
            v4l2 = newV4l2;
            return this;
        }

        public SourceOptions build() {
            return new SourceOptions(
                    uri,
                    detectUri,
                    transport,
                    hardware,
                    fpsMax,
                    loop,
                    realtime,
                    openTimeout,
                    firstFrameTimeout,
                    readTimeout,
                    retryMin,
                    retryMax,
                    retrySlow,
                    decoderThreads,
                    clockOffsetMax,
                    clockDriftMaxPpm,
                    damaged,
                    maxPixels,
                    quarterTurns,
                    tls,
                    v4l2);
        }
    }
}
