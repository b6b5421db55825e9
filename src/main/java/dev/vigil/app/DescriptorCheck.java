package dev.vigil.app;

import dev.vigil.config.Problems;
import dev.vigil.config.VigilConfig;
import dev.vigil.metrics.box.BoxFigures;
import dev.vigil.metrics.box.BoxState;
import java.util.function.Consumer;

/**
 * Whether the process may open as many files and connections as it needs. One that has too few from the start does not only lose
 * cameras: Java gives up for ever a class whose archive it could not open.
 */
final class DescriptorCheck implements ConfigCheck {
    /** The program's archives, its sockets and its own files: 95 were counted. */
    private static final int OF_ITSELF = 110;
    /** A connection, those of RTP over UDP, a hardware decoder's device. */
    private static final int OF_CAMERA = 4;

    private final BoxFigures box;

    DescriptorCheck(BoxFigures box) {
        this.box = box;
    }

    @Override
    public String title() {
        return "descriptors";
    }

    @Override
    public boolean online() {
        return false;
    }

    @Override
    public void check(VigilConfig config, Problems problems, Consumer<String> good) {
        String tooFew = tooFew(config, box.read());
        if (!tooFew.isEmpty()) {
            problems.add("", tooFew);
        }
    }

    /** What is wrong, and what to change; empty for nothing. */
    static String tooFew(VigilConfig config, BoxState box) {
        long needed = needed(config);
        return box.descriptorsMax() == null || box.descriptorsMax() >= needed
                ? ""
                : needed + " descriptors are needed, and " + box.descriptorsMax()
                        + " may be open: raise the limit (LimitNOFILE= of the unit, ulimit -n)";
    }

    static long needed(VigilConfig config) {
        return OF_ITSELF + (long) OF_CAMERA * config.cameras().size();
    }
}
