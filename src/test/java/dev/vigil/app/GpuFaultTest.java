package dev.vigil.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vigil.app.demo.EmbeddedBroker;
import dev.vigil.app.service.NotifyReceiver;
import dev.vigil.config.Surroundings;
import dev.vigil.infer.ort.Gpus;
import dev.vigil.mqtt.Await;
import dev.vigil.source.sim.RtspCameraServer;
import dev.vigil.source.sim.SimulatedCameraOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A daemon whose GPU really fails, on a box that has one: its faults are those of {@code src/test/native/gpufault.c}, which gcc
 * makes. Elsewhere it is skipped and says so.
 */
@Timeout(300)
class GpuFaultTest {
    private static final String UP = "2 cameras, 2 up";

    private static EmbeddedBroker broker;
    private static RtspCameraServer cameras;

    @TempDir
    private static Path programs;

    @TempDir
    private Path folder;

    private ServiceProcess service;
    private NotifyReceiver systemd;

    @BeforeAll
    static void startPeers() throws Exception {
        Gpus.require();
        broker = EmbeddedBroker.start(0);
        cameras = RtspCameraServer.start(SimulatedCameraOptions.of(Path.of("media/demo-clip.mp4"))
                .withPort(0)
                .withCameras(2));
        String source = "src/test/native/gpufault.c";
        gcc("-shared", "-fPIC", "-o", library().toString(), source, "-ldl", "-lpthread");
        gcc("-DHOARD", "-o", hoarder().toString(), source, "-ldl", "-lpthread");
    }

    @AfterAll
    static void stopPeers() throws IOException {
        if (broker != null) {
            cameras.close();
            broker.close();
        }
    }

    private static Path library() {
        return programs.resolve("libgpufault.so");
    }

    private static Path hoarder() {
        return programs.resolve("gpuhoard");
    }

    private static void gcc(String... options) throws Exception {
        List<String> command = new ArrayList<>(List.of("gcc", "-O1"));
        command.addAll(List.of(options));
        assertThat(new ProcessBuilder(command).inheritIO().start().waitFor()).isZero();
    }

    @BeforeEach
    void makeFolders() throws IOException {
        Files.createDirectory(folder.resolve("faults"));
    }

    private interface Story {
        void tell() throws Exception;
    }

    private void run(int batchMax, Story story) throws Exception {
        Map<String, String> environment = new HashMap<>(Map.of(
                "CACHE_DIRECTORY", Surroundings.ofProcess().cacheDir().toString(),
                "STATE_DIRECTORY", folder.resolve("state").toString(),
                "RUNTIME_DIRECTORY", folder.toString(),
                "NOTIFY_SOCKET", folder.resolve("notify").toString(),
                "LD_PRELOAD", library().toString(),
                "GPUFAULT", folder.resolve("faults").toString(),
                "VIGIL_JAVA_OPTS", "-Dvigil.climb.first=5 -Dvigil.climb.longest=10"));
        String libraries = System.getenv("LD_LIBRARY_PATH");
        if (libraries != null) {
            environment.put("LD_LIBRARY_PATH", libraries);
        }
        Path model = Path.of("models/ssdlite-mobilenet-v2-coco.onnx").toAbsolutePath();
        Path file = Files.writeString(folder.resolve("vigil.yml"), """
                node: box
                mqtt: {broker: "mqtt://127.0.0.1:%d"}
                memory: {settle: 10s}
                models: {coco: {file: "%s", device: cuda, batch: {max: %d}}}
                cameras: {gate: {url: "%s"}, yard: {url: "%s"}}
                """.formatted(
                        broker.port(), model, batchMax, cameras.uri(0), cameras.uri(1)));
        try (NotifyReceiver receiver = new NotifyReceiver(environment.get("NOTIFY_SOCKET"))) {
            systemd = receiver;
            service = new ServiceProcess(folder, file, environment);
            story.tell();
        } catch (AssertionError e) {
            throw new AssertionError(e.getMessage() + "; " + systemd.lastStatus() + "\n" + service.log(), e);
        } finally {
            service.close();
        }
    }

    private void awaitLine(String part) {
        Await.until("'" + part + "' in the log", Duration.ofSeconds(120), () -> log().contains(part));
    }

    private String log() {
        try {
            return service.log();
        } catch (IOException e) {
            throw new AssertionError("the log can not be read", e);
        }
    }

    private void awaitFramesAnew() {
        int before = systemd.statuses().size();
        Await.until(
                "both cameras to be up",
                Duration.ofSeconds(60),
                () -> systemd.statuses().size() > before
                        && systemd.lastStatus().contains(UP)
                        && !systemd.lastStatus().contains(" 0 fps"));
    }

    private void fault(String name) throws IOException {
        Path file = Files.createFile(folder.resolve("faults").resolve(name));
        Await.until(name, () -> Files.notExists(file));
    }

    private void stop() throws Exception {
        service.signal("TERM");
        assertThat(service.await()).isEqualTo(143);
    }

    /** Nothing of the process can use the GPU any more, and another process can at once. */
    @Test
    void shouldGoOnWithTheCpuAndComeBackInAnotherProcessWhenAKernelHasLostTheContext() throws Exception {
        run(1, () -> {
            awaitLine("ready on cuda");
            awaitFramesAnew();
            fault("trap");
            awaitLine("on cpu from here on; lost until Vigil is started again: cuda failed: ");
            awaitFramesAnew();
            awaitLine("cuda works again, in every process but this one: ");
            assertThat(service.await()).isEqualTo(1);
        });
        assertThat(systemd.statuses()).anyMatch(status -> status.startsWith("gives up: cuda works again"));
    }

    @Test
    void shouldBeginOnTheCpuAndGoUpWhenTheGpusMemoryWasAnothersAtTheStart() throws Exception {
        Process hoard = new ProcessBuilder(hoarder().toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try {
            assertThat(hoard.inputReader().readLine()).startsWith("0: ").endsWith(" MiB are left");
            run(8, () -> {
                awaitLine("ready on ");
                awaitFramesAnew();
                assertThat(log()).contains("out of memory").doesNotContain("goes over to it");
                awaitLine("stays on cpu");
                hoard.destroyForcibly().waitFor();
                awaitLine("goes over to it");
                awaitFramesAnew();
                stop();
            });
        } finally {
            hoard.destroyForcibly().waitFor();
        }
    }

    /** What leaks is no part's, so that all of them are made anew: each comes to serve again. */
    @Test
    void shouldTellThatTheGpusMemoryIsTakenMoreAndMore() throws Exception {
        run(1, () -> {
            awaitLine("memory of the GPU: settled at ");
            for (int i = 0; i < 6; i++) {
                fault("leak");
                Files.delete(folder.resolve("faults").resolve("leak.done"));
            }
            awaitLine("what is free is given back first");
            awaitLine("model ssdlite-mobilenet-v2-coco: restarted");
            awaitLine("no part gave any back");
            awaitFramesAnew();
            stop();
        });
    }
}
