package dev.vigil.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.vigil.app.demo.EmbeddedBroker;
import dev.vigil.app.watch.Messages;
import dev.vigil.mqtt.Await;
import dev.vigil.mqtt.MqttClient;
import dev.vigil.mqtt.MqttListener;
import dev.vigil.mqtt.MqttOptions;
import dev.vigil.mqtt.MqttTopic;
import dev.vigil.mqtt.PublishCallback;
import io.netty.buffer.Unpooled;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

class WatchCommandTest {
    private static EmbeddedBroker broker;
    private static MqttClient publisher;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @BeforeAll
    static void startBroker() throws IOException {
        broker = EmbeddedBroker.start(0);
        publisher = new MqttClient(MqttOptions.of(URI.create(address())), new MqttListener() {});
        publisher.start();
        // Kept by the broker, so that every subscriber gets them at once.
        keep("vigil/box/availability", "online");
        keep("vigil/box/gate/status", Messages.status("box", "gate", "up", null, null));
        keep(
                "vigil/box/gate/detections",
                Messages.detections("box", "gate", 1, 20_300, "", Messages.found("Straße \uD83D\uDEAA", 0.912)));
        keep("vigil/box/strange/detections", "{\"v\": 2}");
        keep("vigil/box/broken/detections", "no JSON");
        Await.until("the broker to have all", () -> publisher.status().acknowledged() == 5);
    }

    @AfterAll
    static void stopBroker() throws IOException {
        publisher.close();
        broker.close();
    }

    private static String address() {
        return "mqtt://127.0.0.1:" + broker.port();
    }

    private static void keep(String topic, String payload) {
        publisher.publish(
                MqttTopic.of(topic),
                Unpooled.copiedBuffer(payload, StandardCharsets.UTF_8),
                1,
                true,
                PublishCallback.NONE);
    }

    private int watch(String... arguments) {
        return new CommandLine(new WatchCommand())
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(arguments);
    }

    @Test
    void shouldPrintLineForEachCameraWhenOutputIsNoTerminal() {
        assertThat(watch("--broker", address(), "--for", "4s")).isZero();
        assertThat(out.toString().lines())
                .isNotEmpty()
                .allMatch(line ->
                        line.matches("\\d\\d:\\d\\d:\\d\\d gate #1 .*age 20.3 p99 20.3 ms.*Straße . 0.91 at 412,89.*"));
        assertThat(err.toString().lines()).hasSize(2);
        assertThat(err.toString().lines())
                .first()
                .asString()
                .startsWith("vigil watch: passed by: the message on vigil/box/");
        assertThat(err.toString()).endsWith("vigil watch: messages passed by: 2\n");
    }

    @Test
    void shouldPrintNothingButJsonWhenAskedFor() throws Exception {
        assertThat(watch("--broker", address(), "--json", "--for", "4s")).isZero();
        List<String> topics = new ArrayList<>();
        for (String line : out.toString().lines().toList()) {
            JsonNode read = new ObjectMapper().readTree(line);
            assertThat(read.fieldNames()).toIterable().containsExactly("topic", "message");
            assertThat(line).isASCII();
            topics.add(read.get("topic").textValue());
            switch (read.get("topic").textValue()) {
                case "vigil/box/availability" ->
                    assertThat(read.get("message").textValue()).isEqualTo("online");
                case "vigil/box/gate/detections" ->
                    assertThat(read.at("/message/detections/0/label").textValue())
                            .isEqualTo("Straße \uD83D\uDEAA");
                default -> assertThat(read.get("message").isObject()).isTrue();
            }
        }
        assertThat(topics)
                .containsExactlyInAnyOrder(
                        "vigil/box/availability",
                        "vigil/box/gate/status",
                        "vigil/box/gate/detections",
                        "vigil/box/strange/detections");
        assertThat(err.toString()).contains("vigil watch: passed by: the message on vigil/box/");
    }

    @Test
    void shouldConnectToTheOneThatListensWhenSeveralBrokersAreGiven() throws Exception {
        int nobody;
        try (ServerSocket socket = new ServerSocket(0)) {
            nobody = socket.getLocalPort();
        }
        assertThat(watch("--json", "--broker", "mqtt://127.0.0.1:" + nobody + "," + address(), "--for", "3s"))
                .isZero();
        assertThat(out.toString()).startsWith("{\"topic\":\"vigil/box/");
        assertThat(err.toString()).contains("127.0.0.1:" + nobody + " can not be reached");
    }

    @Test
    void shouldSayOnceThatBrokerIsAwayAndFailWhenItNeverCame() throws Exception {
        int nobody;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            nobody = free.getLocalPort();
        }
        assertThat(watch("--broker", "mqtt://127.0.0.1:" + nobody, "--for", "2s"))
                .isEqualTo(1);
        assertThat(out.toString()).isEmpty();
        assertThat(err.toString().lines())
                .singleElement()
                .asString()
                .startsWith("vigil watch: 127.0.0.1:" + nobody + " can not be reached")
                .endsWith("trying again");
    }

    @ParameterizedTest
    @CsvSource({
        "--broker, http://broker, must be mqtt://host:port",
        "--broker, broker:1883, must be mqtt://host:port",
        "--broker, 127.0.0.1:1883, is no address",
        "--broker, mqtt://me:geheim@broker, user and password belong into",
        "--broker, mqtt://me:ge heim@broker, is no address",
        "--camera, a/b, is no name",
        "--node, #, is no name",
        "--topic-prefix, a/#, must be a topic",
        "--broker, 'mqtt://a,ws://b/x?y', has more than host and port",
        "--fingerprint, abc, is no SHA-256 fingerprint",
        "--key-file, pom.xml, is of use only with its certificate",
        "--cert-file, /nowhere, can not be read",
        "--password-file, /nowhere, needs --username",
        "--ca-file, /nowhere, can not be read",
    })
    void shouldSayWhatIsWrongWithUsage(String option, String value, String words) {
        assertThat(watch(option, value)).isEqualTo(2);
        assertThat(err.toString()).contains(words).doesNotContain("heim");
    }

    @Test
    void shouldNotShowPasswordWhenItCanNotBeRead(@TempDir Path folder) throws Exception {
        Path password = Files.write(folder.resolve("password"), new byte[] {(byte) 0xff, (byte) 0xfe});
        assertThat(watch("--username", "me", "--password-file", password.toString()))
                .isEqualTo(2);
        assertThat(err.toString()).contains(password + " can not be read");
    }

    /** A signal reaches a process: this one test starts one. */
    @ParameterizedTest
    @CsvSource({"INT, 130", "TERM, 143"})
    void shouldEndWithSignalsCodeWhenInterrupted(String signal, int code) throws Exception {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Vigil.class.getName(),
                        "watch",
                        "--json",
                        "--camera",
                        "gate",
                        "--broker",
                        address())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(process.getInputStream()))) {
            assertThat(lines.readLine()).startsWith("{\"topic\":\"vigil/box/");
            new ProcessBuilder("kill", "-" + signal, Long.toString(process.pid()))
                    .start()
                    .waitFor();
            assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
            assertThat(process.exitValue()).isEqualTo(code);
        } finally {
            process.destroyForcibly();
        }
    }
}
