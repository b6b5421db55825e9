package dev.vigil.infer;

import java.nio.file.Path;

/**
 * Which library runs a model, and what it alone wants to know.
 *
 * @param backend which
 * @param graph the file that says how the weights belong together, for formats that keep the two apart; null to look for it
 *     beside the weights
 */
public record BackendOptions(Backend backend, Path graph) {
    public static final BackendOptions DEFAULT = new BackendOptions(Backend.AUTO, null);

    /** The same by another library. */
    public BackendOptions withBackend(Backend newBackend) {
        return new BackendOptions(newBackend, graph);
    }
}
