package dev.vigil.app.chaos;

import dev.vigil.app.soak.SampleLine;
import dev.vigil.app.soak.SoakBroker;
import dev.vigil.app.soak.SoakPlan;
import dev.vigil.app.soak.Witness;
import dev.vigil.base.Clock;
import dev.vigil.base.Sabotage;
import dev.vigil.source.SourceException;
import dev.vigil.source.sim.RtspCameraServer;
import dev.vigil.source.sim.SimulatedCameraOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One chaos run, from its start to its figures. One thread's own. */
final class ChaosRun implements AutoCloseable {
    private static final long START_S = 90;
    private static final long CLOSE_S = 30;
    /** After which a fault counts as one that was not got over. */
    private static final long GIVE_UP_NS = TimeUnit.SECONDS.toNanos(30);
    /** Within which all places are passed. */
    private static final long STRIKE_NS = TimeUnit.SECONDS.toNanos(5);
    /** How long a camera may be silent for nobody to miss anything: five frames. */
    private static final long USUAL_SILENCE_US = 1_000_000;

    private static final long LOOK_MS = 10;
    private static final Clock CLOCK = Clock.SYSTEM;
    private static final Logger LOG = LoggerFactory.getLogger(ChaosRun.class);

    private final SoakPlan plan;
    private final Consumer<Outcome> told;
    private final Hearing hearing;
    private final Set<String> only;
    private final List<RtspCameraServer> cameras = new ArrayList<>();
    private final List<Outcome> outcomes = new ArrayList<>();
    private SampleLine resident = new SampleLine();
    private double residentMaxMib;
    private long sampledNs;
    private SoakBroker broker;
    private Witness witness;
    private ChaosDaemon daemon;
    private Scene scene;
    private long startUs;
    /** However this process ends, no daemon is left stopped, and no disk mounted. */
    private final Thread onSignal = new Thread(this::leaveNothing, "chaos-end");

    /**
     * @param only first words of the kinds of faults that are wanted; empty for all
     * @param told is told each fault when it is over
     */
    ChaosRun(SoakPlan plan, Set<String> only, Consumer<Outcome> told) {
        this.plan = plan;
        this.told = told;
        this.only = only;
        this.hearing = new Hearing(plan.cameras());
    }

    private void start() throws IOException, InterruptedException, SourceException {
        Runtime.getRuntime().addShutdownHook(onSignal);
        broker = SoakBroker.start(plan.folder());
        for (int camera = 1; camera <= plan.cameras(); camera++) {
            cameras.add(RtspCameraServer.start(
                    SimulatedCameraOptions.of(plan.clip()).withPort(0).withThen(plan.then())));
        }
        witness = new Witness(broker.uri(), hearing);
        witness.awaitSubscribed();
        broker.keepSessions(witness);
        Path configuration = Files.writeString(plan.folder().resolve("chaos.yml"), configuration());
        daemon = new ChaosDaemon(plan, configuration);
        scene = new Scene(daemon, broker, cameras, outbox());
        daemon.start();
        await("each camera's first detection", START_S, hearing::allHeard);
    }

    private Path outbox() {
        return plan.folder().resolve("outbox");
    }

    /** Deadlines that let a fault be noticed within the bound: by default some are longer. */
    private String configuration() {
        StringBuilder yaml =
                new StringBuilder(String.format(Locale.ROOT, """
                node: %s
                mqtt:
                  broker: "%s"
                  qos: 1
                  keep_alive: 1s
                  connect_timeout: 500ms
                  retry: {min: 100ms, max: 500ms}
                  outbox: {dir: "%s", max_bytes: 2MiB}
                http: false
                status: {interval: 1s}
                models:
                  whole: {score: 0.4, timeout: 250ms}
                cameras:
                """, Witness.NODE, broker.proxyUri(), outbox()));
        for (int camera = 1; camera <= cameras.size(); camera++) {
            yaml.append(String.format(
                    Locale.ROOT,
                    "  cam%d: {url: \"%s\", hardware: none, fps: %s, model: whole, open_timeout: 1500ms, read_timeout: 1s,"
                            + " retry: {min: 250ms, max: 1s}}%n",
                    camera,
                    cameras.get(camera - 1).uri(0),
                    plan.fps()));
        }
        return yaml.toString();
    }

    ChaosResult run() throws IOException, InterruptedException, SourceException {
        start();
        startUs = CLOCK.utcUs();
        ChaosDaemon.Footprint first = daemon.footprint();
        Deck deck = new Deck(plan.seed(), plan.cameras(), broker.canRestart(), only);
        long endUs = startUs + plan.duration().toNanos() / 1_000;
        while (CLOCK.utcUs() < endUs) {
            rest(deck.pause(plan.every()));
            ChaosFault fault = deck.next();
            strike(fault);
        }
        closeAccounts();
        return new ChaosResult(
                outcomes,
                hearing.sums(),
                first,
                daemon.footprint(),
                residentMaxMib,
                resident.slope(),
                daemon.starts(),
                scene.hasOwnDisk(),
                witness.unreadable());
    }

    private void rest(Duration pause) throws IOException, InterruptedException {
        long endNs = System.nanoTime() + pause.toNanos();
        while (System.nanoTime() - endNs < 0) {
            look(line -> {});
        }
    }

