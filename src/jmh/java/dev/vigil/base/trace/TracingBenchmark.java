package dev.vigil.base.trace;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What a place costs that has something to tell: the method alone, with the look at whether anything is recorded, which is what
 * it always pays, and with an event that is written. A frame has some thirty such places.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class TracingBenchmark {
    private final Recording[] recordings = {new Recording(1 << 16)};
    private long number;

    @Benchmark
    public long nothing() {
        return ++number;
    }

    @Benchmark
    public long off() {
        Recording recording = Tracing.current();
        if (recording != null) {
            recording.sequence(number);
        }
        return ++number;
    }

    @Benchmark
    public long step() {
        if ((number & 0x7FFF) == 0) {
            recordings[0] = new Recording(1 << 16); // so that there always is a place
        }
        recordings[0].step(1, number, 2, number, number + 1);
        return ++number;
    }
}
