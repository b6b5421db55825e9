package dev.vigil.app;

import dev.vigil.base.Clock;
import dev.vigil.base.Secret;
import dev.vigil.config.PasswordFile;
import dev.vigil.source.SourceException;
import dev.vigil.source.sim.RtspCameraServer;
import dev.vigil.source.sim.SimulatedCameraOptions;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.bytedeco.ffmpeg.global.avutil;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code vigil camera}: a video file as RTSP cameras. */
@Command(
        name = "camera",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Serves a video file as RTSP cameras in an endless loop, at its own pace, as it is in the file (H.264, H.265,"
                    + " MJPEG and whatever else RTP has a form for), over TCP and UDP, with the capture time of each"
                    + " frame in RTCP sender reports. All clients of a camera see the same moment; a late one begins"
                    + " with the next keyframe."
        },
        footer = {
            "",
            "Examples:",
            "  vigil camera media/demo-clip.mp4                one at :8554/cam",
            "  vigil camera media/demo-clip.mp4 --cameras 8    eight, /cam1 to /cam8",
            "  ffplay -rtsp_transport tcp rtsp://127.0.0.1:8554/cam",
            "  vigil camera media/demo-clip.mp4 --fault stall@10s+5s --fault reset@30s/1m",
            "  vigil camera media/demo-clip.mp4 --cameras 4 --fault random --seed 7",
            "",
            "With --user, the password is read from --password-file or the variable VIGIL_CAMERA_PASSWORD."
        })
public final class CameraCommand implements Callable<Integer> {
    private static final String PASSWORD_VARIABLE = "VIGIL_CAMERA_PASSWORD";

    private CommandSpec spec;

    /** The faults stand in the help as their enum tells them. */
    @Spec
    private void spec(CommandSpec newSpec) {
        spec = newSpec;
        List<String> footer = new ArrayList<>(List.of(spec.usageMessage().footer()));
        footer.addAll(FaultOptions.help());
        spec.usageMessage().footer(footer.toArray(String[]::new));
    }

    @Parameters(paramLabel = "FILE", description = "The video to show.")
    private Path file;

    @Option(
            names = "--port",
            paramLabel = "PORT",
            defaultValue = "8554",
            description = "RTSP port, 0 for a free one (default: ${DEFAULT-VALUE}).")
    private int port;

    @Option(
            names = "--path",
            paramLabel = "PATH",
            defaultValue = "/cam",
            description = "Path of the camera; several get their number after it (default: ${DEFAULT-VALUE}).")
    private String path;

    @Option(
            names = "--cameras",
            paramLabel = "N",
            defaultValue = "1",
            description =
                    "How many cameras, from 1 to 256 (default: ${DEFAULT-VALUE}). They send in turns within a frame's"
                            + " duration, not all at once.")
    private int cameras;

    @Option(
            names = "--bind",
            paramLabel = "ADDRESS",
            defaultValue = "127.0.0.1",
            description =
                    "Address to listen at (default: ${DEFAULT-VALUE}, this machine only); 0.0.0.0 for all networks.")
    private String bind;

