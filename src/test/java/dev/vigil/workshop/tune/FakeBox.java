package dev.vigil.workshop.tune;

import dev.vigil.base.Clock;
import dev.vigil.detect.ModelDescription;
import dev.vigil.infer.Backend;
import dev.vigil.infer.BackendOptions;
import dev.vigil.infer.InferOptions;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** A box whose settings do what a table says, with noise, in a time of its own. */
final class FakeBox implements Trials, Clock {
    /** What settings really do. */
    record Truth(double framesPerSecond, double runMs, double lossPoints) {}

    private static final double LOAD_S = 0.3;
    private static final double WARM_S = 0.15;
    private static final double AGREEMENT_S = 2;

    final List<Settings> space = new ArrayList<>();
    final Map<Settings, Truth> truths = new HashMap<>();
    final Set<Settings> failing = new HashSet<>();
    final List<Settings> runs = new ArrayList<>();
    private final Random random;
    private final double noise;
    private long nowNs;

    /** @param noise deviation of a trial's figures, as a part of them; the whole box drifts by as much */
    FakeBox(long seed, double noise) {
        this.random = new Random(seed);
        this.noise = noise;
    }

    static Settings settings(String variant, Backend backend, int workers, int threads, int batch) {
        InferOptions options = new InferOptions(
                InferOptions.Device.AUTO,
                workers,
                threads,
                batch,
                Duration.ZERO,
                Duration.ofSeconds(10),
                BackendOptions.DEFAULT.withBackend(backend));
        return new Settings(
                new Variant(variant, Path.of(variant + ".onnx"), ModelDescription.EMPTY),
                options,
                workers == 0 ? 2 / threads : workers);
    }

    /** The first that is added is the default. */
    Settings add(Settings settings, double framesPerSecond, double runMs, double lossPoints) {
        space.add(settings);
        truths.put(settings, new Truth(framesPerSecond, runMs, lossPoints));
        return settings;
    }

    Settings add(String variant, int workers, int threads, int batch, double framesPerSecond) {
        return add(
                settings(variant, Backend.AUTO, workers, threads, batch), framesPerSecond, 1_000 / framesPerSecond, 0);
    }

    private void pass(double seconds) {
        nowNs += (long) (seconds * TimeUnit.SECONDS.toNanos(1));
    }

    @Override
    public Trial run(Settings settings, double seconds) throws TrialException {
        runs.add(settings);
        if (failing.contains(settings)) {
            pass(LOAD_S);
            throw new TrialException("can not be loaded: no such operator");
        }
        pass(LOAD_S + WARM_S + seconds);
        Truth truth = truths.get(settings);
        double drift = 1 + noise * Math.sin(nowNs / 20e9);
        double luck = drift * (1 + noise * random.nextGaussian());
        double slowest = truth.runMs / luck * (1 + noise * random.nextDouble());
        return new Trial(truth.framesPerSecond * luck, 10, truth.runMs / luck, Math.max(slowest, truth.runMs / luck));
    }

    @Override
    public double lossPoints(Settings settings) {
        pass(AGREEMENT_S);
        return truths.get(settings).lossPoints;
    }

    @Override
    public long monotonicNs() {
        return nowNs;
    }

    @Override
    public long utcUs() {
        return TimeUnit.NANOSECONDS.toMicros(nowNs);
    }

    double seconds() {
        return nowNs / 1e9;
    }

    TuneResult search(Bounds bounds, Duration time) throws TrialException {
        return new TuneSearch(new TuneSearch.Plan(bounds, false, time), this, this, () -> false, line -> {}).run(space);
    }

    /** The most that any settings do which keep the bounds. */
    double best(Bounds bounds) {
        return space.stream()
                .filter(settings -> !failing.contains(settings))
                .map(truths::get)
                .filter(truth -> truth.runMs <= bounds.latencyMs() && truth.lossPoints <= bounds.lossPoints())
                .mapToDouble(Truth::framesPerSecond)
                .max()
                .orElse(Double.NaN);
    }
}
