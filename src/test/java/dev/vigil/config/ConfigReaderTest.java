package dev.vigil.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.vigil.base.Durations;
import dev.vigil.base.Secret;
import dev.vigil.detect.DetectOptions;
import dev.vigil.infer.InferOptions;
import dev.vigil.infer.InferOptions.Device;
import dev.vigil.mqtt.MqttOptions;
import dev.vigil.mqtt.MqttOptions.Protocol;
import dev.vigil.mqtt.MqttOptions.Tls;
import dev.vigil.mqtt.OutboxOptions;
import dev.vigil.publish.PublishOptions;
import dev.vigil.source.SourceOptions;
import dev.vigil.source.SourceOptions.Hardware;
import dev.vigil.source.SourceOptions.Transport;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(60)
class ConfigReaderTest {
    private static final String CAMERA = "cameras:\n  gate:\n    url: rtsp://10.0.0.7/main\n";

    @TempDir
    private Path folder;

    private ConfigFolder config;

    @BeforeEach
    void makeFolder() throws IOException {
        config = new ConfigFolder(folder);
    }

    @Test
    void shouldTakeDefaultsOfStagesWhenOnlyCameraIsGiven() throws Exception {
        VigilConfig read = config.read(CAMERA);
        assertThat(read.node()).isEqualTo("box-7");
        assertThat(read.mqtt()).isEqualTo(MqttOptions.of(URI.create("mqtt://localhost:1883")));
        assertThat(read.topics()).isEqualTo(TopicConfig.DEFAULT);
        assertThat(read.reports()).isEqualTo(ReportConfig.DEFAULT);
        assertThat(read.cacheDir()).isEqualTo(folder.resolve(".cache/vigil"));
        assertThat(read.cameras())
                .containsExactly(new CameraConfig(
                        "gate",
                        "default",
                        SourceOptions.of(URI.create("rtsp://10.0.0.7/main")),
                        DetectOptions.DEFAULT));
        ModelConfig model = read.models().get("default");
        assertThat(read.models()).containsOnlyKeys("default");
        assertThat(model.file()).isEqualTo(folder.resolve("home/models/ssdlite-mobilenet-v2-coco.onnx"));
        assertThat(model.infer()).isEqualTo(InferOptions.DEFAULT);
        assertThat(model.detect()).isEqualTo(DetectOptions.DEFAULT);
    }

