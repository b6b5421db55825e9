package dev.vigil.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vigil.OnnxFile;
import dev.vigil.app.demo.EmbeddedBroker;
import dev.vigil.base.Clock;
import dev.vigil.base.Sabotage;
import dev.vigil.config.ConfigReader;
import dev.vigil.config.Surroundings;
import dev.vigil.config.VigilConfig;
import dev.vigil.detect.ModelDescription;
import dev.vigil.frame.DropCause;
import dev.vigil.frame.Ledger;
import dev.vigil.infer.Engine;
import dev.vigil.infer.EngineStep;
import dev.vigil.infer.InferException;
import dev.vigil.infer.InferOptions;
import dev.vigil.infer.NamedEngine;
import dev.vigil.infer.SwitchingEngine;
import dev.vigil.mqtt.Await;
import dev.vigil.mqtt.InboundMessage;
import dev.vigil.mqtt.MqttClient;
import dev.vigil.mqtt.MqttListener;
import dev.vigil.pipeline.LoadedModel;
import dev.vigil.source.sim.RtspCameraServer;
import dev.vigil.source.sim.SimulatedCameraOptions;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A daemon of two cameras, each with a model of its own, one of whose stages fails or hangs: whatever it is, both cameras go on,
 * only the part that hangs is restarted, and each frame is accounted for once, as a subscriber can see.
 */
@Isolated("what is sabotaged is so for the whole process")
@Timeout(90)
class RepairTest {
    /** Far longer than anything here waits. */
    private static final Duration FOR_EVER = Duration.ofHours(1);

    @TempDir
    static Path folder;

    private static EmbeddedBroker broker;
    private static RtspCameraServer cameras;

    @BeforeAll
    static void start() throws Exception {
        broker = EmbeddedBroker.start(0);
        cameras = RtspCameraServer.start(SimulatedCameraOptions.of(Path.of("media/demo-clip.mp4"))
                .withPort(0)
                .withCameras(2));
        for (String model : new String[] {"one", "two"}) {
            Files.write(folder.resolve(model + ".onnx"), OnnxFile.ssd(4, 2));
        }
    }

    @AfterAll
    static void stop() throws Exception {
        cameras.close();
        broker.close();
    }

    @AfterEach
    void repairTheWorld() {
        Sabotage.endAll();
    }

    /** Counts the detection messages of each camera. */
    private static final class Seen implements MqttListener {
        private final Map<String, AtomicLong> byTopic = new ConcurrentHashMap<>();

        @Override
        public void onMessage(InboundMessage message) {
            byTopic.computeIfAbsent(message.topic(), topic -> new AtomicLong()).incrementAndGet();
        }

        long of(String camera) {
            return on("vigil/box/" + camera + "/detections");
        }

        long on(String topic) {
            AtomicLong count = byTopic.get(topic);
            return count == null ? 0 : count.get();
        }
    }

    private static VigilConfig config() throws Exception {
        Path file = Files.writeString(
                folder.resolve("vigil.yml"), """
                node: box
                mqtt: {broker: "mqtt://127.0.0.1:%d", qos: 0, outbox: {on_disk: false}}
                models:
                  one: {file: one.onnx, timeout: 500ms}
                  two: {file: two.onnx, timeout: 500ms}
                status: {interval: 1s}
                cameras:
                  cam1: {url: "%s", model: one, hardware: none}
                  cam2: {url: "%s", model: two, hardware: none}
                """.formatted(broker.port(), cameras.uri(0), cameras.uri(1)));
        return new ConfigReader(Surroundings.ofProcess()).read(file);
    }

    private interface Trouble {
        void with(Daemon daemon, Seen seen) throws Exception;
    }

    /** Runs a daemon that is well, then in trouble, and compares its accounts with what a subscriber has seen at the end. */
    private static void run(Trouble trouble) throws Exception {
        run(CascadeLoader::load, trouble);
    }

