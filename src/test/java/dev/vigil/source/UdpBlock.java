package dev.vigil.source;

import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/** A network before a camera that lets no UDP through: it either refuses it in the camera's name, or swallows it. */
final class UdpBlock implements Closeable {
    private final ServerSocket listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    private final List<Socket> sockets = new CopyOnWriteArrayList<>();
    private final URI camera;
    private final boolean refuses;
    final AtomicInteger setUpsOverUdp = new AtomicInteger();
    final AtomicInteger connections = new AtomicInteger();

    UdpBlock(URI camera, boolean refuses) throws IOException {
        this.camera = camera;
        this.refuses = refuses;
        daemon(() -> {
            while (true) {
                Socket client = listening.accept();
                connections.incrementAndGet();
                Socket server = new Socket(camera.getHost(), camera.getPort());
                sockets.addAll(List.of(client, server));
                daemon(() -> server.getInputStream().transferTo(client.getOutputStream()), client);
                daemon(() -> requests(client, server), server);
            }
        });
    }

    URI uri() {
        return URI.create("rtsp://127.0.0.1:" + listening.getLocalPort() + camera.getPath());
    }

    private interface Work {
        void run() throws IOException;
    }

    private static void daemon(Work work, Closeable... after) {
        Thread thread = new Thread(
                () -> {
                    try {
                        work.run();
                        for (Closeable each : after) {
                            each.close();
                        }
                    } catch (IOException closed) {
                        Thread.currentThread().interrupt(); // one side went: so does this thread
                    }
                },
                "udp block");
        thread.setDaemon(true);
        thread.start();
    }

    private void requests(Socket client, Socket server) throws IOException {
        InputStream in = client.getInputStream();
        OutputStream out = server.getOutputStream();
        ByteArrayOutputStream request = new ByteArrayOutputStream();
        for (int next = in.read(); next >= 0; next = in.read()) {
            request.write(next);
            String text = request.toString(StandardCharsets.ISO_8859_1);
            if (!text.endsWith("\r\n\r\n")) {
                continue;
            }
            request.reset();
            boolean overUdp = text.contains("client_port=");
            setUpsOverUdp.addAndGet(overUdp ? 1 : 0);
            if (overUdp && refuses) {
                String cseq = text.replaceAll("(?s).*(CSeq: \\d+).*", "$1");
                client.getOutputStream()
                        .write(("RTSP/1.0 461 Unsupported Transport\r\n" + cseq + "\r\n\r\n")
                                .getBytes(StandardCharsets.US_ASCII));
            } else {
                out.write(text.replaceAll("client_port=\\d+-\\d+", "client_port=9-10")
                        .getBytes(StandardCharsets.ISO_8859_1));
            }
        }
    }

    /** Ends what is connected. */
    void cut() throws IOException {
        for (Socket each : sockets) {
            each.close();
        }
    }

    @Override
    public void close() throws IOException {
        listening.close();
        cut();
    }
}
