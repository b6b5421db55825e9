package dev.vigil.source.proof;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import dev.vigil.app.Logging;
import dev.vigil.app.soak.SampleLine;
import dev.vigil.base.Clock;
import dev.vigil.metrics.ProcessFigures;
import dev.vigil.source.Abort;
import dev.vigil.source.SourceException;
import dev.vigil.source.SourceException.Cause;
import dev.vigil.source.SourceOptions;
import dev.vigil.source.SourceReader;
import dev.vigil.source.StreamChoice;
import dev.vigil.source.sim.RtpClip;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.RandomAccessFile;
import java.io.StringWriter;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.bytedeco.ffmpeg.global.avutil;
import org.slf4j.LoggerFactory;

/**
 * Reads one mutated stream after the other, from the connection to decoded pictures, in a process that may die of it: the number
 * of the case that is read stands in a file first.
 */
final class IngestFuzzRun {
    /** A case takes a few milliseconds; nothing in it may wait longer than the deadlines of its options. */
    private static final long CASE_DEADLINE_NS = TimeUnit.SECONDS.toNanos(15);

    /** Exit code when something grew: no single case is to blame. */
    static final int GROWN = 3;

    private static final double RISE_MAX_MIB = 8;
    private static final PrintStream OUT = System.out;

    private final List<RtpClip> clips = new ArrayList<>();
    private final long seed;
    private final MappedByteBuffer current;
    private final SampleLine resident = new SampleLine();
    private final Map<Cause, Integer> endings = new EnumMap<>(Cause.class);
    private final Sink sink = new Sink("fuzz");
    private volatile long caseBeganNs = System.nanoTime();
    private String found;
    private boolean grown;

    private IngestFuzzRun(long seed, Path marker, List<Path> files) throws IOException, SourceException {
        this.seed = seed;
        for (Path file : files) {
            clips.add(RtpClip.load(file));
        }
        try (RandomAccessFile file = new RandomAccessFile(marker.toFile(), "rw")) {
            current = file.getChannel().map(FileChannel.MapMode.READ_WRITE, 0, Long.BYTES);
        }
    }

    /** Arguments: seed, first case, seconds (0 for the first case alone), the marker's file, the clips. */
    public static void main(String[] arguments) throws Exception {
        avutil.av_log_set_level(avutil.AV_LOG_QUIET);
        Logging.setUp(false, true);
        // A hundred lines a second of what is wrong with what is fed would tell nothing.
        ((Logger) LoggerFactory.getLogger("dev.vigil.source")).setLevel(Level.ERROR);
        List<Path> files = new ArrayList<>();
        for (int i = 4; i < arguments.length; i++) {
            files.add(Path.of(arguments[i]));
        }
        IngestFuzzRun run = new IngestFuzzRun(Long.parseLong(arguments[0]), Path.of(arguments[3]), files);
        boolean holds = run.run(Long.parseLong(arguments[1]), Long.parseLong(arguments[2]));
        System.exit(holds ? 0 : run.grown ? GROWN : 1);
    }

    static FuzzCase fuzzCase(List<RtpClip> clips, long seed, long number) {
        return FuzzCase.of(clips, seed * 1_000_003 + number);
    }

    private boolean run(long first, long seconds) throws IOException {
        watch();
        long startNs = System.nanoTime();
        long warmNs = startNs + TimeUnit.SECONDS.toNanos(seconds) / 5;
        long endNs = startNs + TimeUnit.SECONDS.toNanos(seconds);
        long sampleNs = startNs;
        long number = first;
        Footprint start = null;
        try (FuzzCamera camera = new FuzzCamera()) {
            SourceOptions options = SourceOptions.builder(camera.uri())
                    .hardware(SourceOptions.Hardware.NONE)
                    .openTimeout(Duration.ofMillis(1_000))
                    .readTimeout(Duration.ofMillis(300))
                    .build();
            do {
                current.putLong(0, number);
                caseBeganNs = System.nanoTime();
                FuzzCase fuzz = fuzzCase(clips, seed, number);
                camera.script(fuzz);
                read(options, number, fuzz.recovers());
                number++;
                long nowNs = System.nanoTime();
                if (start == null && nowNs - warmNs >= 0) {
                    start = Footprint.now();
                }
                if (nowNs - sampleNs >= 0) {
                    sampleNs = nowNs + TimeUnit.MILLISECONDS.toNanos(500);
                    if (start != null) {
                        resident.add(nowNs, Footprint.now().residentMib());
                    }
                }
            } while (found == null && System.nanoTime() - endNs < 0);
        }
        report(number - first, (System.nanoTime() - startNs) / 1e9, start);
        return found == null;
    }

