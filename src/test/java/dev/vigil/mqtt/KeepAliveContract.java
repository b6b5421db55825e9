package dev.vigil.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vigil.mqtt.MqttOptions.Protocol;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Pings, and what comes of their want; takes its time, so that not every way is gone. */
abstract class KeepAliveContract extends BrokerContract {
    KeepAliveContract(Way way) {
        super(way);
    }

    /** Both versions at once, since it takes its time. */
    @Test
    void shouldNoticeHalfOpenConnectionWhenPublishingAllTheTime() throws Exception {
        try (TcpProxy proxy = new TcpProxy(port())) {
            List<Recorder> recorders = new ArrayList<>();
            List<MqttClient> publishers = new ArrayList<>();
            for (Protocol protocol : Protocol.values()) {
                Recorder recorder = new Recorder();
                TestOptions options = options(proxy.port()).protocol(protocol);
                options.keepAlive = Duration.ofSeconds(1);
                options.connectTimeout = Duration.ofSeconds(1);
                publishers.add(connected(options, recorder));
                recorders.add(recorder);
            }
            proxy.swallow(true);
            MqttTopic topic = MqttTopic.of(root + "/void");
            Await.until("the losses to be noticed", () -> {
                publishers.forEach(client -> client.publish(topic, bytes("x"), 0, false, PublishCallback.NONE));
                return recorders.stream().noneMatch(recorder -> recorder.away.isEmpty());
            });
            for (Recorder recorder : recorders) {
                assertThat(recorder.away.poll()).contains("did not answer a ping within 1000 ms");
            }
            proxy.swallow(false);
            for (Recorder recorder : recorders) {
                Await.next("the reconnect", recorder.sessionsPresent);
            }
        }
    }

    /** Both versions at once, since it takes its time. */
    @Test
    void shouldStayConnectedWhenIdle() throws Exception {
        List<Recorder> recorders = new ArrayList<>();
        List<MqttClient> idle = new ArrayList<>();
        for (Protocol protocol : Protocol.values()) {
            Recorder recorder = new Recorder();
            TestOptions options = options(port()).protocol(protocol);
            options.keepAlive = Duration.ofSeconds(4);
            idle.add(connected(options, recorder));
            recorders.add(recorder);
        }
        // Brokers end a connection after one and a half keep-alive times of silence.
        Recorder clock = new Recorder();
        TestOptions timer = TestOptions.of("mqtt://127.0.0.1:1");
        timer.retryMin = timer.retryMax = Duration.ofMillis(6_500);
        MqttClient waits = start(timer, clock);
        Await.next("the first failure", clock.away);
        Await.next("the second failure, 6.5 s later", clock.away);
        assertThat(waits.status().connected()).isFalse();
        assertThat(recorders).allMatch(recorder -> recorder.away.isEmpty());
        assertThat(idle)
                .allMatch(
                        client -> client.status().connected() && client.status().connects() == 1);
    }
}
