package dev.vigil.base;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Places in the daemon that can be made to fail, to hang or to leak, so that tests and {@code vigil chaos} see what comes of it. Nothing
 * happens at them, and passing one costs a volatile read, until somebody in this process says otherwise; from outside nobody can,
 * unless the process was started with {@code -Dvigil.sabotage=yes}. An order is for the whole process: tests that give one run
 * alone. Threadsafe.
 *
 * <p>{@code reader} and {@code publish} know their camera: {@code reader:gate} means that one alone. {@code disk} is where the
 * outbox writes. The clock can be stepped too, as the system's may be while the process runs, and Java's heap filled.
 */
public final class Sabotage {
    /** Every place that there is. */
    public static final Set<String> PLACES =
            Set.of("reader", "convert", "infer", "post", "publish", "mqtt", "reporter", "disk");

    /** What the log says before the name of a place when something begins to hang there. */
    public static final String HANGS = "sabotage: a hang begins at ";

    private static final Logger LOG = LoggerFactory.getLogger(Sabotage.class);

    private static final boolean ALLOWED = "yes".equals(System.getProperty("vigil.sabotage"));
    private static final Map<String, Order> ORDERS = new ConcurrentHashMap<>();
    /** Whether there is any order. */
    private static volatile boolean on;

    private static volatile long clockStepUs;

    /** How much of the heap is taken at once, before what is left of it is taken by and by. */
    private static final int CHUNK_BYTES = 1 << 20;
    /** While it is true, the heap is held that was filled last. */
    private static volatile AtomicBoolean holding = new AtomicBoolean();

    /** Of each thread, for as long as it lives. */
    private static final ThreadLocal<List<Object>> LEAKED = ThreadLocal.withInitial(ArrayList::new);

    /** What is thrown at a place that is to fail. */
    public static final class Failure extends RuntimeException {
        private static final long serialVersionUID = 1;

        private Failure(String place) {
            super("sabotage of " + place);
        }
    }

    /**
     * What is to happen at a place.
     *
     * @param lasts how long a pass takes; null where it does something else
     * @param leak takes memory that a pass does not give back; null where it does something else
     * @param left passes that it is still to happen to
     */
    private record Order(Duration lasts, Supplier<Object> leak, AtomicLong left, AtomicLong struck) {
        static Order of(Duration lasts, Supplier<Object> leak, long times) {
            return new Order(lasts, leak, new AtomicLong(times), new AtomicLong());
        }

        boolean strikes() {
            boolean strikes = left.getAndUpdate(times -> Math.max(0, times - 1)) > 0;
            if (strikes) {
                struck.incrementAndGet();
            }
            return strikes;
        }
    }

    private Sabotage() {}

    /** Whether this process was started so that it may be sabotaged from outside. */
    public static boolean isAllowed() {
        return ALLOWED;
    }

    /**
     * Passes a place.
     *
     * @throws Failure where it is to fail
     */
    public static void at(String place) {
        if (on) {
            strike(place, ORDERS.get(place));
        }
    }

    /** As above, for a place that there is more than one of: an order may be for this one alone. */
    public static void at(String place, String of) {
        if (on) {
            strike(place, ORDERS.get(place));
            strike(place, ORDERS.get(place + ":" + of));
        }
    }

    /**
     * As above, where a disk is written to.
     *
     * @throws IOException as a full disk does
     */
    public static void atDisk() throws IOException {
        try {
            at("disk");
        } catch (Failure e) {
            throw new IOException("No space left on device", e);
        }
    }

    private static void strike(String place, Order order) {
        if (order == null || !order.strikes()) {
            return;
        }
        if (order.leak != null) {
            LEAKED.get().add(order.leak.get());
            return;
        }
        if (order.lasts == null) {
            throw new Failure(place);
        }
        LOG.warn("{}{}", HANGS, place);
        hang(order);
    }

