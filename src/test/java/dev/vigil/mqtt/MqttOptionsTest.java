package dev.vigil.mqtt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vigil.base.Secret;
import dev.vigil.mqtt.MqttOptions.Protocol;
import dev.vigil.mqtt.MqttOptions.Tls;
import dev.vigil.mqtt.MqttOptions.Will;
import io.netty.handler.codec.mqtt.MqttProperties;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MqttOptionsTest {
    @ParameterizedTest
    @CsvSource({
        "mqtt://box, box, 1883, false, ''",
        "mqtts://box, box, 8883, true, ''",
        "mqtt://10.0.0.1:1884, 10.0.0.1, 1884, false, ''",
        "mqtts://[::1]:8884, ::1, 8884, true, ''",
        "ws://box, box, 80, false, /",
        "wss://box/a%20b/mqtt, box, 443, true, /a%20b/mqtt",
        "ws://[fe80::1]:8080/mqtt, fe80::1, 8080, false, /mqtt"
    })
    void shouldReadAddress(String uri, String host, int port, boolean tls, String path) {
        MqttOptions options = MqttOptions.of(URI.create(uri));
        assertThat(options.problems()).isEmpty();
        BrokerAddress address = options.addresses().get(0);
        assertThat(address.host()).isEqualTo(host);
        assertThat(address.port()).isEqualTo(port);
        assertThat(address.tls()).isEqualTo(tls);
        assertThat(address.path()).isEqualTo(path);
        assertThat(address.webSocket()).isEqualTo(!path.isEmpty());
        assertThat(BrokerAddress.of(address.uri())).isEqualTo(address);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://box",
                "mqtt:box",
                "mqtt://my_box",
                "mqtt://box:0",
                "mqtt://box:70000",
                "box",
                "mqtt://box/mqtt",
                "ws://box/mqtt?a",
                "ws://box/#a",
                "wss:///mqtt"
            })
    void shouldNameBrokerWhenAddressIsWrong(String uri) {
        MqttOptions options = MqttOptions.of(URI.create(uri));
        assertThat(options.problems()).singleElement().asString().startsWith("broker: ");
        assertThatThrownBy(() -> new MqttClient(options, new MqttListener() {}))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("broker: ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"insecure+ca", "insecure+pin", "pin+ca", "cert", "key", "password", "bad pin"})
    void shouldNameOptionOfTlsWhenItDoesNotFitAnother(String which) {
        Path file = Path.of("a.pem");
        List<String> pin = List.of("AB:".repeat(31) + "ab");
        Tls tls =
                switch (which) {
                    case "insecure+ca" -> Tls.DEFAULT.withInsecure(true).withCaFile(file);
                    case "insecure+pin" -> Tls.DEFAULT.withInsecure(true).withFingerprints(pin);
                    case "pin+ca" -> Tls.DEFAULT.withFingerprints(pin).withCaFile(file);
                    case "cert" -> Tls.DEFAULT.withClientCertificate(file, null, null);
                    case "key" -> Tls.DEFAULT.withClientCertificate(null, file, null);
                    case "password" -> Tls.DEFAULT.withClientCertificate(null, null, new Secret("hidden"));
                    default -> Tls.DEFAULT.withFingerprints(List.of("AB:CD"));
                };
        String option =
                switch (which) {
                    case "insecure+ca", "insecure+pin" -> "insecure: ";
                    case "cert" -> "certFile: ";
                    case "key" -> "keyFile: ";
                    case "password" -> "keyPassword: ";
                    default -> "fingerprints: ";
                };
        MqttOptions options =
                MqttOptions.builder(URI.create("mqtts://box")).tls(tls).build();
        assertThat(options.problems())
                .singleElement()
                .asString()
                .startsWith(option)
                .doesNotContain("hidden");
        assertThat(options.toString()).doesNotContain("hidden");
    }

    @Test
    void shouldHaveNoBrokerOnlyAsAProblem() {
        assertThat(MqttOptions.of().problems()).containsExactly("broker: none is given");
    }

    /** Server Keep Alive (MQTT 5, section 3.2.2.3.14) against what was asked for; 0 for any silence. */
    @ParameterizedTest
    @CsvSource({"30, 10, 10", "30, 600, 30", "30, 0, 30", "0, 10, 10", "0, 0, 0"})
    void shouldPingAsOftenAsTheShorterKeepAliveWhenBrokerHasOne(int askedS, int brokersS, int agreedS) {
        MqttProperties connAck = new MqttProperties();
        connAck.add(new MqttProperties.IntegerProperty(MqttProperties.SERVER_KEEP_ALIVE, brokersS));
        assertThat(BrokerLimits.v5(connAck, Duration.ofSeconds(askedS)).keepAlive())
                .isEqualTo(Duration.ofSeconds(agreedS));
    }

    @Test
    void shouldListAllProblemsAndNoSecretsWhenManyAreWrong() {
        TestOptions options = TestOptions.of("mqtt://me:secret@box").protocol(Protocol.MQTT_3_1_1);
        options.password = new Secret("hidden");
        options.will = new Will("a/#", "x", 3, false);
        options.keepAlive = Duration.ofMillis(10);
        options.connectTimeout = Duration.ZERO;
        options.retryMax = Duration.ofMillis(1);
        options.sessionExpiry = Duration.ofSeconds(-1);
        options.queueMessages = 0;
        assertThat(options.build().problems())
                .extracting(line -> line.substring(0, line.indexOf(':')))
                .containsExactly(
                        "broker",
                        "password",
                        "will",
                        "will",
                        "keepAlive",
                        "connectTimeout",
                        "retryMax",
                        "sessionExpiry",
                        "queueMessages");
        assertThat(options.build().problems()).noneMatch(line -> line.contains("secret") || line.contains("hidden"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a/+", "#", "a\0b", "\uD800"})
    void shouldRefuseTopicWhenItCanNotBePublishedTo(String name) {
        assertThatThrownBy(() -> MqttTopic.of(name)).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @CsvSource({
        "#, true",
        "+, true",
        "a/+/b/#, true",
        "/, true",
        "a+/b, false",
        "a/#/b, false",
        "'', false",
        "a#, false"
    })
    void shouldJudgeFilter(String filter, boolean good) {
        assertThat(MqttTopic.problemOfFilter(filter) == null).isEqualTo(good);
    }

    @Test
    void shouldMeasureTopicInBytesWhenItIsLong() {
        assertThat(MqttTopic.of("é".repeat(32_767)).encoded()).hasSize(2 + 65_534);
        assertThatThrownBy(() -> MqttTopic.of("é".repeat(32_768))).hasMessageContaining("longer than 65535 bytes");
    }

    @Test
    void shouldDoubleWithJitterBetweenBoundsWhenTryingAgain() {
        Backoff backoff = new Backoff(Duration.ofMillis(100), Duration.ofMillis(1_000), new Random(1));
        long[] stepsMs = {100, 200, 400, 800, 1_000, 1_000};
        for (long stepMs : stepsMs) {
            assertThat(backoff.nextNs() / 1e6).isBetween(Math.max(100.0, stepMs / 2.0), (double) stepMs);
        }
        Set<Long> waits = new HashSet<>();
        for (int i = 0; i < 20; i++) {
            waits.add(backoff.nextNs());
        }
        assertThat(waits).hasSizeGreaterThan(15);
        backoff.reset();
        assertThat(backoff.nextNs()).isEqualTo(100_000_000);
        assertThat(backoff.longestNs() / 1e6).isBetween(500.0, 1_000.0);
    }

    @Test
    void shouldGiveEachPacketIdOnceWhenAllAreTaken() {
        PacketIds ids = new PacketIds();
        Set<Integer> taken = new HashSet<>();
        for (int i = 0; i < 65_535; i++) {
            taken.add(ids.take());
        }
        assertThat(taken).hasSize(65_535).doesNotContain(0);
        assertThat(ids.take()).isZero();
        ids.free(77);
        assertThat(ids.take()).isEqualTo(77);
    }
}
