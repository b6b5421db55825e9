package dev.vigil.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vigil.OnnxFile;
import dev.vigil.app.demo.EmbeddedBroker;
import dev.vigil.app.service.NotifyReceiver;
import dev.vigil.mqtt.Await;
import dev.vigil.source.sim.RtspCameraServer;
import dev.vigil.source.sim.SimulatedCameraOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Where native libraries go, of a daemon that is killed. */
@Timeout(120)
class NativesTest {
    @TempDir
    private Path folder;

    @Test
    void shouldUnpackOnceAndLeaveNoTemporaryFileWhenItIsKilled() throws Exception {
        Files.write(folder.resolve("small.onnx"), OnnxFile.ssd(4, 2));
        Path cache = folder.resolve("cache");
        Path temporary = Files.createDirectory(folder.resolve("tmp"));
        Map<String, String> environment = Map.of(
                "NOTIFY_SOCKET", folder.resolve("notify").toString(),
                "CACHE_DIRECTORY", cache.toString(),
                "STATE_DIRECTORY", folder.resolve("state").toString(),
                "RUNTIME_DIRECTORY", folder.resolve("run").toString(),
                "TMPDIR", temporary.toString(),
                "VIGIL_JAVA_OPTS", "-Djava.io.tmpdir=" + temporary);
        try (EmbeddedBroker broker = EmbeddedBroker.start(0);
                RtspCameraServer camera =
                        RtspCameraServer.start(SimulatedCameraOptions.of(Path.of("media/demo-clip.mp4"))
                                .withPort(0))) {
            Path file = Files.writeString(folder.resolve("vigil.yml"), """
                    mqtt: {broker: "mqtt://127.0.0.1:%d"}
                    models: {small: {file: small.onnx}}
                    cameras: {gate: {url: "%s"}}
                    """.formatted(broker.port(), camera.uri(0)));
            runAndKill(file, environment, temporary);
            Map<String, String> unpacked = files(cache);
            assertThat(unpacked.keySet())
                    .anyMatch(name -> name.endsWith("libonnxruntime.so"))
                    .anyMatch(name -> name.contains("libavcodec.so"));
            runAndKill(file, environment, temporary);
            assertThat(files(cache)).isEqualTo(unpacked);
        }
    }

    private void runAndKill(Path file, Map<String, String> environment, Path temporary) throws Exception {
        try (NotifyReceiver systemd = new NotifyReceiver(environment.get("NOTIFY_SOCKET"));
                ServiceProcess service = new ServiceProcess(folder, file, environment)) {
            Await.until("frames to come through, for which all is unpacked", () -> systemd.lastStatus()
                    .contains("age p99"));
            service.signal("KILL");
            assertThat(service.await()).isEqualTo(137);
            assertThat(temporary).isEmptyDirectory();
            Path ofJava =
                    Path.of("/tmp", "hsperfdata_" + System.getProperty("user.name"), Long.toString(service.pid()));
            assertThat(ofJava).as("Java's own figures").doesNotExist();
        } finally {
            Files.deleteIfExists(Path.of(environment.get("NOTIFY_SOCKET")));
        }
    }

    /** Each file with what changes when it is written anew. */
    private static Map<String, String> files(Path folder) throws IOException {
        Map<String, String> found = new TreeMap<>();
        try (Stream<Path> walked = Files.walk(folder)) {
            for (Path file : walked.filter(Files::isRegularFile).toList()) {
                BasicFileAttributes now = Files.readAttributes(file, BasicFileAttributes.class);
                found.put(folder.relativize(file).toString(), now.fileKey() + " " + now.lastModifiedTime());
            }
        }
        return found;
    }
}