    private static void run(RunningModel.Opener opener, Trouble trouble) throws Exception {
        Seen seen = new Seen();
        URI address = URI.create("mqtt://127.0.0.1:" + broker.port());
        try (MqttClient subscriber = new MqttClient(TestDaemon.impatient(address, null, null), seen);
                Daemon daemon = new Daemon(config(), Clock.SYSTEM, opener)) {
            subscriber.start();
            subscriber.subscribe("vigil/#", 0);
            Await.until("the subscriber", () -> subscriber.status().connected());
            daemon.start();
            more(seen, 5);
            trouble.with(daemon, seen);
            more(seen, 10);
            assertThat(daemon.failure()).isNull();
            daemon.close();
            for (Camera camera : daemon.cameras()) {
                Ledger.Snapshot ledger = camera.feed().ledger().snapshot();
                String told = camera.name() + ": " + Report.ledgerLine(ledger);
                assertThat(ledger.balances()).as(told).isTrue();
                assertThat(ledger.inFlight()).as(told).isZero();
                Await.until(
                        "all messages of " + told + ", came " + seen.of(camera.name()),
                        () -> seen.of(camera.name()) == ledger.published());
            }
        }
    }

    private static void more(Seen seen, int messages) {
        long[] before = {seen.of("cam1"), seen.of("cam2")};
        Await.until(
                messages + " more messages of each camera",
                () -> seen.of("cam1") >= before[0] + messages && seen.of("cam2") >= before[1] + messages);
    }

    private static long dropped(Daemon daemon, DropCause cause) {
        return daemon.cameras().stream()
                .flatMapToLong(camera ->
                        LongStream.of(camera.feed().ledger().snapshot().dropped(cause)))
                .sum();
    }

