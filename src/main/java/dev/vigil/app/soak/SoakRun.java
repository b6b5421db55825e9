package dev.vigil.app.soak;

import com.fasterxml.jackson.databind.JsonNode;
import dev.vigil.app.bench.DaemonProcess;
import dev.vigil.source.SourceException;
import dev.vigil.source.sim.RtspCameraServer;
import dev.vigil.source.sim.SimulatedCameraOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/** One soak, from its start to its figures. */
final class SoakRun implements AutoCloseable {
    private static final long START_S = 60;
    /** From the end of a fault until it is given up, and some more. */
    private static final long QUIET_S = 60;

    private static final long CLOSE_S = 20;
    /** How soon threads and descriptors of what is over must be gone. */
    private static final long SETTLE_S = 20;

    private static final int SAMPLES = 10;
    /** Cameras between two that are looked at in parts. */
    private static final int PARTS_EVERY = 4;

    private static final long SAMPLE_MS = 200;

    private final SoakPlan plan;
    private final Path tempDir;
    private final Consumer<String> progress;
    private final Recoveries recoveries = new Recoveries();
    private final List<CameraWatch> watches = new ArrayList<>();
    private final List<RtspCameraServer> servers = new ArrayList<>();
    private final SampleLine resident = new SampleLine();
    private final Injector injector;
    private SoakBroker broker;
    private Witness witness;
    private DaemonProcess daemon;

    /** @param progress is told a line each second */
    SoakRun(SoakPlan plan, Consumer<String> progress) {
        this.plan = plan;
        this.tempDir = SoakPlan.tempDir(plan.folder());
        this.progress = progress;
        this.injector = new Injector(plan.seed(), plan.every(), recoveries);
    }

    private void start() throws IOException, InterruptedException, SourceException {
        broker = SoakBroker.start(plan.folder());
        for (int camera = 1; camera <= plan.cameras(); camera++) {
            RtspCameraServer server = RtspCameraServer.start(
                    SimulatedCameraOptions.of(plan.clip()).withPort(0).withThen(plan.then()));
            CameraWatch watch = new CameraWatch("cam" + camera, recoveries);
            servers.add(server);
            watches.add(watch);
            injector.add(server, watch);
        }
        injector.add(broker, watches);
        witness = new Witness(broker.uri(), heard());
        witness.awaitSubscribed();
        broker.keepSessions(witness);
        Path configuration = Files.writeString(plan.folder().resolve("soak.yml"), configuration());
        Files.createDirectories(tempDir);
        Map<String, String> environment = new HashMap<>(plan.environment());
        environment.put("TMPDIR", tempDir.toString());
        daemon = DaemonProcess.start(
                plan.vigil(), environment, configuration, plan.folder().resolve("daemon.log"));
    }

    private Witness.Heard heard() {
        return new Witness.Heard() {
            @Override
            public void detection(int camera, JsonNode message, long nowUs) {
                watches.get(camera - 1)
                        .detection(message.required("frame").intValue(), Witness.capturedUs(message), nowUs);
            }

            @Override
            public void status(int camera, JsonNode message, long nowUs) {
                watches.get(camera - 1).status(message, nowUs);
            }
        };
    }

    /**
     * Retries quicker than by default, as a camera that was away long must be back within the bound too. Every fourth camera is
     * looked at in tiles, and a second model at crops of what is found in them.
     */
    private String configuration() {
        StringBuilder yaml = new StringBuilder(String.format(
                Locale.ROOT, """
                node: %s
                mqtt:
                  broker: "%s"
                  qos: 1
                  retry: {min: 250ms, max: 1s}
                  outbox: {dir: "%s"}
                status: {interval: 2s}
                http: false
                models:
                  whole: {score: 0.4}
                  parts: {tiles: 2x1, then: {model: crops, max: 2}}
                  crops: {score: 0.4}
                cameras:
                """, Witness.NODE, broker.proxyUri(), plan.folder().resolve("outbox")));
        for (int camera = 1; camera <= servers.size(); camera++) {
            yaml.append(String.format(
                    Locale.ROOT,
                    "  cam%d: {url: \"%s\", hardware: none, fps: %s, model: %s, retry: {min: 250ms, max: 1s}}%n",
                    camera,
                    servers.get(camera - 1).uri(0),
                    plan.fps(),
                    camera % PARTS_EVERY == 0 ? "parts" : "whole"));
        }
        return yaml.toString();
    }

