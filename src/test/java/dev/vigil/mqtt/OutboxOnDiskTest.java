package dev.vigil.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A client whose messages wait on disk, against a real broker. */
class OutboxOnDiskTest {
    private static final MqttTopic TOPIC = MqttTopic.of("a/b");

    @TempDir
    Path folder;

    private final Recorder recorder = new Recorder();

    @BeforeEach
    void requireMosquitto() {
        Mosquitto.require();
    }

    private MqttOptions options(int port, MqttOptions.Protocol protocol) {
        TestOptions options = TestOptions.plain(port).protocol(protocol);
        options.outbox = OutboxOptions.in(folder.resolve("outbox"));
        options.queueMessages = 50;
        return options.build();
    }

    private MqttClient subscriber(int port) throws InterruptedException {
        TestOptions options = TestOptions.plain(port);
        options.retryMax = options.retryMin;
        MqttClient subscriber = new MqttClient(options.build(), recorder);
        subscriber.subscribe(TOPIC.name(), 2);
        subscriber.start();
        Await.next("SUBACK", recorder.subscribed);
        return subscriber;
    }

    private List<String> received(int count) throws InterruptedException {
        List<String> texts = new ArrayList<>();
        while (texts.size() < count) {
            texts.add(Await.next("message " + texts.size(), recorder.messages).payload());
        }
        return texts;
    }

    private static void publish(MqttClient client, int from, int to, int qos) {
        for (int i = from; i < to; i++) {
            String text = "" + i;
            // The disk may be slower than this loop: then a message is refused, and offered again.
            Await.until(
                    "room for " + text,
                    () -> client.publish(
                            TOPIC,
                            Unpooled.copiedBuffer(text, StandardCharsets.UTF_8),
                            qos,
                            false,
                            PublishCallback.NONE));
        }
    }

    private static List<String> numbers(int from, int to) {
        return IntStream.range(from, to).mapToObj(i -> "" + i).toList();
    }

    @ParameterizedTest
    @CsvSource({"MQTT_3_1_1, 1", "MQTT_3_1_1, 2", "MQTT_5, 1", "MQTT_5, 2"})
    void shouldSendMoreThanMemoryHoldsInOrderWhenTheBrokerComesBack(MqttOptions.Protocol protocol, int qos)
            throws Exception {
        try (Mosquitto broker = Mosquitto.start(folder, "allow_anonymous true");
                TcpProxy proxy = new TcpProxy(broker.port());
                MqttClient subscriber = subscriber(broker.port());
                MqttClient client = new MqttClient(options(proxy.port(), protocol), new Recorder())) {
            client.start();
            publish(client, 0, 5, qos);
            assertThat(received(5)).isEqualTo(numbers(0, 5));
            Await.until(
                    "all acknowledged",
                    () -> client.status().acknowledged() == 5 && client.status().stored() == 0);
            proxy.refuse(true);
            proxy.cut();
            publish(client, 5, 400, qos);
            Await.until("all on disk", () -> client.status().stored() == 395);
            assertThat(client.status().waiting()).isLessThanOrEqualTo(50);
            proxy.refuse(false);
            assertThat(received(395)).isEqualTo(numbers(5, 400));
            Await.until("nothing kept", () -> client.status().stored() == 0);
            assertThat(subscriber.status().connected()).isTrue();
        }
    }

    @Test
    void shouldSendAfterARestartWhatWasLeftWhenTheClientWasClosed() throws Exception {
        try (Mosquitto broker = Mosquitto.start(folder, "allow_anonymous true");
                TcpProxy proxy = new TcpProxy(broker.port());
                MqttClient subscriber = subscriber(broker.port())) {
            proxy.refuse(true);
            try (MqttClient first =
                    new MqttClient(options(proxy.port(), MqttOptions.Protocol.MQTT_5), new Recorder())) {
                first.start();
                publish(first, 0, 120, 1);
            }
            proxy.refuse(false);
            try (MqttClient second =
                    new MqttClient(options(proxy.port(), MqttOptions.Protocol.MQTT_5), new Recorder())) {
                second.start();
                publish(second, 120, 130, 1);
                assertThat(received(130)).isEqualTo(numbers(0, 130));
                assertThat(subscriber.status().connected()).isTrue();
            }
        }
    }

    /** A process of its own, which is killed. */
    static final class Publisher {
        private Publisher() {}

        /** Arguments: the broker's port, the outbox's folder, a file that gets the number of each message that is on disk. */
        public static void main(String[] args) throws IOException, InterruptedException {
            OutputStream told = Files.newOutputStream(Path.of(args[2]));
            TestOptions options = TestOptions.plain(Integer.parseInt(args[0]));
            options.outbox = OutboxOptions.in(Path.of(args[1]));
            options.queueMessages = 50;
            MqttClient client = new MqttClient(options.build(), new MqttListener() {});
            client.start();
            for (int i = 0; ; i++) {
                String text = "" + i;
                while (!client.publish(
                        TOPIC, Unpooled.copiedBuffer(text, StandardCharsets.UTF_8), 1, false, new PublishCallback() {
                            @Override
                            public void stored() {
                                try {
                                    told.write((text + "\n").getBytes(StandardCharsets.UTF_8));
                                } catch (IOException e) {
                                    throw new UncheckedIOException(e);
                                }
                            }

                            @Override
                            public void sent(long sentNs) {}

                            @Override
                            public void refused(Refusal cause) {}
                        })) {
                    TimeUnit.MILLISECONDS.sleep(1);
                }
            }
        }
    }

    @Test
    void shouldLoseNothingThatWasStoredWhenTheProcessIsKilled() throws Exception {
        try (Mosquitto broker = Mosquitto.start(folder, "allow_anonymous true");
                TcpProxy proxy = new TcpProxy(broker.port());
                MqttClient subscriber = subscriber(broker.port())) {
            proxy.refuse(true);
            Path out = folder.resolve("stored");
            Process publisher = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-cp",
                            System.getProperty("java.class.path"),
                            Publisher.class.getName(),
                            "" + proxy.port(),
                            folder.resolve("outbox").toString(),
                            out.toString())
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            Await.until("many stored", () -> out.toFile().length() > 10_000);
            publisher.destroyForcibly();
            assertThat(publisher.waitFor(Await.DEADLINE.toSeconds(), TimeUnit.SECONDS))
                    .isTrue();
            // What it was just writing may be cut.
            String told = Files.readString(out);
            int stored =
                    (int) told.substring(0, told.lastIndexOf('\n') + 1).lines().count();
            proxy.refuse(false);
            try (MqttClient second =
                    new MqttClient(options(proxy.port(), MqttOptions.Protocol.MQTT_5), new Recorder())) {
                second.start();
                assertThat(received(stored)).isEqualTo(numbers(0, stored));
                Await.until("nothing kept", () -> second.status().stored() == 0);
                assertThat(subscriber.status().connected()).isTrue();
            }
        }
    }
}
