package dev.vigil.source.sim;

/** Is told of each fault as it begins and ends, on the server's thread: it must not block. */
@FunctionalInterface
public interface FaultListener {
    FaultListener NONE = event -> {};

    void changed(FaultEvent event);
}