    SoakResult run() throws IOException, InterruptedException, SourceException {
        start();
        await("each camera's first detection", START_S, () -> watches.stream()
                .allMatch(watch -> watch.account().received() > 0));
        long startNs = System.nanoTime();
        injector.start();
        throwFaults(startNs, plan.warmUp().toNanos(), "warming up");
        quiesce();
        int[] heapMib = {daemon.heapLeftMib(), 0}; // first, since being asked costs a thread for good
        int[] threads = {most(DaemonProcess::threads), 0};
        int[] descriptors = {most(DaemonProcess::descriptors), 0};
        int[] tempFiles = {DaemonProcess.files(tempDir), 0};
        int[] residentMib = {(int) daemon.residentMib(), 0};
        resident.restart();
        injector.pause(false);
        throwFaults(startNs, plan.duration().toNanos(), "of " + plan.duration().toSeconds() + " s");
        SampleLine.Slope residentSlope = resident.slope();
        quiesce();
        residentMib[1] = (int) daemon.residentMib();
        heapMib[1] = daemon.heapLeftMib();
        threads[1] = settled(threads[0], DaemonProcess::threads);
        descriptors[1] = settled(descriptors[0], DaemonProcess::descriptors);
        tempFiles[1] = DaemonProcess.files(tempDir);
        closeAccounts();
        return new SoakResult(
                recoveries.summaries(),
                recoveries.all(),
                watches.stream().map(CameraWatch::account).toList(),
                residentMib,
                residentSlope,
                heapMib,
                threads,
                descriptors,
                tempFiles,
                watches.stream().mapToDouble(CameraWatch::quietS).max().orElse(0),
                watches.stream().mapToInt(CameraWatch::disturbed).sum(),
                watches.stream().flatMap(watch -> watch.disturbances().stream()).toList(),
                daemon.log().lines().filter(line -> line.contains(" ERROR ")).toList(),
                witness.unreadable());
    }

    private void throwFaults(long startNs, long untilNs, String of) throws IOException, InterruptedException {
        while (System.nanoTime() - startNs < untilNs) {
            requireAlive();
            injector.isQuiet(); // says when it can throw no more
            resident.add(daemon.residentMib());
            progress.accept(String.format(
                    Locale.ROOT,
                    "%d s %s: %d faults, slowest recovery %.2f s, %d disturbed, %.0f MiB, %d threads",
                    TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - startNs),
                    of,
                    recoveries.faults(),
                    recoveries.slowestS(),
                    watches.stream().mapToInt(CameraWatch::disturbed).sum(),
                    resident.last(),
                    daemon.threads()));
            TimeUnit.SECONDS.sleep(1);
        }
    }

    /** Until all is well: what was thrown is over, and got over. */
    private void quiesce() throws IOException, InterruptedException {
        injector.pause(true);
        long endNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(QUIET_S);
        while (!injector.isQuiet()) {
            requireAlive();
            if (System.nanoTime() - endNs > 0) {
                throw new IOException("faults do not end; the daemon said:\n" + daemon.log());
            }
            TimeUnit.MILLISECONDS.sleep(20);
        }
    }

    /** A figure of the process that may fail to be read. */
    private interface Figure {
        int of(DaemonProcess daemon) throws IOException;
    }

    /** Over two seconds, in which what is done now and then is done. */
    private int most(Figure figure) throws IOException, InterruptedException {
        int most = 0;
        for (int i = 0; i < SAMPLES; i++) {
            most = Math.max(most, figure.of(daemon));
            TimeUnit.MILLISECONDS.sleep(SAMPLE_MS);
        }
        return most;
    }

    /** What it comes to when it is given time to come down to {@code start}. */
    private int settled(int start, Figure figure) throws IOException, InterruptedException {
        long endNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(SETTLE_S);
        int value = figure.of(daemon);
        while (value > start && System.nanoTime() - endNs < 0) {
            TimeUnit.MILLISECONDS.sleep(SAMPLE_MS);
            value = figure.of(daemon);
        }
        return value;
    }

    /** Has reading stopped, and waits until all that was read is accounted for; what is not then shows in the result. */
    private void closeAccounts() throws InterruptedException {
        watches.forEach(CameraWatch::closing);
        witness.disableAll();
        long endNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(CLOSE_S);
        while (System.nanoTime() - endNs < 0
                && !watches.stream()
                        .allMatch(watch -> watch.disabled() && watch.account().balances())) {
            TimeUnit.MILLISECONDS.sleep(50);
        }
    }

    private void await(String what, long seconds, BooleanSupplier condition) throws IOException, InterruptedException {
        long endNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        while (!condition.getAsBoolean()) {
            requireAlive();
            if (System.nanoTime() - endNs > 0) {
                throw new IOException(what + " did not come within " + seconds + " s:\n" + daemon.log());
            }
            TimeUnit.MILLISECONDS.sleep(20);
        }
    }

    private void requireAlive() throws IOException {
        if (!daemon.isAlive()) {
            throw new IOException("the daemon ended:\n" + daemon.log());
        }
    }

    @Override
    public void close() throws IOException {
        injector.close();
        if (daemon != null) {
            daemon.close();
        }
        servers.forEach(RtspCameraServer::close);
        if (witness != null) {
            witness.close();
        }
        if (broker != null) {
            broker.close();
        }
    }
}
