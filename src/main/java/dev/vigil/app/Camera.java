package dev.vigil.app;

import dev.vigil.app.control.CameraSettings;
import dev.vigil.config.CameraConfig;
import dev.vigil.frame.Feed;
import dev.vigil.metrics.StepTimes;
import dev.vigil.source.CameraReader;

/** All that a daemon has of one camera. */
record Camera(CameraConfig config, Feed feed, CameraReader reader, CameraSettings settings, StepTimes times) {
    String name() {
        return config.name();
    }
}
