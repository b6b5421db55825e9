package dev.vigil.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import com.fasterxml.jackson.databind.JsonNode;
import dev.vigil.app.demo.EmbeddedBroker;
import dev.vigil.base.Secret;
import dev.vigil.mqtt.Await;
import dev.vigil.source.CameraStatus;
import dev.vigil.source.SourceException.Cause;
import dev.vigil.source.SourceOptions;
import dev.vigil.source.rtsp.ScriptedCamera;
import dev.vigil.source.sim.RtspCameraServer;
import dev.vigil.source.sim.SimulatedCameraOptions;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.bytedeco.ffmpeg.global.avutil;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** One good camera beside every kind of bad one, all in one daemon. */
@Timeout(60)
class BadCameraTest {
    private static final Path CLIP = Path.of("media/demo-clip.mp4");

    /** A camera that can not be read: its number among the daemon's, and what is told of it. */
    private record Bad(String what, URI uri, Cause cause, String words) {}

    private static final List<Bad> BAD = new ArrayList<>();
    private static final List<AutoCloseable> PEERS = new ArrayList<>();

    @TempDir
    static Path folder;

    private static LogLines log;
    private static TestDaemon daemon;

    @BeforeAll
    static void start() throws Exception {
        avutil.av_log_set_level(avutil.AV_LOG_FATAL); // as the command line has it
        log = new LogLines();
        EmbeddedBroker broker = peer(EmbeddedBroker.start(0));
        RtspCameraServer good =
                peer(RtspCameraServer.start(SimulatedCameraOptions.of(CLIP).withPort(0)));
        RtspCameraServer locked = peer(RtspCameraServer.start(
                SimulatedCameraOptions.of(CLIP).withPort(0).withLogin("admin", new Secret("right"))));
        addCameras(good, locked);
        addFiles();
        List<SourceOptions> sources = new ArrayList<>();
        sources.add(TestDaemon.impatient(good.uri(0)));
        BAD.forEach(bad -> sources.add(
                TestDaemon.impatient(bad.uri).toBuilder().loop(false).build()));
        daemon = TestDaemon.start(
                URI.create("mqtt://127.0.0.1:" + broker.port()), folder, sources.toArray(SourceOptions[]::new));
        Await.until("the good camera's first message", () -> daemon.messages(1) > 0);
    }

    private static <T extends AutoCloseable> T peer(T peer) {
        PEERS.add(peer);
        return peer;
    }

    private static void bad(String what, URI uri, Cause cause, String words) {
        BAD.add(new Bad(what, uri, cause, words));
    }

    private static URI rtsp(int port, String rest) {
        return URI.create("rtsp://127.0.0.1:" + port + rest);
    }

