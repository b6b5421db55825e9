package dev.vigil.app.service;

import dev.vigil.app.Health;
import dev.vigil.app.Health.Phase;
import dev.vigil.base.Clock;
import dev.vigil.base.FaultLog;
import io.netty.channel.EventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells systemd how the daemon is: ready, reloading, stopping, a line of status, and that all of it moves, which is all that feeds
 * its watchdog. A thread of its own, {@code systemd}, looks at the daemon's health; nobody waits for it. Without
 * {@code NOTIFY_SOCKET} there is no thread, and nothing happens.
 */
public final class Systemd implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Systemd.class);

    /** Figures change all the time; what matters more is told at once. */
    private static final long STATUS_NS = TimeUnit.SECONDS.toNanos(5);

    private static final int STATUS_CHARS_MAX = 1_000;
    private static final long EXTEND_NS = TimeUnit.SECONDS.toNanos(5);
    private static final long EXTENSION_US = TimeUnit.SECONDS.toMicros(30);
    /** Loading that takes longer has failed: then systemd's own limit holds again. */
    private static final long LOADING_MAX_NS = TimeUnit.MINUTES.toNanos(15);

    private static final long CLOSE_MS = 2_000;

    private final Clock clock;
    private final FaultLog faults;
    private final Watchdog watchdog;
    /** Null where nobody asks, as is the loop. */
    private final MultiThreadIoEventLoopGroup group;

    private final EventLoop loop;
    private final NotifySocket socket;

    // the loop's own
    private Health health;
    private Phase phase = Phase.STARTING;
    private long phaseNs;
    private boolean ready;
    private boolean stuck;
    private String status = "";
    private long statusNs;
    private long fedNs;
    private long extendedNs;

    private Systemd(Clock clock, Watchdog watchdog, String address) {
        this.clock = clock;
        this.faults = new FaultLog(LOG, clock);
        this.watchdog = watchdog;
        this.phaseNs = clock.monotonicNs();
        this.extendedNs = phaseNs - EXTEND_NS;
        this.statusNs = phaseNs - STATUS_NS;
        this.group = address.isEmpty() ? null : group();
        this.loop = group == null ? null : group.next();
        this.socket = group == null ? null : new NotifySocket(address, loop);
    }

    private static MultiThreadIoEventLoopGroup group() {
        return new MultiThreadIoEventLoopGroup(
                1,
                task -> {
                    Thread thread = new Thread(task, "systemd");
                    thread.setDaemon(true);
                    return thread;
                },
                EpollIoHandler.newFactory());
    }

    /** @param environment {@code NOTIFY_SOCKET}, {@code WATCHDOG_USEC} and {@code WATCHDOG_PID} of it count */
    public static Systemd of(Map<String, String> environment, Clock clock) {
        String address = environment.getOrDefault("NOTIFY_SOCKET", "");
        Watchdog watchdog = Watchdog.of(environment, ProcessHandle.current().pid());
        try {
            if (!address.isEmpty() && !Epoll.isAvailable()) {
                throw new IllegalArgumentException("this system has no epoll: "
                        + Epoll.unavailabilityCause().getMessage());
            }
            return new Systemd(clock, watchdog, address);
        } catch (IllegalArgumentException e) {
            LOG.warn("NOTIFY_SOCKET is {}: {}; systemd does not know how this service is", address, e.getMessage());
            return new Systemd(clock, watchdog, "");
        }
    }

    /** Whether it looks after this process, and starts another one where that fails. */
    public boolean isThere() {
        return loop != null;
    }

    /** Tells from now on how a daemon is, which is yet to be started. */
    public void watch(Health of) {
        if (loop == null) {
            return;
        }
        run(() -> {
            health = of;
            look();
        });
        of.onPhase(next -> run(() -> enter(next)));
        loop.scheduleWithFixedDelay(
                        () -> guarded(this::look), watchdog.lookNs(), watchdog.lookNs(), TimeUnit.NANOSECONDS)
                .addListener(ended -> LOG.debug("systemd is told no more"));
    }

    /**
     * Tells why the service ends without having been ready.
     *
     * @param errno of the C library, for what systemd shows beside
     */
    public void failed(String why, int errno, int exitStatus) {
        run(() -> send("STATUS=" + line(why) + "\nERRNO=" + errno + "\nEXIT_STATUS=" + exitStatus));
    }

    private void run(Runnable task) {
        if (loop != null) {
            try {
                loop.execute(() -> guarded(task));
            } catch (RejectedExecutionException e) {
                LOG.debug("the process ends", e);
            }
        }
    }

    /** One that fails must not be the last. */
    private void guarded(Runnable task) {
        try {
            task.run();
        } catch (RuntimeException | Error e) {
            faults.error("systemd could not be told how this service is", e);
        }
    }

    private void enter(Phase next) {
        phase = next;
        phaseNs = clock.monotonicNs();
        extendedNs = phaseNs - EXTEND_NS;
        switch (next) {
            case STARTING -> {}
            case RUNNING -> {
                if (ready) {
                    tell("READY=1");
                }
            }
            case RELOADING -> tell("RELOADING=1\nMONOTONIC_USEC=" + TimeUnit.NANOSECONDS.toMicros(System.nanoTime()));
            case STOPPING -> tell("STOPPING=1");
        }
        look();
    }

    private void look() {
        long nowNs = clock.monotonicNs();
        if (!ready && phase == Phase.RUNNING && health.unready().isEmpty()) {
            ready = true;
            fedNs = nowNs;
            tell(watchdog.isOn() ? "READY=1\nWATCHDOG=1" : "READY=1");
        }
        boolean loads = phase == Phase.STARTING || phase == Phase.RELOADING;
        if (loads && nowNs - extendedNs >= EXTEND_NS && nowNs - phaseNs <= LOADING_MAX_NS) {
            extendedNs = nowNs;
            send("EXTEND_TIMEOUT_USEC=" + EXTENSION_US);
        }
        boolean moves = moves();
        if (ready && phase != Phase.STOPPING && moves && watchdog.isDue(nowNs - fedNs)) {
            fedNs = nowNs;
            send("WATCHDOG=1");
        }
        if (nowNs - statusNs >= STATUS_NS) {
            String now = line(health.line());
            if (!now.equals(status)) {
                tellStatus("", now, nowNs);
            }
        }
    }

    /** Whether nothing is stuck; tells at once when that changes. */
    private boolean moves() {
        List<String> silent = health.stuck();
        if (silent.isEmpty() == stuck) {
            stuck = !silent.isEmpty();
            if (stuck && watchdog.isOn()) {
                LOG.error(
                        "stuck: {}; unless that moves again, systemd's watchdog restarts Vigil",
                        String.join(", ", silent));
            } else if (!stuck) {
                LOG.info("nothing is stuck any more");
            }
            tellStatus("", line(health.line()), clock.monotonicNs());
        }
        return !stuck;
    }

    /** Tells a change, and how all is with it. */
    private void tell(String change) {
        tellStatus(change + "\n", line(health.line()), clock.monotonicNs());
    }

    private void tellStatus(String before, String line, long nowNs) {
        status = line;
        statusNs = nowNs;
        send(before + "STATUS=" + line);
    }

    private void send(String state) {
        LOG.trace("{}", state);
        socket.send(state);
    }

    /** A line break would begin another assignment. */
    private static String line(String text) {
        String line = text.strip().replaceAll("\\p{Cntrl}+", " ");
        return line.length() <= STATUS_CHARS_MAX ? line : line.substring(0, STATUS_CHARS_MAX) + "…";
    }

    /** Tells nothing any more, once what was told before has left. */
    @Override
    public void close() {
        if (loop == null) {
            return;
        }
        CountDownLatch left = new CountDownLatch(1);
        run(() -> socket.close(left::countDown));
        try {
            if (!left.await(CLOSE_MS, TimeUnit.MILLISECONDS)) {
                LOG.debug("systemd takes nothing any more");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        group.shutdownGracefully(0, CLOSE_MS, TimeUnit.MILLISECONDS).awaitUninterruptibly(CLOSE_MS);
    }
}
