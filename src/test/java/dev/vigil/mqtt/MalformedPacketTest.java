package dev.vigil.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vigil.mqtt.MqttOptions.Protocol;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Packets that no broker may send: each ends the connection with one line, and the right reason code where there is one. */
class MalformedPacketTest {
    private final Recorder recorder = new Recorder();
    private final BlockingQueue<String> packets = new LinkedBlockingQueue<>();

    /** What the client says of the packet, without the broker's name; it subscribed to "a" as packet id 1. */
    private String fault(Protocol protocol, String connAck, String packet, int received) throws Exception {
        String[] steps = new String[3 + received];
        steps[0] = connAck;
        steps[1] = ">"; // SUBSCRIBE
        steps[2] = packet;
        Arrays.fill(steps, 3, steps.length, ">");
        try (ScriptedBroker broker = ScriptedBroker.start(ScriptedBroker.steps(packets, steps))) {
            TestOptions options = TestOptions.plain(broker.port()).protocol(protocol);
            options.connectTimeout = Duration.ofSeconds(3);
            options.retryMin = options.retryMax = Duration.ofMinutes(1);
            try (MqttClient client = new MqttClient(options.build(), recorder)) {
                client.subscribe("a", 1);
                client.start();
                String line = Await.next("the loss", recorder.away);
                assertThat(line).doesNotContain("\n");
                assertThat(client.status().received()).isZero();
                Await.next("SUBSCRIBE", packets);
                return line.substring(line.indexOf(' ') + 1);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        // PUBLISH: empty; topic longer than the packet; QoS 1 without and with the packet id 0; QoS 3.
        "30 00, 81, sent what is not MQTT: ",
        "30 02 00 05, 81, sent what is not MQTT: ",
        "32 03 00 01 61, 81, sent what is not MQTT: ",
        "32 06 00 01 61 00 00 00, 81, sent what is not MQTT: ",
        "36 06 00 01 61 00 01 00, 81, sent what is not MQTT: ",
        // A wildcard; no topic; a topic alias.
        "30 04 00 01 2b 00, 81, sent what is not MQTT: ",
        "30 03 00 00 00, 82, sent a message without a topic",
        "30 06 00 00 03 23 00 01, 94, 'sent a topic alias, which it was not allowed to use'",
        // Properties: longer than the packet; unknown; cut off.
        "30 04 00 01 61 05, 81, sent what is not MQTT: ",
        "30 06 00 01 61 02 7f 00, 81, sent what is not MQTT: ",
        "30 07 00 01 61 03 02 00 00, 81, sent what is not MQTT: ",
        // PUBACK, PUBREC, PUBREL, PUBCOMP: cut off; packet id 0; wrong flags.
        "40 01 00, 81, sent what is not MQTT: ",
        "50 00, 81, sent what is not MQTT: ",
        "62 01 00, 81, sent what is not MQTT: ",
        "70 01 00, 81, sent what is not MQTT: ",
        "40 02 00 00, 81, sent what is not MQTT: ",
        "60 02 00 01, 81, sent what is not MQTT: ",
        "42 02 00 01, 81, sent what is not MQTT: ",
        "40 04 00 01 00 05, 81, sent what is not MQTT: ",
        // SUBACK: no properties; no code; two codes; a code that is none; more than was asked for.
        "90 02 00 01, 81, sent what is not MQTT: ",
        "90 03 00 01 00, 82, sent SUBACK with 0 reason codes for one filter",
        "90 05 00 01 00 00 00, 82, sent SUBACK with 2 reason codes for one filter",
        "90 04 00 01 00 03, 82, sent SUBACK with an unknown reason code",
        "90 04 00 01 00 02, 82, answered SUBSCRIBE for a with SUBACK of code 2",
        // UNSUBACK: cut off; a code that is none; in place of SUBACK.
        "b0 02 00 01, 81, sent what is not MQTT: ",
        "b0 04 00 01 00 05, 82, sent UNSUBACK with an unknown reason code",
        "b0 04 00 01 00 00, 82, answered SUBSCRIBE for a with UNSUBACK",
        // PINGRESP with a body, DISCONNECT that is cut off.
        "d0 01 00, 81, sent what is not MQTT: ",
        "e0 03 8b 05 1f, 81, sent what is not MQTT: ",
        // A length of five bytes, type 0.
        "30 ff ff ff ff 7f, 81, sent what is not MQTT: ",
        "00 00, 81, sent what is not MQTT: ",
        // Larger than was allowed: 1 MiB + 1 byte.
        "30 81 80 40, 95, sent a packet larger than 1048576 bytes",
        // What only clients send, or only at other times.
        "20 03 00 00 00, 82, 'sent CONNACK, which has no place here'",
        "10 0f 00 04 4d 51 54 54 05 02 00 00 00 00 02 61 62, 82, 'sent CONNECT, which has no place here'",
        "82 07 00 01 00 00 01 61 00, 82, 'sent SUBSCRIBE, which has no place here'",
        "a2 06 00 01 00 00 01 61, 82, 'sent UNSUBSCRIBE, which has no place here'",
        "c0 00, 82, 'sent PINGREQ, which has no place here'",
        "f0 02 18 00, 82, 'sent AUTH, which has no place here'",
    })
    void shouldHangUpWithReasonWhenPacketIsWrong(String packet, String code, String words) throws Exception {
        String line = fault(Protocol.MQTT_5, ScriptedBroker.CONNACK_5, packet, 1);
        assertThat(line).startsWith(words);
        assertThat(Await.next("DISCONNECT", packets)).isEqualTo("e0 02 " + code + " 00");
    }

    @ParameterizedTest
    @CsvSource({
        "30 00, sent what is not MQTT: ",
        "30 02 00 00, sent a message without a topic",
        "32 03 00 01 61, sent what is not MQTT: ",
        "40 03 00 01 00, sent what is not MQTT: ",
        "62 00, sent what is not MQTT: ",
        "90 02 00 01, sent SUBACK with 0 reason codes for one filter",
        "90 03 00 01 02, answered SUBSCRIBE for a with SUBACK of code 2",
        "b0 02 00 01, answered SUBSCRIBE for a with UNSUBACK",
        "f0 00, 'sent '",
        "20 02 00 00, 'sent CONNACK, which has no place here'",
    })
    void shouldHangUpWhenPacketIsWrongIn311(String packet, String words) throws Exception {
        assertThat(fault(Protocol.MQTT_3_1_1, ScriptedBroker.CONNACK_311, packet, 0))
                .startsWith(words);
    }
}
