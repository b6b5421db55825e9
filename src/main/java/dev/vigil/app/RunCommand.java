package dev.vigil.app;

import dev.vigil.app.reload.ControlServer;
import dev.vigil.app.reload.Hangup;
import dev.vigil.app.reload.Reloader;
import dev.vigil.app.service.Systemd;
import dev.vigil.base.Clock;
import dev.vigil.config.ConfigException;
import dev.vigil.config.ConfigReader;
import dev.vigil.config.Surroundings;
import dev.vigil.config.VigilConfig;
import dev.vigil.detect.ModelException;
import dev.vigil.infer.InferException;
import dev.vigil.infer.LostDevices;
import dev.vigil.metrics.box.BoxFigures;
import dev.vigil.metrics.box.BoxState;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code vigil run}: the daemon, in the foreground. */
@Command(
        name = "run",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description =
                "Runs the daemon in the foreground until it is told to stop. SIGHUP, as `vigil reload`, has it take its"
                        + " configuration as it is then.",
        footer = {"", "Example: vigil run --config config/vigil.yml"})
public final class RunCommand implements Callable<Integer> {
    private static final int EXIT_FAILED = 1;
    /** From giving up to the process's end, whatever is in the way. */
    private static final Duration CLOSE_MAX = Duration.ofSeconds(10);
    /** Of the C library, for what is not as it should be in a file. */
    private static final int EINVAL = 22;
    /** For what the box can not hold. */
    private static final int ENOMEM = 12;
    /** For too few descriptors. */
    private static final int EMFILE = 24;
    /** For what failed and could not be repaired. */
    private static final int EIO = 5;

    private static final Logger LOG = LoggerFactory.getLogger(RunCommand.class);

    @Mixin
    private ConfigOption config;

    @Option(
            names = "--for",
            paramLabel = "TIME",
            converter = Durations.class,
            description =
                    "Stop after this time, such as 20s or 5m (default: run until a signal, or until every camera is a"
                            + " file that has ended).")
    private Duration runFor;

    @Spec
    private CommandSpec spec;

    /** What could not be repaired may hold up the end as well. */
    private static void haltLater() {
        Thread last = new Thread(
                () -> {
                    LockSupport.parkNanos(CLOSE_MAX.toNanos());
                    Runtime.getRuntime().halt(EXIT_FAILED);
                },
                "halt");
        last.setDaemon(true);
        last.start();
    }

    @Override
    public Integer call() throws InterruptedException {
        Surroundings surroundings = Surroundings.ofProcess();
        try (Systemd systemd = Systemd.of(surroundings.environment(), Clock.SYSTEM)) {
            return run(surroundings, systemd);
        }
    }

    private int run(Surroundings surroundings, Systemd systemd) throws InterruptedException {
        ConfigReader reader = new ConfigReader(surroundings);
        Path file = config.file(surroundings);
        VigilConfig read;
        try {
            read = reader.read(file);
        } catch (ConfigException e) {
            spec.commandLine().getErr().println(e.getMessage());
            systemd.failed(e.getMessage(), EINVAL, CheckCommand.EXIT_CONFIG);
            return CheckCommand.EXIT_CONFIG;
        }
        Logging.configure(read.log());
        BoxState box = BoxFigures.ofThisBox().read();
        MemoryPlan plan = MemoryPlan.of(read, box, Runtime.getRuntime().maxMemory());
        if (plan.isTooMuch()) {
            return failed("the box is too small: " + plan.tooMuch(), ENOMEM, CheckCommand.EXIT_CONFIG, systemd);
        }
        String tooFew = DescriptorCheck.tooFew(read, box);
        if (!tooFew.isEmpty()) {
            return failed(tooFew, EMFILE, CheckCommand.EXIT_CONFIG, systemd);
        }
        LOG.atLevel(plan.isTight() ? Level.WARN : Level.INFO)
                .log("memory: {}", plan.isTight() ? plan.tight() : plan.line());
        LOG.info("CPUs: {}", cpus(box));
        Daemon daemon = new Daemon(read, Clock.SYSTEM);
        Reloader reloader = new Reloader(daemon, reader, file);
        systemd.watch(daemon.health());
        try (Lifetime lifetime = new Lifetime(runFor, daemon);
                Hangup hangup = new Hangup(reloader);
                ControlServer control = ControlServer.open(reloader, surroundings)) {
            daemon.start();
            lifetime.await(() -> daemon.hasEnded() || failure(daemon, systemd) != null);
            String failure = failure(daemon, systemd);
            if (failure == null) {
                return 0;
            }
            haltLater();
            return failed("gives up: " + failure, EIO, EXIT_FAILED, systemd);
        } catch (InferException | ModelException e) {
            return failed(e.getMessage(), EINVAL, CheckCommand.EXIT_CONFIG, systemd);
        }
    }

    /** Why the process is given up, for people; null while it is not: for a device alone only where another one follows. */
    private static String failure(Daemon daemon, Systemd systemd) {
        return daemon.failure() == null && systemd.isThere() ? LostDevices.returned() : daemon.failure();
    }

    private int failed(String why, int errno, int exitCode, Systemd systemd) {
        spec.commandLine().getErr().println("vigil run: " + why);
        spec.commandLine().getErr().flush();
        systemd.failed(why, errno, exitCode);
        return exitCode;
    }

    /** {@code 2 by affinity and quota (1.50 CPUs' worth of time)}. */
    private static String cpus(BoxState box) {
        return box.cpuQuota() == null
                ? box.cpus() + ", no quota"
                : String.format(
                        Locale.ROOT, "%d by affinity and quota (%.2f CPUs' worth of time)", box.cpus(), box.cpuQuota());
    }
}
