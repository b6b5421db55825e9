package dev.vigil.source;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.imageio.ImageIO;

/**
 * A camera that speaks HTTP, good and bad: {@code /clip.mp4}, {@code /mjpeg} (ends after its pictures), {@code /stall} (goes
 * silent after them), {@code /damaged} (sends half pictures after them), {@code /mute} (takes the request and never answers), {@code /headers} (answers and sends nothing),
 * {@code /private} (accepts no password), {@code /basic} and {@code /digest} (as {@code /mjpeg}, for {@link #LOGIN}),
 * {@code /unsized} (as {@code /mjpeg}, without the length of its parts), {@code /broken}, {@code /page}; anything else is not
 * found.
 */
final class HttpCamera implements AutoCloseable {
    static final int PICTURES = 8;
    static final String LOGIN = "admin:s3cret-w0rd";
    private static final String BOUNDARY = "frame";
    private static final Pattern DIRECTIVE = Pattern.compile("(\\w+)=\"?([^\",]*)\"?");

    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final CountDownLatch closed = new CountDownLatch(1);
    private final long pauseMs;

    /** @param pauseMs between two pictures */
    HttpCamera(long pauseMs) throws IOException {
        this.pauseMs = pauseMs;
        this.server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 50);
        server.setExecutor(threads);
        server.createContext(
                "/clip.mp4", exchange -> send(exchange, 200, Files.readAllBytes(Path.of("media/demo-clip.mp4"))));
        server.createContext("/mjpeg", exchange -> stream(exchange, PICTURES, false));
        server.createContext("/unsized", exchange -> stream(exchange, PICTURES, false));
        server.createContext("/stall", exchange -> stream(exchange, PICTURES, true));
        server.createContext("/damaged", exchange -> stream(exchange, 10_000, true));
        server.createContext("/headers", exchange -> stream(exchange, 0, true));
        server.createContext("/mute", exchange -> hang());
        server.createContext("/private", exchange -> {
            exchange.getResponseHeaders().add("WWW-Authenticate", "Basic realm=\"camera\"");
            send(exchange, 401, new byte[0]);
        });
        server.createContext("/basic", exchange -> {
            String right = "Basic " + Base64.getEncoder().encodeToString(text(LOGIN));
            serveOrAsk(exchange, right.equals(authorization(exchange)), "Basic realm=\"camera\"");
        });
        server.createContext(
                "/digest",
                exchange -> serveOrAsk(
                        exchange,
                        isDigest(authorization(exchange)),
                        "Digest realm=\"camera\", nonce=\"n1\", qop=\"auth\""));
        server.createContext("/broken", exchange -> send(exchange, 503, new byte[0]));
        server.createContext("/page", exchange -> send(exchange, 200, text("<html>no camera</html>".repeat(500))));
        server.createContext("/", exchange -> send(exchange, 404, new byte[0]));
        server.start();
    }

    String uri(String path) {
        return "http://127.0.0.1:" + server.getAddress().getPort() + path;
    }

    private void stream(HttpExchange exchange, int pictures, boolean silentAfter) throws IOException {
        exchange.getResponseHeaders().add("Content-Type", "multipart/x-mixed-replace;boundary=" + BOUNDARY);
        exchange.sendResponseHeaders(200, 0);
        try (OutputStream out = exchange.getResponseBody()) {
            out.flush();
            for (int i = 0; i < pictures; i++) {
                byte[] jpeg = jpeg(i % PICTURES);
                if (i >= PICTURES) {
                    jpeg = Arrays.copyOf(jpeg, jpeg.length / 2);
                }
                boolean unsized = exchange.getRequestURI().getPath().equals("/unsized");
                out.write(text("--" + BOUNDARY + "\r\nContent-Type: image/jpeg\r\n"
                        + (unsized ? "" : "Content-Length: " + jpeg.length + "\r\n") + "\r\n"));
                out.write(jpeg);
                out.write(text("\r\n"));
                out.flush();
                if (closed.await(pauseMs, TimeUnit.MILLISECONDS)) {
                    return;
                }
            }
            if (silentAfter) {
                hang();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void serveOrAsk(HttpExchange exchange, boolean allowed, String challenge) throws IOException {
        if (allowed) {
            stream(exchange, PICTURES, false);
        } else {
            exchange.getResponseHeaders().add("WWW-Authenticate", challenge);
            send(exchange, 401, new byte[0]);
        }
    }

    private static String authorization(HttpExchange exchange) {
        String header = exchange.getRequestHeaders().getFirst("Authorization");
        return header == null ? "" : header;
    }

    /** Whether it is {@link #LOGIN} by RFC 7616 with MD5 and qop auth. */
    private static boolean isDigest(String authorization) {
        Map<String, String> said = new HashMap<>();
        Matcher directive = DIRECTIVE.matcher(authorization);
        while (directive.find()) {
            said.put(directive.group(1), directive.group(2));
        }
        String secret = md5(LOGIN.replace(":", ":camera:"));
        String request = md5("GET:" + said.get("uri"));
        String right =
                md5(String.join(":", secret, "n1", said.get("nc"), said.get("cnonce"), said.get("qop"), request));
        return authorization.startsWith("Digest ") && right.equals(said.get("response"));
    }

    private static String md5(String text) {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("MD5").digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private void hang() {
        try {
            closed.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void send(HttpExchange exchange, int code, byte[] body) throws IOException {
        exchange.sendResponseHeaders(code, body.length == 0 ? -1 : body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }

    private static byte[] text(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private static byte[] jpeg(int number) throws IOException {
        BufferedImage image = new BufferedImage(160, 120, BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = image.createGraphics();
        graphics.setColor(Color.WHITE);
        graphics.fillRect(10 * number, 20, 40, 40);
        graphics.dispose();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        ImageIO.write(image, "jpg", bytes);
        return bytes.toByteArray();
    }

    @Override
    public void close() {
        closed.countDown();
        server.stop(0);
        threads.shutdownNow();
    }
}