    @Test
    void shouldTakeValuesOfFileWhenEveryKeyIsGiven() throws Exception {
        for (String file : new String[] {"ca.pem", "c.pem", "c.key", "a.onnx", "labels.txt"}) {
            Files.writeString(folder.resolve(file), "there");
        }
        VigilConfig read = config.read("""
                node: gatehouse.example
                mqtt:
                  broker: [mqtts://broker:8884, "wss://[::1]/mqtt"]
                  protocol: 3.1.1
                  client_id: box
                  username: vigil
                  password: "pass # word "
                  keep_alive: 1m
                  connect_timeout: 1.5s
                  retry: {min: 1s, max: 1h}
                  session_expiry: 1h
                  queue_messages: 5
                  qos: 1
                  outbox: {dir: out, max_bytes: 2MB, max_age: 1h, when_full: drop_newest, sync: 0s}
                  topic_prefix: site/a
                  topics: {detections: "{prefix}/{camera}"}
                  tls: {ca_file: ca.pem, cert_file: c.pem, key_file: c.key, key_password: k}
                models:
                  small:
                    file: a.onnx
                    family: yolox
                    labels: labels.txt
                    device: tensorrt
                    workers: 2
                    threads: 3
                    batch: {max: 4, wait: 5ms}
                    timeout: 2s
                    score: 0.25
                    iou: 0.6
                    max_boxes: 10
                  default: {}
                cameras:
                  gate:
                    url: rtsp://10.0.0.7/main
                    model: default
                    transport: udp
                    hardware: vaapi
                    fps: 7.5
                    loop: true
                    realtime: false
                    open_timeout: 1s
                    read_timeout: 2m
                    retry: {min: 10ms, max: 20ms}
                    decoder_threads: 2
                    tls_verify: false
                    score: 0.7
                    enabled: false
                    publish: {when: changes, max_rate: 0.2}
                  yard:
                    url: rtsp://10.0.0.8/main
                stats: {interval: 1m}
                status: {interval: 2m}
                cache_dir: ~/cache
                """);
        assertThat(read.node()).isEqualTo("gatehouse.example");
        MqttOptions mqtt = read.mqtt();
        assertThat(mqtt.brokers()).containsExactly(URI.create("mqtts://broker:8884"), URI.create("wss://[::1]/mqtt"));
        assertThat(mqtt.protocol()).isEqualTo(Protocol.MQTT_3_1_1);
        assertThat(mqtt.clientId()).isEqualTo("box");
        assertThat(mqtt.username()).isEqualTo("vigil");
        assertThat(mqtt.password().reveal()).isEqualTo("pass # word ");
        assertThat(mqtt.keepAlive()).isEqualTo(Duration.ofMinutes(1));
        assertThat(mqtt.connectTimeout()).isEqualTo(Duration.ofMillis(1_500));
        assertThat(mqtt.retryMin()).isEqualTo(Duration.ofSeconds(1));
        assertThat(mqtt.retryMax()).isEqualTo(Duration.ofHours(1));
        assertThat(mqtt.sessionExpiry()).isEqualTo(Duration.ofHours(1));
        assertThat(mqtt.queueMessages()).isEqualTo(5);
        assertThat(mqtt.tls())
                .isEqualTo(new Tls(
                        folder.resolve("ca.pem"),
                        List.of(),
                        folder.resolve("c.pem"),
                        folder.resolve("c.key"),
                        new Secret("k"),
                        false));
        assertThat(mqtt.outbox())
                .isEqualTo(new OutboxOptions(
                        folder.resolve("out"),
                        2_000_000,
                        Duration.ofHours(1),
                        OutboxOptions.WhenFull.DROP_NEWEST,
                        Duration.ZERO));
        assertThat(read.topics().qos()).isEqualTo(1);
        assertThat(read.topics().detections("box", "gate")).isEqualTo("site/a/gate");
        assertThat(read.topics().status("box", "gate")).isEqualTo("site/a/box/gate/status");
        assertThat(read.topics().availability("box")).isEqualTo("site/a/box/availability");
        assertThat(read.topics().stats("box")).isEqualTo("site/a/box/stats");
        assertThat(read.topics().set("box", "gate")).isEqualTo("site/a/box/gate/set");
        assertThat(read.topics().setNode("box")).isEqualTo("site/a/box/set");
        assertThat(read.topics().settings("box", "gate")).isEqualTo("site/a/box/gate/settings");
        assertThat(read.topics().objects("box", "gate")).isEqualTo("site/a/box/gate/objects");
        ModelConfig small = read.models().get("small");
        assertThat(read.models()).containsOnlyKeys("small", "default");
        assertThat(small.file()).isEqualTo(folder.resolve("a.onnx"));
        assertThat(small.description().family()).isEqualTo("yolox");
        assertThat(small.description().labels()).isEqualTo(folder.resolve("labels.txt"));
        assertThat(small.infer())
                .isEqualTo(new InferOptions(Device.TENSORRT, 2, 3, 4, Duration.ofMillis(5), Duration.ofSeconds(2)));
        assertThat(small.detect()).isEqualTo(new DetectOptions(0.25f, 0.6f, 10));
        assertThat(read.cameras())
                .containsExactly(
                        new CameraConfig(
                                "gate",
                                "default",
                                false,
                                SourceOptions.builder(URI.create("rtsp://10.0.0.7/main"))
                                        .transport(Transport.UDP)
                                        .hardware(Hardware.VAAPI)
                                        .fpsMax(7.5)
                                        .loop(true)
                                        .realtime(false)
                                        .openTimeout(Duration.ofSeconds(1))
                                        .readTimeout(Duration.ofMinutes(2))
                                        .retry(Duration.ofMillis(10), Duration.ofMillis(20))
                                        .decoderThreads(2)
                                        .tlsVerify(false)
                                        .build(),
                                DetectOptions.DEFAULT.withScoreMin(0.7f),
                                new PublishOptions(PublishOptions.When.CHANGES, 0.2),
                                List.of()),
                        new CameraConfig(
                                "yard",
                                "small",
                                SourceOptions.of(URI.create("rtsp://10.0.0.8/main")),
                                new DetectOptions(0.25f, 0.6f, 10)));
        assertThat(read.reports()).isEqualTo(new ReportConfig(Duration.ofMinutes(1), Duration.ofMinutes(2)));
        assertThat(read.cacheDir()).isEqualTo(folder.resolve("cache"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "rtsp://u:p%40ss@10.0.0.7:554/a?b=c | rtsp://u:p%40ss@10.0.0.7:554/a?b=c",
                "rtsp://u:p@s@10.0.0.7/a | rtsp://u:p%40s@10.0.0.7/a",
                "rtsp://u:p/s#1?%@10.0.0.7/a | rtsp://u:p%2Fs%231%3F%25@10.0.0.7/a",
                "rtsp://u:pä@h/a | rtsp://u:p%C3%A4@h/a",
                "RTSPS://my_cam/a@b | rtsps://my_cam/a@b",
                "rtsp://my_cam:8554/a%40b | rtsp://my_cam:8554/a%40b",
                "http://[fe80::1]:80/video.mjpg | http://[fe80::1]:80/video.mjpg",
                "/dev/video0 | v4l2:/dev/video0",
                "v4l2:///dev/video2 | v4l2:/dev/video2",
                "v4l2:/dev/v4l/by-id/usb-1 | v4l2:/dev/v4l/by-id/usb-1",
                "/media/a b.mp4 | file:///media/a%20b.mp4",
                "file:/media/a%20b.mp4 | file:///media/a%20b.mp4",
                "file:///media/clip.mp4 | file:///media/clip.mp4",
                "clips/a.mp4 | file:///etc/vigil/clips/a.mp4",
                "../a.mp4 | file:///etc/a.mp4",
                "file:a.mp4 | file:///etc/vigil/a.mp4",
            })
    void shouldUnderstandAddressWhenWrittenByPerson(String text, URI expected) {
        assertThat(CameraAddress.parse(text, Path.of("/etc/vigil"))).isEqualTo(expected);
    }

    @Test
    void shouldReplaceVariablesWhenValuesNameThem() throws Exception {
        config.environment.putAll(Map.of("CAM_USER", "u", "CAM_PASSWORD", "a$b${x}@c", "EMPTY", "", "FPS", "5"));
        VigilConfig read = config.read("""
                cameras:
                  gate:
                    url: rtsp://${CAM_USER}:${CAM_PASSWORD}@10.0.0.7/${EMPTY:-main}${EMPTY}
                    fps: ${FPS}
                    hardware: "${HARDWARE:-none}"
                mqtt:
                  username: $${CAM_USER}$
                """);
        SourceOptions source = read.cameras().get(0).source();
        assertThat(source.uri()).isEqualTo(URI.create("rtsp://u:a$b$%7Bx%7D%40c@10.0.0.7/main"));
        assertThat(source.fpsMax()).isEqualTo(5);
        assertThat(source.hardware()).isEqualTo(Hardware.NONE);
        assertThat(read.mqtt().username()).isEqualTo("${CAM_USER}$");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "\"s3cret\n\"|s3cret",
                "\"s3cret\r\n\"|s3cret",
                "\" s3 cret \n\n\"|\" s3 cret \n\"",
                "s3cret|s3cret"
            })
    void shouldTakePasswordOfFileWhenFileIsNamed(String content, String password) throws Exception {
        Files.writeString(folder.resolve("password"), content);
        VigilConfig read = config.read(CAMERA + "mqtt: {username: u, password_file: password}\n");
        assertThat(read.mqtt().password().reveal()).isEqualTo(password);
    }

