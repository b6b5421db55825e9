package dev.vigil.source.sim;

import dev.vigil.base.Secret;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.Consumer;
import javax.net.ssl.SSLException;

/**
 * What a server of simulated cameras shows, and where.
 *
 * @param file the video that every camera shows in an endless loop
 * @param then the video that {@link FaultKind#CHANGE} goes over to; null for none
 * @param bind address to listen at: {@code 127.0.0.1} for this machine only, {@code 0.0.0.0} for all networks
 * @param port RTSP port; 0 for a free one
 * @param tls serve RTSP over TLS ({@code rtsps:}), and RTP only interleaved in it; null for plain RTSP
 * @param path path of a single camera; of several, the n-th (from 1) is at {@code path + n}
 * @param cameras how many, each with its own clock, spread evenly over one frame's duration
 * @param join what a client that comes late gets first
 * @param user who may watch; null for everyone
 * @param password the user's; null for none
 * @param digest how passwords are hashed
 * @param sessionTimeout longest silence of a UDP client, and longest time that a TCP client may take nothing
 * @param packetBytesMax largest RTP packet with its header
 * @param memoryBytesMax most memory that a file's packets may take
 * @param faults what goes wrong
 */
public record SimulatedCameraOptions(
        Path file,
        Path then,
        String bind,
        int port,
        Tls tls,
        String path,
        int cameras,
        Join join,
        String user,
        Secret password,
        Digest digest,
        Duration sessionTimeout,
        int packetBytesMax,
        int memoryBytesMax,
        FaultScript faults) {
    /** Where in the stream a client begins. */
    public enum Join {
        /** With the next keyframe: what comes first can be decoded. */
        KEYFRAME,
        /** With the next frame, whatever it is, as cameras do that make no keyframe on request. */
        NOW
    }

    /** How Digest authentication hashes. */
    public enum Digest {
        /** As most cameras do; Basic is offered beside it. */
        MD5("MD5"),
        /** With {@code qop=auth} (RFC 7616), and nothing else is offered. */
        SHA_256("SHA-256");

        final String algorithm;

        Digest(String algorithm) {
            this.algorithm = algorithm;
        }
    }

    /**
     * What the server shows of itself.
     *
     * @param certificate X.509 certificate with its chain, in PEM
     * @param key its private key, in PKCS#8 and PEM, without a password
     */
    public record Tls(Path certificate, Path key) {
        /** @throws IOException that names the files, when they can not be used */
        SslContext context() throws IOException {
            try {
                return SslContextBuilder.forServer(certificate.toFile(), key.toFile())
                        .build();
            } catch (IllegalArgumentException | SSLException wrong) {
                throw new IOException(
                        "no TLS with certificate " + certificate + " and key " + key
                                + ": both must be PEM, the key PKCS#8 without a password (BEGIN PRIVATE KEY): "
                                + (wrong.getCause() == null ? wrong : wrong.getCause()).getMessage(),
                        wrong);
            }
        }
    }

    public SimulatedCameraOptions {
        if (!path.startsWith("/") || path.length() < 2 || path.endsWith("/") || !path.matches("[\\w/.~-]+")) {
            throw new IllegalArgumentException(
                    "path '" + path + "' must start with / and have only letters, digits and . _ ~ - / after it");
        }
        if (cameras < 1 || cameras > 256) {
            throw new IllegalArgumentException("cameras must be 1 to 256, not " + cameras);
        }
        if (port < 0 || port > 65_535) {
            throw new IllegalArgumentException("port must be 0 to 65535, not " + port);
        }
        if (packetBytesMax < 256 || packetBytesMax > 65_000) {
            throw new IllegalArgumentException("packets must have 256 to 65000 bytes, not " + packetBytesMax);
        }
    }

    /** One camera at {@code rtsp://127.0.0.1:8554/cam}, for everyone on this machine, without a fault. */
    public static SimulatedCameraOptions of(Path file) {
        return new SimulatedCameraOptions(
                file,
                null,
                "127.0.0.1",
                8554,
                null,
                "/cam",
                1,
                Join.KEYFRAME,
                null,
                null,
                Digest.MD5,
                Duration.ofSeconds(60),
                1_400,
                512 << 20,
                FaultScript.NONE);
    }

    public SimulatedCameraOptions withThen(Path newThen) {
        return with(draft -> draft.then = newThen);
    }

    public SimulatedCameraOptions withBind(String newBind) {
        return with(draft -> draft.bind = newBind);
    }

    public SimulatedCameraOptions withPort(int newPort) {
        return with(draft -> draft.port = newPort);
    }

    public SimulatedCameraOptions withTls(Tls newTls) {
        return with(draft -> draft.tls = newTls);
    }

    public SimulatedCameraOptions withPath(String newPath) {
        return with(draft -> draft.path = newPath);
    }

    public SimulatedCameraOptions withCameras(int newCameras) {
        return with(draft -> draft.cameras = newCameras);
    }

    public SimulatedCameraOptions withJoin(Join newJoin) {
        return with(draft -> draft.join = newJoin);
    }

    public SimulatedCameraOptions withLogin(String newUser, Secret newPassword) {
        return with(draft -> {
            draft.user = newUser;
            draft.password = newPassword;
        });
    }

    public SimulatedCameraOptions withDigest(Digest newDigest) {
        return with(draft -> draft.digest = newDigest);
    }

    public SimulatedCameraOptions withSessionTimeout(Duration newTimeout) {
        return with(draft -> draft.sessionTimeout = newTimeout);
    }

    public SimulatedCameraOptions withFaults(FaultScript newFaults) {
        return with(draft -> draft.faults = newFaults);
    }

    private SimulatedCameraOptions with(Consumer<Draft> change) {
        Draft draft = new Draft(this);
        change.accept(draft);
        return new SimulatedCameraOptions(
                file,
                draft.then,
                draft.bind,
                draft.port,
                draft.tls,
                draft.path,
                draft.cameras,
                draft.join,
                draft.user,
                draft.password,
                draft.digest,
                draft.sessionTimeout,
                packetBytesMax,
                memoryBytesMax,
                draft.faults);
    }

    /** What can be changed. */
    private static final class Draft {
        private Path then;
        private String bind;
        private int port;
        private Tls tls;
        private String path;
        private int cameras;
        private Join join;
        private String user;
        private Secret password;
        private Digest digest;
        private Duration sessionTimeout;
        private FaultScript faults;

        Draft(SimulatedCameraOptions from) {
            then = from.then;
            bind = from.bind;
            port = from.port;
            tls = from.tls;
            path = from.path;
            cameras = from.cameras;
            join = from.join;
            user = from.user;
            password = from.password;
            digest = from.digest;
            sessionTimeout = from.sessionTimeout;
            faults = from.faults;
        }
    }

    /** A camera's own login; null when everyone may watch. */
    RtspLogin login() {
        return user == null ? null : new RtspLogin(user, password, digest);
    }

    /** Path of a camera, counted from 0. */
    public String pathOf(int camera) {
        return cameras == 1 ? path : path + (camera + 1);
    }
}
