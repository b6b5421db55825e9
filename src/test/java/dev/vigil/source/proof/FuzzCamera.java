package dev.vigil.source.proof;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** An RTSP server that says what a {@link FuzzCase} has it say, whatever it is asked. One thread, one connection at a time. */
final class FuzzCamera implements Closeable {
    private static final int REQUEST_BYTES_MAX = 64 << 10;
    /** Of a client that says nothing. */
    private static final int PATIENCE_MS = 2_000;

    private final ServerSocket server;
    private volatile FuzzCase script;

    FuzzCamera() throws IOException {
        server = new ServerSocket(0, 50, InetAddress.getByName("127.0.0.1"));
        Thread thread = new Thread(this::serve, "fuzz-camera");
        thread.setDaemon(true);
        thread.start();
    }

    URI uri() {
        return URI.create("rtsp://127.0.0.1:" + server.getLocalPort() + "/cam");
    }

    /** What is said on the connections from now on. */
    void script(FuzzCase next) {
        script = next;
    }

    private void serve() {
        while (!server.isClosed()) {
            try (Socket client = server.accept()) {
                client.setTcpNoDelay(true);
                client.setSoTimeout(PATIENCE_MS);
                converse(client, script);
            } catch (IOException gone) {
                continue; // the client may go whenever it likes
            }
        }
    }

    private static void converse(Socket client, FuzzCase script) throws IOException {
        InputStream in = client.getInputStream();
        OutputStream out = client.getOutputStream();
        for (byte[] answer : script.answers()) {
            String sequence = sequence(in);
            if (sequence == null) {
                return;
            }
            String text = new String(answer, StandardCharsets.ISO_8859_1);
            out.write(text.replace(FuzzCase.CSEQ, sequence).getBytes(StandardCharsets.ISO_8859_1));
        }
        out.write(script.media());
        out.flush();
        client.shutdownOutput();
        while (in.read() >= 0) {
            // what the client still says, so that closing resets nothing that is on its way
        }
    }

    /** Reads a request's head and returns its number; null when the client is gone or says something else. */
    private static String sequence(InputStream in) throws IOException {
        StringBuilder head = new StringBuilder();
        while (head.length() < REQUEST_BYTES_MAX) {
            int next = in.read();
            if (next < 0) {
                return null;
            }
            head.append((char) next);
            if (next == '\n' && head.toString().endsWith("\r\n\r\n")) {
                String text = head.toString();
                int at = text.toLowerCase(Locale.ROOT).indexOf("cseq:");
                return at < 0
                        ? null
                        : text.substring(at + 5, text.indexOf('\r', at)).strip();
            }
        }
        return null;
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}
