package dev.vigil.infer;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Devices that this process can not use any more, whatever it does: CUDA keeps a context for the process, and once that is lost
 * only another process gets another. Threadsafe.
 */
public final class LostDevices {
    private static final Map<String, String> WHY = new ConcurrentHashMap<>();

    /** What another process was seen to have. */
    private static volatile String returned;

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

    /** Another process has it. */
    static void hasReturned(String device) {
        returned = device;
    }

    /**
     * Why a process that is started now would have more than this one, for people: a device that this one has lost works again.
     * Null while none is known to.
     */
    public static String returned() {
        String device = returned;
        return device == null
                ? null
                : device + " works again, in every process but this one: " + WHY.get(context(device));
    }

    /** For tests, whose process goes on. */
    static void forget() {
        WHY.clear();
        returned = null;
    }

    /** TensorRT runs in CUDA's context. */
    private static String context(String device) {
        return device.equals("tensorrt") ? "cuda" : device;
    }
}