    private static void addCameras(RtspCameraServer good, RtspCameraServer locked) throws Exception {
        int free;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            free = socket.getLocalPort();
        }
        String audio = ScriptedCamera.SDP
                .replace("m=video 0 RTP/AVP 96", "m=audio 0 RTP/AVP 96")
                .replace("H264/90000", "opus/48000");
        bad("unknown host", URI.create("rtsp://no.such.host.invalid/cam"), Cause.UNREACHABLE, "unknown host");
        bad("nobody listens", rtsp(free, "/cam"), Cause.REFUSED, "connection refused");
        bad("no such path", rtsp(good.port(), "/other"), Cause.NO_SUCH_PATH, "404");
        URI wrong = URI.create("rtsp://admin:hunter2@127.0.0.1:" + locked.port() + "/cam");
        bad("wrong password", wrong, Cause.WRONG_PASSWORD, "password");
        bad("no password", locked.uri(0), Cause.WRONG_PASSWORD, "password");
        bad("answers garbage", rtsp(port("\u0000\u0001garbage\r\n\r\n"), "/cam"), Cause.CORRUPT, "not RTSP");
        bad("answers HTTP", rtsp(port("HTTP/1.1 400 Bad Request\r\n\r\n"), "/cam"), Cause.CORRUPT, "not RTSP");
        bad("never answers", rtsp(port(""), "/cam"), Cause.UNREACHABLE, "answer");
        bad("only audio", scripted(with -> with.describe(audio)), Cause.NO_VIDEO, "audio");
        bad("no SDP", scripted(with -> with.describe("nothing of use")), Cause.NO_VIDEO, "no stream");
        bad("plays, sends nothing", playing(ScriptedCamera.Conversation::untilClosed), Cause.STALLED, "no picture");
        bad("plays, sends garbage", playing(BadCameraTest::garbage), Cause.STALLED, "no picture");
        bad("plays and leaves", playing(ScriptedCamera.Conversation::close), Cause.ENDED, "clos");
        bad("garbage over HTTP", URI.create("http://127.0.0.1:" + port("garbage") + "/"), Cause.CORRUPT, "");
        bad("HTTP refused", URI.create("http://127.0.0.1:" + free + "/"), Cause.REFUSED, "refused");
    }

    private static void addFiles() throws IOException {
        Path empty = Files.createFile(folder.resolve("empty.jpg"));
        Path text = Files.writeString(folder.resolve("text.mp4"), "This is no video.\n".repeat(100));
        Path half = Files.write(folder.resolve("half.mp4"), start(CLIP, 20_000));
        Path picture = Path.of("src/test/resources/dev/vigil/detect/demo-clip-frame-0.jpg");
        Path broken = Files.write(folder.resolve("broken.jpg"), start(picture, 200));
        bad("no such file", folder.resolve("none.mp4").toUri(), Cause.NO_SUCH_PATH, "no such file");
        bad("empty picture", empty.toUri(), Cause.NO_VIDEO, "is empty");
        bad("text as video", text.toUri(), Cause.CORRUPT, "no video or picture");
        bad("start of a video", half.toUri(), Cause.NO_VIDEO, "without a whole picture");
        bad("start of a picture", broken.toUri(), Cause.NO_VIDEO, "picture");
        bad("folder", folder.toUri(), Cause.NO_SUCH_PATH, "is a folder");
        bad("device that is not there", URI.create("v4l2:/dev/video97"), Cause.NO_SUCH_PATH, "No such file");
    }

    private static void garbage(ScriptedCamera.Conversation with) throws IOException {
        with.send("no RTP at all");
        with.untilClosed();
    }

    private static byte[] start(Path file, int bytes) throws IOException {
        return Arrays.copyOf(Files.readAllBytes(file), bytes);
    }

    private static URI scripted(ScriptedCamera.Script script) throws IOException {
        return peer(ScriptedCamera.start(script)).uri();
    }

    private static URI playing(ScriptedCamera.Script media) throws IOException {
        return peer(ScriptedCamera.playing(media)).uri();
    }

    /** Listens, and says the same to whoever comes, whatever is asked; with nothing to say it never answers. */
    private static int port(String says) throws IOException {
        ScriptedCamera peer = peer(ScriptedCamera.start(with -> {
            if (says.isEmpty()) {
                with.untilClosed();
            }
            with.send(says);
        }));
        return peer.uri().getPort();
    }

    @AfterAll
    static void stop() throws Exception {
        try (Closeable lines = log::close) {
            daemon.close();
            assertThat(log.all()).as("unexpected failures").noneMatch(line -> line.contains("the reader failed"));
        } finally {
            for (AutoCloseable peer : PEERS) {
                peer.close();
            }
        }
    }

    static Stream<Arguments> bad() {
        return IntStream.range(0, BAD.size()).mapToObj(i -> arguments(BAD.get(i).what, i + 2));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("bad")
    void shouldSayWhyAndLeaveTheGoodCameraAloneWhenACameraIsBad(String what, int number) {
        Bad bad = BAD.get(number - 2);
        daemon.awaitDown(number, bad.cause);
        CameraStatus status = daemon.status(number);
        assertThat(status.state()).isEqualTo(CameraStatus.State.DOWN);
        assertThat(status.error()).contains(bad.words).doesNotContain("\n").doesNotContain("hunter2");
        Await.until("the status to be told", () -> daemon.statuses(number).stream()
                .anyMatch(told -> isTold(told, bad.cause)));
        Await.until("it to be tried again", () -> daemon.status(number).reconnects() >= 2);
        List<String> lines = log.of("cam" + number + ": ").stream()
                .filter(line -> !line.contains("is damaged and dropped")) // of a frame, not of the camera
                .filter(line -> !line.contains("(failure ")) // again after a minute
                .toList();
        assertThat(lines).as("one line for one and the same fault").hasSize(1);
        assertThat(lines.get(0)).contains(bad.words).doesNotContain("hunter2");
        daemon.awaitMessages(1, 5);
        assertThat(daemon.status(1).state()).isEqualTo(CameraStatus.State.UP);
        assertThat(log.of("cam1: ")).as("of the good camera").isEmpty();
        assertThat(daemon.ledger(1).balances()).isTrue();
        assertThat(daemon.ledger(number).balances()).isTrue();
        assertThat(daemon.ledger(number).published()).isZero();
    }

    private static boolean isTold(JsonNode status, Cause cause) {
        return cause.name().toLowerCase(Locale.ROOT).equals(status.get("cause").textValue())
                && !status.get("error").textValue().isEmpty();
    }
}
