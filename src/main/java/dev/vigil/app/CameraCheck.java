package dev.vigil.app;

import dev.vigil.base.Clock;
import dev.vigil.config.CameraConfig;
import dev.vigil.config.Problems;
import dev.vigil.config.VigilConfig;
import dev.vigil.source.Abort;
import dev.vigil.source.PictureReader;
import dev.vigil.source.SourceAddress;
import dev.vigil.source.SourceException;
import dev.vigil.source.SourceOptions;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.bytedeco.ffmpeg.avutil.AVFrame;

/**
 * Reads each camera's first picture, all cameras at the same time. Files are looked at always, cameras in the network and
 * devices only with {@code --online}.
 */
final class CameraCheck implements ConfigCheck {
    /** Beyond the deadlines of connecting and reading: a camera may make a keyframe only every ten seconds. */
    private static final Duration KEYFRAME_WAIT = Duration.ofSeconds(15);
    /** From being told to end to being left behind. */
    private static final Duration GRACE = Duration.ofSeconds(2);

    private final boolean online;
    private final Duration keyframeWait;

    private CameraCheck(boolean online, Duration keyframeWait) {
        this.online = online;
        this.keyframeWait = keyframeWait;
    }

    static CameraCheck ofFiles() {
        return new CameraCheck(false, KEYFRAME_WAIT);
    }

    static CameraCheck ofCameras() {
        return ofCameras(KEYFRAME_WAIT);
    }

    /** @param keyframeWait how long pictures may be expected of a camera that sends packets */
    static CameraCheck ofCameras(Duration keyframeWait) {
        return new CameraCheck(true, keyframeWait);
    }

    @Override
    public String title() {
        return online ? "cameras" : "files";
    }

    @Override
    public boolean online() {
        return online;
    }

    @Override
    public void check(VigilConfig config, Problems problems, Consumer<String> good) throws InterruptedException {
        Trials<String> trials = new Trials<>();
        ScheduledExecutorService deadlines = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread thread = new Thread(task, "check-deadlines");
            thread.setDaemon(true);
            return thread;
        });
        try {
            for (CameraConfig camera : config.cameras()) {
                streams(camera).forEach((key, source) -> {
                    boolean isFile = SourceAddress.kind(source.uri()) == SourceAddress.Kind.FILE;
                    if (isFile != online) {
                        Duration allowed = allowed(source);
                        Abort abort = new Abort();
                        var unused = deadlines.schedule(abort::request, allowed.toNanos(), TimeUnit.NANOSECONDS);
                        trials.start(key, allowed.plus(GRACE), () -> firstPicture(source, abort));
                    }
                });
            }
            for (Trials.Outcome<String> outcome : trials.outcomes()) {
                outcome.value()
                        .ifPresentOrElse(
                                line -> good.accept(outcome.name() + ": " + line),
                                () -> problems.add(outcome.name(), words(outcome)));
            }
        } finally {
            deadlines.shutdownNow();
        }
    }

    /** What can be read of a camera, by the keys of its addresses. */
    private static Map<String, SourceOptions> streams(CameraConfig camera) {
        Map<String, SourceOptions> streams = new LinkedHashMap<>();
        SourceOptions source = camera.source();
        String prefix = "cameras." + camera.name();
        streams.put(prefix + ".url", source);
        if (source.detectUri() != null) {
            streams.put(
                    prefix + ".detect_stream",
                    source.toBuilder().uri(source.detectUri()).build());
        }
        return streams;
    }

    private Duration allowed(SourceOptions source) {
        return source.openTimeout().plus(source.readTimeout()).plus(keyframeWait);
    }

    private String words(Trials.Outcome<String> outcome) {
        return outcome.failure()
                .map(e -> e instanceof SourceException ? e.getMessage() : "could not be tried: " + e)
                .orElse("does not let go: it was tried in vain, and is left behind");
    }

    private String firstPicture(SourceOptions source, Abort abort) throws SourceException {
        long startNs = System.nanoTime();
        try (PictureReader pictures = PictureReader.open(source, Clock.SYSTEM, abort)) {
            AVFrame picture = pictures.next();
            if (picture == null) {
                throw new SourceException(
                        SourceException.Cause.NO_VIDEO, SourceAddress.shown(source.uri()) + " ends before a picture");
            }
            boolean sideways = pictures.orientation().isSideways();
            return String.format(
                    Locale.ROOT,
                    "%dx%d %s, %s, first picture after %.1f s",
                    sideways ? picture.height() : picture.width(),
                    sideways ? picture.width() : picture.height(),
                    pictures.codec(),
                    pictures.decoder(),
                    (System.nanoTime() - startNs) / 1e9);
        } catch (SourceException e) {
            if (abort.isRequested()) {
                throw new SourceException(
                        SourceException.Cause.NO_VIDEO,
                        SourceAddress.shown(source.uri()) + " gave no whole picture within "
                                + allowed(source).toSeconds() + " s",
                        e);
            }
            throw e;
        }
    }
}
