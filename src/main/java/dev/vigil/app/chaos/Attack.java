package dev.vigil.app.chaos;

import dev.vigil.mqtt.MqttTopic;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Something that somebody does to the daemon on purpose, for as long as it is on.
 *
 * @param name for people
 * @param byCamera whether what the log says of the attacker's camera is about it
 * @param begin starts it; what it starts goes on by itself
 */
record Attack(String name, boolean byCamera, Begin begin) {
    /** What is done to the daemon. */
    interface Begin {
        void on(HostileScene scene) throws IOException, InterruptedException;
    }

    /** An input of 64 x 64 pixels, made 100,000 times as large by one Expand, and the greatest of it taken. */
    private static final String EXPAND =
            "CAg6lAEKHAoFaW1hZ2UKAXMSA2JpZxoDYmlnIgZFeHBhbmQKHgoDYmlnEgVib3hlcxoFYm94ZXMiCVJlZHVjZU1heBIBZyoPCAQQBzoGoI0GA0BAQgFzWh8KBWltYWdlEhYKFAgBEhAKAggBCgIIAwoCCEAKAghAYh8KBWJveGVzEhYKFAgBEhAKAggBCgIIAQoCCAEKAggBQgQKABAN";

    /** The same input tiled 16 x 16 times, and that again, four times over. */
    private static final String TILES =
            "CAg60gEKGAoFaW1hZ2UKAXISAnQwGgJ0MCIEVGlsZQoVCgJ0MAoBchICdDEaAnQxIgRUaWxlChUKAnQxCgFyEgJ0MhoCdDIiBFRpbGUKFQoCdDIKAXISAnQzGgJ0MyIEVGlsZQodCgJ0MxIFYm94ZXMaBWJveGVzIglSZWR1Y2VNYXgSAWcqDQgEEAc6BAEBEBBCAXJaHwoFaW1hZ2USFgoUCAESEAoCCAEKAggDCgIIQAoCCEBiHwoFYm94ZXMSFgoUCAESEAoCCAEKAggBCgIIAQoCCAFCBAoAEA0=";

    /** An initialiser of 2^31 x 2^31 floats, of which the file holds four. */
    private static final String HUGE_WEIGHTS =
            "CAg6iQEKHQoFaW1hZ2UKAXcSBWJveGVzGgVib3hlcyIDQWRkEgFnKiMIgICAgAgIgICAgAgQAUIBd0oQAAAAAAAAAAAAAAAAAAAAAFofCgVpbWFnZRIWChQIARIQCgIIAQoCCAMKAghACgIIQGIfCgVib3hlcxIWChQIARIQCgIIAQoCCAMKAghACgIIQEIECgAQDQ==";

    private static final long DRIP_MS = 500;
    private static final int LARGE_BYTES = 1 << 20;

    static List<Attack> all() {
        List<Attack> all = new ArrayList<>();
        all.add(camera("H.264 of 100,000 x 100,000", HostileCamera.pictures(HostileVideo.h264())));
        all.add(camera("H.265 of 100,000 x 100,000", HostileCamera.pictures(HostileVideo.h265())));
        all.add(camera("VP9 of 65,536 x 65,536", HostileCamera.pictures(HostileVideo.vp9())));
        all.add(camera("AV1 of 65,536 x 65,536", HostileCamera.pictures(HostileVideo.av1())));
        all.add(camera("a slice that never ends", flood("H264", 96)));
        all.add(camera("a JPEG that never ends", flood("JPEG", 26)));
        all.add(camera("headers that never end", endless("RTSP/1.0 200 OK\r\nCSeq: 1\r\n", "X-Y: z\r\n")));
        all.add(camera(
                "a description that never ends",
                endless(
                        "RTSP/1.0 200 OK\r\nCSeq: 2\r\nContent-Type: application/sdp\r\nContent-Length: 2147483647\r\n\r\n",
                        "a=x:y\r\n")));
        all.add(new Attack("commands that are none", false, Attack::commands));
        all.add(new Attack(
                "a broker that talks rubbish", false, scene -> scene.broker().garble()));
        all.add(clients("HTTP requests that drip in", drip()));
        all.add(clients(
                "HTTP headers that never end", endlessRequest("GET /livez HTTP/1.1\r\nHost: box\r\n", "X-Y: z\r\n")));
        all.add(clients(
                "an HTTP body that never ends",
                endlessRequest(
                        "POST /snapshot/cam1.jpg HTTP/1.1\r\nHost: box\r\nContent-Length: 9223372036854775807\r\n\r\n",
                        "z".repeat(64))));
        all.add(clients(
                "HTTP requests without a pause",
                out -> out.write("GET /snapshot/cam1.jpg?boxes=1 HTTP/1.1\r\nHost: box\r\n\r\n"
                        .getBytes(StandardCharsets.US_ASCII))));
        all.add(new Attack("a model that expands", false, scene -> scene.reloadWith(decoded(EXPAND))));
        all.add(new Attack("a model of tiles of tiles", false, scene -> scene.reloadWith(decoded(TILES))));
        all.add(new Attack("a model of huge weights", false, scene -> scene.reloadWith(decoded(HUGE_WEIGHTS))));
        all.add(new Attack("a configuration of 64 MiB", false, scene -> scene.reloadWithText(" ".repeat(64 << 20))));
        return all;
    }