    @Option(
            names = "--join",
            paramLabel = "WHEN",
            defaultValue = "keyframe",
            description = "What a client gets first: the next ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
    private JoinAt join;

    @Option(
            names = "--tls-cert",
            paramLabel = "FILE",
            description = "Serve RTSP over TLS (rtsps:) with this certificate, in PEM; needs --tls-key.")
    private Path tlsCertificate;

    @Option(
            names = "--tls-key",
            paramLabel = "FILE",
            description = "The certificate's key, in PEM and PKCS#8, without a password.")
    private Path tlsKey;

    @Option(names = "--user", paramLabel = "NAME", description = "Let in only this user.")
    private String user;

    @Option(
            names = "--digest",
            paramLabel = "HASH",
            defaultValue = "md5",
            description = "How the user's password is hashed: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}, as"
                    + " most cameras do, with Basic beside it).")
    private Hash hash;

    @Option(
            names = "--password-file",
            paramLabel = "FILE",
            description = "The user's password: all of the file, up to a line break at its end.")
    private Path passwordFile;

    @Option(
            names = "--for",
            paramLabel = "TIME",
            converter = Durations.class,
            description = "Stop after this time, such as 20s or 5m (default: run until Ctrl-C).")
    private Duration runFor;

    @Mixin
    private FaultOptions faults;

    @Option(
            names = "--json",
            description =
                    "Tell cameras and faults as JSON lines on standard output; else faults come as lines on standard"
                            + " error.")
    private boolean json;

    enum Hash {
        md5,
        sha256
    }

    enum JoinAt {
        keyframe,
        frame
    }

    @Override
    public Integer call() throws InterruptedException {
        // FFmpeg prints what it thinks of a file; ours is the one line about it.
        avutil.av_log_set_level(avutil.AV_LOG_FATAL);
        PrintWriter err = spec.commandLine().getErr();
        SimulatedCameraOptions options;
        try {
            options = options();
        } catch (IllegalArgumentException wrong) {
            throw new ParameterException(spec.commandLine(), wrong.getMessage());
        }
        CameraLines lines = new CameraLines(spec.commandLine().getOut(), err, json);
        if (options.faults().random()) {
            lines.seed(options.faults().seed());
        }
        try {
            serve(RtspCameraServer.start(options, lines, Clock.SYSTEM), lines, err);
            return 0;
        } catch (IllegalArgumentException impossible) {
            throw new ParameterException(spec.commandLine(), impossible.getMessage());
        } catch (SourceException | IOException failed) {
            err.println("vigil camera: " + failed.getMessage());
            err.flush();
            return 1;
        }
    }

    private void serve(RtspCameraServer server, CameraLines lines, PrintWriter err) throws InterruptedException {
        CountDownLatch stop = new CountDownLatch(1);
        Thread onSignal = new Thread(
                () -> {
                    stop.countDown();
                    server.close();
                },
                "camera-stop");
        Runtime.getRuntime().addShutdownHook(onSignal);
        try {
            announce(server, lines);
            watch(server, stop, err);
        } finally {
            server.close();
            removeHook(onSignal);
        }
    }

    private SimulatedCameraOptions options() {
        SimulatedCameraOptions options = SimulatedCameraOptions.of(file)
                .withBind(bind)
                .withPort(port)
                .withPath(path)
                .withCameras(cameras)
                .withThen(faults.then())
                .withFaults(faults.script())
                .withTls(tls())
                .withDigest(
                        hash == Hash.sha256 ? SimulatedCameraOptions.Digest.SHA_256 : SimulatedCameraOptions.Digest.MD5)
                .withJoin(
                        join == JoinAt.frame ? SimulatedCameraOptions.Join.NOW : SimulatedCameraOptions.Join.KEYFRAME);
        return user == null ? options : options.withLogin(user, password());
    }

    private SimulatedCameraOptions.Tls tls() {
        if ((tlsCertificate == null) != (tlsKey == null)) {
            throw new IllegalArgumentException("--tls-cert and --tls-key need each other");
        }
        return tlsKey == null ? null : new SimulatedCameraOptions.Tls(tlsCertificate, tlsKey);
    }

    private Secret password() {
        if (passwordFile != null) {
            try {
                return PasswordFile.read(passwordFile);
            } catch (IOException unusable) {
                throw new IllegalArgumentException(
                        "--password-file " + passwordFile + " " + unusable.getMessage(), unusable);
            }
        }
        String password = System.getenv(PASSWORD_VARIABLE);
        if (password == null) {
            throw new IllegalArgumentException("--user needs --password-file or the variable " + PASSWORD_VARIABLE);
        }
        return new Secret(password);
    }

    private void announce(RtspCameraServer server, CameraLines lines) {
        lines.clip(
                file.toString(),
                server.clipFrames(),
                server.clipLengthUs() / 1e6,
                bind.equals("127.0.0.1") ? "" : ", on " + bind);
        for (int camera = 0; camera < server.cameras(); camera++) {
            lines.camera(camera, server.uri(camera));
        }
    }

    /** Waits for the end; on a terminal a line tells each second what goes out. */
    private void watch(RtspCameraServer server, CountDownLatch stop, PrintWriter err) throws InterruptedException {
        boolean live = Terminal.onError();
        long startNs = System.nanoTime();
        long endNs = runFor == null ? Long.MAX_VALUE : runFor.toNanos();
        long lastFrames = 0;
        while (true) {
            long leftNs = endNs - (System.nanoTime() - startNs);
            if (leftNs <= 0 || stop.await(Math.min(leftNs, TimeUnit.SECONDS.toNanos(1)), TimeUnit.NANOSECONDS)) {
                break;
            }
            if (live) {
                lastFrames = showLine(server, err, lastFrames);
            }
        }
        if (live) {
            err.println();
            err.flush();
        }
    }

    private static long showLine(RtspCameraServer server, PrintWriter err, long lastFrames) {
        long frames = 0;
        long skipped = 0;
        int clients = 0;
        for (int camera = 0; camera < server.cameras(); camera++) {
            frames += server.framesSent(camera);
            skipped += server.framesSkipped(camera);
            clients += server.clients(camera);
        }
        err.printf(
                Locale.ROOT,
                "\r%d clients, %d frames sent (%d/s), %d skipped for slow clients\u001b[K",
                clients,
                frames,
                frames - lastFrames,
                skipped);
        err.flush();
        return frames;
    }

    private static void removeHook(Thread hook) {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException ending) {
            // The signal came first: the hook closes the server, and the process ends with the signal's code.
        }
    }
}
