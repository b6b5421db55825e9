package dev.vigil.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vigil.OnnxFile;
import dev.vigil.app.demo.EmbeddedBroker;
import dev.vigil.app.reload.SabotageRequest;
import dev.vigil.app.service.NotifyReceiver;
import dev.vigil.mqtt.Await;
import dev.vigil.source.sim.RtspCameraServer;
import dev.vigil.source.sim.SimulatedCameraOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A daemon in a process of its own, which is short of memory: one of its parts takes more and more, or there is none left at all. */
@Timeout(180)
@Execution(ExecutionMode.CONCURRENT)
class LeakTest {
    private static EmbeddedBroker broker;

    @TempDir
    private Path folder;

    private ServiceProcess service;

    @BeforeAll
    static void startBroker() throws IOException {
        broker = EmbeddedBroker.start(0);
    }

    @AfterAll
    static void stopBroker() throws IOException {
        broker.close();
    }

    private void awaitLine(String part) {
        Await.until("'" + part + "' in the log", Duration.ofSeconds(120), () -> !lines(part)
                .isEmpty());
    }

    private List<String> lines(String part) {
        try {
            return service.log().lines().filter(line -> line.contains(part)).toList();
        } catch (IOException e) {
            throw new AssertionError("the log can not be read", e);
        }
    }

    private interface Shortage {
        void with(NotifyReceiver systemd, Path runtime) throws Exception;
    }

    private void run(Shortage shortage) throws Exception {
        Files.write(folder.resolve("small.onnx"), OnnxFile.ssd(4, 2));
        Path runtime = Files.createDirectory(folder.resolve("run"));
        Map<String, String> environment = Map.of(
                "CACHE_DIRECTORY", folder.resolve("cache").toString(),
                "STATE_DIRECTORY", folder.resolve("state").toString(),
                "RUNTIME_DIRECTORY", runtime.toString(),
                "NOTIFY_SOCKET", folder.resolve("notify").toString(),
                "VIGIL_HEAP", "160m",
                "VIGIL_JAVA_OPTS", "-Dvigil.sabotage=yes");
        try (NotifyReceiver systemd = new NotifyReceiver(environment.get("NOTIFY_SOCKET"));
                RtspCameraServer cameras =
                        RtspCameraServer.start(SimulatedCameraOptions.of(Path.of("media/demo-clip.mp4"))
                                .withPort(0)
                                .withCameras(2))) {
            Path file = Files.writeString(
                    folder.resolve("vigil.yml"), """
                    node: box
                    mqtt: {broker: "mqtt://127.0.0.1:%d"}
                    memory: {settle: 5s}
                    models: {small: {file: small.onnx, workers: 1}}
                    cameras: {gate: {url: "%s"}, yard: {url: "%s"}}
                    """.formatted(broker.port(), cameras.uri(0), cameras.uri(1)));
            service = new ServiceProcess(folder, file, environment);
            try {
                shortage.with(systemd, runtime);
            } catch (AssertionError e) {
                throw new AssertionError(e.getMessage() + "; " + systemd.lastStatus() + "\n" + service.log(), e);
            } finally {
                service.close();
            }
        }
    }

    /**
     * Its memory is given back when its thread ends.
     *
     * @param order within what Java may take in all
     * @param tried how many parts are made anew, until it is found: the model, the reporter, the readers of gate and of yard; where
     *     hardly any is left, the other way round
     */
    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '"',
            value = {
                "reader:yard leak 6 70, yard reader, memory outside of Java's heap, 300, 4",
                "infer hoard 4 60, model small, Java's heap, 60, 4"
            })
    void shouldFindThePartThatLeaksAndHaveItsMemoryBackWhileTheOthersGoOn(
            String order, String part, String resource, long leastMib, int tried) throws Exception {
        run((systemd, runtime) -> {
            awaitLine("descriptors: settled at");
            SabotageRequest.send(runtime, "box", order);
            awaitLine(part + ": made anew, and that has given back");
            Await.until("both cameras to be up", () -> systemd.lastStatus().contains("2 cameras, 2 up"));
            service.signal("TERM");
            assertThat(service.await()).isEqualTo(143);
        });
        assertThat(lines("it may be what does not give back")).hasSize(tried);
        assertThat(lines("LeakWatch: " + resource + ": "))
                .anyMatch(line -> line.endsWith("what is free is given back first"));
        Matcher back = Pattern.compile("given back (\\d+) MiB")
                .matcher(lines("it was leaking").get(0));
        assertThat(back.find()).isTrue();
        assertThat(Long.parseLong(back.group(1))).isGreaterThanOrEqualTo(leastMib);
    }

    /** What the event loop has of a message in hand would be in nobody's. */
    @Test
    void shouldEndAloudWhenTheEventLoopFindsNoMemory() throws Exception {
        run((systemd, runtime) -> {
            awaitLine("yard: up");
            SabotageRequest.send(runtime, "box", "mqtt starve 1");
            assertThat(service.await()).isEqualTo(LastWords.EXIT_OUT_OF_MEMORY);
        });
        assertThat(lines("no memory is left for the thread mqtt")).hasSize(1);
    }

    /** Nobody can tell whom it strikes: who can go on does, and otherwise the process ends, and never stays as a half. */
    @Test
    void shouldGoOnOrEndAloudWhenNothingIsLeftOfTheHeapForAMoment() throws Exception {
        run((systemd, runtime) -> {
            awaitLine("descriptors: settled at");
            SabotageRequest.send(runtime, "box", "heap 300ms");
            Await.until(
                    "it to end, or to go on and tell",
                    Duration.ofSeconds(40),
                    () -> !service.isAlive()
                            || !lines("wanted in vain").isEmpty()
                                    && systemd.lastStatus().contains("2 cameras, 2 up"));
            service.signal("TERM");
            boolean ended = service.await() == LastWords.EXIT_OUT_OF_MEMORY;
            assertThat(service.await()).isEqualTo(ended ? LastWords.EXIT_OUT_OF_MEMORY : 143);
            assertThat(lines("no memory is left").isEmpty()).isEqualTo(!ended);
        });
    }
}
