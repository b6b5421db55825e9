package dev.vigil.app.repair;

import dev.vigil.base.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks whether the process takes more and more of something, and finds out what it is that does not give it back: nobody tells
 * whose memory of native code is, so all parts are made anew one after the other, until that gives back what was too much.
 *
 * <p>How much is right is seen in the first minutes, as the most that was taken then, together with what was planned. Growth counts
 * when it is beyond both, and beyond them by so much that it is neither fragmentation nor a camera with larger pictures. Where no
 * part gives it back and there is hardly any left, the process is given up; where there is enough, that much is taken for right.
 *
 * <p>Belongs to one thread, but for {@link #settleAnew}.
 */
final class LeakWatch {
    private static final Logger LOG = LoggerFactory.getLogger(LeakWatch.class);

    private static final double BEYOND_PLAN = 1.25;
    private static final double BEYOND_SETTLED = 1.5;
    /** The same where there is hardly any left, with half of the slack. */
    private static final double BEYOND_SETTLED_SCARCE = 1.2;
    /** How often in a row it is too much before anything is done. */
    private static final int LOOKS = 3;

    private static final long LOOK_LEAST_NS = TimeUnit.SECONDS.toNanos(1);
    private static final long CALM_LEAST_NS = TimeUnit.SECONDS.toNanos(2);

    private enum Step {
        /** What is taken is right, whatever it is. */
        SETTLING,
        WATCHING,
        /** What is free was given back, and is about to be measured. */
        FREED,
        /** A part is being made anew, or waits for its turn. */
        RENEWING,
        /** It comes to take what it needs again. */
        CALMING,
        /** What is free was given back, and what is taken is about to be compared. */
        COMPARING
    }

    private final Resource resource;
    private final Clock clock;
    private final Repair repair;
    private final Supplier<Duration> settle;
    /** Gives back what is free. */
    private final Runnable free;

    private volatile boolean anew = true;
    private Step step = Step.SETTLING;
    private long sinceNs;
    private long nextNs = Long.MIN_VALUE;
    private long settled;
    private long neededWhenSettled;
    private int seen;
    /** There is hardly any left: there is no time to lose. */
    private boolean scarce;

    private final Deque<Part> suspects = new ArrayDeque<>();
    private Part suspect;
    private long before;
    /** The part that it was the last time. */
    private String found = "";

    /** @param settle for how long what is taken is right whatever it is; zero for no watch at all */
    LeakWatch(Resource resource, Clock clock, Repair repair, Supplier<Duration> settle, Runnable free) {
        this.resource = resource;
        this.clock = clock;
        this.repair = repair;
        this.settle = settle;
        this.free = free;
    }

    /** What runs has changed, and so will what it takes: what was right is seen again. */
    void settleAnew() {
        anew = true;
    }

    /** Looks, if it is time to; returns whether it is about to find out what leaks. */
    boolean look(List<Part> parts) {
        long nowNs = clock.monotonicNs();
        boolean due = nextNs == Long.MIN_VALUE || nowNs - nextNs >= 0;
        if (due && !settle.get().isZero()) {
            long settleNs = settle.get().toNanos();
            scarce = resource.scarce() != null;
            nextNs = nowNs + (scarce ? LOOK_LEAST_NS : Math.max(LOOK_LEAST_NS, settleNs / 60));
            look(parts, nowNs, settleNs);
        }
        return isTrying();
    }

    /** A part is being looked for. */
    private boolean isTrying() {
        return step.compareTo(Step.WATCHING) > 0;
    }

    private void look(List<Part> parts, long nowNs, long settleNs) {
        if (anew && !isTrying()) {
            anew = false;
            step = Step.SETTLING;
            sinceNs = nowNs;
            settled = 0;
        }
        long used = resource.used();
        if (used <= 0) {
            return;
        }
        switch (step) {
            case SETTLING -> settle(used, nowNs - sinceNs >= settleNs);
            case WATCHING -> watch(used);
            case FREED -> freed(used, parts, nowNs);
            case RENEWING -> renewing(nowNs, settleNs);
            case CALMING -> calm(nowNs, resource.age().toNanos() + Math.max(CALM_LEAST_NS, scarce ? 0 : settleNs / 20));
            case COMPARING -> compare(used, nowNs);
        }
    }

    private void settle(long used, boolean isOver) {
        settled = Math.max(settled, used);
        if (isOver) {
            neededWhenSettled = resource.needed();
            step = Step.WATCHING;
            LOG.info(
                    "{}: settled at {}, {} planned",
                    resource.name(),
                    resource.show(settled),
                    planned(neededWhenSettled));
        }
    }

    private String planned(long needed) {
        return needed == 0 ? "nothing is" : resource.show(needed) + " are";
    }

    private boolean isTooMuch(long used) {
        long needed = resource.needed();
        double right = BEYOND_SETTLED * settled + resource.slack() + Math.max(0, needed - neededWhenSettled);
        return used > Math.max(BEYOND_PLAN * needed, right)
                || (used > BEYOND_SETTLED_SCARCE * settled + resource.slack() / 2.0 && scarce);
    }

    private void watch(long used) {
        seen = isTooMuch(used) ? seen + 1 : 0;
        if (seen >= LOOKS) {
            seen = 0;
            LOG.warn(
                    "{}: {} are taken, {} were when all had settled, and {} planned: what is free is given back first",
                    resource.name(),
                    resource.show(used),
                    resource.show(settled),
                    planned(resource.needed()));
            free.run();
            step = Step.FREED;
        }
    }

    private void freed(long used, List<Part> parts, long nowNs) {
        if (!isTooMuch(used)) {
            LOG.info("{}: {} are taken now, nothing leaks", resource.name(), resource.show(used));
            step = Step.WATCHING;
            return;
        }
        suspects.clear();
        Part again = null;
        for (Part part : parts) {
            if (part.isRestartable() && part.name().equals(found)) {
                again = part;
            } else if (part.isRestartable() && scarce) {
                suspects.addFirst(part); // models, which stand first, may not find the memory to be loaded
            } else if (part.isRestartable()) {
                suspects.addLast(part);
            }
        }
        if (again != null) {
            suspects.addFirst(again);
        }
        next(used, nowNs);
    }

    private void next(long used, long nowNs) {
        sinceNs = nowNs;
        before = used;
        suspect = suspects.pollFirst();
        step = Step.RENEWING;
        if (suspect == null) {
            notFound(used);
        }
    }

    private void renewing(long nowNs, long settleNs) {
        String why = "it may be what does not give back " + resource.name();
        if (repair.renew(suspect, why)) {
            step = Step.CALMING;
            sinceNs = nowNs;
        } else if (nowNs - sinceNs > settleNs) {
            LOG.warn("{}: not made anew, it is being repaired", suspect.name());
            next(before, nowNs);
        }
    }

    private void calm(long nowNs, long calmNs) {
        if (repair.isRestarting(suspect)) {
            sinceNs = nowNs;
        } else if (nowNs - sinceNs >= calmNs) {
            free.run();
            step = Step.COMPARING;
        }
    }

    private void compare(long used, long nowNs) {
        if (before - used < (before - settled) / 2) {
            next(used, nowNs);
            return;
        }
        found = suspect.name();
        LOG.warn(
                "{}: made anew, and that has given back {} of {}: it was leaking",
                found,
                resource.show(before - used),
                resource.name());
        step = Step.WATCHING;
    }

    private void notFound(long used) {
        String told = resource.name() + ": " + resource.show(used)
                + " are taken, and no part gave any back when it was made anew";
        String hardlyAny = resource.scarce();
        if (hardlyAny == null) {
            LOG.warn("{}; that much is taken for right from now on", told);
        } else {
            repair.giveUp(told + "; " + hardlyAny);
        }
        settled = used;
        neededWhenSettled = resource.needed();
        step = Step.WATCHING;
    }
}