    @Test
    void shouldMergeKeysWhenCameraRepeatsAnother() throws Exception {
        VigilConfig read = config.read("""
                cameras:
                  gate: &camera
                    url: rtsp://10.0.0.7/main
                    fps: 5
                    transport: udp
                  yard:
                    <<: *camera
                    url: rtsp://10.0.0.8/main
                    fps: 10
                """);
        SourceOptions yard = read.cameras().get(1).source();
        assertThat(yard.uri()).isEqualTo(URI.create("rtsp://10.0.0.8/main"));
        assertThat(yard.fpsMax()).isEqualTo(10);
        assertThat(yard.transport()).isEqualTo(Transport.UDP);
    }

    @Test
    void shouldEndWhenAliasesRepeatThemselvesManyTimes() throws IOException {
        StringBuilder laughs = new StringBuilder("cameras:\n  a0: &a0 {url: x.mp4}\n");
        for (int i = 1; i <= 60; i++) {
            laughs.append("  a" + i + ": &a" + i + " {<<: [")
                    .append(("*a" + (i - 1) + ", ").repeat(9) + "*a" + (i - 1) + "]}\n");
        }
        assertThat(config.problems(laughs.toString())).isEmpty();
        laughs.append("  b: [").append("*a1, ".repeat(500)).append("]\n");
        assertThat(config.problems(laughs.toString()))
                .singleElement()
                .asString()
                .matches("vigil.yml:6\\d:\\d+  has more than 1000 aliases");
    }

    @Test
    void shouldRefuseWhenAliasContainsItself() throws IOException {
        assertThat(config.problems("cameras: &c\n  gate: *c\n"))
                .anyMatch(problem -> problem.startsWith("vigil.yml:2:3  cameras.gate.url: is missing"));
        assertThat(config.problems("cameras:\n  gate: &g\n    url: a.mp4\n    <<: *g\n"))
                .isEmpty();
    }

