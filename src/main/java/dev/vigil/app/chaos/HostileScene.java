package dev.vigil.app.chaos;

import com.fasterxml.jackson.databind.JsonNode;
import dev.vigil.app.soak.SoakBroker;
import dev.vigil.app.soak.Witness;
import dev.vigil.base.Clock;
import dev.vigil.mqtt.MqttClient;
import dev.vigil.mqtt.MqttListener;
import dev.vigil.mqtt.MqttOptions;
import dev.vigil.mqtt.MqttTopic;
import dev.vigil.mqtt.PublishCallback;
import io.netty.buffer.ByteBuf;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicLongArray;

/** What attackers have in hand, and what the daemon's other cameras say meanwhile. */
final class HostileScene implements Witness.Heard, Closeable {
    private final ChaosDaemon daemon;
    private final SoakBroker broker;
    private final Path configuration;
    private final String good;
    private final HostileCamera camera;
    private final HostileClients clients;
    private final MqttClient client;
    /** When each good camera was heard last, and the longest that it was silent; microseconds. */
    private final AtomicLongArray heardUs;

    private final AtomicLongArray silentUs;

    /**
     * @param good the daemon's configuration
     * @param clients of its HTTP port
     * @param cameras that are good: the first ones
     */
    HostileScene(
            ChaosDaemon daemon,
            SoakBroker broker,
            Path configuration,
            String good,
            HostileCamera camera,
            HostileClients clients,
            int cameras) {
        this.daemon = daemon;
        this.broker = broker;
        this.configuration = configuration;
        this.good = good;
        this.camera = camera;
        this.clients = clients;
        this.heardUs = new AtomicLongArray(cameras);
        this.silentUs = new AtomicLongArray(cameras);
        this.client = new MqttClient(
                MqttOptions.builder(broker.uri()).clientId("hostile").build(), new MqttListener() {});
        client.start();
    }

    HostileCamera camera() {
        return camera;
    }

    HostileClients clients() {
        return clients;
    }

    SoakBroker broker() {
        return broker;
    }

    void say(MqttTopic topic, ByteBuf payload) {
        client.publish(topic, payload, 1, false, PublishCallback.NONE);
    }

    /** Has the daemon take a configuration with a model of these bytes. */
    void reloadWith(byte[] model) throws IOException, InterruptedException {
        Path file = Files.write(configuration.resolveSibling("bomb.onnx"), model);
        String models = "models:\n  bomb: {file: \"" + file + "\", family: yolov8}\n";
        reloadWithText(good.replace("models:\n", models).replace("model: evil", "model: bomb"));
    }

    void reloadWithText(String text) throws IOException, InterruptedException {
        Files.writeString(configuration, text);
        daemon.signal("HUP");
    }

    /** Ends what the last attack began. */
    void endAttack() throws IOException {
        camera.play(HostileCamera.Play.NOTHING);
        clients.end();
        Files.writeString(configuration, good);
    }

    /** The silences of before do not count. */
    void forgetSilence() {
        for (int i = 0; i < heardUs.length(); i++) {
            heardUs.set(i, Clock.SYSTEM.utcUs());
            silentUs.set(i, 0);
        }
    }

    boolean allHeard() {
        for (int i = 0; i < heardUs.length(); i++) {
            if (heardUs.get(i) == 0) {
                return false;
            }
        }
        return true;
    }

    /** The longest that a good camera was silent, in seconds. */
    double silentS() {
        long longest = 0;
        for (int i = 0; i < heardUs.length(); i++) {
            longest = Math.max(longest, Math.max(silentUs.get(i), Clock.SYSTEM.utcUs() - heardUs.get(i)));
        }
        return longest / 1e6;
    }

    @Override
    public void detection(int number, JsonNode message, long nowUs) {
        if (number <= heardUs.length()) {
            long before = heardUs.getAndSet(number - 1, nowUs);
            if (before > 0) {
                silentUs.accumulateAndGet(number - 1, nowUs - before, Math::max);
            }
        }
    }

    @Override
    public void status(int number, JsonNode message, long nowUs) {
        // What is told of the hostile camera is in the log too, and good ones are judged by their messages.
    }

    @Override
    public void close() throws IOException {
        client.close();
        clients.close();
        camera.close();
    }
}
