package dev.vigil.source;

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
 * @param openTimeout from connecting to the first packet
 * @param readTimeout between two packets
 * @param retryMin first wait before connecting again; grows by doubling, with jitter
 * @param retryMax longest wait before connecting again
 * @param decoderThreads threads of the software decoder
 * @param clockOffsetMax how far a camera's clock may be from the box's; one that is further is told of, and not used for
 *     capture times
 * @param clockDriftMaxPpm how much faster or slower it may run, in parts per million; more is told of
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
        Duration readTimeout,
        Duration retryMin,
        Duration retryMax,
        int decoderThreads,
        Duration clockOffsetMax,
        double clockDriftMaxPpm,
        Tls tls,
        V4l2 v4l2) {

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

    /** Without user and password. */
    @Override
    public String toString() {
        return "SourceOptions[uri=" + Masked.uri(uri) + ", detectUri=" + Masked.uri(detectUri) + ", transport="
                + transport + ", hardware=" + hardware
                + ", fpsMax="
                + fpsMax + ", loop=" + loop + ", realtime=" + realtime + ", openTimeout=" + openTimeout
                + ", readTimeout="
                + readTimeout + ", retryMin=" + retryMin + ", retryMax=" + retryMax + ", decoderThreads="
                + decoderThreads + ", clockOffsetMax=" + clockOffsetMax + ", clockDriftMaxPpm=" + clockDriftMaxPpm
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
        builder.readTimeout = readTimeout;
        builder.retryMin = retryMin;
        builder.retryMax = retryMax;
        builder.decoderThreads = decoderThreads;
        builder.clockOffsetMax = clockOffsetMax;
        builder.clockDriftMaxPpm = clockDriftMaxPpm;
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
        private Duration readTimeout = Duration.ofSeconds(2);
        private Duration retryMin = Duration.ofMillis(500);
        private Duration retryMax = Duration.ofSeconds(10);
        private int decoderThreads = 1;
        private Duration clockOffsetMax = Duration.ofMillis(100);
        private double clockDriftMaxPpm = 100;
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

        public Builder readTimeout(Duration timeout) {
            readTimeout = timeout;
            return this;
        }

        public Builder retry(Duration min, Duration max) {
            retryMin = min;
            retryMax = max;
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
                    readTimeout,
                    retryMin,
                    retryMax,
                    decoderThreads,
                    clockOffsetMax,
                    clockDriftMaxPpm,
                    tls,
                    v4l2);
        }
    }
}
