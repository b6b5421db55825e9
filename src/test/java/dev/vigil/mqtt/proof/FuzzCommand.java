package dev.vigil.mqtt.proof;

import dev.vigil.app.Durations;
import dev.vigil.mqtt.MqttOptions.Protocol;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.util.ResourceLeakDetector;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code vigil prove mqtt-fuzz}: nothing that a broker sends breaks the client. */
@Command(
        name = "mqtt-fuzz",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Feeds random and mutated packets of both protocol versions, split at random places, into the client: into its"
                    + " pipeline, and through sockets into whole clients. Ends with 1, and prints the bytes, when a buffer"
                    + " leaks, an exception is not handled, memory grows, or the client hangs or does not work afterwards."
        },
        footer = {"", "Example: vigil prove mqtt-fuzz --for 10m"})
final class FuzzCommand implements Callable<Integer> {
    private static final long CASE_DEADLINE_NS = TimeUnit.SECONDS.toNanos(30);
    private static final int COLLECTIONS = 5;

    @Option(
            names = "--for",
            paramLabel = "DURATION",
            converter = Durations.class,
            defaultValue = "10m",
            description = "Default: ${DEFAULT-VALUE}.")
    private Duration time;

    @Option(
            names = "--seed",
            paramLabel = "N",
            description = "Of an earlier run, for the same bytes in the same order.")
    private Long seed;

    @Spec
    private CommandSpec spec;

    private final Findings findings = new Findings();
    /** When each feeding thread ended its latest case. */
    private final Map<String, Long> progressNs = new ConcurrentHashMap<>();

    @Override
    public Integer call() throws Exception {
        PrintWriter out = spec.commandLine().getOut();
        ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.PARANOID);
        findings.listen();
        long used = seed != null ? seed : ThreadLocalRandom.current().nextLong(1_000_000_000);
        out.println("seed         " + used);
        out.flush();
        long startNs = System.nanoTime();
        long endNs = startNs + time.toNanos();
        watch(out);
        PipelineFuzz pipeline = new PipelineFuzz(used, findings);
        long connections;
        try (SocketFuzz v5 = new SocketFuzz(used + 1, Protocol.MQTT_5, findings);
                SocketFuzz v3 = new SocketFuzz(used + 2, Protocol.MQTT_3_1_1, findings)) {
            List<Thread> feeders = List.of(
                    feeder("the pipeline", endNs, pipeline::client),
                    feeder("a socket of MQTT 5", endNs, v5::connection),
                    feeder("a socket of MQTT 3.1.1", endNs, v3::connection));
            for (Thread feeder : feeders) {
                feeder.join();
            }
            connections = v5.cases() + v3.cases();
        }
        collect();
        double seconds = (System.nanoTime() - startNs) / 1e9;
        out.printf(
                Locale.ROOT,
                "cases        %d through the pipeline, %d through sockets, in %.0f s: %.0f/s%n",
                pipeline.cases(),
                connections,
                seconds,
                (pipeline.cases() + connections) / seconds);
        out.println("messages     " + pipeline.received() + " got through to the listener");
        out.println(
                findings.any()
                        ? "FAILED       " + findings.first()
                        : "holds        no leak, hang or uncaught exception");
        out.flush();
        return findings.any() ? 1 : 0;
    }

    private interface Feeding {
        void once() throws IOException;
    }

    private Thread feeder(String name, long endNs, Feeding feeding) {
        progressNs.put(name, System.nanoTime());
        Thread thread = new Thread(
                () -> {
                    while (System.nanoTime() - endNs < 0 && !findings.any()) {
                        try {
                            feeding.once();
                        } catch (IOException e) {
                            findings.found("the client did not come back", e);
                        }
                        progressNs.put(name, System.nanoTime());
                    }
                    progressNs.remove(name);
                },
                name);
        thread.start();
        return thread;
    }

    /** Netty tells of a leak when a buffer is made after the leaked one was collected. */
    private static void collect() {
        for (int i = 0; i < COLLECTIONS; i++) {
            System.gc();
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
            for (int direct = 0; direct < 2; direct++) {
                ByteBuf buffer = direct == 0
                        ? PooledByteBufAllocator.DEFAULT.heapBuffer(16)
                        : PooledByteBufAllocator.DEFAULT.directBuffer(16);
                buffer.release();
            }
        }
    }

    /** A case that never ends can not end the program itself. */
    private void watch(PrintWriter out) {
        Thread watchdog = new Thread(
                () -> {
                    while (true) {
                        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(100));
                        long nowNs = System.nanoTime();
                        if (progressNs.values().stream().anyMatch(lastNs -> nowNs - lastNs > CASE_DEADLINE_NS)) {
                            findings.found("hung for 30 s", null);
                            out.println("FAILED       " + findings.first());
                            Thread.getAllStackTraces().forEach((thread, stack) -> {
                                out.println(thread);
                                for (StackTraceElement element : stack) {
                                    out.println("    " + element);
                                }
                            });
                            out.flush();
                            Runtime.getRuntime().halt(1);
                        }
                    }
                },
                "watchdog");
        watchdog.setDaemon(true);
        watchdog.start();
    }
}
