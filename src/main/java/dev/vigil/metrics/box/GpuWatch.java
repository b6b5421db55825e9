package dev.vigil.metrics.box;

import dev.vigil.base.Clock;
import dev.vigil.base.FaultLog;
import dev.vigil.base.FullHeap;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The GPUs of a process that uses one, looked at every ten seconds by a thread of its own, since looking may hang. Where the driver
 * has no {@code nvidia-smi}, or as long as its library is not in the process, nothing is run. Threadsafe.
 */
public final class GpuWatch {
    private static final Logger LOG = LoggerFactory.getLogger(GpuWatch.class);
    /** What is told may be as old. */
    public static final Duration EVERY = Duration.ofSeconds(10);

    private static final Duration ANSWER_MAX = Duration.ofSeconds(5);
    private static final String DRIVER = "/libcuda.so";

    private static final class OfThisProcess {
        static final GpuWatch WATCH =
                ofThisProcess(NvidiaSmi.find(System.getenv().getOrDefault("PATH", "")));

        private static GpuWatch ofThisProcess(Path program) {
            GpuWatch watch = new GpuWatch(program == null ? null : new NvidiaSmi(program, ANSWER_MAX), Path.of("/"));
            if (program != null) {
                Thread thread = new Thread(() -> FullHeap.repeat(watch::lookAndRest, () -> false), "gpu-watch");
                thread.setDaemon(true);
                thread.start();
            }
            return watch;
        }
    }

    private final NvidiaSmi program;
    private final Path maps;
    private final FaultLog faults = new FaultLog(LOG, Clock.SYSTEM);
    /** The driver's library is in the process, for good. The thread's. */
    private boolean used;

    private boolean told;
    private volatile List<GpuState> now = List.of();

    /**
     * @param program null where there is none
     * @param root what {@code /proc} lies under
     */
    GpuWatch(NvidiaSmi program, Path root) {
        this.program = program;
        this.maps = root.resolve("proc/self/maps");
    }

    /** Empty where none is used, and while they do not answer. */
    public static List<GpuState> now() {
        return OfThisProcess.WATCH.now;
    }

    private void lookAndRest() {
        try {
            now = look();
            LockSupport.parkNanos(this, EVERY.toNanos());
        } catch (InterruptedException e) {
            LOG.debug("nobody has a reason to", e);
        } catch (RuntimeException | Error e) {
            faults.error("looking at the GPUs failed", e);
            LockSupport.parkNanos(this, EVERY.toNanos());
        }
    }

    /** What they tell; nothing where they do not, which is told once. */
    List<GpuState> look() throws InterruptedException {
        try {
            if (!isUsed()) {
                return List.of();
            }
            List<GpuState> read = program.read(ProcessHandle.current().pid());
            if (told) {
                LOG.info("the GPUs tell how they are again");
            }
            told = false;
            return read;
        } catch (IOException e) {
            if (!told) {
                LOG.warn("how the GPUs are is not known: {}", e.getMessage());
            }
            told = true;
            return List.of();
        }
    }

    private boolean isUsed() throws IOException {
        if (!used && Files.exists(maps)) {
            try (Stream<String> lines = Files.lines(maps)) {
                used = lines.anyMatch(line -> line.contains(DRIVER));
            }
        }
        return used;
    }
}
