package dev.vigil.app;

import dev.vigil.metrics.box.BoxFigures;
import java.util.List;

/** What {@code vigil check} looks at beyond the file itself. */
final class Checks {
    private Checks() {}

    static List<ConfigCheck> all() {
        BoxFigures box = BoxFigures.ofThisBox();
        return List.of(
                new MemoryCheck(box),
                new DescriptorCheck(box),
                new ModelCheck(),
                CameraCheck.ofFiles(),
                CameraCheck.ofCameras(),
                new BrokerCheck());
    }
}