    @Test
    void shouldRefuseWhenNestedTooDeep() throws IOException {
        assertThat(config.problems("node: " + "[".repeat(100_000)))
                .containsExactly("vigil.yml:1:38  is nested deeper than 32 levels");
    }

    @Test
    void shouldRefuseWhenFileIsHuge() throws IOException {
        try (RandomAccessFile huge = new RandomAccessFile(config.file.toFile(), "rw")) {
            huge.setLength(1L << 40);
        }
        assertThat(config.problemsOfFile())
                .containsExactly("vigil.yml: is larger than 1 MiB: this is no configuration");
    }

    @Test
    void shouldRefuseWhenFileIsNoText() throws IOException {
        Files.write(config.file, "node: box\nmqtt: \u00e4\n".getBytes(StandardCharsets.ISO_8859_1));
        assertThat(config.problemsOfFile()).containsExactly("vigil.yml:2:1  is not UTF-8 text");
    }

    @Test
    void shouldTellWhenFileIsMissingOrFolder() throws IOException {
        assertThat(config.problemsOfFile()).containsExactly("vigil.yml: there is no such file");
        Files.createDirectory(config.file);
        assertThat(config.problemsOfFile()).containsExactly("vigil.yml: is a folder, not a file");
        assertThatExceptionOfType(ConfigException.class)
                .isThrownBy(() -> config.reader().read(config.file))
                .withMessage(config.file + ": is a folder, not a file");
    }

    @Test
    void shouldTellWhenDefaultModelIsMissing() throws IOException {
        Files.delete(folder.resolve("home/models/ssdlite-mobilenet-v2-coco.onnx"));
        assertThat(config.problems(CAMERA))
                .containsExactly("vigil.yml: models.default.file: the default model "
                        + "DIR/home/models/ssdlite-mobilenet-v2-coco.onnx: there is no such file");
    }

    @Test
    void shouldPlaceFurtherProblemsAtTheirKeysWhenChecksAddThem() throws IOException {
        Files.writeString(config.file, CAMERA);
        ConfigReader.Loaded loaded = config.reader().load(config.file);
        assertThat(loaded.config()).isPresent();
        loaded.problems().add("cameras.gate.url", "rtsp://u:s3cret@10.0.0.7/main refuses the password");
        loaded.problems().add("mqtt.broker", "nobody answers");
        assertThat(loaded.problems().sorted())
                .extracting(Problem::toString)
                .containsExactly(
                        config.file + ": mqtt.broker: nobody answers",
                        config.file + ":3:5  cameras.gate.url: rtsp://***@10.0.0.7/main refuses the password");
    }

    @ParameterizedTest
    @CsvSource({
        "fsp, fps",
        "tranport, transport",
        "tls-verify, tls_verify",
        "URL, url",
        "retrys, retry",
        "xyz, ''",
        "x, ''"
    })
    void shouldSuggestWhenWordIsNear(String word, String expected) {
        var known = java.util.List.of("url", "model", "transport", "fps", "retry", "tls_verify");
        assertThat(Suggestion.nearest(word, known).orElse("")).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({"500ms, PT0.5S", "5s, PT5S", "2m, PT2M", "1h, PT1H", "0.25s, PT0.25S", "5 s, PT5S", "0s, PT0S"})
    void shouldReadDurationWhenItHasUnit(String text, Duration expected) {
        assertThat(Durations.parse(text)).contains(expected);
        assertThat(Durations.parse(Durations.format(expected))).contains(expected);
    }

    @Test
    void shouldKeepMessagesOfQos1AmongTheStateWhenNoFolderIsNamed() throws Exception {
        ConfigFolder config = new ConfigFolder(folder);
        String yaml = "node: box\ncameras: {gate: {url: 'rtsp://h/x'}}\n";
        assertThat(config.read(yaml).mqtt().outbox().folder()).isNull();
        config.environment.put("HOME", "/home/vigil");
        assertThat(config.read(yaml + "mqtt: {qos: 1}\n").mqtt().outbox().folder())
                .isEqualTo(Path.of("/home/vigil/.local/state/vigil/box/outbox"));
        config.environment.put("STATE_DIRECTORY", "/var/lib/vigil:/var/lib/other");
        assertThat(config.read(yaml + "mqtt: {qos: 1}\n").mqtt().outbox().folder())
                .isEqualTo(Path.of("/var/lib/vigil/outbox"));
        assertThat(config.read(yaml + "mqtt: {qos: 2, outbox: {on_disk: false}}\n")
                        .mqtt()
                        .outbox()
                        .folder())
                .isNull();
    }
}