    /** What is read of it, each frame accounted for; anything but a failure of the source's kind is a finding. */
    private void read(SourceOptions options, long number, boolean recovers) {
        try {
            StreamChoice choice = new StreamChoice(options, sink.feed.warnings(), Clock.SYSTEM);
            SourceReader.read(
                    "fuzz", sink.feed, choice, (frame, pacedNs) -> true, Clock.SYSTEM, new Abort(), stream -> {});
            found = "a camera's stream ended without a word";
        } catch (SourceException e) {
            endings.merge(e.reason(), 1, Integer::sum);
            if (e.getMessage().contains("\n")) {
                found = "a message of several lines: " + e.getMessage();
            }
        } catch (InterruptedException | RuntimeException | Error e) {
            StringWriter stack = new StringWriter();
            e.printStackTrace(new PrintWriter(stack, true));
            found = stack.toString();
        }
        if (recovers && found == null && sink.framesSincePicture() >= FuzzCase.GOOD_FRAMES) {
            found = "no picture came of " + FuzzCase.GOOD_FRAMES + " good frames at its end";
        }
        String unbalanced = sink.unbalanced();
        if (unbalanced != null) {
            found = "the ledger does not balance: " + unbalanced;
        }
        if (found != null) {
            found = "case " + number + ": " + found;
        }
    }

    private void report(long cases, double seconds, Footprint start) {
        Footprint end = Footprint.now();
        SampleLine.Slope slope = resident.slope();
        OUT.printf(Locale.ROOT, "cases        %d in %.0f s, %.0f/s%n", cases, seconds, cases / seconds);
        OUT.println("pictures     " + sink.pictures() + " got through, of "
                + sink.feed.ledger().snapshot().read() + " frames; ended by " + endings);
        OUT.println("start        " + start);
        OUT.println("end          " + end + ", at most " + (ProcessFigures.residentPeakBytes() >> 20) + " MiB");
        OUT.printf(
                Locale.ROOT,
                "memory       %+.1f ± %.1f MiB/h, %+.1f MiB in all%n",
                slope.perHour(),
                slope.confidence(),
                slope.rise());
        if (found == null && slope.grows(RISE_MAX_MIB)) {
            found = "resident memory grows";
            grown = true;
        }
        if (found == null && start != null && end.descriptors() > start.descriptors() + 1) {
            grown = true;
            found = "file descriptors grow"; // one may be the connection that is just closing
        }
        OUT.println(
                found != null ? "FAILED       " + found : "holds        no crash, hang or leak; all is accounted for");
    }

    /** A case that never ends can not end the program itself. */
    private void watch() {
        Thread watchdog = new Thread(
                () -> {
                    while (System.nanoTime() - caseBeganNs < CASE_DEADLINE_NS) {
                        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(100));
                    }
                    OUT.println("FAILED       case " + current.getLong(0) + " hung for "
                            + TimeUnit.NANOSECONDS.toSeconds(CASE_DEADLINE_NS) + " s");
                    Thread.getAllStackTraces().forEach((thread, stack) -> {
                        OUT.println(thread);
                        for (StackTraceElement element : stack) {
                            OUT.println("    " + element);
                        }
                    });
                    OUT.flush();
                    Runtime.getRuntime().halt(1);
                },
                "watchdog");
        watchdog.setDaemon(true);
        watchdog.start();
    }
}
