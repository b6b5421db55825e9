package dev.vigil.infer;

import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a failed run says of its device, by the words of ONNX Runtime: {@code CUDA failure 700: an illegal memory access was
 * encountered ; GPU=0 ; …}, {@code CUDNN failure 8: CUDNN_STATUS_EXECUTION_FAILED}, {@code CUBLAS failure 13:
 * CUBLAS_STATUS_EXECUTION_FAILED}, {@code TensorRT EP execution context enqueue failed}, {@code BFCArena: … Failed to allocate
 * memory for requested buffer of size …}.
 */
public enum DeviceFault {
    /** Nothing: the model or the picture may be to blame. */
    NONE,
    /** The device did not do it; it may another time. */
    DEVICE,
    /** The context that the process has on the device is lost, and with it the device until another process is there. */
    CONTEXT;

    private static final Pattern CUDA = Pattern.compile("CUDA (?:failure|error) ?(\\d+)");
    private static final Pattern LIBRARY = Pattern.compile(
            "(CUDNN|CUBLAS|CUFFT|CURAND) failure|CUDNN_STATUS_|CUBLAS_STATUS_|CUDA error|TensorRT EP .*fail"
                    + "|Failed to allocate memory for requested buffer");

    /**
     * Errors of a kernel, after which every call of the process fails until it is started again (CUDA Runtime API, cudaError):
     * illegal address, launch timeout, context is destroyed, assert, hardware stack, illegal instruction, misaligned address,
     * invalid address space, invalid program counter, launch failure.
     */
    private static final Set<Integer> LASTING = Set.of(700, 702, 709, 710, 714, 715, 716, 717, 718, 719);

    /** @param message of what has failed; null for one that says nothing */
    public static DeviceFault of(String message) {
        if (message == null) {
            return NONE;
        }
        Matcher cuda = CUDA.matcher(message);
        while (cuda.find()) {
            if (cuda.group(1).length() < 5 && LASTING.contains(Integer.parseInt(cuda.group(1)))) {
                return CONTEXT;
            }
        }
        return cuda.reset().find() || LIBRARY.matcher(message).find() ? DEVICE : NONE;
    }
}
