package dev.vigil.source.rtsp;

import dev.vigil.base.Clock;
import dev.vigil.frame.ClockStatus;
import dev.vigil.source.Abort;
import dev.vigil.source.PacketInfo;
import dev.vigil.source.PacketStream;
import dev.vigil.source.SourceException;
import dev.vigil.source.SourceException.Cause;
import dev.vigil.source.SourceOptions;
import dev.vigil.source.SourceOptions.Transport;
import dev.vigil.source.UdpException;
import java.io.Closeable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import org.bytedeco.ffmpeg.avcodec.AVCodecParameters;
import org.bytedeco.ffmpeg.avcodec.AVPacket;
import org.bytedeco.ffmpeg.avutil.AVRational;
import org.bytedeco.ffmpeg.global.avcodec;
import org.bytedeco.ffmpeg.global.avutil;
import org.bytedeco.javacpp.BytePointer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A camera's first supported video stream over RTSP. One thread owns it: opening, reading and closing; its
 * {@link Abort} ends them from any other.
 */
public final class RtspStream implements PacketStream {
    private static final Logger LOG = LoggerFactory.getLogger(RtspStream.class);
    private static final int REDIRECTS_MAX = 4;
    private static final long TEARDOWN_NS = 250_000_000;

    /** Cameras that were told of already, by host and port. */
    private static final Set<String> ASK_OPENLY = ConcurrentHashMap.newKeySet();

    private final SourceOptions options;
    private final Clock clock;
    private final Abort abort;
    private final OpenResources resources = new OpenResources();

    // valid while connected
    private RtspAddress address;
    private Wire wire;
    private RtspConnection connection;
    private RtspSession session;
    private MediaTransport transport;
    private RtpReceiver receiver;
    private Faults faults;
    private AVCodecParameters parameters;
    private AVRational timeBase;

    private final Datagram datagram = new Datagram();
    /** Over UDP, by when anything at all must have come. */
    private long firstPacketUntilNs = Long.MAX_VALUE;

    private boolean connectionLost;

    private RtspStream(SourceOptions options, Clock clock, Abort abort) {
        this.options = options;
        this.clock = clock;
        this.abort = abort;
    }

    /**
     * Connects and starts the stream within {@link SourceOptions#openTimeout()}.
     *
     * @param abort ends connecting and reading at once
     * @throws UdpException when UDP is asked for and the camera or this box will not have it; {@link #read} throws it when
     *     nothing comes over it
     */
    public static RtspStream open(SourceOptions options, Clock clock, Abort abort) throws SourceException {
        RtspStream stream = new RtspStream(options, clock, abort);
        stream.open();
        return stream;
    }

    private void open() throws SourceException {
        long untilNs = clock.monotonicNs() + options.openTimeout().toNanos();
        boolean playing = false;
        try {
            abort.onRequest(resources::closeAll);
            address = RtspAddress.of(options.uri());
            RtspMessage described = describe(untilNs);
            Sdp sdp = Sdp.parse(new String(described.body(), StandardCharsets.UTF_8));
            VideoFormat format = VideoFormat.choose(sdp, address);
            parameters = parameters(format);
            timeBase = new AVRational().num(1).den(format.clockRate());
            play(format, ControlUri.base(described, sdp, address.target()), sdp, untilNs);
            playing = true;
            LOG.debug("{}: plays {} over {}", address.shown(), format.codec().label, options.transport());
        } finally {
            if (!playing) {
                close();
            }
        }
    }

    /** Goes where redirections lead, until a camera describes its streams. */
    private RtspMessage describe(long untilNs) throws SourceException {
        for (int redirects = 0; redirects <= REDIRECTS_MAX; redirects++) {
            wire = Wire.connect(address, options.tls(), untilNs, clock, resources);
            connection = new RtspConnection(wire, address, clock, resources);
            Authentication authentication = new Authentication(
                    address, () -> Long.toHexString(ThreadLocalRandom.current().nextLong()));
            session = new RtspSession(connection, address, authentication, clock);
            RtspMessage answer = session.request("OPTIONS", address.target(), "", untilNs);
            session.notePublic(answer); // a camera that refuses OPTIONS may still describe
            if (answer.code() / 100 != 3) {
                answer = session.request("DESCRIBE", address.target(), "Accept: application/sdp\r\n", untilNs);
            }
            String location = answer.header("Location");
            if (answer.code() / 100 == 3 && location != null) {
                LOG.debug("{}: redirects", address.shown());
                closeQuietly(connection);
                address = address.redirected(location);
            } else if (answer.code() / 100 != 2) {
                throw session.refused("DESCRIBE", answer);
            } else {
                if (authentication.isBasic() && !address.tls() && ASK_OPENLY.add(address.root())) {
                    LOG.warn(
                            "{}: knows no authentication but Basic: the password goes over the network in the open",
                            address.shown());
                }
                return answer;
            }
        }
        throw address.error(Cause.REFUSED, "redirects more than " + REDIRECTS_MAX + " times");
    }

