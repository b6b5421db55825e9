package dev.vigil.source.sim;

import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;

/** The faults that one specification brings to one camera, one after the other. The seed decides all chance. Not threadsafe. */
final class FaultTimes {
    private static final long DRAWN_MIN_NS = 1_000_000_000L;
    private static final long DRAWN_MAX_NS = 6_000_000_000L;

    private final FaultEntry entry;
    private final List<FaultKind> kinds;
    private final Random random;
    private long endOfLastNs;
    private long count;

    private Fault fault;
    private long beginNs;
    private long endNs;

    FaultTimes(FaultEntry entry, Set<FaultKind> possible, long seed) {
        this.entry = entry;
        // In the enum's order, which the seed counts on.
        this.kinds = Stream.of(FaultKind.values())
                .filter((entry.kinds().isEmpty() ? possible : entry.kinds())::contains)
                .toList();
        this.random = new Random(seed);
        this.endOfLastNs = entry.startNs();
    }

    /** Goes to the next one; false when there is none. */
    boolean next() {
        return entry.fault() == null ? draw() : repeat();
    }

    private boolean repeat() {
        if (count > 0 && entry.everyNs() == 0) {
            return false;
        }
        fault = entry.fault();
        beginNs = entry.startNs() + count * entry.everyNs();
        endNs = fault.kind().momentary() ? beginNs : plus(beginNs, entry.lengthNs());
        count++;
        return true;
    }

    private boolean draw() {
        // The first pause is shorter, so that the cameras do not wait for each other at the start.
        double pauses = count == 0 ? random.nextDouble() : 0.5 + random.nextDouble();
        beginNs = endOfLastNs + (long) (pauses * entry.everyNs());
        fault = Fault.draw(kinds.get(random.nextInt(kinds.size())), random);
        long lengthNs = DRAWN_MIN_NS + (long) (random.nextDouble() * (DRAWN_MAX_NS - DRAWN_MIN_NS));
        endNs = fault.kind().momentary() ? beginNs : beginNs + lengthNs;
        endOfLastNs = endNs;
        count++;
        return beginNs < plus(entry.startNs(), entry.lengthNs());
    }

    private static long plus(long startNs, long lengthNs) {
        return lengthNs > FaultEntry.UNENDING - startNs ? FaultEntry.UNENDING : startNs + lengthNs;
    }

    Fault fault() {
        return fault;
    }

    /** Since the server's start. */
    long beginNs() {
        return beginNs;
    }

    /** The same; equal to the begin for what happens at a moment, {@link FaultEntry#UNENDING} for what does not end. */
    long endNs() {
        return endNs;
    }
}
