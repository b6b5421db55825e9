package dev.vigil.http;

import dev.vigil.base.Clock;
import dev.vigil.base.FaultLog;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpRequestDecoder;
import io.netty.handler.codec.http.HttpResponseEncoder;
import io.netty.handler.timeout.WriteTimeoutHandler;
import io.netty.util.NetUtil;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The port. While another program has it, that is told and it is tried again: whoever watches a daemon must not keep it from
 * working. Threadsafe.
 */
public final class HttpServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(HttpServer.class);

    /** After one that could not be taken. */
    private static final long TAKE_AGAIN_MS = 1_000;

    private static final int LINE_CHARS_MAX = 2_048;
    private static final int HEADERS_CHARS_MAX = 8_192;
    private static final int READ_BYTES = 4_096;
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(1);

    private final HttpOptions options;
    private final Site site;
    private final HttpFigures figures;
    private final Limits limits;
    private final FaultLog faults;
    private final Gatekeeper gatekeeper;
    /** For what is long two, since a recording keeps one, and there is one at a time. */
    private final Map<Site.Effort, Workers> workers =
            Map.of(Site.Effort.SOME, new Workers("http-page", 1), Site.Effort.LONG, new Workers("http-long", 2));

    private final EventLoopGroup loop =
            new MultiThreadIoEventLoopGroup(1, new DefaultThreadFactory("http", true), NioIoHandler.newFactory());
    private final Connections connections;
    /** The last try to open the port; null before the first. */
    private volatile ChannelFuture binding;

    /** Owned by the event loop. */
    private String toldFailure = "";

    /** @param options of a port that is on */
    public HttpServer(HttpOptions options, Site site, HttpFigures figures, Clock clock) {
        this(options, site, figures, clock, Limits.USUAL);
    }

    HttpServer(HttpOptions options, Site site, HttpFigures figures, Clock clock, Limits limits) {
        this.options = options;
        this.site = site;
        this.figures = figures;
        this.limits = limits;
        this.faults = new FaultLog(LOG, clock);
        this.gatekeeper = new Gatekeeper(options.token());
        this.connections = new Connections(figures, faults);
    }

    /** Opens the port, or says why it can not be opened, and goes on trying. */
    public void start() {
        if (!bind().awaitUninterruptibly(CLOSE_TIMEOUT.toMillis())) {
            LOG.warn("the HTTP port {} has not been opened yet", shown(options.listen()));
        }
    }

    private ChannelFuture bind() {
        ChannelFuture bound = new ServerBootstrap()
                .group(loop)
                .channel(NioServerSocketChannel.class)
                .option(ChannelOption.SO_BACKLOG, Connections.MAX)
                .option(ChannelOption.SO_REUSEADDR, true)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, WriteBufferWaterMark.DEFAULT)
                .handler(new ChannelInboundHandlerAdapter() {
                    @Override
                    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
                        notTaken(ctx.channel(), cause);
                    }
                })
                .childHandler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel channel) {
                        connected(channel);
                    }
                })
                .bind(options.listen());
        binding = bound;
        bound.addListener(done -> {
            if (done.isSuccess()) {
                LOG.info("HTTP on http://{}/", shown(address().orElseThrow()));
            } else {
                later(done.cause());
            }
        });
        return bound;
    }

    /** Out of descriptors, above all. Whoever connects waits until there are some again. */
    private void notTaken(Channel port, Throwable cause) {
        faults.warn("a connection to the HTTP port could not be taken: " + cause.getMessage());
        port.config().setAutoRead(false);
        var unused = loop.schedule(() -> port.config().setAutoRead(true), TAKE_AGAIN_MS, TimeUnit.MILLISECONDS);
    }

    private void connected(SocketChannel channel) {
        if (connections.admit(channel)) {
            channel.pipeline()
                    .addLast(new HttpRequestDecoder(new HttpDecoderConfig()
                            .setMaxInitialLineLength(LINE_CHARS_MAX)
                            .setMaxHeaderSize(HEADERS_CHARS_MAX)
                            .setInitialBufferSize(READ_BYTES)))
                    .addLast(new HttpResponseEncoder())
                    .addLast(new WriteTimeoutHandler(limits.answer().toMillis(), TimeUnit.MILLISECONDS))
                    .addLast(new RequestHandler(site, gatekeeper, workers, figures, limits, faults));
        }
    }

    private void later(Throwable cause) {
        String failure = "the HTTP port " + shown(options.listen()) + " can not be opened: " + cause.getMessage();
        if (!toldFailure.equals(failure)) {
            toldFailure = failure;
            LOG.warn(
                    "{}. All else goes on; it is tried again every {} s. Another port is said by http.listen, none by"
                            + " http: false",
                    failure,
                    limits.bindAgain().toSeconds());
        }
        if (!loop.isShuttingDown()) {
            var unused = loop.schedule(this::bindAgain, limits.bindAgain().toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    private void bindAgain() {
        var unused = bind(); // which tells of itself
    }

    /** Where it listens; empty while it does not. */
    public Optional<InetSocketAddress> address() {
        ChannelFuture last = binding;
        return last != null && last.isSuccess()
                ? Optional.of((InetSocketAddress) last.channel().localAddress())
                : Optional.empty();
    }

    private static String shown(InetSocketAddress address) {
        return NetUtil.toSocketAddressString(address);
    }

    /** Closes the port and all connections, and ends what is being done for them. */
    @Override
    public void close() {
        workers.values().forEach(Workers::close);
        connections.close();
        ChannelFuture last = binding;
        if (last != null && !last.channel().close().awaitUninterruptibly(CLOSE_TIMEOUT.toMillis())) {
            LOG.warn("the HTTP port did not close in time");
        }
        if (!loop.shutdownGracefully(0, CLOSE_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)
                .awaitUninterruptibly(CLOSE_TIMEOUT.toMillis())) {
            LOG.warn("the HTTP port's thread did not end in time");
        }
    }
}
