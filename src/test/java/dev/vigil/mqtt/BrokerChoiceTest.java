package dev.vigil.mqtt;

import static dev.vigil.mqtt.ScriptedBroker.CONNACK_5;
import static org.assertj.core.api.Assertions.assertThat;

import dev.vigil.base.Secret;
import dev.vigil.mqtt.MqttOptions.Protocol;
import dev.vigil.mqtt.ScriptedBroker.Script;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which broker, and in which version of MQTT: stepping down, several brokers, redirections. */
class BrokerChoiceTest {
    private static final String CONNACK_311 = "20 02 00 00";
    /** CONNACK of MQTT 5: unsupported protocol version. */
    private static final String WRONG_VERSION = "20 03 00 84 00";
    /** CONNACK of MQTT 3.1.1: unacceptable protocol version. */
    private static final String WRONG_VERSION_311 = "20 02 00 01";

    private final Recorder recorder = new Recorder();
    private final BlockingQueue<String> connects = new LinkedBlockingQueue<>();
    private final ClientLog log = new ClientLog();

    @AfterEach
    void leaveLog() {
        log.close();
    }

    /** Notes the broker's name and the version of CONNECT, and answers. */
    private Script answer(String name, String connAck) {
        return connection -> {
            connects.add(name + " " + version(connection.receive()));
            connection.send(connAck);
        };
    }

    private Script hangUp(String name) {
        return connection -> {
            connects.add(name + " " + version(connection.receive()));
            connection.close();
        };
    }

    /** The level of a CONNECT: after the two bytes of its header and the six of the protocol's name. */
    private static int version(String connect) {
        return HexFormat.fromHexDigits(connect.split(" ")[8]);
    }

    private MqttClient start(TestOptions options) {
        MqttClient client = new MqttClient(options.build(), recorder);
        client.start();
        return client;
    }

    private static TestOptions options(ScriptedBroker first, ScriptedBroker... more) {
        TestOptions options = TestOptions.plain(first.port());
        options.protocol = null;
        options.more = Arrays.stream(more).map(broker -> uri(broker.port())).toList();
        return options;
    }

    private static URI uri(int port) {
        return URI.create("mqtt://127.0.0.1:" + port);
    }

    private String next() throws InterruptedException {
        return Await.next("CONNECT", connects);
    }

    @ParameterizedTest
    @ValueSource(strings = {WRONG_VERSION, WRONG_VERSION_311})
    void shouldStepDownAtOnceWhenBrokerDoesNotKnowMqtt5(String refusal) throws Exception {
        Script lost = connection -> {
            answer("a", CONNACK_311).run(connection);
            connection.close();
        };
        try (ScriptedBroker broker = ScriptedBroker.start(answer("a", refusal), lost, answer("a", CONNACK_311))) {
            TestOptions options = options(broker);
            // Stepping down waits for nothing.
            options.retryMin = options.retryMax = Duration.ofMillis(300);
            try (MqttClient client = start(options)) {
                assertThat(next()).isEqualTo("a 5");
                assertThat(next()).isEqualTo("a 4");
                Await.next("the connection", recorder.sessionsPresent);
                assertThat(client.status().protocol()).isEqualTo(Protocol.MQTT_3_1_1);
                assertThat(client.status().broker()).isEqualTo("127.0.0.1:" + broker.port());
                // Only the loss is told, and the version is kept.
                assertThat(Await.next("the loss", recorder.away)).endsWith(" closed the connection");
                assertThat(next()).isEqualTo("a 4");
                Await.next("the connection", recorder.sessionsPresent);
                assertThat(log.of(broker.port()))
                        .filteredOn(line -> line.contains("MQTT 3.1.1") && !line.contains(" connected with "))
                        .containsExactly("127.0.0.1:" + broker.port()
                                + " refused the connection: unsupported protocol version (0x84); trying MQTT 3.1.1");
            }
        }
    }

    @Test
    void shouldStepDownWhenBrokerHangsUpAndGoBackWhenThatIsOfNoUse() throws Exception {
        try (ScriptedBroker broker =
                ScriptedBroker.start(hangUp("a"), hangUp("a"), hangUp("a"), answer("a", CONNACK_311))) {
            try (MqttClient client = start(options(broker))) {
                for (String expected : new String[] {"a 5", "a 4", "a 5", "a 4"}) {
                    assertThat(next()).isEqualTo(expected);
                }
                Await.next("the connection", recorder.sessionsPresent);
                assertThat(client.status().protocol()).isEqualTo(Protocol.MQTT_3_1_1);
                assertThat(recorder.away)
                        .containsExactly(
                                "127.0.0.1:" + broker.port() + " closed the connection before its answer to CONNECT");
            }
        }
    }

    @Test
    void shouldStayWithMqtt5WhenBrokerThatSpokeItHangsUp() throws Exception {
        Script leaves = connection -> {
            answer("a", CONNACK_5).run(connection);
            connection.close();
        };
        try (ScriptedBroker broker = ScriptedBroker.start(leaves, hangUp("a"), answer("a", CONNACK_5));
                MqttClient client = start(options(broker))) {
            for (int i = 0; i < 3; i++) {
                assertThat(next()).isEqualTo("a 5");
            }
            Await.until("the connection", () -> client.status().connects() == 2);
            assertThat(client.status().protocol()).isEqualTo(Protocol.MQTT_5);
        }
    }

