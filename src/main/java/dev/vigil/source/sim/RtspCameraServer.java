package dev.vigil.source.sim;

import dev.vigil.base.Clock;
import dev.vigil.source.SourceException;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.rtsp.RtspEncoder;
import io.netty.handler.timeout.IdleStateHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * RTSP cameras that show a video file in an endless loop, at its own pace: what is in the file goes out as it is, over RTP
 * interleaved on TCP or UDP unicast, with RTCP sender reports that give each frame's capture time on this machine's clock.
 *
 * <p>A camera is one clock: its clients all see the same moment, and a late one begins there, with the next keyframe unless
 * {@link SimulatedCameraOptions.Join} says otherwise. A frame's capture time is when it is due to be sent; in a clip with
 * B-frames it lies before that by the reordering delay, as on real cameras.
 *
 * <pre>
 *   Clip (packets, shared) ─► SimulatedCamera ─► FaultPlan ─► RtpSink ─► client      one event loop does all of it,
 *                                  ▲                            RtpSink ─► client      woken by one Metronome thread
 * </pre>
 *
 * <p>Threadsafe.
 */
public final class RtspCameraServer implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(RtspCameraServer.class);
    private static final long CALL_TIMEOUT_S = 10;
    /** From the server's start to the first frame of its first camera. */
    private static final long LEAD_NS = TimeUnit.MILLISECONDS.toNanos(20);
    /** A TCP client's frames wait in this much of the server's memory at most, and one frame more. */
    private static final WriteBufferWaterMark BACKLOG_BYTES = new WriteBufferWaterMark(128 << 10, 512 << 10);

    private static final int SEND_BUFFER_BYTES = 128 << 10;

    private final SimulatedCameraOptions options;
    private final Clip clip;
    private final UtcAnchor utc;
    private final EventLoopGroup group;
    private final EventLoop loop;
    private final ChannelGroup connections;
    private final List<SimulatedCamera> cameras = new ArrayList<>();
    private final UdpPorts udp;
    private final CameraSet set;
    private final Metronome metronome;
    private final int port;
    private Channel listener;
    private boolean closed;

    /**
     * Reads the file and starts to serve it.
     *
     * @throws SourceException when the file can not be shown
     * @throws IOException when the port is in use or the address is not this machine's
     */
    public static RtspCameraServer start(SimulatedCameraOptions options) throws SourceException, IOException {
        return start(options, FaultPlan.NONE, Clock.SYSTEM);
    }

    /** The same with faults and a clock of the caller's. */
    public static RtspCameraServer start(SimulatedCameraOptions options, FaultPlan faults, Clock clock)
            throws SourceException, IOException {
        Clip clip = Clip.load(options.file(), options.packetBytesMax(), options.memoryBytesMax());
        EventLoopGroup group = new MultiThreadIoEventLoopGroup(
                1, new DefaultThreadFactory("camera-server", true), NioIoHandler.newFactory());
        try {
            return new RtspCameraServer(options, clip, group, faults, clock);
        } catch (IOException | RuntimeException failed) {
            group.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly(CALL_TIMEOUT_S, TimeUnit.SECONDS);
            clip.close();
            throw failed;
        }
    }

    private RtspCameraServer(
            SimulatedCameraOptions options, Clip clip, EventLoopGroup group, FaultPlan faults, Clock clock)
            throws IOException {
        this.options = options;
        this.clip = clip;
        this.group = group;
        this.loop = group.next();
        this.connections = new DefaultChannelGroup(loop);
        this.utc = new UtcAnchor(clock);
        RtspSessions sessions = new RtspSessions(options.sessionTimeout().toNanos());
        this.udp = UdpPorts.bind(loop, options.bind(), sender -> sessions.heard(sender, clock.monotonicNs()));
        addCameras(clock, faults);
        this.set = new CameraSet(List.copyOf(cameras), clock, udp, sessions, options);
        this.metronome = new Metronome(clock, List.copyOf(cameras), loop, set::sendDue);
        set.onPlay(metronome::wake);
        try {
            this.listener = listen(options.port());
        } catch (IOException failed) {
            metronome.close();
            udp.close();
            throw failed;
        }
        this.port = ((InetSocketAddress) listener.localAddress()).getPort();
        every(500, this::housekeep);
        every(1_000, set::logFaults);
    }

    private void addCameras(Clock clock, FaultPlan faults) {
        long startNs = clock.monotonicNs() + LEAD_NS;
        SecureRandom random = new SecureRandom();
        FrameIndex index = clip.index();
        long frameNs = index.lengthNs() / index.frames();
        for (int i = 0; i < options.cameras(); i++) {
            Timeline timeline = new Timeline(
                    index, startNs + frameNs * i / options.cameras(), random.nextInt(), random.nextInt(1 << 16));
            cameras.add(new SimulatedCamera(
                    i,
                    options.pathOf(i),
                    clip,
                    timeline,
                    new CameraClock(clock, utc),
                    random.nextInt(),
                    faults,
                    PooledByteBufAllocator.DEFAULT));
        }
    }

    private Channel listen(int atPort) throws IOException {
        ChannelFuture bound = new ServerBootstrap()
                .group(group)
                .channel(NioServerSocketChannel.class)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childOption(ChannelOption.SO_SNDBUF, SEND_BUFFER_BYTES)
                .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, BACKLOG_BYTES)
                .childHandler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel connection) {
                        connections.add(connection);
                        connection
                                .pipeline()
                                .addLast(new InterleavedRtspDecoder())
                                .addLast(new RtspEncoder())
                                .addLast(new IdleStateHandler((int) set.sessionTimeoutS(), 0, 0))
                                .addLast(new RtspRequestHandler(set));
                    }
                })
                .bind(options.bind(), atPort)
                .awaitUninterruptibly();
        if (bound.isSuccess()) {
            return bound.channel();
        }
        if (bound.cause() instanceof BindException) {
            throw new IOException(
                    "can not listen at " + options.bind() + ":" + atPort + ": "
                            + (bound.cause().getMessage().contains("in use")
                                    ? "the port is in use; choose another with --port"
                                    : bound.cause().getMessage()),
                    bound.cause());
        }
        throw new IOException(
                "can not listen at " + options.bind() + ":" + atPort + ": " + bound.cause(), bound.cause());
    }

    private void housekeep() {
        long stepNs = utc.refresh();
        if (stepNs != 0) {
            log.warn("the system's clock was set by {} ms; sender reports follow", stepNs / 1_000_000);
        }
        set.sendReports();
        set.sessions().expire(set.nowNs());
    }

    /** Runs something on the loop regularly; a failure is logged and ends neither the server nor the task. */
    @SuppressWarnings("FutureReturnValueIgnored") // Ends with the loop.
    private void every(long intervalMs, Runnable task) {
        loop.scheduleAtFixedRate(
                () -> {
                    try {
                        task.run();
                    } catch (RuntimeException failed) {
                        log.error("camera server", failed);
                    }
                },
                intervalMs,
                intervalMs,
                TimeUnit.MILLISECONDS);
    }

    /** The RTSP port that the server listens at. */
    public int port() {
        return port;
    }

    public int cameras() {
        return cameras.size();
    }

    /** Where a camera, counted from 0, is reached from this machine. */
    public URI uri(int camera) {
        String host =
                options.bind().equals("0.0.0.0") ? "127.0.0.1" : options.bind().equals("::") ? "[::1]" : options.bind();
        return URI.create("rtsp://" + (host.contains(":") && !host.startsWith("[") ? "[" + host + "]" : host) + ":"
                + port + options.pathOf(camera));
    }

    /** Pictures in the file. */
    public int clipFrames() {
        return clip.index().frames();
    }

    /** How long the file lasts until it starts again. */
    public long clipLengthUs() {
        return clip.index().lengthNs() / 1_000;
    }

    /**
     * Which picture of the file, counted from 0 in the order in which they are shown, a camera captured nearest to a moment;
     * -1 before its start. It is exact when the moment is off by less than half a frame's duration.
     *
     * @param captureUtcUs in microseconds since 1970 UTC by this machine's clock
     */
    public long frameIndexAt(int camera, long captureUtcUs) {
        return cameras.get(camera).timeline().shownAt(utc.monotonicNs(captureUtcUs));
    }

    /**
     * When a camera truly captured a picture of the file, on the monotonic clock, whatever its own clocks say.
     *
     * @param shown the picture, counted from 0 in the order in which they are shown
     * @param nearNs tells which round of the loop is meant: the one in which the picture was captured nearest to this moment
     */
    public long captureNs(int camera, int shown, long nearNs) {
        return cameras.get(camera).timeline().captureNsOfShown(shown, nearNs);
    }

    /** Frames of a camera that at least one client was given. */
    public long framesSent(int camera) {
        return cameras.get(camera).framesSent();
    }

    /** Frames of a camera that clients missed because they read too slowly, summed over its clients. */
    public long framesSkipped(int camera) {
        return cameras.get(camera).framesSkipped();
    }

    /** Clients that a camera is playing to. */
    public int clients(int camera) {
        return cameras.get(camera).clients();
    }

    /** The clocks of one camera, to be made wrong. */
    public CameraClock clock(int camera) {
        return cameras.get(camera).clock();
    }

    /** Faults of one camera. */
    public FaultSwitches faults(int camera) {
        return cameras.get(camera).switches();
    }

    /** Stops sending on all cameras; connections stay open. */
    public void stall() {
        cameras.forEach(camera -> camera.switches().stall());
    }

    /** Goes on after {@link #stall}. */
    public void resume() {
        cameras.forEach(camera -> camera.switches().resume());
    }

    /** Closes every connection and ends every session. */
    public void disconnectAll() {
        await(loop.submit(() -> {
            set.sessions().closeWhere(session -> true);
        }));
        connections.close().awaitUninterruptibly(CALL_TIMEOUT_S, TimeUnit.SECONDS);
    }

    /**
     * Closes the port, so that new connections are refused, or opens it again; those that are there stay.
     *
     * @throws IOException when another program has taken the port meanwhile
     */
    public synchronized void refuse(boolean refuse) throws IOException {
        if (closed) {
            return;
        }
        if (refuse && listener != null) {
            listener.close().awaitUninterruptibly(CALL_TIMEOUT_S, TimeUnit.SECONDS);
            listener = null;
            // The port itself closes with the selector's next round.
            await(loop.schedule(() -> {}, 1, TimeUnit.MILLISECONDS));
        } else if (!refuse && listener == null) {
            listener = listen(port);
        }
    }

    private static void await(Future<?> done) {
        if (!done.awaitUninterruptibly(CALL_TIMEOUT_S, TimeUnit.SECONDS)) {
            throw new IllegalStateException("the camera server's thread does not answer");
        }
    }

    /** Stops everything within seconds; clients see their connections close. */
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        metronome.close();
        if (listener != null) {
            listener.close().awaitUninterruptibly(CALL_TIMEOUT_S, TimeUnit.SECONDS);
        }
        disconnectAll();
        udp.close();
        if (group.shutdownGracefully(0, 2, TimeUnit.SECONDS).awaitUninterruptibly(CALL_TIMEOUT_S, TimeUnit.SECONDS)) {
            clip.close();
        } else {
            log.warn("the camera server's thread did not end; its memory is kept");
        }
    }
}
