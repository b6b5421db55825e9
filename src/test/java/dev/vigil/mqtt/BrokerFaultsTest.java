package dev.vigil.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vigil.base.Secret;
import dev.vigil.mqtt.MqttOptions.Protocol;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Mosquitto that is away, killed, or refuses; each test has a broker of its own. */
class BrokerFaultsTest {
    private static final MqttTopic TOPIC = MqttTopic.of("faults/flow");

    @TempDir
    private Path folder;

    private final Recorder recorder = new Recorder();

    @BeforeEach
    void needMosquitto() {
        Mosquitto.require();
    }

    private static ByteBuf bytes(String text) {
        return Unpooled.copiedBuffer(text, StandardCharsets.UTF_8);
    }

    @ParameterizedTest
    @EnumSource(Protocol.class)
    void shouldSayOneLineWithoutPasswordWhenItIsRefused(Protocol protocol) throws Exception {
        password("camera", "right-one");
        try (ClientLog log = new ClientLog();
                Mosquitto broker = Mosquitto.start(folder, "password_file " + folder.resolve("passwords"))) {
            TestOptions options = TestOptions.plain(broker.port()).protocol(protocol);
            options.username = "camera";
            options.password = new Secret("wrong-one");
            options.retryMin = Duration.ofMillis(1);
            options.retryMax = Duration.ofMinutes(1);
            try (MqttClient client = new MqttClient(options.build(), recorder)) {
                client.start();
                String line = "127.0.0.1:" + broker.port()
                        + " refused the login with the configured username and password: not authorized (0x87)";
                assertThat(Await.next("the refusal", recorder.away)).isEqualTo(line);
                assertThat(log.of(broker.port())).singleElement().satisfies(told -> assertThat(told)
                        .startsWith(line + "; trying again in ")
                        .doesNotContain("wrong-one"));
                assertThat(options.build().toString()).doesNotContain("wrong-one");
                // Not hammered: the next try is about a minute away.
                assertThat(client.status().state()).isEqualTo(MqttStatus.State.AWAY);
            }
        }
    }

    @Test
    void shouldConnectWhenPasswordIsSetRightLater() throws Exception {
        password("camera", "old");
        try (Mosquitto broker = Mosquitto.start(folder, "password_file " + folder.resolve("passwords"))) {
            TestOptions options = TestOptions.plain(broker.port());
            options.username = "camera";
            options.password = new Secret("new");
            try (MqttClient client = new MqttClient(options.build(), recorder)) {
                client.start();
                Await.next("the refusal", recorder.away);
                password("camera", "new");
                broker.kill();
                broker.restart();
                Await.next("the connection", recorder.sessionsPresent);
            }
        }
    }

    private void password(String user, String password) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(
                        "/usr/bin/mosquitto_passwd",
                        "-b",
                        "-c",
                        folder.resolve("passwords").toString(),
                        user,
                        password)
                .inheritIO()
                .start();
        assertThat(process.waitFor(Await.DEADLINE.toSeconds(), TimeUnit.SECONDS))
                .isTrue();
        assertThat(process.exitValue()).isZero();
    }

    @ParameterizedTest
    @EnumSource(Protocol.class)
    void shouldDeliverAllWhenBrokerIsKilledWhileMessagesFlow(Protocol protocol) throws Exception {
        try (Mosquitto broker = Mosquitto.start(folder, "allow_anonymous true");
                TcpProxy proxy = new TcpProxy(broker.port())) {
            // Mosquitto writes to a subscriber of QoS 0 before it answers the publisher, so that a kill loses nothing
            // answered.
            MqttClient subscriber = new MqttClient(
                    TestOptions.plain(broker.port()).protocol(protocol).build(), recorder);
            Recorder sender = new Recorder();
            MqttClient publisher = new MqttClient(
                    TestOptions.plain(proxy.port()).protocol(protocol).build(), sender);
            try (subscriber;
                    publisher) {
                subscriber.subscribe(TOPIC.name(), 0);
                subscriber.start();
                Await.next("SUBACK", recorder.subscribed);
                publisher.start();
                Await.next("the connection", sender.sessionsPresent);
                int count = 900;
                for (int i = 0; i < count; i++) {
                    assertThat(publisher.publish(TOPIC, bytes("" + i), 1, false, PublishCallback.NONE))
                            .isTrue();
                    if (i == 300) {
                        Await.until("some to pass", () -> publisher.status().acknowledged() >= 50);
                        // The publisher may come back only after the subscriber has: a broker keeps nothing for nobody.
                        proxy.refuse(true);
                        broker.kill();
                        Await.next("the loss", sender.away);
                    }
                }
                assertThat(publisher.status().waiting()).isGreaterThan(500);
                broker.restart();
                Await.next("SUBACK after the restart", recorder.subscribed);
                proxy.refuse(false);
                Await.until("all acknowledged", () -> publisher.status().waiting() == 0);
                assertThat(publisher.status().acknowledged()).isEqualTo(count);
                Set<String> seen = new HashSet<>();
                while (seen.size() < count) {
                    seen.add(Await.next("more than " + seen.size(), recorder.messages)
                            .payload());
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Protocol.class)
    void shouldDeliverWhatWaitedWhenBrokerIsAwayAtStart(Protocol protocol) throws Exception {
        try (Mosquitto broker = Mosquitto.start(folder, "allow_anonymous true")) {
            broker.kill();
            MqttClient client = new MqttClient(
                    TestOptions.plain(broker.port()).protocol(protocol).build(), recorder);
            try (client) {
                client.subscribe(TOPIC.name(), 1);
                client.start();
                assertThat(Await.next("the failure", recorder.away))
                        .isEqualTo("127.0.0.1:" + broker.port() + " can not be reached: Connection refused");
                for (int i = 0; i < 20; i++) {
                    client.publish(TOPIC, bytes("" + i), 1, true, PublishCallback.NONE);
                }
                broker.restart();
                Await.next("the connection", recorder.sessionsPresent);
                Await.until("all acknowledged", () -> client.status().acknowledged() == 20);
                // What waited may come before the subscription stands: the last one was retained.
                while (!Await.next("the last message", recorder.messages)
                        .payload()
                        .equals("19")) {}
            }
        }
    }

    @Test
    void shouldSayNameIsUnknownWhenHostDoesNotExist() throws Exception {
        TestOptions options = TestOptions.of("mqtt://no-such-host.invalid");
        options.retryMin = options.retryMax = Duration.ofMinutes(1);
        try (MqttClient client = new MqttClient(options.build(), recorder)) {
            client.start();
            assertThat(Await.next("the failure", recorder.away))
                    .isEqualTo("no-such-host.invalid:1883 has an unknown host name");
        }
    }

    @Test
    void shouldRefuseWhatBrokerSaysIsTooLarge() throws Exception {
        try (Mosquitto broker = Mosquitto.start(folder, "allow_anonymous true\nmax_packet_size 1000")) {
            try (MqttClient client =
                    new MqttClient(TestOptions.plain(broker.port()).build(), recorder)) {
                client.start();
                Await.next("the connection", recorder.sessionsPresent);
                Fate fate = new Fate();
                client.publish(TOPIC, bytes("x".repeat(1_000)), 1, false, fate);
                assertThat(fate.await()).isEqualTo("TOO_LARGE");
                client.publish(TOPIC, bytes("x".repeat(900)), 1, false, fate);
                assertThat(fate.await()).isEqualTo(Fate.SENT);
                Await.until("PUBACK", () -> client.status().acknowledged() == 1);
            }
        }
    }
}
