package dev.vigil.source.sim;

import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import java.time.Duration;
import java.util.List;
import java.util.function.Predicate;

/** Begins and ends faults: what they do to connections, sessions, clip and login at once. Belongs to the server's thread. */
final class FaultActions {
    private final CameraSet cameras;
    private final Clip clip;
    private final Clip then;
    private final Runnable onRefusal;

    /**
     * @param then the clip that cameras change to; null when there is none
     * @param onRefusal is told when a camera begins or ends to refuse connections
     */
    FaultActions(CameraSet cameras, Clip clip, Clip then, Runnable onRefusal) {
        this.cameras = cameras;
        this.clip = clip;
        this.then = then;
        this.onRefusal = onRefusal;
    }

    void begin(SimulatedCamera camera, Fault fault) {
        FaultKind kind = fault.kind();
        if (!kind.momentary()) {
            camera.faults().begin(fault);
        }
        if (kind.resets()) {
            reset(camera);
        }
        switch (kind) {
            case CLOSE -> close(camera);
            case CUT -> cut(camera);
            case BYE -> {
                camera.sayGoodbye();
                cameras.sessions().closeWhere(of(camera));
            }
            case TEARDOWN -> cameras.sessions().closeWhere(of(camera));
            case AUTH -> camera.renewLogin();
            case PTS_JUMP -> camera.clock().jumpTimestamps(Duration.ofNanos((long) fault.value()));
            case CLOCK_STEP -> camera.clock().stepWall(Duration.ofNanos((long) fault.value()));
            case DRIFT, NO_REPORTS -> setClock(camera);
            case REFUSE -> onRefusal.run();
            case CHANGE, CHANGE_INBAND -> show(camera);
            default -> {
                // It acts where packets and answers are made.
            }
        }
    }

    void end(SimulatedCamera camera, Fault fault) {
        FaultKind kind = fault.kind();
        camera.faults().end(fault);
        if (kind.resetsAfter()) {
            reset(camera);
        }
        switch (kind) {
            case REFUSE -> onRefusal.run();
            case DRIFT, NO_REPORTS -> setClock(camera);
            case CHANGE, CHANGE_INBAND -> show(camera);
            default -> {
                // As above.
            }
        }
    }

    /** One oscillator drives both of the camera's clocks. */
    private static void setClock(SimulatedCamera camera) {
        double ppm = camera.faults().valueOf(FaultKind.DRIFT);
        camera.clock().wallDrift(ppm);
        camera.clock().samplingDrift(ppm);
        camera.clock().reports(!camera.faults().on(FaultKind.NO_REPORTS));
    }

    private void show(SimulatedCamera camera) {
        boolean changed =
                camera.faults().on(FaultKind.CHANGE) || camera.faults().on(FaultKind.CHANGE_INBAND);
        camera.show(changed ? then : clip, cameras.nowNs());
    }

    private static Predicate<RtspSession> of(SimulatedCamera camera) {
        return session -> session.camera() == camera;
    }

    @SuppressWarnings("FutureReturnValueIgnored") // Closing can not fail in a way that matters here.
    private void reset(SimulatedCamera camera) {
        for (Channel connection : connections(camera)) {
            connection.config().setOption(ChannelOption.SO_LINGER, 0);
            connection.pipeline().firstContext().close(); // past TLS, which would say good-bye
        }
        cameras.sessions().closeWhere(of(camera));
    }

    @SuppressWarnings("FutureReturnValueIgnored") // As above.
    private void close(SimulatedCamera camera) {
        connections(camera).forEach(Channel::close);
        cameras.sessions().closeWhere(of(camera));
    }

    @SuppressWarnings("FutureReturnValueIgnored") // As above.
    private void cut(SimulatedCamera camera) {
        for (RtspSession session : cameras.sessions().where(of(camera).and(RtspSession::playing))) {
            // Later, because the camera is in the middle of sending to its clients.
            session.sink().cut(() -> session.connection().eventLoop().execute(() -> {
                session.connection().close();
                cameras.sessions().closeWhere(other -> other == session);
            }));
        }
    }

    private List<Channel> connections(SimulatedCamera camera) {
        return cameras.connections().stream()
                .filter(connection -> RtspRequestHandler.cameraOf(connection) == camera)
                .toList();
    }
}