    private static byte[] decoded(String base64) {
        return Base64.getDecoder().decode(base64);
    }

    private static Attack camera(String name, HostileCamera.Play play) {
        return new Attack(name, true, scene -> scene.camera().play(play));
    }

    private static Attack clients(String name, HostileClients.Play play) {
        return new Attack(name, false, scene -> scene.clients().play(play));
    }

    /** A request of which a byte comes now and then. */
    private static HostileClients.Play drip() {
        return out -> {
            out.write("GET /livez HTTP/1.1\r\nHost: box\r\nX-Y: ".getBytes(StandardCharsets.US_ASCII));
            while (true) {
                out.write('z');
                TimeUnit.MILLISECONDS.sleep(DRIP_MS);
            }
        };
    }

    private static HostileClients.Play endlessRequest(String begin, String on) {
        return out -> {
            out.write(begin.getBytes(StandardCharsets.US_ASCII));
            byte[] more = on.repeat(1_000).getBytes(StandardCharsets.US_ASCII);
            while (!Thread.currentThread().isInterrupted()) {
                out.write(more);
            }
        };
    }

    /** As fast as the connection takes it. */
    private static HostileCamera.Play flood(String encoding, int type) {
        return new HostileCamera.Play() {
            @Override
            public String sdp() {
                return "a=rtpmap:96 " + encoding + "/90000\r\n";
            }

            @Override
            public void send(OutputStream out) throws IOException {
                for (int i = 0; ; i++) {
                    byte[] payload = type == 26 ? HostileVideo.jpegPiece(i) : HostileVideo.endlessSlice(i);
                    HostileCamera.packet(out, i, 0, false, payload, 96);
                }
            }
        };
    }

    private static HostileCamera.Play endless(String begin, String on) {
        return new HostileCamera.Play() {
            @Override
            public boolean describe(OutputStream out) throws IOException {
                out.write(begin.getBytes(StandardCharsets.US_ASCII));
                byte[] more = on.repeat(1_000).getBytes(StandardCharsets.US_ASCII);
                while (true) {
                    out.write(more);
                }
            }
        };
    }

    private static void commands(HostileScene scene) {
        List<byte[]> payloads = List.of(
                "[".repeat(100_000).getBytes(StandardCharsets.UTF_8),
                ("{\"score\":" + "9".repeat(100_000) + "}").getBytes(StandardCharsets.UTF_8),
                new byte[LARGE_BYTES],
                new byte[] {(byte) 0xFF, (byte) 0xFE, 0, 1},
                "off\u0000on".getBytes(StandardCharsets.UTF_8),
                new byte[0]);
        for (int round = 0; round < 5; round++) {
            for (String topic :
                    List.of("cam1/set/score", "cam2/set/publish", "set/enabled", "cam1/set/nothing", "set")) {
                for (byte[] payload : payloads) {
                    scene.say(MqttTopic.of("vigil/soak/" + topic), Unpooled.wrappedBuffer(payload));
                }
            }
        }
    }
}
