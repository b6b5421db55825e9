package dev.vigil.source.sim;

import dev.vigil.base.Clock;
import io.netty.channel.Channel;
import io.netty.channel.group.ChannelGroup;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What the connections of a server share. Belongs to the server's thread. */
final class CameraSet {
    private final List<SimulatedCamera> cameras;
    private final Map<String, SimulatedCamera> byPath = new HashMap<>();
    private final Clock clock;
    private final RtspLogin login;
    private final ChannelGroup connections;
    private final UdpPorts udp;
    private final RtspSessions sessions;
    private final SimulatedCameraOptions options;
    private final long startedUtcS;
    private Runnable waker = () -> {};

    CameraSet(
            List<SimulatedCamera> cameras,
            Clock clock,
            ChannelGroup connections,
            UdpPorts udp,
            RtspSessions sessions,
            SimulatedCameraOptions options) {
        this.cameras = cameras;
        this.clock = clock;
        this.connections = connections;
        this.udp = udp;
        this.sessions = sessions;
        this.options = options;
        this.login = options.login();
        this.startedUtcS = clock.utcUs() / 1_000_000;
        cameras.forEach(camera -> byPath.put(camera.path(), camera));
    }

    /** Sets what is to be told that a client has begun to play; once, before any does. */
    void onPlay(Runnable listener) {
        waker = listener;
    }

    /** A client has begun to play. */
    void wake() {
        waker.run();
    }

    /** Sends what is due on all cameras. */
    void sendDue() {
        long nowNs = clock.monotonicNs();
        for (SimulatedCamera camera : cameras) {
            camera.sendDue(nowNs);
        }
    }

    void sendReports() {
        long nowNs = clock.monotonicNs();
        for (SimulatedCamera camera : cameras) {
            camera.sendReports(nowNs);
        }
    }

    void logFaults() {
        cameras.forEach(SimulatedCamera::logFaults);
    }

    /** The camera at a path, or null. */
    SimulatedCamera at(String path) {
        return byPath.get(path);
    }

    /** A client's end as it asked for it. */
    RtpSink sink(Channel connection, TransportRequest wanted, SimulatedCamera camera) {
        boolean waitsForKey = options.join() == SimulatedCameraOptions.Join.KEYFRAME;
        if (wanted.tcp()) {
            int rtp = wanted.rtp() >= 0 ? wanted.rtp() : 2 * sessions.interleaved(connection);
            return new TcpSink(connection, rtp, wanted.rtp() >= 0 ? wanted.rtcp() : rtp + 1, waitsForKey);
        }
        // Only to the host that asks: an address in the request could make the server flood a third.
        var host = ((InetSocketAddress) connection.remoteAddress()).getAddress();
        return new UdpSink(
                udp,
                new DripRate(camera.faults(), clock),
                new InetSocketAddress(host, wanted.rtp()),
                new InetSocketAddress(host, wanted.rtcp()),
                waitsForKey);
    }

    RtspSessions sessions() {
        return sessions;
    }

    /** All that are open. */
    ChannelGroup connections() {
        return connections;
    }

    /** Who may be told that a path is of no camera; null for everyone. Each camera has its own. */
    RtspLogin login() {
        return login;
    }

    /** RTSP goes over TLS, and with it all that is sent. */
    boolean tls() {
        return options.tls() != null;
    }

    List<SimulatedCamera> all() {
        return cameras;
    }

    Clock clock() {
        return clock;
    }

    long nowNs() {
        return clock.monotonicNs();
    }

    long startedUtcS() {
        return startedUtcS;
    }

    /** As told to clients: whole seconds, at least one. */
    long sessionTimeoutS() {
        return Math.max(1, options.sessionTimeout().plus(Duration.ofMillis(999)).toSeconds());
    }
}