    @Test
    void shouldKeepOlderVersionWhenItIsTheLoginThatItRefuses() throws Exception {
        // Bad user name or password.
        try (ScriptedBroker broker = ScriptedBroker.start(
                answer("a", WRONG_VERSION), answer("a", "20 02 00 04"), answer("a", CONNACK_311))) {
            try (MqttClient client = start(options(broker))) {
                for (String expected : new String[] {"a 5", "a 4", "a 4"}) {
                    assertThat(next()).isEqualTo(expected);
                }
                Await.until("the connection", () -> client.status().connected());
            }
        }
    }

    @Test
    void shouldNotStepDownWhenPasswordHasNoUser() throws Exception {
        try (ScriptedBroker broker = ScriptedBroker.start(answer("a", WRONG_VERSION))) {
            TestOptions options = options(broker);
            options.password = new Secret("hidden");
            options.retryMax = Duration.ofMinutes(1);
            try (MqttClient client = start(options)) {
                assertThat(Await.next("the refusal", recorder.away))
                        .endsWith(" refused the connection: unsupported protocol version (0x84);"
                                + " MQTT 3.1.1 allows no password without a username");
                assertThat(client.status().state()).isEqualTo(MqttStatus.State.AWAY);
            }
        }
    }

    @Test
    void shouldTryBrokersInTurnAndBeginWithTheOneThatWorked() throws Exception {
        Script accepts = connection -> {
            answer("b", CONNACK_5).run(connection);
            connection.close();
        };
        try (ScriptedBroker a = ScriptedBroker.start(answer("a", "20 03 00 88 00")); // server unavailable
                ScriptedBroker b = ScriptedBroker.start(accepts, answer("b", CONNACK_5))) {
            TestOptions options = options(a, b);
            // Only between rounds: the second broker follows at once.
            options.retryMin = options.retryMax = Duration.ofMillis(300);
            try (MqttClient client = start(options)) {
                assertThat(next()).isEqualTo("a 5");
                assertThat(next()).isEqualTo("b 5");
                assertThat(next()).isEqualTo("b 5");
                Await.until("the connection", () -> client.status().connects() == 2);
                assertThat(client.status().broker()).isEqualTo("127.0.0.1:" + b.port());
                assertThat(log.of(a.port(), b.port()).get(0))
                        .isEqualTo("127.0.0.1:" + a.port() + " refused the connection: server unavailable (0x88);"
                                + " trying 127.0.0.1:" + b.port());
                assertThat(log.of(a.port(), b.port()).get(1))
                        .isEqualTo("127.0.0.1:" + b.port() + " connected with MQTT 5");
            }
        }
    }

    @Test
    void shouldLeaveBrokerThatRefusesLoginAloneWhileOthersAreTried() throws Exception {
        Script[] busy = new Script[8];
        Arrays.fill(busy, answer("b", "20 03 00 89 00")); // server busy
        try (ScriptedBroker a = ScriptedBroker.start(answer("a", "20 03 00 86 00")); // bad user name or password
                ScriptedBroker b = ScriptedBroker.start(busy)) {
            TestOptions options = options(a, b);
            options.retryMax = Duration.ofMinutes(2);
            try (MqttClient client = start(options)) {
                assertThat(next()).isEqualTo("a 5");
                for (int i = 0; i < 5; i++) {
                    assertThat(next()).isEqualTo("b 5");
                }
                assertThat(client.status().connected()).isFalse();
            }
        }
    }

    @Test
    void shouldAskForNewSessionWhenItIsAnotherBrokers() throws Exception {
        Script leaves = connection -> {
            connects.add(connection.receive());
            connection.send(CONNACK_5);
            connection.close();
        };
        Script refuses = connection -> {
            connects.add(connection.receive());
            connection.send("20 03 00 88 00");
        };
        try (ScriptedBroker a = ScriptedBroker.start(leaves, refuses);
                ScriptedBroker b = ScriptedBroker.start(leaves, answer("b", CONNACK_5));
                MqttClient client = start(options(a, b))) {
            // The flags of CONNECT follow the level: clean start is 02.
            assertThat(Await.next("first, to a", connects).split(" ")[9]).isEqualTo("02");
            assertThat(Await.next("again, to a", connects).split(" ")[9]).isEqualTo("00");
            assertThat(Await.next("to b", connects).split(" ")[9]).isEqualTo("02");
            assertThat(client.status().connects()).isPositive();
        }
    }

    /** A server reference as a property, and the packet around it. */
    private static String redirect(String start, int code, String reference) {
        byte[] text = reference.getBytes(StandardCharsets.US_ASCII);
        int properties = 3 + text.length;
        String body = String.format(
                "%02x %02x 1c 00 %02x %s",
                code, properties, text.length, HexFormat.of().formatHex(text));
        // CONNACK has its flags before the code.
        boolean connAck = start.equals("20");
        return start + String.format(" %02x ", properties + (connAck ? 3 : 2)) + (connAck ? "00 " : "") + body;
    }

