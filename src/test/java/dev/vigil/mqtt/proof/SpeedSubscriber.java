package dev.vigil.mqtt.proof;

import dev.vigil.app.Logging;
import dev.vigil.mqtt.InboundMessage;
import dev.vigil.mqtt.MqttClient;
import dev.vigil.mqtt.MqttListener;
import dev.vigil.mqtt.MqttOptions.Protocol;
import dev.vigil.mqtt.ProofClient;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;
import org.HdrHistogram.Histogram;

/**
 * The process that receives, the same for both publishers. Told a count on standard input, it says {@code ready}, and after so
 * many messages {@code <last> <p50> <p99> <max>}: the time of the last one by {@link System#nanoTime()}, which processes of one
 * Linux machine share, and how old messages were in nanoseconds by the time that stands in their first eight bytes.
 */
final class SpeedSubscriber implements MqttListener {
    static final String TOPIC = "proof/speed";
    private static final int DIGITS = 3;

    private final Histogram ages = new Histogram(DIGITS);
    private final CountDownLatch subscribed = new CountDownLatch(1);
    private long left;

    private SpeedSubscriber() {}

    /** @param args port */
    public static void main(String[] args) throws Exception {
        Logging.setUp(false, true);
        new SpeedSubscriber().run(Integer.parseInt(args[0]));
    }

    private void run(int port) throws Exception {
        try (MqttClient client = new MqttClient(ProofClient.patient(port, Protocol.MQTT_5, 1), this)) {
            client.subscribe(TOPIC, 0);
            client.start();
            subscribed.await();
            BufferedReader commands = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
            for (String count = commands.readLine(); count != null; count = commands.readLine()) {
                begin(Long.parseLong(count));
                System.out.println("ready");
            }
        }
    }

    private synchronized void begin(long count) {
        ages.reset();
        left = count;
    }

    @Override
    public void onSubscribed(String filter, int grantedQos) {
        subscribed.countDown();
    }

    @Override
    public synchronized void onMessage(InboundMessage message) {
        long nowNs = System.nanoTime();
        ages.recordValue(
                Math.max(0, nowNs - message.payload().getLong(message.payload().readerIndex())));
        if (--left == 0) {
            System.out.println(nowNs + " " + ages.getValueAtPercentile(50) + " " + ages.getValueAtPercentile(99) + " "
                    + ages.getMaxValue());
        }
    }
}
