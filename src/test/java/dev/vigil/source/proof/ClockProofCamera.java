package dev.vigil.source.proof;

import dev.vigil.base.Clock;
import dev.vigil.frame.Capture;
import dev.vigil.frame.CaptureClock;
import dev.vigil.frame.ClockStatus;
import dev.vigil.frame.Feed;
import dev.vigil.frame.Picture;
import dev.vigil.frame.Warnings;
import dev.vigil.source.CameraReader;
import dev.vigil.source.SourceOptions;
import dev.vigil.source.sim.RtspCameraServer;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;

/** Reads one simulated camera as the daemon does, and compares each picture's capture time with the truth. */
final class ClockProofCamera implements AutoCloseable {
    final ClockProofCase happens;
    private final RtspCameraServer server;
    private final int camera;
    private final Feed feed;
    private final CameraReader reader;

    // written by the reader's thread
    private final List<Double> captureErrorsMs = new ArrayList<>();
    private final List<Double> ageErrorsMs = new ArrayList<>();
    private final Set<CaptureClock> clocks = EnumSet.noneOf(CaptureClock.class);
    private long unread;
    private long beyondUncertainty;

    /** @param camera its number; camera 0 is right throughout, and so the truth */
    ClockProofCamera(RtspCameraServer server, int camera, ClockProofCase happens) {
        this.server = server;
        this.camera = camera;
        this.happens = happens;
        this.feed = new Feed("proof" + camera, false);
        SourceOptions options = SourceOptions.builder(server.uri(camera))
                .hardware(SourceOptions.Hardware.NONE)
                .build();
        this.reader = new CameraReader(feed, options, Clock.SYSTEM, new Random(camera), status -> {});
        feed.mailbox().onArrival(this::take);
        reader.start();
    }

    /** On the reader's thread, so that no picture is superseded. */
    private void take() {
        Picture picture = feed.mailbox().take();
        compare(ClockProofClip.read(picture.frame()), picture);
        feed.ledger().published();
        feed.mailbox().recycle(picture);
    }

    private synchronized void compare(int number, Picture picture) {
        if (number < 0) {
            unread++;
            return;
        }
        Capture capture = picture.times().capture();
        long arrivalUs = picture.times().arrivalUs();
        long trueNs = server.captureNs(camera, number, arrivalUs * 1_000);
        boolean byWall = happens.byWallClock && capture.clock() == CaptureClock.RTCP;
        double trueUtcUs = server.clock(byWall ? camera : 0).wallNs(trueNs) / 1e3;
        double errorUs = capture.utcUs() - trueUtcUs;
        captureErrorsMs.add(Math.abs(errorUs) / 1e3);
        ageErrorsMs.add(Math.abs(capture.wayUs() - (arrivalUs - trueNs / 1e3)) / 1e3);
        clocks.add(capture.clock());
        if (capture.uncertaintyUs() != Capture.UNKNOWN && Math.abs(errorUs) > capture.uncertaintyUs()) {
            beyondUncertainty++;
        }
    }

    synchronized int pictures() {
        return captureErrorsMs.size();
    }

    /** Pictures whose number could not be read. */
    synchronized long unread() {
        return unread;
    }

    /** The part of the pictures whose capture time is further off than was told. */
    synchronized double beyondUncertainty() {
        return (double) beyondUncertainty / Math.max(1, captureErrorsMs.size());
    }

    synchronized double captureErrorMs(double quantile) {
        return quantile(captureErrorsMs, quantile);
    }

    synchronized double ageErrorMs(double quantile) {
        return quantile(ageErrorsMs, quantile);
    }

    private static double quantile(List<Double> values, double quantile) {
        double[] sorted =
                values.stream().mapToDouble(Double::doubleValue).sorted().toArray();
        return sorted.length == 0 ? Double.NaN : sorted[(int) Math.ceil(quantile * sorted.length) - 1];
    }

    synchronized Set<CaptureClock> clocks() {
        return EnumSet.copyOf(clocks);
    }

    /** Null when the camera is not connected to. */
    ClockStatus status() {
        return feed.clock();
    }

    List<Warnings.Kind> warnings() {
        return feed.warnings().held().stream().map(Warnings.Warning::kind).toList();
    }

    @Override
    public void close() {
        reader.close();
        feed.mailbox().close();
    }
}