    private void strike(ChaosFault fault) throws IOException, InterruptedException {
        Map<String, Long> droppedBefore = hearing.told();
        int processes = daemon.starts();
        look(line -> {}); // what was said before tells of nothing
        long beginUs = CLOCK.utcUs();
        hearing.begin(fault, beginUs);
        fault.begin().on(scene);
        Consumer<String> notices = line -> hearing.said(line, CLOCK.utcUs());
        long struckUs = fault.from() == ChaosFault.From.STRUCK ? awaitStrike(notices) : beginUs;
        long overNs = System.nanoTime() + fault.lasts().toNanos();
        while (System.nanoTime() - overNs < 0) {
            look(notices);
        }
        fault.end().on(scene);
        long endUs = fault.lasts().isZero() ? beginUs : CLOCK.utcUs();
        hearing.ended(endUs);
        if (daemon.starts() > processes) {
            resident = new SampleLine(); // of the process that runs
        }
        long fromUs = fault.from() == ChaosFault.From.END ? endUs : struckUs;
        long giveUpNs = System.nanoTime() + GIVE_UP_NS;
        while (!isOver(fault, fromUs) && System.nanoTime() - giveUpNs < 0) {
            look(notices);
        }
        judge(fault, beginUs, fromUs, endUs, droppedBefore);
    }

    /** Until somebody has come by the place that is to hang; when that was. */
    private long awaitStrike(Consumer<String> notices) throws IOException, InterruptedException {
        AtomicBoolean struck = new AtomicBoolean();
        long endNs = System.nanoTime() + STRIKE_NS;
        while (!struck.get() && System.nanoTime() - endNs < 0) {
            look(line -> {
                struck.set(struck.get() || line.contains(Sabotage.HANGS));
                notices.accept(line);
            });
        }
        return CLOCK.utcUs();
    }

    private boolean isOver(ChaosFault fault, long fromUs) {
        boolean noticed = hearing.notice() != null
                || fault.excused() && hearing.silentUs() <= USUAL_SILENCE_US
                || CLOCK.utcUs() - fromUs > 2 * Outcome.NOTICED_MAX_S * 1e6;
        return hearing.recovered() && noticed;
    }

    private void judge(ChaosFault fault, long beginUs, long fromUs, long endUs, Map<String, Long> before)
            throws IOException {
        Hearing.Notice notice = hearing.notice();
        long recoveredUs = hearing.recoveredUs();
        Map<String, Long> dropped = hearing.told();
        before.forEach((cause, count) -> dropped.merge(cause, -count, Long::sum));
        dropped.values().removeIf(count -> count == 0);
        Outcome outcome = new Outcome(
                (beginUs - startUs) / 1e6,
                fault.kind(),
                Duration.ofMillis((endUs - beginUs) / 1_000),
                notice == null ? Double.NaN : Math.max(0, (notice.atUs() - fromUs) / 1e6),
                notice == null ? null : notice.by(),
                fault.excused() && hearing.silentUs() <= USUAL_SILENCE_US,
                recoveredUs == 0 ? Double.NaN : (recoveredUs - endUs) / 1e6,
                dropped,
                daemon.footprint());
        outcomes.add(outcome);
        told.accept(outcome);
    }

    /** Looks at the daemon, and a moment later is back. */
    private void look(Consumer<String> onLine) throws IOException, InterruptedException {
        if (daemon.hasGivenUp()) {
            hearing.noticed("the process gave up, and was started again", CLOCK.utcUs());
            daemon.start();
        }
        daemon.requireAlive();
        for (String line : daemon.newLogLines()) {
            onLine.accept(line);
        }
        if (System.nanoTime() - sampledNs > TimeUnit.SECONDS.toNanos(1)) {
            sampledNs = System.nanoTime();
            double now = daemon.footprint().residentMib();
            resident.add(now);
            residentMaxMib = Math.max(residentMaxMib, now);
        }
        TimeUnit.MILLISECONDS.sleep(LOOK_MS);
    }

    /** Has reading stopped, and waits until all that was read is accounted for; what is not then shows in the result. */
    private void closeAccounts() throws IOException, InterruptedException {
        hearing.closing();
        witness.disableAll();
        long endNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(CLOSE_S);
        while (!hearing.closed() && System.nanoTime() - endNs < 0) {
            look(line -> {});
        }
    }

    private void await(String what, long seconds, BooleanSupplier condition) throws IOException, InterruptedException {
        long endNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - endNs > 0) {
                throw new IOException(what + " did not come within " + seconds + " s; logs are in " + plan.folder());
            }
            look(line -> {});
        }
    }

    private void leaveNothing() {
        try {
            release();
        } catch (IOException e) {
            LOG.warn("something is left in {}: {}", plan.folder(), e.getMessage());
        }
    }

    @Override
    public void close() throws IOException {
        try {
            Runtime.getRuntime().removeShutdownHook(onSignal);
        } catch (IllegalStateException ending) {
            LOG.debug("the process ends already, and the hook closes", ending);
            return;
        }
        release();
    }

    private void release() throws IOException {
        // Each is closed whatever becomes of the others; what is made later is closed first.
        try (SoakBroker closingBroker = broker;
                AutoCloseableCameras closingCameras = () -> cameras.forEach(RtspCameraServer::close);
                Witness closingWitness = witness;
                Scene closingScene = scene;
                ChaosDaemon closingDaemon = daemon) {
            if (daemon != null && scene != null) {
                scene.endStarvation();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private interface AutoCloseableCameras extends AutoCloseable {
        @Override
        void close();
    }
}
