package dev.vigil.metrics.health;

import dev.vigil.base.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * The pulses of all parts of a process. A watch that {@link #look looks} several times a second has the time in which the whole
 * process stood still left out; without one all time counts.
 *
 * <p>Threadsafe.
 */
public final class Pulses {
    /** How often the watch is to look. */
    public static final Duration LOOK_EVERY = Duration.ofMillis(100);

    private final Clock clock;
    private final List<Pulse> all = new CopyOnWriteArrayList<>();
    /** Guarded by this. */
    private final Standstills standstills = new Standstills();

    public Pulses(Clock clock) {
        this.clock = clock;
    }

    /**
     * One more thread or loop that must move; at rest until its first beat.
     *
     * @param part for people; several may be called the same
     * @param limit how long it may be silent while it works
     */
    public Pulse of(String part, Duration limit) {
        Pulse pulse = new Pulse(part, limit, clock);
        all.add(pulse);
        return pulse;
    }

    /** It has ended, or another has taken its place: nobody waits for it any more. */
    public void gone(Pulse pulse) {
        all.remove(pulse);
    }

    /** The watch looks, every {@link #LOOK_EVERY}. */
    public synchronized void look(long nowNs) {
        standstills.looked(nowNs);
    }

    /** How much of the time from {@code sinceNs} to {@code nowNs} the whole process stood still. */
    public synchronized long stoodStillNs(long sinceNs, long nowNs) {
        return standstills.within(sinceNs, nowNs);
    }

    /** What has work and has not moved for longer than its limit; empty when all is well. */
    public List<Silence> silent(long nowNs) {
        List<Silence> silences = new ArrayList<>();
        for (Pulse pulse : all) {
            Silence silence = silence(pulse, nowNs);
            if (silence != null) {
                silences.add(silence);
            }
        }
        return silences;
    }

    /** What there is to say of one part; null when it moves or rests. */
    public Silence silence(Pulse pulse, long nowNs) {
        long lastsNs = silentNs(pulse, nowNs);
        return lastsNs > pulse.limit().toNanos()
                ? new Silence(pulse.part(), Duration.ofNanos(lastsNs), pulse.limit())
                : null;
    }

    private long silentNs(Pulse pulse, long nowNs) {
        if (pulse.silentNs(nowNs) == 0) {
            return 0;
        }
        synchronized (this) {
            long sinceNs = pulse.silentSinceNs(nowNs);
            return nowNs - sinceNs - stoodStillNs(sinceNs, nowNs);
        }
    }
}
