package dev.vigil.app;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import dev.vigil.app.watch.Board;
import dev.vigil.app.watch.Display;
import dev.vigil.app.watch.JsonLines;
import dev.vigil.app.watch.LineView;
import dev.vigil.app.watch.Notices;
import dev.vigil.app.watch.Subscriber;
import dev.vigil.app.watch.WatchTopics;
import dev.vigil.base.Clock;
import dev.vigil.base.Masked;
import dev.vigil.base.Secret;
import dev.vigil.config.PasswordFile;
import dev.vigil.mqtt.MqttClient;
import dev.vigil.mqtt.MqttOptions;
import dev.vigil.mqtt.MqttOptions.Tls;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code vigil watch}: what daemons tell a broker, live. */
@Command(
        name = "watch",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Subscribes to a broker and shows for each camera, live: frames/s, the frames' age (from the capture to the"
                    + " network), inference time, frames dropped by cause, messages lost, and what is seen.",
            "On a terminal it is a table; in a pipe a line for each camera and second; with --json each message."
        },
        footer = {
            "",
            "Examples:",
            "  vigil watch --broker mqtt://broker.local",
            "  vigil watch --broker wss://broker.example/mqtt --camera gate --for 20s",
            "  vigil watch --json | jq -c '.message.detections[]?.label'",
            "",
            "With --username, the password is read from --password-file or the variable VIGIL_MQTT_PASSWORD; that of an"
                    + " encrypted --key-file from VIGIL_MQTT_KEY_PASSWORD."
        })
public final class WatchCommand implements Callable<Integer> {
    private static final String PASSWORD_VARIABLE = "VIGIL_MQTT_PASSWORD";
    private static final String KEY_PASSWORD_VARIABLE = "VIGIL_MQTT_KEY_PASSWORD";
    private static final Duration RETRY_MIN = Duration.ofMillis(500);
    private static final Duration RETRY_MAX = Duration.ofSeconds(5);

    @Option(
            names = "--broker",
            paramLabel = "ADDRESS",
            split = ",",
            defaultValue = "mqtt://127.0.0.1:1883",
            description =
                    "The broker: mqtt://, mqtts://, ws:// or wss:// (default: ${DEFAULT-VALUE}). Several, with commas"
                            + " between, are tried in turn.")
    private List<String> brokers;

    @Option(
            names = "--topic-prefix",
            paramLabel = "PREFIX",
            defaultValue = "vigil",
            description = "What topics begin with (default: ${DEFAULT-VALUE}).")
    private String topicPrefix;

    @Option(
            names = "--node",
            paramLabel = "NAME",
            defaultValue = "+",
            description = "Only this daemon's cameras (default: all).")
    private String node;

    @Option(
            names = "--camera",
            paramLabel = "NAME",
            defaultValue = "+",
            description = "Only this camera (default: all).")
    private String camera;

    @Option(
            names = "--for",
            paramLabel = "TIME",
            converter = Durations.class,
            description = "Stop after this time, such as 20s or 5m (default: run until Ctrl-C).")
    private Duration runFor;

    @Option(
            names = "--json",
            description = "Print each message as a line of JSON with its topic, and nothing else to standard output.")
    private boolean json;

    @Option(names = "--username", paramLabel = "NAME", description = "The user's name at the broker.")
    private String username;

    @Option(
            names = "--password-file",
            paramLabel = "FILE",
            description = "The user's password: all of the file, up to a line break at its end.")
    private Path passwordFile;

    @Option(
            names = "--ca-file",
            paramLabel = "FILE",
            description = "Certificates to trust instead of the system's (PEM), for mqtts and wss.")
    private Path caFile;

    @Option(
            names = "--fingerprint",
            paramLabel = "SHA256",
            description =
                    "Trust the broker's certificate by its fingerprint, as openssl x509 -fingerprint -sha256 prints it.")
    private List<String> fingerprints = List.of();

    @Option(names = "--cert-file", paramLabel = "FILE", description = "The client's own certificate (PEM).")
    private Path certFile;

    @Option(names = "--key-file", paramLabel = "FILE", description = "Its private key (PEM, PKCS#8).")
    private Path keyFile;

