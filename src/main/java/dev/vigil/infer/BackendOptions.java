package dev.vigil.infer;

import java.nio.file.Path;
import java.util.Map;

/**
 * Which library runs a model, and what it alone wants to know.
 *
 * @param backend which
 * @param graph the file that says how the weights belong together, for formats that keep the two apart; null to look for it
 *     beside the weights
 * @param provider a plugin of ONNX Runtime to run it by, in place of a device; null for none
 * @param precision what a GPU computes with
 */
public record BackendOptions(Backend backend, Path graph, Provider provider, Precision precision) {
    /** What a GPU computes with. */
    public enum Precision {
        /** What the device is used to: on CUDA float32 with products of TF32, on TensorRT float32. */
        AUTO,
        /** Nothing less. */
        FP32,
        /** Half floats on TensorRT: some twice as fast, and scores differ in the third place. */
        FP16
    }

    /**
     * A plugin.
     *
     * @param name such as OpenVINO
     * @param options as its own documentation has them
     */
    public record Provider(String name, Path library, Map<String, String> options) {
        public Provider {
            options = Map.copyOf(options);
        }

        /** Whether it is called that, {@code ExecutionProvider} at the end aside. */
        public boolean is(String executionProvider) {
            return bare(executionProvider).equalsIgnoreCase(bare(name));
        }

        private static String bare(String provider) {
            return provider.replaceFirst("ExecutionProvider$", "");
        }
    }

    public static final BackendOptions DEFAULT = new BackendOptions(Backend.AUTO, null, null, Precision.AUTO);

    /** The same by another library. */
    public BackendOptions withBackend(Backend newBackend) {
        return new BackendOptions(newBackend, graph, provider, precision);
    }
}
