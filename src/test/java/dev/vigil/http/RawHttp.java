package dev.vigil.http;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** A client that sends what it is told, right or wrong, and reads to the end. */
public final class RawHttp {
    private static final int READ_TIMEOUT_MS = 30_000;

    private final int port;

    public RawHttp(int port) {
        this.port = port;
    }

    /** What came back. */
    public record Response(int status, String head, byte[] body) {
        static Response parse(byte[] all) {
            String text = new String(all, StandardCharsets.ISO_8859_1);
            int end = text.indexOf("\r\n\r\n");
            if (end < 0) {
                return new Response(0, text, new byte[0]);
            }
            byte[] body = new byte[all.length - end - 4];
            System.arraycopy(all, end + 4, body, 0, body.length);
            return new Response(Integer.parseInt(text.substring(9, 12)), text.substring(0, end), body);
        }

        public String text() {
            return new String(body, StandardCharsets.UTF_8);
        }

        /** @return null if it is not there */
        public String header(String name) {
            return head.lines()
                    .filter(line -> line.toLowerCase(Locale.ROOT).startsWith(name.toLowerCase(Locale.ROOT) + ": "))
                    .map(line -> line.substring(name.length() + 2))
                    .findFirst()
                    .orElse(null);
        }
    }

    public Socket connect() throws IOException {
        Socket socket = new Socket();
        socket.setSoTimeout(READ_TIMEOUT_MS);
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), READ_TIMEOUT_MS);
        return socket;
    }

    /** GET with further lines of the head. */
    public Response get(String uri, String... lines) throws IOException {
        String more = lines.length == 0 ? "" : String.join("\r\n", lines) + "\r\n";
        return send("GET " + uri + " HTTP/1.1\r\nHost: localhost\r\n" + more + "\r\n");
    }

    public Response send(String request) throws IOException {
        try (Socket socket = connect()) {
            socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
            return read(socket);
        }
    }

    public static Response read(Socket socket) throws IOException {
        return Response.parse(all(socket.getInputStream()));
    }

    /** To the end, which may be a reset, too. */
    private static byte[] all(InputStream in) throws IOException {
        java.io.ByteArrayOutputStream out = new java.io.ByteArrayOutputStream();
        byte[] piece = new byte[8_192];
        try {
            for (int n = in.read(piece); n >= 0; n = in.read(piece)) {
                out.write(piece, 0, n);
            }
        } catch (SocketException reset) {
            return out.toByteArray(); // what came before it counts
        }
        return out.toByteArray();
    }
}