    /** Ends early when the order is withdrawn; nothing else ends it, as nothing ends a native call that hangs. */
    private static void hang(Order order) {
        long endNs = System.nanoTime() + order.lasts.toNanos();
        boolean interrupted = false;
        synchronized (order) {
            long leftNs = order.lasts.toNanos();
            while (leftNs > 0 && ORDERS.containsValue(order)) {
                try {
                    TimeUnit.NANOSECONDS.timedWait(order, leftNs);
                } catch (InterruptedException e) {
                    interrupted = true;
                }
                leftNs = endNs - System.nanoTime();
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Has the next passes of a place fail. */
    public static void fail(String place, long times) {
        order(place, Order.of(null, null, times));
    }

    /** Has the next passes of a place want memory in vain. */
    private static void starve(String place, long times) {
        Supplier<Object> want = () -> {
            throw new OutOfMemoryError("sabotage of " + place);
        };
        order(place, Order.of(null, want, times));
    }

    /** Has each of the next passes of a place take so long, or until {@link #end}: once for a hang, many times for slowness. */
    public static void hang(String place, Duration lasts, long times) {
        order(place, Order.of(lasts, null, times));
    }

    /** Has each of the next passes of a place take memory that is not given back before its thread ends. */
    private static void leak(String place, boolean onHeap, int bytes, long times) {
        Supplier<Object> leak = onHeap ? () -> new byte[bytes] : () -> ByteBuffer.allocateDirect(bytes);
        order(place, Order.of(null, leak, times));
    }

    private static synchronized void order(String place, Order order) {
        if (!PLACES.contains(place.split(":", 2)[0])) {
            throw new IllegalArgumentException("there is no place " + place + ": allowed are " + PLACES);
        }
        withdraw(ORDERS.put(place, order));
        on = true;
    }

    /** How many passes the order for a place has struck; 0 where there is none. */
    public static long struck(String place) {
        Order order = ORDERS.get(place);
        return order == null ? 0 : order.struck.get();
    }

    /** Withdraws the order for a place: passes that hang go on. */
    public static synchronized void end(String place) {
        withdraw(ORDERS.remove(place));
        on = !ORDERS.isEmpty();
    }

    /** Withdraws all orders, and sets the clock right. */
    public static synchronized void endAll() {
        ORDERS.keySet().forEach(Sabotage::end);
        clockStepUs = 0;
        holding.set(false);
    }

    private static void withdraw(Order order) {
        if (order != null) {
            synchronized (order) {
                order.notifyAll();
            }
        }
    }

    /** Steps the wall clock of this process, against the system's; a later step is against that too. */
    public static void stepClock(Duration step) {
        clockStepUs = TimeUnit.NANOSECONDS.toMicros(step.toNanos());
    }

    /** Takes Java's heap to the last byte, and leaves nothing of it to anybody for so long: what others give back is taken at once. */
    public static void fillHeap(Duration lasts) {
        AtomicBoolean until = new AtomicBoolean(true);
        holding = until;
        Thread thread = new Thread(() -> fillHeap(lasts.toNanos(), until), "sabotage");
        thread.setDaemon(true);
        thread.start();
    }

    private static void fillHeap(long lastsNs, AtomicBoolean until) {
        Object[] taken = null;
        long fullNs = 0;
        int bytes = CHUNK_BYTES;
        while (until.get() && (fullNs == 0 || System.nanoTime() - fullNs < lastsNs)) {
            try {
                taken = new Object[] {taken, new byte[bytes]};
            } catch (OutOfMemoryError full) {
                FullHeap.unmet();
                fullNs = fullNs == 0 ? System.nanoTime() : fullNs;
                bytes = Math.max(16, bytes / 2); // smaller pieces may be left
            }
        }
    }

    /** How far the wall clock of this process is from the system's; what {@link Clock#SYSTEM} adds. */
    static long clockStepUs() {
        return clockStepUs;
    }

    /**
     * Does what a line says: {@code PLACE throw [TIMES]}, {@code PLACE starve [TIMES]}, {@code PLACE hang TIME [TIMES]},
     * {@code PLACE leak MIB [TIMES]}, {@code PLACE hoard MIB [TIMES]}, {@code PLACE end}, {@code clock TIME}, {@code clock -TIME},
     * {@code heap TIME} or {@code end}.
     *
     * @throws IllegalArgumentException when it says nothing that there is
     */
    public static void obey(String line) {
        String[] words = line.strip().toLowerCase(Locale.ROOT).split(" +");
        String what = words.length > 1 ? words[1] : "";
        if (line.strip().equals("end")) {
            endAll();
        } else if (words[0].equals("clock") && words.length == 2) {
            Duration step = duration(what.startsWith("-") ? what.substring(1) : what);
            stepClock(what.startsWith("-") ? step.negated() : step);
        } else if (words[0].equals("heap") && words.length == 2) {
            fillHeap(duration(what));
        } else if (what.equals("throw") && words.length <= 3) {
            fail(words[0], words.length > 2 ? times(words[2]) : 1);
        } else if (what.equals("starve") && words.length <= 3) {
            starve(words[0], words.length > 2 ? times(words[2]) : 1);
        } else if (what.equals("hang") && (words.length == 3 || words.length == 4)) {
            hang(words[0], duration(words[2]), words.length > 3 ? times(words[3]) : 1);
        } else if (Set.of("leak", "hoard").contains(what) && (words.length == 3 || words.length == 4)) {
            leak(words[0], what.equals("hoard"), mebibytes(words[2]), words.length > 3 ? times(words[3]) : 1);
        } else if (what.equals("end") && words.length == 2) {
            end(words[0]);
        } else {
            throw new IllegalArgumentException("'" + line
                    + "' is none of: PLACE throw [TIMES], PLACE starve [TIMES], PLACE hang TIME [TIMES],"
                    + " PLACE leak MIB [TIMES], PLACE hoard MIB [TIMES], PLACE end, clock [-]TIME, heap TIME, end");
        }
    }

    private static Duration duration(String text) {
        return Durations.parse(text)
                .orElseThrow(() -> new IllegalArgumentException("'" + text + "' is no time, such as 500ms or 5s"));
    }

    private static int mebibytes(String text) {
        if (!text.matches("[1-9]\\d{0,2}")) {
            throw new IllegalArgumentException("'" + text + "' is no number of MiB: 1 to 999");
        }
        return Integer.parseInt(text) << 20;
    }

    private static long times(String text) {
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("'" + text + "' is no number of times", e);
        }
    }
}
