package dev.vigil.app;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import dev.vigil.app.demo.EmbeddedBroker;
import dev.vigil.app.log.Log;
import dev.vigil.base.Secret;
import dev.vigil.mqtt.Await;
import dev.vigil.source.rtsp.ScriptedCamera;
import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

/** Cameras that say the password back, in each form that they may have of it: neither log nor messages hold it. */
class EchoedSecretsTest {
    private static final String PASSWORD = "sw0rd@fi/sh:42#x";
    private static final String ENCODED = "sw0rd%40fi%2Fsh%3A42%23x";
    private static final String BASIC =
            Base64.getEncoder().encodeToString(("admin:" + PASSWORD).getBytes(StandardCharsets.UTF_8));
    private static final String MQTT_PASSWORD = "br0ker\"pass\\word";

    @TempDir
    private Path folder;

    private static ScriptedCamera saying(String status, String headers) throws Exception {
        return ScriptedCamera.start(with -> with.answer(with.request(), status, headers, ""));
    }

    private static URI with(ScriptedCamera camera, String path) {
        return URI.create(
                "rtsp://admin:" + ENCODED + "@127.0.0.1:" + camera.uri().getPort() + path);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldTellNoPasswordWhenCamerasEchoIt(boolean json) throws Exception {
        ByteArrayOutputStream stderr = new ByteArrayOutputStream();
        List<String> told = new ArrayList<>();
        LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
        Logger ours = context.getLogger("dev.vigil");
        try (EmbeddedBroker broker = EmbeddedBroker.start(0);
                ScriptedCamera plain = saying("403 no " + PASSWORD, "");
                ScriptedCamera encoded = saying("500 " + ENCODED.toLowerCase(Locale.ROOT), "");
                ScriptedCamera basic = saying("400 Basic " + BASIC, "");
                ScriptedCamera realm = saying(
                        "401 Unauthorized", "WWW-Authenticate: Digest realm=\"" + PASSWORD + "\", qop=\"x\"\r\n");
                ScriptedCamera redirect =
                        saying("302 Moved", "Location: rtsp://admin:" + ENCODED + "@127.0.0.1:1/" + ENCODED + "\r\n");
                ScriptedCamera token = saying("404 no t0k3n-of-mine", "")) {
            Log log = Log.open(context, stderr, false);
            log.show(Level.TRACE, Map.of(), json);
            ours.setLevel(Level.TRACE);
            List<URI> cameras = List.of(
                    with(plain, "/a"),
                    with(encoded, "/b"),
                    with(basic, "/c"),
                    with(realm, "/d"),
                    with(redirect, "/e"),
                    URI.create("rtsp://127.0.0.1:" + token.uri().getPort() + "/live?token=t0k3n-of-mine"));
            URI at = URI.create("mqtt://127.0.0.1:" + broker.port());
            try (TestDaemon daemon = new TestDaemon(
                    TestDaemon.impatient(at, "vigil", MQTT_PASSWORD),
                    folder,
                    cameras.stream().map(TestDaemon::impatient).toList())) {
                daemon.subscribe(at);
                daemon.start();
                for (int i = 1; i <= cameras.size(); i++) {
                    int number = i;
                    Await.until("cam" + i + " to be down", () -> daemon.statuses(number).stream()
                            .anyMatch(s -> s.get("state").textValue().equals("down")));
                    told.add(daemon.statuses(i).toString());
                }
            }
        } finally {
            ours.setLevel(null);
            Logging.setUp(false, false);
        }
        told.add(stderr.toString(StandardCharsets.UTF_8));
        assertThat(told).allSatisfy(EchoedSecretsTest::assertHoldsNone);
        assertThat(told.get(told.size() - 1)).contains("cam1", "cam6", "***");
    }

    private static void assertHoldsNone(String text) {
        assertThat(text.toLowerCase(Locale.ROOT))
                .doesNotContain(
                        "sw0rd", "fi/sh", "fi%2fsh", BASIC.toLowerCase(Locale.ROOT), "t0k3n", "br0ker", "pass\\\\word");
    }

    /** What a unit's LoadCredential= hands over, and a file with a password, are read by the configuration alone. */
    @Test
    void shouldTellNoPasswordWhenItStandsInAFile() throws Exception {
        Path file = Files.writeString(folder.resolve("password"), "f1le-with-a-s3cret\n");
        Path config = Files.writeString(
                folder.resolve("vigil.yml"),
                "mqtt: {broker: 'mqtt://127.0.0.1:1', username: u, password_file: " + file + "}\n"
                        + "cameras: {gate: {url: 'rtsp://127.0.0.1:1/', open_timeout: 1s}}\n");
        CommandLineRun run = CommandLineRun.of("check", "--config", config.toString(), "--online");
        assertThat(run.toString()).contains("mqtt.broker").doesNotContain("f1le-with");
        assertThat(new Secret("f1le-with-a-s3cret").toString()).isEqualTo("***");
    }
}
