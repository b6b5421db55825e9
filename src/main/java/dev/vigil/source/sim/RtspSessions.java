package dev.vigil.source.sim;

import io.netty.channel.Channel;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** All sessions of a server. Belongs to the server's thread. */
final class RtspSessions {
    private static final Logger log = LoggerFactory.getLogger(RtspSessions.class);

    private final Map<String, RtspSession> byId = new HashMap<>();
    private final SecureRandom random = new SecureRandom();
    private final long timeoutNs;

    RtspSessions(long timeoutNs) {
        this.timeoutNs = timeoutNs;
    }

    RtspSession open(SimulatedCamera camera, Channel connection, RtpSink sink, long nowNs) {
        byte[] id = new byte[8];
        random.nextBytes(id);
        RtspSession session = new RtspSession(HexFormat.of().formatHex(id), camera, connection, sink, nowNs);
        byId.put(session.id(), session);
        return session;
    }

    /** The session, or null. */
    RtspSession get(String id) {
        return byId.get(id);
    }

    void close(RtspSession session) {
        session.stop();
        byId.remove(session.id());
    }

    boolean hasAny(Channel connection) {
        return byId.values().stream().anyMatch(session -> session.connection() == connection);
    }

    int interleaved(Channel connection) {
        return (int) byId.values().stream()
                .filter(session -> session.connection() == connection && session.sink() instanceof TcpSink)
                .count();
    }

    /** A connection is gone, and with it what was interleaved on it; UDP sessions go on until they fall silent. */
    void connectionClosed(Channel connection) {
        closeWhere(session -> session.connection() == connection && session.sink() instanceof TcpSink);
    }

    /** RTCP came from a client's port. */
    void heard(InetSocketAddress sender, long nowNs) {
        for (RtspSession session : byId.values()) {
            if (session.sink() instanceof UdpSink udp && udp.rtcpAddress().equals(sender)) {
                session.touch(nowNs);
            }
        }
    }

    /** Ends the sessions of clients that fell silent. */
    @SuppressWarnings("FutureReturnValueIgnored") // Closing can not fail in a way that matters here.
    void expire(long nowNs) {
        for (RtspSession session : closeWhere(session -> session.silent(nowNs, timeoutNs))) {
            log.info(
                    "{}: session {} ended, its client fell silent",
                    session.camera().path(),
                    session.id());
            if (session.sink() instanceof TcpSink) {
                session.connection().close();
            }
        }
    }

    List<RtspSession> where(Predicate<RtspSession> which) {
        return byId.values().stream().filter(which).toList();
    }

    /** Ends sessions; their connections stay open. */
    List<RtspSession> closeWhere(Predicate<RtspSession> which) {
        List<RtspSession> ended = where(which);
        ended.forEach(this::close);
        return ended;
    }
}
