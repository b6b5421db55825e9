package dev.vigil.mqtt.proof;

import dev.vigil.mqtt.Mosquitto;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * Both libraries publish, in turns, to one Mosquitto and one subscriber; each turn is a fresh process that warms up first.
 */
final class SpeedRun implements AutoCloseable {
    /**
     * @param messages of each measurement at full speed
     * @param seconds of each measurement at {@link #RATE}
     * @param javaOptions further ones of the publishers, with {@code %s} for the library
     */
    record Plan(int messages, int seconds, List<String> javaOptions) {}

    /** What is measured. */
    enum Figure {
        QOS0_RATE("QoS 0, messages/s until received", true, 1),
        QOS1_RATE("QoS 1, messages/s until acknowledged", true, 1),
        P50_US("QoS 1 at 1000/s, age when received, p50 µs", false, 0),
        P99_US("QoS 1 at 1000/s, age when received, p99 µs", false, 1),
        QOS0_CPU_US("QoS 0, CPU µs a message", false, 0),
        QOS1_CPU_US("QoS 1, CPU µs a message", false, 0),
        QOS0_HEAP("QoS 0, heap bytes a message", false, 2),
        QOS1_HEAP("QoS 1, heap bytes a message", false, 2),
        PACED_HEAP("QoS 1 at 1000/s, heap bytes a message", false, 2);

        final String words;
        final boolean moreIsBetter;
        /** How many times as good as the other library is claimed; 0 for no claim. */
        final double claimed;

        Figure(String words, boolean moreIsBetter, double claimed) {
            this.words = words;
            this.moreIsBetter = moreIsBetter;
            this.claimed = claimed;
        }
    }

    static final int RATE = 1_000;
    private static final List<String> JAVA = List.of("-Xms32m", "-Xmx256m", "-XX:+UseSerialGC", "-Xshare:auto");
    private static final String BROKER = """
            allow_anonymous true
            persistence false
            max_inflight_messages 0
            max_queued_messages 0
            max_queued_bytes 0
            set_tcp_nodelay true
            """;

    private final Plan plan;
    private final Path folder;
    private final Mosquitto broker;
    private final JavaProcess subscriber;
    private final Map<Library, Map<Figure, List<Double>>> figures = new EnumMap<>(Library.class);

    SpeedRun(Plan plan, Path folder) throws IOException {
        this.plan = plan;
        this.folder = folder;
        broker = Mosquitto.startQuiet(folder, BROKER);
        subscriber = new JavaProcess(
                SpeedSubscriber.class,
                JAVA,
                List.of(Integer.toString(broker.port())),
                folder.resolve("subscriber.log"));
        for (Library library : Library.values()) {
            figures.put(library, new EnumMap<>(Figure.class));
        }
    }

    /** @param round from 0; who begins changes */
    void round(int round) throws Exception {
        Library[] order = Library.values();
        try {
            for (int i = 0; i < order.length; i++) {
                turn(order[(i + round) % order.length]);
            }
        } catch (IOException e) {
            throw new IOException(e.getMessage() + "\n" + broker.state(), e);
        }
    }

    private void turn(Library library) throws Exception {
        List<String> java = new ArrayList<>(JAVA);
        plan.javaOptions.forEach(option -> java.add(option.replace("%s", library.name())));
        List<String> arguments = List.of(library.name(), Integer.toString(broker.port()));
        try (JavaProcess publisher =
                new JavaProcess(SpeedPublisher.class, java, arguments, folder.resolve("publisher.log"))) {
            for (int qos = 0; qos < 2; qos++) {
                measure(publisher, qos, plan.messages, 0);
            }
            Measured qos0 = measure(publisher, 0, plan.messages, 0);
            Measured qos1 = measure(publisher, 1, plan.messages, 0);
            measure(publisher, 1, RATE, RATE);
            Measured paced = measure(publisher, 1, RATE * plan.seconds, RATE);
            publisher.end();
            add(library, Figure.QOS0_RATE, plan.messages * 1e9 / (qos0.receivedNs - qos0.firstNs));
            add(library, Figure.QOS1_RATE, plan.messages * 1e9 / (qos1.lastNs - qos1.firstNs));
            add(library, Figure.P50_US, paced.p50Ns / 1e3);
            add(library, Figure.P99_US, paced.p99Ns / 1e3);
            add(library, Figure.QOS0_CPU_US, qos0.cpuNs / 1e3 / plan.messages);
            add(library, Figure.QOS1_CPU_US, qos1.cpuNs / 1e3 / plan.messages);
            add(library, Figure.QOS0_HEAP, (double) qos0.heapBytes / plan.messages);
            add(library, Figure.QOS1_HEAP, (double) qos1.heapBytes / plan.messages);
            add(library, Figure.PACED_HEAP, (double) paced.heapBytes / (RATE * plan.seconds));
        }
    }

    private void add(Library library, Figure figure, double value) {
        figures.get(library).computeIfAbsent(figure, key -> new ArrayList<>()).add(value);
    }

    private record Measured(
            long firstNs, long lastNs, long heapBytes, long cpuNs, long receivedNs, long p50Ns, long p99Ns) {}

    private Measured measure(JavaProcess publisher, int qos, int messages, int rate)
            throws IOException, InterruptedException {
        subscriber.say(Integer.toString(messages));
        String ready = subscriber.line();
        if (!ready.equals("ready")) {
            throw new IOException("the subscriber said: " + ready);
        }
        publisher.say(qos + " " + messages + " " + rate);
        String[] sent = publisher.line().split(" ", -1);
        String[] received = subscriber.line().split(" ", -1);
        return new Measured(
                Long.parseLong(sent[0]),
                Long.parseLong(sent[1]),
                Long.parseLong(sent[2]),
                Long.parseLong(sent[3]),
                Long.parseLong(received[0]),
                Long.parseLong(received[1]),
                Long.parseLong(received[2]));
    }

    Spread spread(Library library, Figure figure) {
        return Spread.of(figures.get(library).get(figure));
    }

    /** How many times as good ours is, by the medians. */
    double times(Figure figure) {
        double ours = spread(Library.VIGIL, figure).median();
        double theirs = spread(Library.HIVEMQ, figure).median();
        return figure.moreIsBetter ? ours / theirs : theirs / ours;
    }

    @Override
    public void close() throws Exception {
        subscriber.close();
        broker.close();
    }
}
