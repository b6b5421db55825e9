package dev.vigil.source.rtsp;

import dev.vigil.base.Clock;
import dev.vigil.source.Abort;
import dev.vigil.source.SourceException;
import dev.vigil.source.SourceException.Cause;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Looks up a host's addresses by a deadline. The system's resolver knows none, so a name (not a literal) costs a short-lived thread. */
public final class Resolver {
    private Resolver() {}

    /**
     * Waits for a name to be known, for a library whose own look-up nothing can end: with a resolver that answers, that one is
     * quick.
     *
     * @param host null or a literal address is not looked up
     * @param shown the address for people
     */
    public static void resolveFirst(String host, String shown, long deadlineNs, Clock clock, Abort abort)
            throws SourceException {
        if (host != null && !host.startsWith("[")) {
            OpenResources resources = new OpenResources();
            abort.onRequest(resources::closeAll);
            try {
                resolve(host, shown, deadlineNs, clock, resources);
            } finally {
                abort.onRequest(null);
            }
        }
    }

    /** @param shown the address for people */
    static InetAddress[] resolve(String host, String shown, long deadlineNs, Clock clock, OpenResources resources)
            throws SourceException {
        FutureTask<InetAddress[]> lookup = new FutureTask<>(() -> InetAddress.getAllByName(host));
        Closeable cancelling = () -> lookup.cancel(true);
        try {
            resources.guard(cancelling);
            if (isLiteral(host)) {
                lookup.run();
            } else {
                Thread thread = new Thread(lookup, "resolve " + host);
                thread.setDaemon(true);
                thread.start();
            }
            return lookup.get(Math.max(0, deadlineNs - clock.monotonicNs()), TimeUnit.NANOSECONDS);
        } catch (ExecutionException e) {
            throw new SourceException(Cause.UNREACHABLE, shown + ": unknown host", e.getCause());
        } catch (TimeoutException e) {
            throw new SourceException(Cause.UNREACHABLE, shown + ": the name server does not answer", e);
        } catch (CancellationException | IOException e) {
            throw new SourceException(Cause.ENDED, shown + ": stopped", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new SourceException(Cause.ENDED, shown + ": stopped", e);
        } finally {
            lookup.cancel(true);
            resources.release(cancelling);
        }
    }

    private static boolean isLiteral(String host) {
        return host.indexOf(':') >= 0 || host.chars().allMatch(c -> c == '.' || (c >= '0' && c <= '9'));
    }
}
