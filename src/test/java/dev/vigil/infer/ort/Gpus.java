package dev.vigil.infer.ort;

import dev.vigil.infer.InferOptions.Device;
import java.util.List;
import org.junit.jupiter.api.Assumptions;

/** What tests of a GPU need. */
public final class Gpus {
    private Gpus() {}

    /** Skips, and says so, where CUDA can not be had. */
    public static void require() {
        require(Device.CUDA);
    }

    static void require(Device device) {
        List<String> missing = HostLibraries.ofThisBox().missingFor(device);
        if (!missing.isEmpty()) {
            Assumptions.abort("skipped, this box has no " + device + ": it lacks " + missing);
        }
    }
}
