package dev.vigil.app;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import dev.vigil.app.demo.EmbeddedBroker;
import dev.vigil.app.log.Log;
import dev.vigil.base.Secret;
import dev.vigil.mqtt.Await;
import dev.vigil.source.SourceException.Cause;
import dev.vigil.source.SourceOptions;
import dev.vigil.source.rtsp.ScriptedCamera;
import dev.vigil.source.sim.RtspCameraServer;
import dev.vigil.source.sim.SimulatedCameraOptions;
import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** A password in an address, through everything that talks: all logs at their most talkative, commands, messages. */
class NothingSecretIsToldTest {
    private static final String SECRET = "hunter2-s3cret";
    private static final Path CLIP = Path.of("media/demo-clip.mp4");

    @TempDir
    Path folder;

    private static List<URI> cameras(RtspCameraServer locked, RtspCameraServer other, ScriptedCamera broken) {
        String login = "admin:" + SECRET + "@127.0.0.1:";
        return List.of(
                URI.create("rtsp://" + login + locked.port() + "/cam"),
                URI.create("rtsp://" + login + locked.port() + "/none"),
                URI.create("rtsp://" + login + other.port() + "/cam?password=" + SECRET),
                URI.create("rtsp://" + login + other.port() + "/user=a&password=" + SECRET + "&channel=1"),
                URI.create("rtsps://" + login + locked.port() + "/cam"),
                URI.create("rtsp://" + login + broken.uri().getPort() + "/cam"),
                URI.create("rtsp://admin:" + SECRET + "@no.such.host.invalid/cam"),
                URI.create("http://" + login + locked.port() + "/cam?token=" + SECRET),
                URI.create("https://" + login + locked.port() + "/cam"),
                URI.create("http://admin:" + SECRET + "@no.such.host.invalid/live.m3u8"));
    }

    @Test
    void shouldTellNoPasswordWhereverAnAddressGoes() throws Exception {
        ByteArrayOutputStream log = new ByteArrayOutputStream();
        List<String> told = new ArrayList<>();
        LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
        Logger ours = context.getLogger("dev.vigil");
        SimulatedCameraOptions camera = SimulatedCameraOptions.of(CLIP).withPort(0);
        try (EmbeddedBroker broker = EmbeddedBroker.start(0);
                RtspCameraServer locked = RtspCameraServer.start(camera.withLogin("admin", new Secret(SECRET)));
                RtspCameraServer other = RtspCameraServer.start(camera.withLogin("admin", new Secret("other")));
                ScriptedCamera broken = ScriptedCamera.start(with ->
                        with.answer(with.request(), "302 Moved", "Location: rtsp://u:" + SECRET + "@[/\r\n", ""))) {
            List<URI> uris = cameras(locked, other, broken);
            List<String> words = new ArrayList<>(List.of("detect", "--for", "100ms"));
            uris.forEach(uri -> words.add(uri.toString()));
            words.add("rtsp://admin:" + SECRET + "@[bad/");
            words.add("rtsp://admin:${NO_SUCH_VARIABLE}" + SECRET + "@x/");
            told.add(CommandLineRun.of(words.toArray(String[]::new)).toString());
            told.add(check(uris));

            Log all = Log.open(context, log, false);
            all.show(Level.TRACE, Map.of(), false);
            ours.setLevel(Level.TRACE);
            SourceOptions[] sources = uris.stream()
                    .map(uri -> TestDaemon.impatient(uri).toBuilder()
                            .detectUri(URI.create(uri + "?pwd=" + SECRET))
                            .tlsVerify(false)
                            .build())
                    .toArray(SourceOptions[]::new);
            told.add(List.of(sources).toString());
            try (TestDaemon daemon =
                    TestDaemon.start(URI.create("mqtt://127.0.0.1:" + broker.port()), folder, sources)) {
                daemon.awaitUp(1);
                daemon.awaitDown(3, Cause.WRONG_PASSWORD);
                Await.until("every camera's status", () -> {
                    for (int i = 2; i <= uris.size(); i++) {
                        if (daemon.statuses(i).stream()
                                .noneMatch(s -> s.get("state").textValue().equals("down"))) {
                            return false;
                        }
                    }
                    return true;
                });
                for (int i = 1; i <= uris.size(); i++) {
                    int number = i;
                    Await.until("the settings of cam" + i, () -> !daemon.settings(number)
                            .isEmpty());
                    told.add(daemon.statuses(i).toString());
                    told.add(daemon.detections(i).toString());
                    told.add(daemon.settings(i));
                }
            }
        } finally {
            ours.setLevel(null);
            Logging.setUp(false, false);
        }
        told.add(log.toString(StandardCharsets.UTF_8));
        assertThat(told).allSatisfy(text -> assertThat(text).isNotEmpty().doesNotContain(SECRET, "hunter2"));
        assertThat(told.get(told.size() - 1)).as("the log was on").contains("cam1", "cam10", "DEBUG");
    }

    private String check(List<URI> uris) throws Exception {
        StringBuilder yaml = new StringBuilder("cameras:\n");
        for (int i = 0; i < uris.size(); i++) {
            yaml.append("  cam").append(i).append(":\n    url: ").append(uris.get(i));
            yaml.append("\n    open_timeout: 1s\n    read_timeout: 1s\n    fps: -1\n");
        }
        Path file = Files.writeString(folder.resolve("vigil.yml"), yaml);
        return CommandLineRun.of("check", "--config", file.toString()).toString();
    }
}
