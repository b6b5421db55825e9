package dev.vigil.source;

import dev.vigil.base.Secret;
import dev.vigil.source.rtsp.GstreamerServer;
import dev.vigil.source.sim.Fault;
import dev.vigil.source.sim.FaultKind;
import dev.vigil.source.sim.RtspCameraServer;
import dev.vigil.source.sim.SimulatedCameraOptions;
import java.net.URI;
import java.nio.file.Path;

/** A camera to test against, of whoever's making: what a reader sees of it must be the same. */
abstract class RtspPeer implements AutoCloseable {
    static final String USER = "admin";
    static final String PASSWORD = "secret";

    enum Maker {
        VIGIL,
        GSTREAMER
    }

    enum Codec {
        H264("mp4", "h264", "h264parse config-interval=1 ! rtph264pay", "libx264", "-bf", "0"),
        H265("mp4", "hevc", "h265parse config-interval=1 ! rtph265pay", "libx265", "-x265-params", "bframes=0"),
        MJPEG("mp4", "mjpeg", "jpegparse ! rtpjpegpay", "mjpeg", "-pix_fmt", "yuvj420p", "-huffman", "default");

        private final String ending;
        /** As a camera's status names it. */
        final String label;

        private final String payloader;
        private final String[] encoding;

        Codec(String ending, String label, String payloader, String encoder, String... options) {
            this.ending = ending;
            this.label = label;
            this.payloader = payloader;
            this.encoding = new String[6 + options.length];
            System.arraycopy(new String[] {"-c:v", encoder, "-g", "12", "-threads", "1"}, 0, encoding, 0, 6);
            System.arraycopy(options, 0, encoding, 6, options.length);
        }

        /** 40 s at 25 frames/s and 320x192, a keyframe each half second. */
        Path clip(Path folder) throws Exception {
            return Ffmpeg.video(folder.resolve(name() + "." + ending), 1_000, "320x192", encoding);
        }
    }

    /** Starts a camera; with a login, only that user may watch. */
    static RtspPeer start(Maker maker, Codec codec, Path clip, boolean login) throws Exception {
        return maker == Maker.VIGIL ? new OfVigil(clip, login) : new OfGstreamer(codec, clip, login);
    }

    /** @param credentials {@code user:password@}, or empty */
    abstract URI uri(String credentials);

    /** It is gone, and new connections are refused. */
    abstract void kill() throws Exception;

    /** It is back after {@link #kill}, at its port. */
    abstract void restart() throws Exception;

    /** It sends nothing any more, with connections open; false: it goes on. */
    abstract void freeze(boolean on) throws Exception;

    @Override
    public abstract void close();

    /** The simulated camera. */
    private static final class OfVigil extends RtspPeer {
        private final RtspCameraServer server;

        OfVigil(Path clip, boolean login) throws Exception {
            SimulatedCameraOptions options = SimulatedCameraOptions.of(clip).withPort(0);
            server = RtspCameraServer.start(login ? options.withLogin(USER, new Secret(PASSWORD)) : options);
        }

        @Override
        URI uri(String credentials) {
            return URI.create(server.uri(0).toString().replace("rtsp://", "rtsp://" + credentials));
        }

        @Override
        void kill() throws Exception {
            server.begin(0, Fault.of(FaultKind.REFUSE));
        }

        @Override
        void restart() throws Exception {
            server.end(0, Fault.of(FaultKind.REFUSE));
        }

        @Override
        void freeze(boolean on) {
            if (on) {
                server.begin(0, Fault.of(FaultKind.STALL));
            } else {
                server.end(0, Fault.of(FaultKind.STALL));
            }
        }

        @Override
        public void close() {
            server.close();
        }
    }

    /** GStreamer's RTSP server, a process of its own. */
    private static final class OfGstreamer extends RtspPeer {
        private final String launch;
        private final String[] options;
        private GstreamerServer server;

        OfGstreamer(Codec codec, Path clip, boolean login) throws Exception {
            launch = "( filesrc location=" + clip + " ! qtdemux ! " + codec.payloader + " name=pay0 pt=96 )";
            options = login ? new String[] {"--digest", USER + ":" + PASSWORD} : new String[0];
            server = GstreamerServer.start(launch, options);
        }

        @Override
        URI uri(String credentials) {
            return server.uri("rtsp", credentials);
        }

        @Override
        void kill() {
            server.close();
        }

        @Override
        void restart() throws Exception {
            String[] same = new String[options.length + 2];
            System.arraycopy(options, 0, same, 2, options.length);
            same[0] = "--port";
            same[1] = Integer.toString(server.port());
            server = GstreamerServer.start(launch, same);
        }

        @Override
        void freeze(boolean on) throws Exception {
            server.freeze(on);
        }

        @Override
        public void close() {
            server.close();
        }
    }
}
