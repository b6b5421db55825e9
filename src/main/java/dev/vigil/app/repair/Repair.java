package dev.vigil.app.repair;

import dev.vigil.base.Clock;
import dev.vigil.base.FaultLog;
import dev.vigil.base.FullHeap;
import dev.vigil.metrics.health.Pulse;
import dev.vigil.metrics.health.Pulses;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Restarts parts that are in trouble, each alone and on a thread of its own, as often as {@link Restarts} allows; then it gives up
 * the process, which whoever watches over that starts anew. It does so too when restarting does not come to an end, and when more
 * threads were left behind than a process should carry.
 *
 * <p>{@link #look} belongs to one thread; the figures are for any.
 */
public final class Repair {
    private static final Logger LOG = LoggerFactory.getLogger(Repair.class);
    /** A large model takes its time to load. */
    private static final Duration RESTART_MAX = Duration.ofMinutes(2);
    /** So that all who ask what is stuck have heard of it before it is repaired. */
    private static final Duration TOLD_FIRST = Duration.ofMillis(400);
    /** For a part that can not be restarted alone to come back by itself. */
    private static final Duration WAIT_MAX = Duration.ofSeconds(10);
    /** Threads that never came back: each may hold a model's memory. */
    private static final int LEFT_BEHIND_MAX = 16;

    private final Clock clock;
    private final FaultLog faults;
    private final Pulses pulses;
    private final Consumer<String> onGiveUp;
    private final AtomicLong restarts = new AtomicLong();
    private final List<Thread> leftBehind = new CopyOnWriteArrayList<>();

    // whoever looks
    private final Map<Part, Case> cases = new HashMap<>();
    private boolean gaveUp;

    /** What is done to a part. */
    private interface Act {
        /** @see Part#restart */
        void on(List<Thread> leftBehind) throws Exception;
    }

    /** One part's restarts. */
    private static final class Case {
        static final long NEVER = Long.MIN_VALUE;
        final Restarts restarts = new Restarts();
        /** {@link #NEVER} while it is well. */
        long inTroubleSinceNs = NEVER;
        /** What was wrong each time. */
        final List<String> troubles = new ArrayList<>();
        /** Null while none is on. */
        volatile Pulse restarting;
        /** The last one came to nothing for want of memory. */
        volatile boolean starved;
    }

    /**
     * @param onGiveUp takes what was tried, in a line for people; called once
     */
    Repair(Clock clock, Pulses pulses, Consumer<String> onGiveUp) {
        this.clock = clock;
        this.faults = new FaultLog(LOG, clock);
        this.pulses = pulses;
        this.onGiveUp = onGiveUp;
    }

    /** How many restarts there were, in vain or not. */
    public long restarts() {
        return restarts.get();
    }

    /** How many threads are stuck, and were left behind. */
    public int leftBehind() {
        if (leftBehind.removeIf(thread -> !thread.isAlive())) {
            NativeHeap.noteReplaced();
        }
        return leftBehind.size();
    }

    /** Looks at all parts that there are. */
    void look(List<Part> parts) {
        cases.keySet().removeIf(part -> !parts.contains(part));
        for (Part part : parts) {
            String trouble = gaveUp ? null : part.trouble(clock.monotonicNs());
            Case known = cases.get(part);
            if (known != null && known.restarting != null) {
                boolean endless = pulses.silence(known.restarting, clock.monotonicNs()) != null;
                if (endless && !gaveUp) {
                    giveUp(part.name() + " could not be restarted within " + RESTART_MAX.toSeconds() + " s");
                }
            } else if (trouble == null && known != null) {
                known.inTroubleSinceNs = Case.NEVER;
            } else if (trouble != null) {
                long lastsNs = lastsNs(cases.computeIfAbsent(part, unknown -> new Case()));
                if (!part.isRestartable()) {
                    await(part, trouble, lastsNs);
                } else if (lastsNs >= TOLD_FIRST.toNanos()) {
                    look(part, cases.get(part), trouble, part::restart);
                }
            }
        }
        int left = leftBehind();
        if (left > LEFT_BEHIND_MAX && !gaveUp) {
            giveUp(left + " threads are stuck, and were left behind by restarts");
        }
    }

    /**
     * Has a part made anew that is in no trouble.
     *
     * @param why for people
     * @return false when it can not be now: it is being restarted, or was a moment ago
     */
    boolean renew(Part part, String why) {
        Case of = cases.computeIfAbsent(part, unknown -> new Case());
        return of.restarting == null && !gaveUp && look(part, of, why, part::renew);
    }

    boolean isRestarting(Part part) {
        Case known = cases.get(part);
        return known != null && known.restarting != null;
    }

    /** @return whether it was done */
    private boolean look(Part part, Case of, String trouble, Act act) {
        if (of.starved) {
            of.starved = false;
            of.restarts.excuse(clock.monotonicNs());
        }
        switch (of.restarts.ask(clock.monotonicNs())) {
            case WAIT -> LOG.debug("{}: {}; it is left for a moment", part.name(), trouble);
            case GIVE_UP ->
                giveUp(part.name() + " was restarted " + of.restarts.count() + " times within "
                        + Restarts.SPAN.toMinutes() + " minutes (" + String.join("; ", of.troubles)
                        + "), and again: " + trouble);
            case RESTART -> {
                of.inTroubleSinceNs = Case.NEVER;
                begin(part, of, trouble, act);
                return true;
            }
        }
        return false;
    }

    /** For how long a part has been in trouble. */
    private long lastsNs(Case of) {
        long nowNs = clock.monotonicNs();
        of.inTroubleSinceNs = of.inTroubleSinceNs == Case.NEVER ? nowNs : of.inTroubleSinceNs;
        return nowNs - of.inTroubleSinceNs;
    }

    /** It can not be restarted alone. */
    private void await(Part part, String trouble, long lastsNs) {
        if (lastsNs > WAIT_MAX.toNanos()) {
            giveUp(part.name() + " did not come back within " + WAIT_MAX.toSeconds()
                    + " s, and can not be restarted alone: " + trouble);
        }
    }

    private void begin(Part part, Case of, String trouble, Act act) {
        of.restarts.restarted(clock.monotonicNs());
        of.troubles.add(trouble);
        if (of.troubles.size() > Restarts.MAX) {
            of.troubles.remove(0);
        }
        LOG.error("{}: {}; it is restarted", part.name(), trouble);
        Pulse pulse = pulses.of("restart of " + part.name(), RESTART_MAX);
        pulse.beat();
        of.restarting = pulse;
        try {
            Thread thread = new Thread(() -> restart(part, of, pulse, act), "repair");
            thread.setDaemon(true);
            thread.setUncaughtExceptionHandler(FullHeap.WATCHED);
            thread.start();
        } catch (OutOfMemoryError e) { // or there can be no more threads
            ended(of, pulse, true);
            throw e;
        }
    }

    private void ended(Case of, Pulse pulse, boolean starved) {
        of.starved = starved;
        pulses.gone(pulse);
        of.restarting = null;
    }

    private void restart(Part part, Case of, Pulse pulse, Act act) {
        List<Thread> stuck = new ArrayList<>();
        boolean starved = false;
        try {
            act.on(stuck);
            LOG.warn("{}: restarted{}", part.name(), left(stuck));
        } catch (Exception | Error e) {
            // It is still in trouble, so that it is tried again, and given up at last.
            starved = e instanceof OutOfMemoryError;
            faults.error(part.name() + ": could not be restarted: " + e.getMessage(), e);
        } finally {
            leftBehind.addAll(stuck);
            NativeHeap.noteReplaced();
            restarts.incrementAndGet();
            ended(of, pulse, starved);
        }
    }

    private static String left(List<Thread> stuck) {
        return stuck.isEmpty()
                ? ""
                : "; left behind, until it comes back: "
                        + String.join(", ", stuck.stream().map(Thread::getName).toList());
    }

    /** Gives the process up; once. */
    void giveUp(String tried) {
        gaveUp = true;
        LOG.error("gives up: {}", tried);
        onGiveUp.accept(tried);
    }
}
