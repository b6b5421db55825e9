package dev.vigil.app.soak;

import dev.vigil.source.sim.RtspCameraServer;
import java.io.IOException;
import java.util.concurrent.TimeUnit;

/** What goes wrong with one camera for a while. */
enum CameraFault {
    /** All connections end; it takes new ones at once. */
    RESET(true, false) {
        @Override
        void begin(RtspCameraServer camera, long lengthNs) {
            camera.disconnectAll();
        }
    },
    /** It is gone, as a camera that starts again: connections end, new ones are refused. */
    RESTART(true, true) {
        @Override
        void begin(RtspCameraServer camera, long lengthNs) throws IOException {
            camera.refuse(true);
            camera.disconnectAll();
        }

        @Override
        void end(RtspCameraServer camera) throws IOException {
            camera.refuse(false);
        }
    },
    /** It sends nothing, with connections open and requests answered. */
    STALL(true, true) {
        @Override
        void begin(RtspCameraServer camera, long lengthNs) {
            camera.stall();
        }

        @Override
        void end(RtspCameraServer camera) {
            camera.resume();
        }
    },
    /** Bytes of each packet are wrong. */
    CORRUPT(false, true) {
        @Override
        void begin(RtspCameraServer camera, long lengthNs) {
            double framesPerS = camera.clipFrames() * 1e6 / camera.clipLengthUs();
            camera.faults(0).corrupt((int) Math.max(1, Math.floor(framesPerS * lengthNs / 1e9)));
        }
    },
    /** Packets are lost. */
    LOSS(false, true) {
        @Override
        void begin(RtspCameraServer camera, long lengthNs) {
            camera.faults(0).dropPackets((int) (1 + TimeUnit.NANOSECONDS.toSeconds(lengthNs)));
        }
    };

    /** Whether the camera's status must tell of it when it lasts longer than the daemon's patience. */
    final boolean noticed;

    /** Whether it has a length; otherwise it is over as it begins. */
    final boolean lasts;

    CameraFault(boolean noticed, boolean lasts) {
        this.noticed = noticed;
        this.lasts = lasts;
    }

    abstract void begin(RtspCameraServer camera, long lengthNs) throws IOException;

    void end(RtspCameraServer camera) throws IOException {}
}
