package dev.vigil.mqtt.proof;

import dev.vigil.mqtt.Await;
import dev.vigil.mqtt.Mosquitto;
import dev.vigil.mqtt.MqttOptions.Protocol;
import dev.vigil.mqtt.TcpProxy;
import dev.vigil.mqtt.proof.PublisherFile.Field;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/**
 * Numbered messages flow from a publisher's process through a proxy to Mosquitto and on to the witness, while the connection,
 * the broker and the publisher are cut down at random.
 *
 * <p>A loss must be the publisher's to count. What a broker may lose by itself is therefore kept out of it:
 *
 * <ul>
 *   <li>The witness's session is persistent and was saved to disk once ({@code SIGUSR1}), so that after each restart the broker
 *       keeps messages for it before it is back itself.
 *   <li>Stopped with TERM, Mosquitto saves everything that it has acknowledged.
 *   <li>Killed with -9, Mosquitto loses what it has acknowledged and not yet handed to the witness. So the proxy first keeps
 *       acknowledgements from the publisher, then the witness catches up with all that were let through, and then comes the
 *       kill: while messages flow and acknowledgements get lost, but with nothing acknowledged that only the broker has.
 *   <li>Inflight limit and queue of the broker are unbounded, since a full queue drops.
 * </ul>
 */
final class ChaosRun implements AutoCloseable {
    /** @param kinds of cuts, each of which comes equally often
     * @param outbox whether the publisher has one on disk */
    record Plan(
            int cuts,
            int messages,
            int topics,
            int ratePerS,
            Protocol protocol,
            List<Cut> kinds,
            boolean outbox,
            long seed) {}

    private static final String BROKER = """
            allow_anonymous true
            persistence true
            persistence_location %s/
            autosave_interval 0
            max_inflight_messages 0
            max_queued_messages 0
            set_tcp_nodelay true
            """;
    private static final long STALL_NS = TimeUnit.SECONDS.toNanos(60);
    private static final long STALL_ENDED_NS = TimeUnit.SECONDS.toNanos(10);
    /** Messages that may be published beyond the one at whose arrival a cut comes. */
    private static final int AHEAD = 200;
    /** The last cut comes when this share of the messages has arrived. */
    private static final double LAST_CUT = 0.97;

    private final Plan plan;
    private final Path folder;
    private final Consumer<String> progress;
    private final Random random;
    private final Arrivals arrivals;
    private final Mosquitto broker;
    private final TcpProxy proxy;
    private final Witness witness;
    private final List<PublisherFile> lives = new ArrayList<>();
    private final Map<Cut, Integer> done = new EnumMap<>(Cut.class);
    private JavaProcess publisher;
    private int limit;
    /** Connections of the current publisher when one was ended last. */
    private long connectsAtCut;

    /**
     * @param folder for the broker's store, logs and the publisher's files
     * @param progress is told a line after each tenth of the cuts
     */
    ChaosRun(Plan plan, Path folder, Consumer<String> progress) throws Exception {
        this.plan = plan;
        this.folder = folder;
        this.progress = progress;
        this.random = new Random(plan.seed);
        this.arrivals = new Arrivals(plan.messages, plan.topics);
        this.broker = Mosquitto.startQuiet(folder, BROKER.formatted(folder));
        this.proxy = new TcpProxy(broker.port());
        this.witness = new Witness(broker.port(), ChaosPublisher.PREFIX, arrivals);
    }

    /** Runs the plan to its end; what it found is in the result, and an exception means that something hung or broke. */
    ChaosResult run() throws Exception {
        saveSession();
        long startNs = System.nanoTime();
        startPublisher(0);
        List<Cut> cuts = cuts();
        int[] at = random.ints(cuts.size(), 0, (int) (plan.messages * LAST_CUT))
                .sorted()
                .toArray();
        for (int i = 0; i < cuts.size(); i++) {
            // Only so much is published before a cut, so that none comes when all is over.
            limit = Math.min(plan.messages - 1, at[i] + AHEAD);
            current().set(Field.LIMIT, limit);
            awaitArrival(Math.min(at[i], limit));
            // Some cuts come while the client is still getting over the last one.
            if (random.nextInt(4) > 0) {
                awaitStep("the publisher to be connected again", () -> current().get(Field.CONNECTS) > connectsAtCut);
                awaitArrival(Math.min(limit, arrivals.unique() + 1 + random.nextInt(20)));
            }
            cut(cuts.get(i));
            done.merge(cuts.get(i), 1, Integer::sum);
            if ((i + 1) * 10 / cuts.size() > i * 10 / cuts.size()) {
                progress.accept("%d of %d cuts, %d of %d messages, %.0f s"
                        .formatted(
                                i + 1,
                                cuts.size(),
                                arrivals.unique(),
                                plan.messages,
                                (System.nanoTime() - startNs) / 1e9));
            }
        }
        limit = plan.messages;
        current().set(Field.LIMIT, limit);
        awaitStep("the publisher's end", () -> !publisher.isAlive());
        if (publisher.exitValue() != 0) {
            throw new IllegalStateException("the publisher failed: " + publisher.log());
        }
        witness.catchUp();
        double seconds = (System.nanoTime() - startNs) / 1e9;
        return new ChaosResult(
                plan.messages,
                done,
                sum(Field.CONNECTS),
                sum(Field.RESENT),
                sum(Field.LOST),
                sum(Field.AWAY_NS) / 1e9,
                arrivals.unique(),
                arrivals.duplicates(),
                arrivals.missing(),
                arrivals.disordered(),
                arrivals.disorder(),
                seconds);
    }

