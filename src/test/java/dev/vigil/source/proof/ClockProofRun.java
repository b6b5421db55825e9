package dev.vigil.source.proof;

import dev.vigil.source.SourceException;
import dev.vigil.source.sim.RtspCameraServer;
import dev.vigil.source.sim.SimulatedCameraOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** A simulated camera for each case, and one that is right, all read at the same time. */
final class ClockProofRun implements AutoCloseable {
    private final RtspCameraServer server;
    private final List<ClockProofCamera> cameras = new ArrayList<>();

    /** Starts the cameras and reads them; their clocks are right still. */
    ClockProofRun(Path clip) throws SourceException, IOException {
        ClockProofCase[] cases = ClockProofCase.values();
        server = RtspCameraServer.start(
                SimulatedCameraOptions.of(clip).withPort(0).withCameras(1 + cases.length));
        for (int i = 0; i < cases.length; i++) {
            cameras.add(new ClockProofCamera(server, 1 + i, cases[i]));
        }
    }

    List<ClockProofCamera> cameras() {
        return cameras;
    }

    /** The fewest pictures of any camera. */
    int pictures() {
        return cameras.stream().mapToInt(ClockProofCamera::pictures).min().orElse(0);
    }

    /** Now it happens. */
    void happen() {
        for (int i = 0; i < cameras.size(); i++) {
            cameras.get(i).happens.happen(server.clock(1 + i));
        }
    }

    static int pictures(Duration time) {
        return (int) (time.toMillis() * ClockProofClip.FPS / 1_000);
    }

    @Override
    public void close() {
        cameras.forEach(ClockProofCamera::close);
        server.close();
    }
}
