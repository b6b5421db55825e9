package dev.vigil.app;

import dev.vigil.app.repair.Resource;
import dev.vigil.config.VigilConfig;
import dev.vigil.metrics.ProcessFigures;
import java.util.function.Supplier;

/** The process's descriptors: files, connections, devices. Threadsafe. */
final class OpenFiles implements Resource {
    /** Of what there may be; more than that is hardly any left. */
    private static final double SCARCE_SHARE = 0.8;

    /** Clients of the HTTP port, and files that are read for a moment. */
    private static final int SLACK = 100;

    private final Supplier<VigilConfig> config;

    /** @param config what runs */
    OpenFiles(Supplier<VigilConfig> config) {
        this.config = config;
    }

    @Override
    public String name() {
        return "descriptors";
    }

    @Override
    public long used() {
        return ProcessFigures.openFiles();
    }

    @Override
    public long needed() {
        return DescriptorCheck.needed(config.get());
    }

    @Override
    public long slack() {
        return SLACK;
    }

    @Override
    public String scarce() {
        long max = ProcessFigures.openFilesMax();
        long used = used();
        return max > 0 && used > SCARCE_SHARE * max ? used + " of " + max + " that may be open are" : null;
    }

    @Override
    public String show(long count) {
        return Long.toString(count);
    }
}
