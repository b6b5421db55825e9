package dev.vigil.app.bench;

import dev.vigil.base.Clock;
import dev.vigil.metrics.ProcessFigures;
import dev.vigil.source.PictureReader;
import dev.vigil.source.SourceException;
import dev.vigil.source.SourceOptions;
import dev.vigil.workshop.trial.Throughput;

/** What decoding costs with nothing around it. */
final class DecodingAlone {
    private DecodingAlone() {}

    /** Decodes for {@code seconds}, on one thread. */
    static Throughput measure(SourceOptions source, double seconds) throws SourceException {
        try (PictureReader reader =
                PictureReader.open(source.toBuilder().loop(true).build(), Clock.SYSTEM)) {
            for (int i = 0; i < 50; i++) {
                reader.next();
            }
            long frames = 0;
            long startNs = System.nanoTime();
            long startCpuNs = ProcessFigures.cpuNs();
            while (System.nanoTime() - startNs < seconds * 1e9) {
                reader.next();
                frames++;
            }
            return Throughput.since(frames, startNs, startCpuNs);
        }
    }
}
