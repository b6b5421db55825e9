package dev.vigil.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.vigil.Peers;
import dev.vigil.base.Clock;
import dev.vigil.source.SourceException.Cause;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Playlists over HTTP (RFC 8216), good and bad. */
@Execution(ExecutionMode.CONCURRENT)
class HlsTest {
    private static final ExecutorService THREADS = Executors.newCachedThreadPool();
    private static final CountDownLatch CLOSED = new CountDownLatch(1);

    @TempDir
    static Path folder;

    private static HttpServer server;

    @BeforeAll
    static void start() throws Exception {
        Peers.require("/usr/bin/ffmpeg", "ffmpeg");
        String command =
                "/usr/bin/ffmpeg -v error -i media/demo-clip.mp4 -t 6 -c copy -f hls -hls_time 2 -hls_list_size 0"
                        + " -hls_segment_filename " + folder + "/part%d.ts " + folder + "/good.m3u8";
        Process process = new ProcessBuilder(command.split(" ")).inheritIO().start();
        assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
        assertThat(process.exitValue()).isZero();
        String good = Files.readString(folder.resolve("good.m3u8"));
        Files.writeString(folder.resolve("live.m3u8"), good.replace("#EXT-X-ENDLIST", ""));
        Files.writeString(folder.resolve("missing.m3u8"), good.replace("part0.ts", "gone.ts"));
        Files.writeString(folder.resolve("hang.m3u8"), good.replaceAll("part\\d", "hang"));
        Files.writeString(folder.resolve("files.m3u8"), good.replaceAll("(part\\d)", "file://" + folder + "/$1"));
        Files.writeString(folder.resolve("paths.m3u8"), good.replaceAll("(part\\d)", "file:" + folder + "/$1"));
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 50);
        server.setExecutor(THREADS);
        server.createContext("/", HlsTest::answer);
        server.start();
    }

    private static void answer(HttpExchange exchange) throws IOException {
        String path = exchange.getRequestURI().getPath();
        Path file = folder.resolve(path.substring(1));
        if (path.equals("/hang.ts")) {
            try {
                CLOSED.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        boolean there = Files.exists(file);
        byte[] body = there ? Files.readAllBytes(file) : "not here".getBytes(StandardCharsets.US_ASCII);
        exchange.sendResponseHeaders(there ? 200 : 404, body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }

    @AfterAll
    static void stop() {
        CLOSED.countDown();
        if (server != null) {
            server.stop(0);
        }
        THREADS.shutdownNow();
    }

    private static SourceOptions options(String playlist, Duration timeout) {
        return SourceOptions.builder(
                        URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/" + playlist))
                .hardware(SourceOptions.Hardware.NONE)
                .openTimeout(timeout)
                .readTimeout(timeout)
                .build();
    }

    private static int pictures(String playlist, Duration timeout) throws SourceException {
        int pictures = 0;
        try (PictureReader reader = PictureReader.open(options(playlist, timeout), Clock.SYSTEM)) {
            while (reader.next() != null) {
                pictures++;
            }
        }
        return pictures;
    }

    @Test
    void shouldGiveEveryPictureWhenListHasAnEnd() throws Exception {
        assertThat(pictures("good.m3u8", Duration.ofSeconds(20))).isEqualTo(150);
    }

    @Test
    void shouldGoOnBehindASegmentThatIsMissing() throws Exception {
        assertThat(pictures("missing.m3u8", Duration.ofSeconds(20))).isEqualTo(100);
    }

    @Test
    void shouldSayStalledWhenLiveListDoesNotGrow() {
        assertThatThrownBy(() -> pictures("live.m3u8", Duration.ofSeconds(2)))
                .isInstanceOfSatisfying(
                        SourceException.class, e -> assertThat(e.reason()).isEqualTo(Cause.STALLED));
    }

    /** The segment is opened by the demuxer, not by us: the deadline must reach it all the same. */
    @Test
    void shouldHoldTheDeadlineWhenASegmentNeverComes() {
        assertThatThrownBy(() -> pictures("hang.m3u8", Duration.ofSeconds(2)))
                .isInstanceOfSatisfying(
                        SourceException.class, e -> assertThat(e.reason()).isEqualTo(Cause.UNREACHABLE));
    }

    @ParameterizedTest
    @ValueSource(strings = {"files.m3u8", "paths.m3u8"})
    void shouldReadNoFileOfThisBoxWhenAPlaylistNamesOne(String playlist) {
        assertThatThrownBy(() -> pictures(playlist, Duration.ofSeconds(5))).isInstanceOf(SourceException.class);
    }
}
