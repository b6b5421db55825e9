package dev.vigil.source.proof;

import ch.qos.logback.classic.Level;
import dev.vigil.app.Logging;
import dev.vigil.app.soak.SampleLine;
import dev.vigil.base.Clock;
import dev.vigil.source.CameraReader;
import dev.vigil.source.CameraStatus.State;
import dev.vigil.source.SourceOptions;
import dev.vigil.source.SourceOptions.Transport;
import dev.vigil.source.sim.Fault;
import dev.vigil.source.sim.FaultKind;
import dev.vigil.source.sim.RtspCameraServer;
import dev.vigil.source.sim.SimulatedCameraOptions;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.bytedeco.ffmpeg.global.avutil;
import org.slf4j.LoggerFactory;

/**
 * One camera that is connected to and disconnected from again and again, over TCP and UDP in turns, ended by the camera or by a
 * command in turns. Camera and reader are in this process, so what either leaves behind counts.
 */
final class ReconnectRun {
    private static final long STEP_S = 20;
    /** Fewer cycles than this come before memory has come to rest: it is printed, and not judged. */
    private static final int CYCLES_JUDGED = 1_000;

    private static final double RISE_MAX_MIB = 4;
    /** So that the slope, which is told by the hour, is one of a thousand cycles. */
    private static final long CYCLE_NS = 3_600_000_000L;

    private static final PrintStream OUT = System.out;

    private final SampleLine resident = new SampleLine();

    private ReconnectRun() {}

    /** Arguments: the number of cycles, and the clip. Ends with 1 when something was left behind. */
    public static void main(String[] arguments) throws Exception {
        avutil.av_log_set_level(avutil.AV_LOG_PANIC);
        Logging.setUp(false, true);
        ((ch.qos.logback.classic.Logger) LoggerFactory.getLogger(CameraReader.class)).setLevel(Level.OFF);
        System.exit(new ReconnectRun().run(Integer.parseInt(arguments[0]), Path.of(arguments[1])) ? 0 : 1);
    }

    private boolean run(int cycles, Path clip) throws Exception {
        int warm = Math.max(10, cycles / 5);
        Footprint start = null;
        boolean balanced = true;
        long startNs = System.nanoTime();
        Footprint end;
        long pictures;
        try (RtspCameraServer server =
                        RtspCameraServer.start(SimulatedCameraOptions.of(clip).withPort(0));
                Side tcp = new Side(server, Transport.TCP);
                Side udp = new Side(server, Transport.UDP)) {
            for (int i = 0; i < warm + cycles; i++) {
                if (i == warm) {
                    start = settled(null);
                }
                (i % 2 == 0 ? tcp : udp).cycle(i % 4 >= 2);
                if (i >= warm) {
                    resident.add(i * CYCLE_NS, Footprint.now().residentMib());
                }
                if ((i + 1) % 500 == 0) {
                    OUT.println("cycle " + (i + 1) + "    " + Footprint.now());
                }
            }
            end = settled(start);
            pictures = tcp.sink.pictures() + udp.sink.pictures();
            for (Side side : new Side[] {tcp, udp}) {
                if (side.sink.unbalanced() != null) {
                    OUT.println("FAILED       the ledger does not balance: " + side.sink.unbalanced());
                    balanced = false;
                }
            }
        }
        SampleLine.Slope slope = resident.slope();
        OUT.printf(
                Locale.ROOT,
                "cycles       %d after %d to warm up, %d pictures, %.1f ms a cycle%n",
                cycles,
                warm,
                pictures,
                (System.nanoTime() - startNs) / 1e6 / (warm + cycles));
        OUT.println("start        " + start);
        OUT.println("end          " + end);
        OUT.printf(
                Locale.ROOT, "memory       %+.2f ± %.2f MiB a thousand cycles%n", slope.perHour(), slope.confidence());
        boolean flat = cycles < CYCLES_JUDGED || !slope.grows(RISE_MAX_MIB);
        boolean holds =
                balanced && flat && end.threads() <= start.threads() && end.descriptors() <= start.descriptors();
        OUT.println(holds ? "holds        nothing is left behind" : "FAILED       something is left behind");
        return holds;
    }

    /** What is held when all that is over has ended, or a while later. */
    private static Footprint settled(Footprint start) {
        long endNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(5);
        Footprint now = Footprint.now();
        while (System.nanoTime() - endNs < 0
                && (start == null || now.threads() > start.threads() || now.descriptors() > start.descriptors())) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(100));
            now = Footprint.now();
        }
        return now;
    }

    /** The camera as it is read over one transport. */
    private static final class Side implements AutoCloseable {
        private final RtspCameraServer server;
        private final Sink sink;
        private final CameraReader reader;

        Side(RtspCameraServer server, Transport transport) {
            this.server = server;
            this.sink = new Sink(transport.name().toLowerCase(Locale.ROOT));
            SourceOptions options = SourceOptions.builder(server.uri(0))
                    .transport(transport)
                    .hardware(SourceOptions.Hardware.NONE)
                    .retry(Duration.ofMillis(1), Duration.ofMillis(1))
                    .build();
            reader = new CameraReader(sink.feed, options, Clock.SYSTEM, new SplittableRandom(1), status -> {});
            reader.enable(false);
            reader.start();
        }

        /** Connects, takes a picture, and disconnects. */
        void cycle(boolean byCamera) {
            long before = sink.pictures();
            reader.enable(true);
            await("a picture", () -> sink.pictures() > before);
            if (byCamera) {
                long reconnects = reader.status().reconnects();
                server.begin(0, Fault.of(FaultKind.RESET));
                await("the end", () -> reader.status().reconnects() > reconnects);
            }
            reader.enable(false);
            await("its being disabled", () -> reader.status().state() == State.DISABLED);
        }

        private void await(String what, BooleanSupplier condition) {
            long endNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(STEP_S);
            while (!condition.getAsBoolean()) {
                if (System.nanoTime() - endNs > 0) {
                    throw new IllegalStateException(what + " did not come within " + STEP_S + " s over "
                            + sink.feed.camera() + ": " + reader.status());
                }
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
            }
        }

        @Override
        public void close() {
            reader.close();
            sink.close();
        }
    }
}
