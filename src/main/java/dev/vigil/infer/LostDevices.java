package dev.vigil.infer;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Devices that this process can not use any more, whatever it does: CUDA keeps a context for the process, and once that is lost
 * only another process gets another. Threadsafe.
 */
public final class LostDevices {
    private static final Map<String, String> WHY = new ConcurrentHashMap<>();

    private LostDevices() {}

    /** @param device as {@link Engine#device()} says it */
    static void lost(String device, String why) {
        WHY.putIfAbsent(context(device), why);
    }

    /** Why a device can not be had until the process is started again; null when it may be had. */
    public static String why(String device) {
        String why = WHY.get(context(device));
        return why == null ? null : "lost until Vigil is started again: " + why;
    }

    /** For tests, whose process goes on. */
    static void forget() {
        WHY.clear();
    }

    /** TensorRT runs in CUDA's context. */
    private static String context(String device) {
        return device.equals("tensorrt") ? "cuda" : device;
    }
}
