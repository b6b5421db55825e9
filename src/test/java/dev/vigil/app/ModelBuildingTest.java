package dev.vigil.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.vigil.OnnxFile;
import dev.vigil.app.demo.EmbeddedBroker;
import dev.vigil.base.Clock;
import dev.vigil.config.ConfigReader;
import dev.vigil.config.ConfigReader.Loaded;
import dev.vigil.config.ModelConfig;
import dev.vigil.config.Surroundings;
import dev.vigil.config.VigilConfig;
import dev.vigil.detect.ModelDescription;
import dev.vigil.detect.ModelException;
import dev.vigil.infer.Engine;
import dev.vigil.infer.InferException;
import dev.vigil.infer.InferOptions;
import dev.vigil.infer.NamedEngine;
import dev.vigil.infer.TwoSteps;
import dev.vigil.mqtt.Await;
import dev.vigil.mqtt.MqttClient;
import dev.vigil.mqtt.Recorder;
import dev.vigil.mqtt.Recorder.Received;
import dev.vigil.pipeline.LoadedModel;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a camera's status says while its model is built for a better device, with statuses an hour apart. */
@Timeout(120)
class ModelBuildingTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    private Path folder;

    private volatile CountDownLatch built = new CountDownLatch(1);

    /** A model that serves on the CPU until {@link #built}. */
    private LoadedModel open(List<ModelConfig> chain, Path cacheDir, int viewsMax)
            throws InferException, ModelException {
        Path file = chain.get(0).file();
        CountDownLatch until = built;
        Engine engine = TwoSteps.of(engine(file, cacheDir, "cpu"), "tensorrt", memory -> {
            try {
                until.await();
            } catch (InterruptedException e) {
                throw new InferException("interrupted", e);
            }
            return engine(file, cacheDir, "tensorrt");
        });
        return LoadedModel.of(engine, ModelDescription.EMPTY, 1, viewsMax, false);
    }

    private static Engine engine(Path file, Path cacheDir, String device) throws InferException {
        InferOptions onCpu = InferOptions.DEFAULT.withDevice(InferOptions.Device.CPU);
        return new NamedEngine(Engine.open(file, onCpu, cacheDir), device);
    }

    @Test
    void shouldTellAtOnceWhenBuildingBeginsAndEnds() throws Exception {
        Path model = Files.write(folder.resolve("small.onnx"), OnnxFile.ssd(4, 2));
        try (EmbeddedBroker broker = EmbeddedBroker.start(0)) {
            URI uri = URI.create("mqtt://127.0.0.1:" + broker.port());
            Recorder seen = new Recorder();
            try (MqttClient subscriber = new MqttClient(TestDaemon.impatient(uri, null, null), seen)) {
                subscriber.start();
                subscriber.subscribe("vigil/#", 1);
                Await.next("SUBACK", seen.subscribed);
                VigilConfig config = read(uri).config().orElseThrow();
                try (Daemon daemon = new Daemon(config, Clock.SYSTEM, this::open)) {
                    daemon.start();
                    Await.until("that it is being built", () -> isLast(seen, "cpu", "tensorrt"));
                    Await.until("the camera", () -> daemon.cameras().get(0).isUp());
                    built.countDown();
                    Await.until("that it was built", () -> isLast(seen, "tensorrt", null));

                    built = new CountDownLatch(1);
                    Files.write(model, OnnxFile.ssd(4, 3));
                    Loaded again = read(uri);
                    assertThat(daemon.reload(again.config().orElseThrow(), again.problems()))
                            .contains("loaded the model small");
                    Await.until("that another is being built", () -> isLast(seen, "cpu", "tensorrt"));
                    built.countDown();
                    Await.until("that the other was built", () -> isLast(seen, "tensorrt", null));
                } finally {
                    built.countDown();
                }
            }
        }
    }

    private Loaded read(URI broker) throws IOException {
        Path file = Files.writeString(folder.resolve("vigil.yml"), """
                node: box
                http: false
                mqtt: {broker: "%s", outbox: {on_disk: false}}
                models: {small: {file: small.onnx}}
                status: {interval: 1h}
                cameras: {cam1: {url: "%s", loop: true, hardware: none}}
                """.formatted(
                        broker, Path.of("media/demo-clip.mp4").toAbsolutePath().toUri()));
        return new ConfigReader(Surroundings.ofProcess()).load(file);
    }

    /** Whether the last status says that the model runs on a device while it is built for another one, or none. */
    private static boolean isLast(Recorder seen, String device, String building) {
        List<String> statuses = seen.messages.stream()
                .filter(message -> message.topic().equals("vigil/box/cam1/status"))
                .map(Received::payload)
                .toList();
        if (statuses.isEmpty()) {
            return false;
        }
        try {
            JsonNode model = JSON.readTree(statuses.get(statuses.size() - 1)).get("model");
            return model.path("device").asText().equals(device)
                    && (building == null
                            ? model.path("building").isNull()
                            : model.path("building").asText().equals(building));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
