package dev.vigil.app.chaos;

import java.io.BufferedReader;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Something at a camera's address that speaks just enough RTSP to do harm. Threadsafe. */
final class HostileCamera implements Closeable {
    private static final Logger LOG = LoggerFactory.getLogger(HostileCamera.class);
    /** Between two pictures. */
    private static final long FRAME_MS = 40;

    private final ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    private volatile Play play = Play.NOTHING;
    private volatile Socket client;

    /** What it does to whoever connects. */
    interface Play {
        /** Answers nothing. */
        Play NOTHING = new Play() {};

        /** The lines of the description's medium. */
        default String sdp() {
            return "a=rtpmap:96 H264/90000\r\na=fmtp:96 packetization-mode=1\r\n";
        }

        /** In place of the answer to DESCRIBE; false to answer it. */
        default boolean describe(OutputStream out) throws IOException {
            return false;
        }

        /** After PLAY, until the connection ends. */
        default void send(OutputStream out) throws IOException, InterruptedException {}
    }

    HostileCamera() throws IOException {
        start(this::accept);
    }

    private static void start(Runnable task) {
        Thread thread = new Thread(task, "hostile-camera");
        thread.setDaemon(true);
        thread.start();
    }

    URI uri() {
        return URI.create("rtsp://127.0.0.1:" + server.getLocalPort() + "/cam");
    }

    /** Does this to all who connect from now on. */
    void play(Play next) throws IOException {
        play = next;
        Socket before = client;
        if (before != null) {
            before.close();
        }
    }

    /** Pictures that no box can hold, one after the other. */
    static Play pictures(HostileVideo.Stream stream) {
        return new Play() {
            @Override
            public String sdp() {
                return stream.sdp();
            }

            @Override
            public void send(OutputStream out) throws IOException, InterruptedException {
                int sequence = 0;
                for (int frame = 0; ; frame++) {
                    for (int i = 0; i < stream.payloads().size(); i++) {
                        boolean last = i == stream.payloads().size() - 1;
                        packet(
                                out,
                                sequence++,
                                90 * (int) FRAME_MS * frame,
                                last,
                                stream.payloads().get(i),
                                96);
                    }
                    out.flush();
                    TimeUnit.MILLISECONDS.sleep(FRAME_MS);
                }
            }
        };
    }

    /** RTP over the RTSP connection, as RFC 2326 interleaves it. */
    static void packet(OutputStream out, int sequence, int timestamp, boolean marker, byte[] payload, int type)
            throws IOException {
        int length = 12 + payload.length;
        byte[] packet = new byte[4 + length];
        packet[0] = '$';
        packet[2] = (byte) (length >> 8);
        packet[3] = (byte) length;
        packet[4] = (byte) 0x80;
        packet[5] = (byte) (type | (marker ? 0x80 : 0));
        packet[6] = (byte) (sequence >> 8);
        packet[7] = (byte) sequence;
        for (int i = 0; i < 4; i++) {
            packet[8 + i] = (byte) (timestamp >> 24 - 8 * i);
        }
        packet[15] = 1;
        System.arraycopy(payload, 0, packet, 16, payload.length);
        out.write(packet);
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket socket = server.accept();
                client = socket;
                start(() -> serve(socket));
            } catch (IOException closed) {
                LOG.debug("the hostile camera takes nobody", closed);
            }
        }
    }

    private void serve(Socket socket) {
        Play mine = play;
        try (socket;
                OutputStream out = socket.getOutputStream()) {
            BufferedReader in =
                    new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII));
            String method = "";
            String sequence = "0";
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                if (line.startsWith("CSeq:")) {
                    sequence = line.substring(5).strip();
                } else if (!line.isEmpty() && method.isEmpty()) {
                    method = line.split(" ", 2)[0];
                } else if (line.isEmpty()) {
                    answer(out, mine, method, sequence);
                    method = "";
                }
            }
        } catch (IOException | InterruptedException e) {
            LOG.debug("a connection to the hostile camera is over", e);
        }
    }

    private void answer(OutputStream out, Play mine, String method, String sequence)
            throws IOException, InterruptedException {
        if (mine == Play.NOTHING || method.equals("DESCRIBE") && mine.describe(out)) {
            return;
        }
        String body = "";
        String headers = "Session: 1\r\n";
        if (method.equals("DESCRIBE")) {
            body = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=x\r\nt=0 0\r\nm=video 0 RTP/AVP 96\r\n" + mine.sdp();
            headers = "Content-Type: application/sdp\r\nContent-Length: " + body.length() + "\r\n";
        } else if (method.equals("SETUP")) {
            headers += "Transport: RTP/AVP/TCP;unicast;interleaved=0-1\r\n";
        }
        String answer = "RTSP/1.0 200 OK\r\nCSeq: " + sequence + "\r\n" + headers + "\r\n" + body;
        out.write(answer.getBytes(StandardCharsets.US_ASCII));
        out.flush();
        if (method.equals("PLAY")) {
            mine.send(out);
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
        play(Play.NOTHING);
    }
}