    @ParameterizedTest
    @CsvSource({
        "convert, throw, CONVERT_FAILED",
        "infer, throw, INFER_FAILED",
        "post, throw, POST_FAILED",
        "publish, throw, PUBLISH_FAILED",
        "convert, starve, CONVERT_FAILED",
        "infer, starve, INFER_FAILED",
        "post, starve, POST_FAILED",
        "publish, starve, PUBLISH_FAILED"
    })
    void shouldCountTheFrameAndGoOnWhenAStageThrowsOrFindsNoMemory(String place, String what, DropCause cause)
            throws Exception {
        run((daemon, seen) -> {
            Sabotage.obey(place + " " + what + " 3");
            Await.until("three frames to fail", () -> Sabotage.struck(place) == 3);
            more(seen, 3);
            assertThat(dropped(daemon, cause)).isEqualTo(3);
            assertThat(daemon.repair().restarts()).isZero();
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"infer", "publish", "reader:cam1"})
    void shouldRestartThePartAloneWhenItHangsForAWhile(String place) throws Exception {
        run((daemon, seen) -> {
            Sabotage.hang(place, Duration.ofSeconds(3), 1);
            Await.until("it to be restarted", () -> daemon.repair().restarts() == 1);
            more(seen, 3);
            Await.until(
                    "what was left behind to come back", () -> daemon.repair().leftBehind() == 0);
            more(seen, 3);
            assertThat(daemon.repair().restarts()).isEqualTo(1);
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"convert", "infer", "post", "publish", "reader:cam1"})
    void shouldGoOnWithoutItWhenItHangsForEver(String place) throws Exception {
        run((daemon, seen) -> {
            Sabotage.hang(place, FOR_EVER, 1);
            Await.until("it to be restarted", () -> daemon.repair().restarts() == 1);
            assertThat(daemon.repair().leftBehind()).isEqualTo(1);
            more(seen, 10);
            assertThat(daemon.pulses().silent(Clock.SYSTEM.monotonicNs())).isEmpty();
            assertThat(daemon.repair().restarts()).isEqualTo(1);
        });
    }

    @Test
    void shouldTellOnWhenTheReporterThrowsOrHangs() throws Exception {
        run((daemon, seen) -> {
            Sabotage.fail("reporter", 1);
            Await.until("it to fail", () -> Sabotage.struck("reporter") == 1);
            Sabotage.hang("reporter", FOR_EVER, 1);
            Await.until("it to be restarted", () -> daemon.repair().restarts() == 1);
            long statuses = seen.on("vigil/box/cam1/status");
            Await.until("statuses again", () -> seen.on("vigil/box/cam1/status") > statuses + 1);
            assertThat(daemon.repair().leftBehind()).isEqualTo(1);
        });
    }

    @Test
    void shouldGoOnWhenTheReporterOrAReaderFindsNoMemory() throws Exception {
        run((daemon, seen) -> {
            Sabotage.obey("reporter starve 1");
            Sabotage.obey("reader:cam1 starve 1");
            Await.until("both to fail", () -> Sabotage.struck("reporter") + Sabotage.struck("reader:cam1") == 2);
            long statuses = seen.on("vigil/box/cam1/status");
            Await.until("statuses again", () -> seen.on("vigil/box/cam1/status") > statuses + 1);
            more(seen, 3);
            assertThat(daemon.repair().restarts()).isZero();
        });
    }

    @Test
    void shouldWaitForTheEventLoopWhenItHangsForAWhile() throws Exception {
        run((daemon, seen) -> {
            Sabotage.hang("mqtt", Duration.ofSeconds(3), 1);
            Await.until("it to be noticed", () -> daemon.pulses().silent(Clock.SYSTEM.monotonicNs()).stream()
                    .anyMatch(silence -> silence.part().equals("mqtt")));
            Await.until(
                    "it to move again",
                    () -> daemon.pulses().silent(Clock.SYSTEM.monotonicNs()).isEmpty());
            assertThat(daemon.repair().restarts()).isZero();
        });
    }

    /** A device that fails in a running ring costs the frames of the runs that fail, and a line in the status. */
    @Test
    void shouldGoDownToTheNextDeviceWhenOneFails() throws Exception {
        List<NamedEngine> gpus = new CopyOnWriteArrayList<>();
        run(
                (chain, cacheDir, viewsMax) -> {
                    Path file = chain.get(0).file();
                    InferOptions onCpu = chain.get(0).infer().withDevice(InferOptions.Device.CPU);
                    NamedEngine gpu = new NamedEngine(Engine.open(file, onCpu, cacheDir), "cuda");
                    gpus.add(gpu);
                    List<EngineStep> steps = List.of(
                            new EngineStep("cuda", memory -> {
                                throw new InferException("it is broken");
                            }),
                            new EngineStep("cpu", memory -> Engine.open(file, onCpu, cacheDir)));
                    Engine engine = new SwitchingEngine(steps, 0, gpu, false, null);
                    return LoadedModel.of(engine, ModelDescription.EMPTY, 1, viewsMax, false);
                },
                (daemon, seen) -> {
                    gpus.get(0)
                            .fail(new InferException("the model one failed: CUDNN failure 8:"
                                    + " CUDNN_STATUS_EXECUTION_FAILED ; GPU=0 ; hostname=box"));
                    RunningModel one = daemon.cameras().get(0).model();
                    Await.until("it to go down", () -> one.device().equals("cpu"));
                    more(seen, 5);
                    assertThat(one.fault()).startsWith("cuda failed: ");
                    assertThat(daemon.cameras().get(1).model().device()).isEqualTo("cuda");
                    Ledger.Snapshot ledger =
                            daemon.cameras().get(0).feed().ledger().snapshot();
                    assertThat(ledger.dropped(DropCause.INFER_FAILED))
                            .isBetween(1L, (long) gpus.get(0).workers());
                    assertThat(daemon.repair().restarts()).isZero();
                });
    }

    @Test
    void shouldLoadAModelAnewAndLoseNoFrameWhenItIsRenewed() throws Exception {
        List<LoadedModel> opened = new CopyOnWriteArrayList<>();
        run(
                (chain, cacheDir, viewsMax) -> {
                    LoadedModel model = CascadeLoader.load(chain, cacheDir, viewsMax);
                    opened.add(model);
                    return model;
                },
                (daemon, seen) -> {
                    for (int times = 1; times <= 3; times++) {
                        daemon.models().get("one").renew(new ArrayList<>());
                        more(seen, 3);
                        assertThat(opened).hasSize(2 + times);
                    }
                    assertThat(dropped(daemon, DropCause.STALLED)).isZero();
                    assertThat(dropped(daemon, DropCause.SHUT_DOWN)).isZero();
                });
    }

    @Test
    void shouldGiveUpWhenWhatCanNotBeRestartedDoesNotComeBack() throws Exception {
        try (Daemon daemon = new Daemon(config(), Clock.SYSTEM)) {
            daemon.start();
            Sabotage.hang("mqtt", FOR_EVER, 1);
            Await.until("it to be given up", () -> daemon.failure() != null);
            assertThat(daemon.failure()).contains("can not be restarted alone");
            Sabotage.endAll();
        }
    }

    @Test
    void shouldGiveUpLoudlyWhenRestartsDoNotHelp() throws Exception {
        try (Daemon daemon = new Daemon(config(), Clock.SYSTEM);
                LogLines log = new LogLines()) {
            daemon.start();
            Sabotage.hang("convert", FOR_EVER, Long.MAX_VALUE);
            Await.until("it to be given up", () -> daemon.failure() != null);
            assertThat(daemon.failure()).contains("was restarted 5 times within 10 minutes");
            assertThat(log.of("gives up")).hasSize(1);
            Sabotage.endAll();
        }
    }
}