    private void play(VideoFormat format, String base, Sdp sdp, long untilNs) throws SourceException {
        faults = new Faults(address.shown());
        double clockOffsetMaxUs = options.clockOffsetMax().toNanos() / 1e3;
        receiver = new RtpReceiver(format, address, clock, faults, clockOffsetMaxUs);
        String control = ControlUri.resolve(base, format.control());
        if (options.transport() == Transport.UDP) {
            try {
                setUpUdp(control, untilNs);
            } catch (SourceException e) {
                boolean udpToBlame = !resources.closed()
                        && e.reason() != Cause.WRONG_PASSWORD
                        && e.reason() != Cause.NO_SUCH_PATH
                        && e.reason() != Cause.ENDED;
                throw udpToBlame ? new UdpException(e.reason(), e.getMessage(), e) : e;
            }
        } else {
            setUp(new InterleavedTransport(connection, session, address, clock), control, untilNs);
        }
        String aggregate = ControlUri.resolve(base, sdp.control());
        session.demand("PLAY", aggregate, "Range: npt=0.000-\r\n", untilNs);
        session.playing(aggregate);
        if (options.transport() == Transport.UDP) {
            long nowNs = clock.monotonicNs();
            firstPacketUntilNs = nowNs + Math.max(0, untilNs - nowNs) / 2;
        }
    }

    private void setUpUdp(String control, long untilNs) throws SourceException {
        if (address.tls()) {
            throw address.error(Cause.UNSUPPORTED, "over TLS pictures come over TCP only");
        }
        UdpTransport udp = new UdpTransport(connection, session, address, clock, resources, faults, wire);
        udp.reportOn(receiver);
        setUp(udp, control, untilNs);
    }

    private void setUp(MediaTransport newTransport, String control, long untilNs) throws SourceException {
        transport = newTransport;
        String offer = "Transport: " + transport.offer() + "\r\n";
        long askedNs = clock.monotonicNs();
        RtspMessage answer = session.demand("SETUP", control, offer, untilNs);
        receiver.roundTrip((clock.monotonicNs() - askedNs) / 1_000);
        transport.agreed(answer.header("Transport"));
    }

    private static AVCodecParameters parameters(VideoFormat format) {
        AVCodecParameters parameters = avcodec.avcodec_parameters_alloc();
        parameters.codec_type(avutil.AVMEDIA_TYPE_VIDEO).codec_id(format.codec().id);
        parameters.width(format.widthPx()).height(format.heightPx());
        byte[] extradata = format.extradata();
        if (extradata.length > 0) {
            BytePointer copy =
                    new BytePointer(avutil.av_mallocz(extradata.length + avcodec.AV_INPUT_BUFFER_PADDING_SIZE));
            copy.put(extradata);
            parameters.extradata(copy).extradata_size(extradata.length);
        }
        return parameters;
    }

    @Override
    public AVCodecParameters parameters() {
        return parameters;
    }

    /** {@inheritDoc} A whole picture must come by then; RTCP or half pictures extend nothing. */
    @Override
    public boolean read(AVPacket packet, PacketInfo info, long untilNs) throws SourceException {
        try {
            boolean complete = receiver.resume();
            while (!complete) {
                if (!transport.next(datagram, Math.min(untilNs, firstPacketUntilNs))) {
                    throw silent();
                }
                firstPacketUntilNs = Long.MAX_VALUE;
                if (datagram.control) {
                    receiver.control(datagram);
                    if (receiver.ended()) {
                        throw address.error(Cause.ENDED, "said good-bye (RTCP BYE)");
                    }
                } else {
                    complete = receiver.accept(datagram);
                }
            }
        } catch (SourceException e) {
            connectionLost = e.reason() == Cause.ENDED;
            throw e;
        } finally {
            faults.log(clock.monotonicNs());
        }
        receiver.take(packet, info);
        packet.time_base(timeBase);
        return true;
    }

    private SourceException silent() {
        if (firstPacketUntilNs == Long.MAX_VALUE) {
            return address.error(Cause.STALLED, "sends no picture any more");
        }
        SourceException nothing = address.error(Cause.STALLED, "plays, but nothing comes over UDP");
        return new UdpException(nothing.reason(), nothing.getMessage(), null);
    }

    @Override
    public ClockStatus clock() {
        return receiver.clockStatus();
    }

    @Override
    public void close() {
        abort.onRequest(null);
        if (session != null && !connectionLost && !resources.closed()) {
            session.teardown(clock.monotonicNs() + TEARDOWN_NS);
        }
        if (transport != null) {
            closeQuietly(transport);
        }
        if (connection != null) {
            closeQuietly(connection);
        }
        resources.closeAll(); // what was opened and not handed over, where connecting failed half-way
        if (timeBase != null) {
            timeBase.close();
            timeBase = null;
        }
        if (parameters != null) {
            avcodec.avcodec_parameters_free(parameters);
            parameters = null;
        }
    }

    private void closeQuietly(Closeable resource) {
        try {
            resource.close();
        } catch (IOException e) {
            LOG.debug("{}: closing failed: {}", address.shown(), e.toString());
        }
    }
}