    @Option(names = "--insecure", description = "Accept any certificate and host name, for mqtts and wss.")
    private boolean insecure;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws InterruptedException {
        WatchTopics topics = new WatchTopics(topicPrefix, node, camera);
        MqttOptions options = options();
        for (String name : List.of(node, camera)) {
            if (!name.equals("+") && !name.matches("[^+#/\\p{Cntrl}]+")) {
                throw wrong("'" + name + "' is no name of a node or a camera");
            }
        }
        if (!topicPrefix.matches("[^+#\\p{Cntrl}]+")) {
            throw wrong("--topic-prefix: '" + topicPrefix + "' must be a topic without + and #");
        }
        Notices notices = new Notices(Clock.SYSTEM);
        if (insecure) {
            notices.tell("any certificate is accepted: anybody on the way can read what is sent, the password too");
        }
        return json ? printJson(options, topics, notices) : show(options, topics, notices);
    }

    private int printJson(MqttOptions options, WatchTopics topics, Notices notices) throws InterruptedException {
        JsonLines lines = new JsonLines(spec.commandLine().getOut(), notices);
        Subscriber subscriber = new Subscriber(options.brokerName(), lines, notices);
        return run(
                options,
                topics.allFilters(),
                subscriber,
                Display.json(lines, spec.commandLine().getErr()),
                notices);
    }

    private int show(MqttOptions options, WatchTopics topics, Notices notices) throws InterruptedException {
        PrintWriter out = spec.commandLine().getOut();
        PrintWriter err = spec.commandLine().getErr();
        Board board = new Board(Clock.SYSTEM);
        Subscriber subscriber = new Subscriber(options.brokerName(), board, notices);
        Display display = Terminal.onOutput()
                ? Display.table(board, subscriber, out, err, !Terminal.onError())
                : Display.lines(new LineView(board, Clock.SYSTEM, TimeUnit.SECONDS.toNanos(1)), out, err);
        return run(options, topics.filters(), subscriber, display, notices);
    }

    private int run(MqttOptions options, List<String> filters, Subscriber subscriber, Display display, Notices notices)
            throws InterruptedException {
        quietenClient();
        MqttClient client = new MqttClient(options, subscriber);
        AutoCloseable all = () -> {
            client.close();
            if (subscriber.unreadable() > 0) {
                notices.tell("messages passed by: " + subscriber.unreadable());
            }
            tell(notices, display);
            display.close();
        };
        try (Lifetime lifetime = new Lifetime(runFor, all)) {
            client.start();
            filters.forEach(filter -> client.subscribe(filter, 0));
            lifetime.await(() -> {
                tell(notices, display);
                display.tick();
                return display.isBroken();
            });
        }
        return subscriber.everConnected() ? 0 : 1;
    }

    private static void tell(Notices notices, Display display) {
        notices.take().forEach(line -> display.note("vigil watch: " + line));
    }

    /** What the connection does is told as notices; the client's own lines about it would stand beside, and on the table. */
    private void quietenClient() {
        if (LoggerFactory.getLogger(MqttClient.class) instanceof Logger logger && !logger.isDebugEnabled()) {
            logger.setLevel(Level.ERROR);
        }
    }

    private MqttOptions options() {
        Tls tls = new Tls(
                readable("--ca-file", caFile),
                fingerprints,
                readable("--cert-file", certFile),
                readable("--key-file", keyFile),
                variable(KEY_PASSWORD_VARIABLE),
                insecure);
        if (keyFile == null) {
            tls = tls.withClientCertificate(certFile, null, null);
        }
        MqttOptions options = MqttOptions.builder()
                .brokers(brokers.stream().map(this::address).toList())
                .login(username, password())
                .keepAlive(Duration.ofSeconds(10))
                .retry(RETRY_MIN, RETRY_MAX)
                .sessionExpiry(Duration.ZERO)
                .tls(tls)
                .build();
        if (!options.problems().isEmpty()) {
            throw wrong("--" + String.join("; ", options.problems()));
        }
        return options;
    }

    private URI address(String text) {
        try {
            return new URI(text);
        } catch (URISyntaxException e) {
            throw wrong("--broker: '" + Masked.uri(text) + "' is no address such as mqtt://broker.local:1883");
        }
    }

    private Path readable(String option, Path file) {
        if (file != null && !Files.isReadable(file)) {
            throw wrong(option + ": " + file + " can not be read");
        }
        return file;
    }

    private static Secret variable(String name) {
        String value = System.getenv(name);
        return value == null ? null : new Secret(value);
    }

    private Secret password() {
        if (username == null) {
            if (passwordFile != null) {
                throw wrong("--password-file needs --username");
            }
            return null;
        }
        if (passwordFile != null) {
            try {
                return PasswordFile.read(passwordFile);
            } catch (IOException unusable) {
                throw wrong("--password-file: " + passwordFile + " " + unusable.getMessage());
            }
        }
        return variable(PASSWORD_VARIABLE);
    }

    private ParameterException wrong(String problem) {
        return new ParameterException(spec.commandLine(), problem);
    }
}
