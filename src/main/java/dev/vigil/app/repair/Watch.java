package dev.vigil.app.repair;

import dev.vigil.base.Clock;
import dev.vigil.base.FaultLog;
import dev.vigil.base.FullHeap;
import dev.vigil.metrics.health.Pulse;
import dev.vigil.metrics.health.Pulses;
import dev.vigil.metrics.health.Silence;
import dev.vigil.mqtt.MqttClient;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks several times a second whether everything moves, tells what does not, and has the part that it belongs to restarted. A
 * thread of its own, which waits for nothing.
 */
public final class Watch implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Watch.class);
    /** What the event loop does at once takes microseconds. */
    private static final Duration LOOP_MAX = Duration.ofMillis(1_500);

    private final Clock clock;
    private final FaultLog faults;
    private final Pulses pulses;
    private final Pulse loop;
    private final Part mqtt = new EventLoopPart();
    private final Supplier<List<Part>> parts;
    private final Repair repair;
    private final List<LeakWatch> leaks;
    private final Thread thread = new Thread(this::run, "watch");
    /** A task that shows that the event loop moves has been given to it, and has not come back. */
    private final AtomicBoolean asked = new AtomicBoolean();

    private volatile MqttClient client;
    private volatile boolean closed;

    // the thread's
    private List<String> told = List.of();
    private boolean diskTold;

    private final TimeWatch time;

    /**
     * @param parts those that there are at a moment
     * @param resources that may leak
     * @param settle for how long what is taken of them is right, whatever it is; zero for no such watch
     * @param onGiveUp takes what was tried, in a line for people; called once
     */
    public Watch(
            Clock clock,
            Supplier<List<Part>> parts,
            List<Resource> resources,
            Supplier<Duration> settle,
            Consumer<String> onGiveUp) {
        this.clock = clock;
        this.faults = new FaultLog(LOG, clock);
        this.pulses = new Pulses(clock);
        this.time = new TimeWatch(clock);
        this.loop = pulses.of("mqtt", LOOP_MAX);
        this.parts = parts;
        this.repair = new Repair(clock, pulses, onGiveUp);
        this.leaks = resources.stream()
                .map(resource -> new LeakWatch(resource, clock, repair, settle, NativeHeap::trim))
                .toList();
        thread.setDaemon(true);
    }

    /** The event loop of the client: what it holds of messages is its own, so that it can not be restarted alone. */
    public Part mqtt() {
        return mqtt;
    }

    private final class EventLoopPart implements Part {
        @Override
        public String name() {
            return loop.part();
        }

        @Override
        public String trouble(long nowNs) {
            Silence silence = pulses.silence(loop, nowNs);
            return silence == null ? null : silence.toString();
        }

        @Override
        public boolean isRestartable() {
            return false;
        }

        @Override
        public void restart(List<Thread> leftBehind) {
            throw new UnsupportedOperationException("the event loop can not be restarted alone");
        }
    }

    /** Of all parts of the daemon. */
    public Pulses pulses() {
        return pulses;
    }

    /** What was repaired. */
    public Repair repair() {
        return repair;
    }

    public void start(MqttClient newClient) {
        client = newClient;
        thread.start();
    }

    private void run() {
        FullHeap.repeat(this::look, () -> closed);
    }

    private void look() {
        try {
            pulses.look(clock.monotonicNs());
            time.look();
            askLoop();
            tell(pulses.silent(clock.monotonicNs()));
            lookAtDisk();
            List<Part> now = parts.get();
            repair.look(now);
            lookForLeaks(now);
        } catch (RuntimeException | Error e) {
            faults.error("looking whether everything moves failed", e);
        }
        LockSupport.parkNanos(this, Pulses.LOOK_EVERY.toNanos());
    }

    private void askLoop() {
        if (asked.compareAndSet(false, true)) {
            loop.beat();
            try {
                client.onEventLoop(this::loopMoves);
            } catch (OutOfMemoryError full) {
                loopMoves(); // it was not asked
                throw full;
            }
        }
    }

    private void loopMoves() {
        loop.rest();
        asked.set(false);
    }

    private void tell(List<Silence> silences) {
        List<String> parts = silences.stream().map(Silence::part).toList();
        silences.stream().filter(silence -> !told.contains(silence.part())).forEach(silence -> LOG.warn("{}", silence));
        told.stream().filter(part -> !parts.contains(part)).forEach(part -> LOG.info("{} moves again", part));
        told = parts;
    }

    /** One after the other: what one of them has made anew, the next would take for a change. */
    private void lookForLeaks(List<Part> now) {
        for (LeakWatch leak : leaks) {
            if (leak.look(now)) {
                return;
            }
        }
    }

    /** Other parts run from now on than before, or on another device. */
    public void settleAnew() {
        leaks.forEach(LeakWatch::settleAnew);
    }

    /** A disk that hangs is no fault of a thread: to restart anything would not help, and all but QoS 1 and 2 goes on. */
    private void lookAtDisk() {
        long silentNs = client.diskSilentNs(System.nanoTime());
        boolean hangs = silentNs > LOOP_MAX.toNanos();
        if (hangs && !diskTold) {
            LOG.warn("the outbox's disk has not answered for {} ms", TimeUnit.NANOSECONDS.toMillis(silentNs));
        } else if (!hangs && diskTold) {
            LOG.info("the outbox's disk answers again");
        }
        diskTold = hangs;
    }

    /** Nothing that ends from now on is told of. */
    @Override
    public void close() {
        closed = true;
        LockSupport.unpark(thread);
    }
}
