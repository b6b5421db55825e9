package dev.vigil.source.sim;

import dev.vigil.base.Clock;
import dev.vigil.source.SourceException;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.PooledByteBufAllocator;
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
import io.netty.handler.ssl.SslContext;
import io.netty.handler.timeout.IdleStateHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.net.URI;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
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
 *   Clip (packets, shared) ─► SimulatedCamera ─► CameraFaults ─► RtpSink ─► client      one event loop does all of it,
 *                                  ▲                               RtpSink ─► client      woken by one Metronome thread
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
    private final Clip then;
    private final UtcAnchor utc;
    private final EventLoopGroup group;
    private final EventLoop loop;
    private final ChannelGroup connections;
    private final List<SimulatedCamera> cameras = new ArrayList<>();
    private final UdpPorts udp;
    private final CameraSet set;
    private final Metronome metronome;
    private final ListeningPort port;
    private final FaultRunner faults;
    private final Set<FaultKind> possible;
    private boolean closed;

    /**
     * Reads the file and starts to serve it.
     *
     * @throws SourceException when the file can not be shown
     * @throws IOException when the port is in use, the address is not this machine's, or the certificate can not be used
     * @throws IllegalArgumentException when faults are asked for that these options do not allow
     */
    public static RtspCameraServer start(SimulatedCameraOptions options) throws SourceException, IOException {
        return start(options, FaultListener.NONE, Clock.SYSTEM);
    }

    /** The same with someone who is told of faults, and a clock of the caller's. */
    public static RtspCameraServer start(SimulatedCameraOptions options, FaultListener listener, Clock clock)
            throws SourceException, IOException {
        Clip clip = Clip.load(options.file(), options.packetBytesMax(), options.memoryBytesMax());
        Clip then = null;
        EventLoopGroup group = new MultiThreadIoEventLoopGroup(
                1, new DefaultThreadFactory("camera-server", true), NioIoHandler.newFactory());
        try {
            then = options.then() == null
                    ? null
                    : Clip.load(options.then(), options.packetBytesMax(), options.memoryBytesMax());
            return new RtspCameraServer(options, clip, then, group, listener, clock);
        } catch (SourceException | IOException | RuntimeException failed) {
            group.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly(CALL_TIMEOUT_S, TimeUnit.SECONDS);
            clip.close();
            if (then != null) {
                then.close();
            }
            throw failed;
        }
    }

    private RtspCameraServer(
            SimulatedCameraOptions options,
            Clip clip,
            Clip then,
            EventLoopGroup group,
            FaultListener listener,
            Clock clock)
            throws IOException {
        this.possible = PossibleFaults.of(options, clip, then);
        this.options = options;
        this.clip = clip;
        this.then = then;
        this.group = group;
        this.loop = group.next();
        this.connections = new DefaultChannelGroup(loop);
        this.utc = new UtcAnchor(clock);
        SslContext tls = options.tls() == null ? null : options.tls().context();
        RtspSessions sessions = new RtspSessions(options.sessionTimeout().toNanos());
        this.udp = UdpPorts.bind(loop, options.bind(), sender -> sessions.heard(sender, clock.monotonicNs()));
        addCameras(clock);
        this.set = new CameraSet(List.copyOf(cameras), clock, connections, udp, sessions, options);
        this.metronome = new Metronome(clock, List.copyOf(cameras), loop, set::sendDue);
        set.onPlay(metronome::wake);
        try {
            this.port = ListeningPort.open(bootstrap(tls), loop, options.bind(), options.port());
        } catch (IOException failed) {
            metronome.close();
            udp.close();
            throw failed;
        }
        this.faults = new FaultRunner(loop, clock, new FaultActions(set, clip, then, this::listenOrNot), listener);
        every(500, this::housekeep);
        every(1_000, set::logFaults);
        await(loop.submit(() -> faults.run(options.faults(), cameras, possible)));
    }

    private void addCameras(Clock clock) {
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
                    new CameraFaults(new Random(options.faults().seed() + i)),
                    options.login(),
                    PooledByteBufAllocator.DEFAULT));
        }
    }

    private ServerBootstrap bootstrap(SslContext tls) {
        return new ServerBootstrap()
                .group(group)
                .channel(NioServerSocketChannel.class)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childOption(ChannelOption.SO_SNDBUF, SEND_BUFFER_BYTES)
                .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, BACKLOG_BYTES)
                .childHandler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel connection) {
                        connections.add(connection);
                        DripHandler drip = new DripHandler(set.clock());
                        connection.pipeline().addLast(drip);
                        if (tls != null) {
                            connection.pipeline().addLast(tls.newHandler(connection.alloc()));
                        }
                        connection
                                .pipeline()
                                .addLast(new InterleavedRtspDecoder())
                                .addLast(new RtspEncoder())
                                .addLast(new IdleStateHandler((int) set.sessionTimeoutS(), 0, 0))
                                .addLast(new RtspRequestHandler(set, drip));
                    }
                });
    }

    /** The port is closed when there is nobody behind it: while every camera refuses connections. */
    private void listenOrNot() {
        port.listen(!cameras.stream().allMatch(camera -> camera.faults().on(FaultKind.REFUSE)));
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
        return port.port();
    }

    public int cameras() {
        return cameras.size();
    }

    /** Where a camera, counted from 0, is reached from this machine. */
    public URI uri(int camera) {
        String host =
                options.bind().equals("0.0.0.0") ? "127.0.0.1" : options.bind().equals("::") ? "[::1]" : options.bind();
        return URI.create((options.tls() == null ? "rtsp://" : "rtsps://")
                + (host.contains(":") && !host.startsWith("[") ? "[" + host + "]" : host) + ":" + port()
                + options.pathOf(camera));
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

    /**
     * Begins a fault at one camera, and lasts until {@link #end} is called with the same one; what happens at a moment has
     * happened when this returns.
     *
     * @throws IllegalArgumentException when these options do not allow it
     */
    public void begin(int camera, Fault fault) {
        if (!possible.contains(fault.kind())) {
            throw new IllegalArgumentException(PossibleFaults.why(fault.kind()));
        }
        onLoop(() -> faults.begin(cameras.get(camera), fault));
    }

    /** Ends what {@link #begin} has begun. */
    public void end(int camera, Fault fault) {
        onLoop(() -> faults.end(cameras.get(camera), fault));
    }

    private void onLoop(Runnable task) {
        if (loop.inEventLoop()) {
            task.run();
        } else {
            await(loop.submit(task));
        }
    }

    private static void await(Future<?> done) {
        if (!done.awaitUninterruptibly(CALL_TIMEOUT_S, TimeUnit.SECONDS)) {
            throw new IllegalStateException("the camera server's thread does not answer");
        }
        if (!done.isSuccess()) {
            throw new IllegalStateException("the camera server's thread failed", done.cause());
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
        await(loop.submit(() -> {
            port.close();
            set.sessions().closeWhere(session -> true);
        }));
        connections.close().awaitUninterruptibly(CALL_TIMEOUT_S, TimeUnit.SECONDS);
        udp.close();
        if (group.shutdownGracefully(0, 2, TimeUnit.SECONDS).awaitUninterruptibly(CALL_TIMEOUT_S, TimeUnit.SECONDS)) {
            clip.close();
            if (then != null) {
                then.close();
            }
        } else {
            log.warn("the camera server's thread did not end; its memory is kept");
        }
    }
}
