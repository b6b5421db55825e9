package dev.vigil.app;

import dev.vigil.config.Problems;
import dev.vigil.config.VigilConfig;
import dev.vigil.mqtt.MqttClient;
import dev.vigil.mqtt.MqttListener;
import dev.vigil.mqtt.MqttOptions;
import dev.vigil.mqtt.MqttStatus;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

/** Connects to each broker once, as a client of its own, so that a daemon that runs already is not disturbed. */
final class BrokerCheck implements ConfigCheck {
    /** The client has its own deadline for connecting; this is for a client that misses it. */
    private static final Duration GRACE = Duration.ofSeconds(5);

    @Override
    public String title() {
        return "broker";
    }

    @Override
    public boolean online() {
        return true;
    }

    /** @param problem null when it connected */
    private record Answer(String problem, boolean loginRefused) {}

    /** Takes the first answer; the client's further tries are of no interest. */
    private static final class FirstAnswer implements MqttListener {
        private final CompletableFuture<Answer> answer = new CompletableFuture<>();
        private boolean loginRefused;

        @Override
        public void onConnected(boolean sessionPresent) {
            answer.complete(new Answer(null, false));
        }

        @Override
        public void onLoginRefused() {
            loginRefused = true;
        }

        @Override
        public void onAway(String reason) {
            answer.complete(new Answer(reason, loginRefused));
        }
    }

    @Override
    public void check(VigilConfig config, Problems problems, Consumer<String> good) throws InterruptedException {
        MqttOptions all = config.mqtt().forTrying();
        // The client tells its log of each try, and the check tells the same at the key that is wrong.
        Runnable unhush = Logging.hush(MqttClient.class);
        try {
            for (URI broker : all.brokers()) {
                check(all.toBuilder().brokers(List.of(broker)).build(), problems, good);
            }
        } finally {
            unhush.run();
        }
    }

    private static void check(MqttOptions options, Problems problems, Consumer<String> good)
            throws InterruptedException {
        FirstAnswer first = new FirstAnswer();
        try (MqttClient client = new MqttClient(options, first)) {
            client.start();
            // Twice: it may be tried with both versions of MQTT.
            long deadlineMs =
                    options.connectTimeout().multipliedBy(2).plus(GRACE).toMillis();
            Answer answer = first.answer.get(deadlineMs, TimeUnit.MILLISECONDS);
            if (answer.problem == null) {
                MqttStatus status = client.status();
                String sentOn =
                        status.broker().equals(options.brokerName()) ? "" : ", and sends on to " + status.broker();
                good.accept("mqtt.broker: " + options.brokerName() + " takes connections with " + status.protocol()
                        + sentOn);
            } else if (answer.loginRefused) {
                problems.add(options.username() == null ? "mqtt.username" : "mqtt.password", answer.problem);
            } else {
                problems.add("mqtt.broker", answer.problem);
            }
        } catch (TimeoutException e) {
            problems.add("mqtt.broker", options.brokerName() + " gave no answer in time");
        } catch (ExecutionException e) {
            problems.add("mqtt.broker", "could not be tried: " + e.getCause());
        }
    }
}
