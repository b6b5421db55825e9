package dev.vigil.base;

import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.WeakHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * A log for faults that may come with every frame: each cause at once, then at growing intervals with its count, see
 * {@link Repeats}. Texts that differ in more than numbers are of different causes. A fault that there is no memory to tell of is
 * counted, and told of when there is some again ({@link FullHeap}): to tell of it never fails. Threadsafe.
 */
public final class FaultLog {
    private static final Logger LOG = LoggerFactory.getLogger(FaultLog.class);
    private static final int CAUSES_MAX = 64;

    private static final Set<FaultLog> ALL = Collections.newSetFromMap(new WeakHashMap<>());

    /** Unmet wants of memory that were told of; guarded by {@link #ALL}. */
    private static long unmetTold;

    private record Cause(Level level, Repeats.Text text) {}

    private final Logger log;
    private final Clock clock;
    /** Guarded by itself, so that nothing is logged under its lock. */
    private final Repeats<Cause> causes = new Repeats<>(CAUSES_MAX);

    public FaultLog(Logger log, Clock clock) {
        this.log = log;
        this.clock = clock;
        synchronized (ALL) {
            ALL.add(this);
        }
    }

    /** Tells of what is no fault, but may come as often. */
    public void info(String event) {
        tell(Level.INFO, event, null);
    }

    /** Tells of a fault that is understood: one line. */
    public void warn(String fault) {
        tell(Level.WARN, fault, null);
    }

    /** Tells of a fault that nobody expected, with its stack. */
    public void error(String fault, Throwable cause) {
        tell(Level.ERROR, fault, cause);
    }

    private void tell(Level level, String text, Throwable thrown) {
        if (thrown instanceof OutOfMemoryError) {
            FullHeap.unmet();
        }
        try {
            Repeats.Untold untold;
            synchronized (causes) {
                untold = causes.note(new Cause(level, Repeats.Text.of(text)), clock.monotonicNs());
            }
            if (untold != null) {
                log(level, text, untold, "and ", thrown);
            }
        } catch (OutOfMemoryError full) {
            FullHeap.unmet();
        }
    }

    private void log(Level level, String text, Repeats.Untold untold, String and, Throwable thrown) {
        String count = untold.count() == 0 ? "" : " (" + and + untold.words() + ")";
        log.atLevel(level).setCause(thrown).log("{}{}", text, count);
    }

    /** Tells of faults that came and then came no more, in every such log; for a thread that looks now and then. */
    public static void tellWhatIsLeft() {
        List<FaultLog> all;
        synchronized (ALL) {
            all = List.copyOf(ALL);
        }
        all.forEach(FaultLog::left);
    }

    /** Tells how often memory was wanted in vain since this was called last; for the same thread. */
    public static void tellUnmet() {
        long unmet = FullHeap.count();
        long more;
        synchronized (ALL) {
            more = unmet - unmetTold;
            unmetTold = unmet;
        }
        if (more > 0) {
            LOG.error(
                    "memory was wanted in vain {} times: of Java's heap ({} MiB at most) or of what Java may have outside of it;"
                            + " what wanted it was given up, all else goes on",
                    more,
                    Runtime.getRuntime().maxMemory() >> 20);
        }
    }

    private void left() {
        List<Repeats.Left<Cause>> left;
        long forgotten;
        synchronized (causes) {
            left = causes.left(clock.monotonicNs());
            forgotten = causes.forgotten();
        }
        left.forEach(each -> log(each.cause().level(), each.cause().text().text(), each.untold(), "", null));
        if (forgotten > 0) {
            log.warn("{} more faults of other kinds were not told", forgotten);
        }
    }
}
