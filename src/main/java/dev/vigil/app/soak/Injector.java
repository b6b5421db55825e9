package dev.vigil.app.soak;

import dev.vigil.base.Clock;
import dev.vigil.source.sim.Fault;
import dev.vigil.source.sim.RtspCameraServer;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/**
 * Throws faults at cameras and broker, each on its own at times and in an order that the seed decides: the next one comes when
 * the last was got over. One thread; {@link #pause} and the like may be called from any.
 */
final class Injector implements AutoCloseable {
    /** After which a fault counts as one that was not got over. */
    private static final long GIVE_UP_NS = TimeUnit.SECONDS.toNanos(30);

    private static final long LENGTH_MIN_NS = TimeUnit.MILLISECONDS.toNanos(500);
    private static final long LENGTH_MAX_NS = TimeUnit.SECONDS.toNanos(6);
    private static final long TICK_MS = 20;
    private static final Clock CLOCK = Clock.SYSTEM;

    private final List<Target> targets = new ArrayList<>();
    private final Recoveries recoveries;
    private final long seed;
    private final Duration every;
    private final Thread thread = new Thread(this::run, "soak-faults");
    private volatile boolean paused;
    private volatile boolean stopped;
    private volatile int idle;
    private volatile Exception failure;

    private enum Phase {
        WELL,
        FAULTY,
        RECOVERING
    }

    /** What faults are thrown at, and how far the latest one is. Belongs to the injector's thread. */
    private abstract static class Target {
        private final Random random;
        private final double everyS;
        private Phase phase = Phase.WELL;
        private long nextNs;

        Target(Random random, Duration every) {
            this.random = random;
            this.everyS = every.toMillis() / 1e3;
            this.nextNs = System.nanoTime() + pauseNs();
        }

        /** Between a half and one and a half of the mean. */
        private long pauseNs() {
            return (long) (everyS * (0.5 + random.nextDouble()) * 1e9);
        }

        private long lengthNs() {
            return LENGTH_MIN_NS + (long) (random.nextDouble() * (LENGTH_MAX_NS - LENGTH_MIN_NS));
        }

        /** Throws one of its faults, which is to last so long; returns how long it does. */
        abstract long begin(Random choice, long lengthNs) throws IOException;

        abstract void end() throws IOException, InterruptedException;

        abstract boolean recovered();

        abstract void giveUp();
    }

    Injector(long seed, Duration every, Recoveries recoveries) {
        this.recoveries = recoveries;
        this.seed = seed;
        this.every = every;
        thread.setDaemon(true);
    }

    /** Adds a camera; before the start. */
    void add(RtspCameraServer server, CameraWatch watch) {
        targets.add(new Target(new Random(seed + targets.size()), every) {
            private Fault fault;

            @Override
            long begin(Random choice, long lengthNs) {
                fault = CameraFault.draw(choice);
                String kind = "camera " + fault.kind().spelling();
                recoveries.begun(kind);
                watch.begun(kind, CameraFault.isTold(fault), CLOCK.utcUs());
                server.begin(0, fault);
                return fault.kind().momentary() ? 0 : lengthNs;
            }

            @Override
            void end() {
                if (!fault.kind().momentary()) {
                    server.end(0, fault);
                }
                watch.ended(CLOCK.utcUs());
            }

            @Override
            boolean recovered() {
                return watch.recovered();
            }

            @Override
            void giveUp() {
                watch.giveUp(false, CLOCK.utcUs());
            }
        });
    }

    /** Adds the broker, whose faults all cameras see; before the start. */
    void add(SoakBroker broker, List<CameraWatch> watches) {
        List<BrokerFault> faults = new ArrayList<>(List.of(BrokerFault.values()));
        faults.removeIf(fault -> fault.needsRestart && !broker.canRestart());
        targets.add(new Target(new Random(seed + targets.size()), every.multipliedBy(2)) {
            private BrokerFault fault;

            @Override
            long begin(Random choice, long lengthNs) throws IOException {
                fault = faults.get(choice.nextInt(faults.size()));
                String kind = "broker " + fault.name().toLowerCase(Locale.ROOT);
                recoveries.begun(kind);
                watches.forEach(watch -> watch.brokerBegun(kind, CLOCK.utcUs()));
                fault.begin(broker);
                return fault.lasts ? lengthNs : 0;
            }

            @Override
            void end() throws IOException, InterruptedException {
                fault.end(broker);
                watches.forEach(watch -> watch.brokerEnded(CLOCK.utcUs()));
            }

            @Override
            boolean recovered() {
                return watches.stream().allMatch(CameraWatch::recoveredFromBroker);
            }

            @Override
            void giveUp() {
                watches.forEach(watch -> watch.giveUp(true, CLOCK.utcUs()));
            }
        });
    }

    void start() {
        thread.start();
    }

    private void run() {
        try {
            while (!stopped) {
                int well = 0;
                for (Target target : targets) {
                    step(target);
                    well += target.phase == Phase.WELL ? 1 : 0;
                }
                idle = paused ? well : 0;
                TimeUnit.MILLISECONDS.sleep(TICK_MS);
            }
        } catch (IOException | RuntimeException e) {
            failure = e;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // closed
        }
    }

    private void step(Target target) throws IOException, InterruptedException {
        long nowNs = System.nanoTime();
        switch (target.phase) {
            case WELL -> {
                if (!paused && nowNs - target.nextNs >= 0) {
                    target.nextNs = nowNs + target.begin(target.random, target.lengthNs());
                    target.phase = Phase.FAULTY;
                }
            }
            case FAULTY -> {
                if (nowNs - target.nextNs >= 0) {
                    target.end();
                    target.nextNs = System.nanoTime();
                    target.phase = Phase.RECOVERING;
                }
            }
            case RECOVERING -> {
                boolean recovered = target.recovered();
                if (!recovered && nowNs - target.nextNs > GIVE_UP_NS) {
                    target.giveUp();
                    recovered = true;
                }
                if (recovered) {
                    target.nextNs = System.nanoTime() + target.pauseNs();
                    target.phase = Phase.WELL;
                }
            }
        }
    }

    /** Throws no new fault; {@link #isQuiet} tells when the last is over. */
    void pause(boolean on) {
        paused = on;
        idle = 0;
    }

    boolean isQuiet() throws IOException {
        if (failure != null) {
            throw new IOException("a fault could not be thrown", failure);
        }
        return idle == targets.size();
    }

    @Override
    public void close() {
        stopped = true;
        thread.interrupt();
        try {
            thread.join(TimeUnit.SECONDS.toMillis(15));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