    private long sum(Field field) {
        return lives.stream().mapToLong(life -> life.get(field)).sum();
    }

    private List<Cut> cuts() {
        List<Cut> cuts = new ArrayList<>();
        for (int i = 0; i < plan.cuts; i++) {
            cuts.add(plan.kinds.get(i % plan.kinds.size()));
        }
        Collections.shuffle(cuts, random);
        return cuts;
    }

    private void saveSession() throws IOException, InterruptedException {
        Process signal = new ProcessBuilder("kill", "-USR1", Long.toString(broker.pid())).start();
        if (signal.waitFor() != 0) {
            throw new IOException("kill -USR1 failed");
        }
        Await.until("the broker to save the witness's session", () -> Files.exists(folder.resolve("mosquitto.db")));
    }

    private void startPublisher(long from) throws IOException {
        Path file = folder.resolve("publisher-" + lives.size());
        lives.add(new PublisherFile(file));
        current().set(Field.LIMIT, limit);
        List<String> arguments = new ArrayList<>(List.of(
                Integer.toString(proxy.port()),
                plan.protocol.name(),
                Long.toString(from),
                Integer.toString(plan.messages),
                Integer.toString(plan.topics),
                Integer.toString(plan.ratePerS),
                file.toString()));
        if (plan.outbox) {
            arguments.add(folder.resolve("outbox").toString());
        }
        publisher = new JavaProcess(
                ChaosPublisher.class,
                List.of("-Xmx64m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xshare:auto"),
                arguments,
                folder.resolve("publisher.log"));
    }

    private PublisherFile current() {
        return lives.get(lives.size() - 1);
    }

    private void cut(Cut cut) throws Exception {
        if (cut != Cut.SLOW_READER) {
            connectsAtCut = current().get(Field.CONNECTS);
        }
        switch (cut) {
            case BROKER_KILLED -> {
                proxy.holdAnswers(true);
                witness.catchUp();
                broker.kill();
                proxy.cut();
                proxy.holdAnswers(false);
                restartBroker();
            }
            case BROKER_STOPPED -> {
                broker.stop();
                restartBroker();
            }
            case RESET -> {
                awaitLink();
                proxy.reset();
            }
            case HALF_OPEN -> {
                awaitLink();
                proxy.strand();
            }
            case SLOW_READER -> {
                awaitLink();
                proxy.slow(true);
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(100 + random.nextInt(400)));
                proxy.slow(false);
            }
            case PUBLISHER_KILLED -> {
                publisher.kill();
                startPublisher(current().get(Field.NEXT));
                connectsAtCut = 0;
            }
        }
    }

    private void restartBroker() throws IOException {
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(random.nextInt(300)));
        broker.restart();
    }

    /** A cut of a connection has to meet one; when all is sent already, there is none any more. */
    private void awaitLink() throws IOException {
        awaitStep("a connection to cut", () -> proxy.isLinked() || !publisher.isAlive());
    }

    private void awaitArrival(int count) throws IOException {
        awaitStep("message " + count + " to arrive", () -> arrivals.unique() >= count);
    }

    private interface Condition {
        boolean holds() throws IOException;
    }

    /** Waits as long as messages go on arriving: a client that hangs is a fault, a slow machine is none. */
    private void awaitStep(String what, Condition condition) throws IOException {
        int before = -1;
        long sinceNs = System.nanoTime();
        while (!condition.holds()) {
            int unique = arrivals.unique();
            if (unique != before) {
                before = unique;
                sinceNs = System.nanoTime();
            }
            boolean failed = !publisher.isAlive() && publisher.exitValue() != 0;
            // Once the publisher has ended, only what the broker has is still to come.
            long stallNs = publisher.isAlive() ? STALL_NS : STALL_ENDED_NS;
            if (failed || System.nanoTime() - sinceNs > stallNs) {
                throw new IllegalStateException(
                        "%s while waiting for %s: %d of %d messages had arrived; logs: %s; the publisher's:\n%s"
                                .formatted(
                                        publisher.isAlive() ? "nothing came for 60 s" : "the publisher ended",
                                        what,
                                        unique,
                                        plan.messages,
                                        folder,
                                        publisher.log()));
            }
            LockSupport.parkNanos(500_000);
        }
    }

    @Override
    public void close() throws Exception {
        if (publisher != null) {
            publisher.close();
        }
        witness.close();
        proxy.close();
        broker.close();
    }
}