    @ParameterizedTest
    @CsvSource({"20, 9c", "20, 9d", "e0, 9c", "e0, 9d"})
    void shouldGoWhereBrokerSendsWhenItSaysSo(String packet, String hexCode) throws Exception {
        int code = HexFormat.fromHexDigits(hexCode);
        Script leaves = connection -> {
            answer("b", CONNACK_5).run(connection);
            connection.close();
        };
        try (ScriptedBroker b = ScriptedBroker.start(leaves, answer("b", CONNACK_5))) {
            String redirect = redirect(packet, code, "127.0.0.1:1 127.0.0.1:" + b.port());
            Script sends = connection -> {
                answer("a", packet.equals("20") ? redirect : CONNACK_5).run(connection);
                if (!packet.equals("20")) {
                    connection.send(redirect);
                }
            };
            try (ScriptedBroker a = ScriptedBroker.start(sends, answer("a", CONNACK_5));
                    MqttClient client = start(options(a))) {
                assertThat(next()).isEqualTo("a 5");
                // The first of the two servers does not listen.
                assertThat(next()).isEqualTo("b 5");
                // For good, or only until that connection ends.
                assertThat(next()).isEqualTo(code == 0x9D ? "b 5" : "a 5");
                Await.until("the connection", () -> client.status().connected());
                assertThat(log.of(a.port()))
                        .anyMatch(line -> line.contains("(0x" + hexCode + ")")
                                && line.endsWith("; going to 127.0.0.1:1" + (code == 0x9D ? " from now on" : "")));
            }
        }
    }

    @Test
    void shouldWaitWhenBrokersSendInCircles() throws Exception {
        int port = Mosquitto.freePort();
        Script[] scripts = new Script[40];
        Arrays.fill(scripts, answer("a", redirect("20", 0x9D, "127.0.0.1:" + port)));
        TestOptions options = TestOptions.plain(port);
        options.retryMin = options.retryMax = Duration.ofMinutes(1);
        try (ScriptedBroker broker = ScriptedBroker.startAt(port, scripts);
                MqttClient client = start(options)) {
            assertThat(Await.next("the end of it", recorder.away))
                    .contains("server moved (0x9d), use 127.0.0.1:" + port);
            assertThat(client.status().state()).isEqualTo(MqttStatus.State.AWAY);
            assertThat(connects).hasSize(1 + Brokers.REDIRECTS_MAX);
            assertThat(broker.port()).isEqualTo(port);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            nullValues = "none",
            value = {
                "b | b:1883",
                "b:1884 | b:1884",
                "10.0.0.1:1884 [fe80::1]:1885 [::1] | 10.0.0.1:1884, [fe80::1]:1885, [::1]:1883",
                "b b b:1883 c | b:1883, c:1883",
                "b:0 c:70000 d:99999999 | ''",
                "'' | ''",
                "http://b mqtt://c [x] a/b user@d | ''",
            })
    void shouldReadServerReference(String reference, String servers) {
        BrokerAddress from = BrokerAddress.of(URI.create("mqtt://a:7"));
        assertThat(String.join(
                        ", ",
                        ServerReference.read(reference, from).stream()
                                .map(BrokerAddress::name)
                                .toList()))
                .isEqualTo(servers);
    }

    @Test
    void shouldKeepSchemeAndPathWhenSentElsewhere() {
        BrokerAddress from = BrokerAddress.of(URI.create("wss://a:7/mqtt"));
        assertThat(ServerReference.read("b [::1]:8", from))
                .extracting(address -> address.uri().toString())
                .containsExactly("wss://b:443/mqtt", "wss://[::1]:8/mqtt");
    }

    @Test
    void shouldHaveBrokerAssignClientIdWhenItTakesNoMadeUpOne() throws Exception {
        Script assigns = connection -> {
            connects.add(connection.receive());
            connection.send("20 08 00 00 05 12 00 02 69 64"); // Assigned Client Identifier "id"
            connection.close();
        };
        Script refuses = connection -> {
            connects.add(connection.receive());
            connection.send("20 03 00 85 00");
        };
        Script last = connection -> {
            connects.add(connection.receive());
            connection.send(CONNACK_5);
        };
        try (ScriptedBroker broker = ScriptedBroker.start(refuses, assigns, last);
                MqttClient client = start(options(broker))) {
            // "vigil" and 16 digits; none, with clean start; the assigned one, without.
            assertThat(Await.next("made up", connects))
                    .contains("04 4d 51 54 54 05 02 ")
                    .contains(" 00 15 76 69 67 69 6c ");
            assertThat(Await.next("none", connects))
                    .contains("04 4d 51 54 54 05 02 ")
                    .endsWith(" 00 00");
            assertThat(Await.next("assigned", connects))
                    .contains("04 4d 51 54 54 05 00 ")
                    .endsWith(" 00 02 69 64");
            Await.until("the connection", () -> client.status().connects() == 2);
        }
    }
}
