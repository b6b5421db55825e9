package dev.vigil.workshop.tune;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vigil.infer.Backend;
import dev.vigil.workshop.tune.Tried.Fate;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The search on boxes that do what a table says. */
@Timeout(60)
class TuneSearchTest {
    private static final Bounds ANY_LATENCY = new Bounds(Double.POSITIVE_INFINITY, 1);
    private static final Duration TIME = Duration.ofMinutes(5);

    private static Tried of(TuneResult result, Settings settings) {
        return result.all().stream()
                .filter(tried -> tried.settings().equals(settings))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void shouldChooseTheFastestWhenOneIsClearlyBetter() throws Exception {
        FakeBox box = new FakeBox(1, 0.02);
        Settings standard = box.add("original", 0, 1, 1, 100);
        Settings batches = box.add("original", 0, 1, 2, 110);
        Settings threads = box.add("original", 0, 2, 1, 90);
        Settings small = box.add("int8", 0, 1, 1, 180);
        Settings smallThreads = box.add("int8", 0, 2, 1, 150);
        TuneResult result = box.search(ANY_LATENCY, TIME);

        assertThat(result.chosen().orElseThrow().settings()).isEqualTo(small);
        Tried chosen = of(result, small);
        assertThat(chosen.fate()).isEqualTo(Fate.CHOSEN);
        assertThat(chosen.rounds()).isGreaterThanOrEqualTo(Evidence.ROUNDS_MIN);
        assertThat(chosen.wins()).isEqualTo(chosen.rounds());
        assertThat(chosen.ratio()).isBetween(1.7, 1.9);
        assertThat(of(result, standard).fate()).isEqualTo(Fate.DEFAULT);
        assertThat(of(result, batches).fate()).isEqualTo(Fate.SLOWER);
        assertThat(of(result, threads).fate()).isEqualTo(Fate.SLOWER);
        assertThat(of(result, smallThreads).ratio()).isLessThan(chosen.ratio());
        assertThat(result.ended()).isEmpty();
    }

    @Test
    void shouldStayWithTheDefaultWhenNothingIsFasterBeyondNoise() throws Exception {
        for (int seed = 0; seed < 50; seed++) {
            FakeBox box = new FakeBox(seed, 0.08);
            Settings standard = box.add("original", 0, 1, 1, 100);
            box.add("original", 0, 1, 2, 100);
            box.add("original", 0, 2, 1, 99);
            box.add("optimised", 0, 1, 1, 95);
            Tried chosen = box.search(ANY_LATENCY, TIME).chosen().orElseThrow();
            double really = box.truths.get(chosen.settings()).framesPerSecond();
            assertThat(chosen.settings().equals(standard) || really >= 99)
                    .as("seed %d: %s", seed, chosen)
                    .isTrue();
        }
    }

    @Test
    void shouldNotChooseWhatBreaksABoundWhenItIsFaster() throws Exception {
        FakeBox box = new FakeBox(3, 0.02);
        box.add("original", 0, 1, 1, 100);
        Settings batch2 = box.add(FakeBox.settings("original", Backend.AUTO, 0, 1, 2), 150, 15, 0);
        Settings batch4 = box.add(FakeBox.settings("original", Backend.AUTO, 0, 1, 4), 200, 40, 0);
        Settings batch8 = box.add(FakeBox.settings("original", Backend.AUTO, 0, 1, 8), 250, 80, 0);
        Settings lossy = box.add(FakeBox.settings("int4", Backend.AUTO, 0, 1, 1), 300, 4, 1.5);
        Settings blind = box.add(FakeBox.settings("int2", Backend.AUTO, 0, 1, 1), 400, 4, Double.NaN);
        TuneResult result = box.search(new Bounds(30, 1), TIME);

        assertThat(result.chosen().orElseThrow().settings()).isEqualTo(batch2);
        assertThat(of(result, batch4).fate()).isEqualTo(Fate.LATENCY);
        assertThat(of(result, batch8).fate())
                .as("is not even tried, since a smaller batch takes too long")
                .isEqualTo(Fate.DOMINATED);
        assertThat(box.runs).doesNotContain(batch8);
        assertThat(of(result, lossy).why()).isEqualTo("loses 1.5 points");
        assertThat(of(result, blind).why()).isEqualTo("the frames show nothing to compare");
    }

    @Test
    void shouldRefuseWhenOnlySlowerSettingsKeepTheBound() throws Exception {
        FakeBox box = new FakeBox(4, 0.02);
        Settings standard = box.add(FakeBox.settings("original", Backend.AUTO, 0, 1, 1), 100, 40, 0);
        Settings threads = box.add(FakeBox.settings("original", Backend.AUTO, 0, 2, 1), 90, 20, 0);
        TuneResult refused = box.search(new Bounds(30, 1), TIME);
        assertThat(refused.chosen()).isEmpty();
        assertThat(of(refused, standard).why()).startsWith("p99 of its runs is 4");

        TuneResult allowed = new TuneSearch(
                        new TuneSearch.Plan(new Bounds(30, 1), true, TIME), box, box, () -> false, line -> {})
                .run(box.space);
        assertThat(allowed.chosen().orElseThrow().settings()).isEqualTo(threads);
    }

    @Test
    void shouldTellAndGoOnWhenSettingsDoNotRun() throws Exception {
        FakeBox box = new FakeBox(5, 0.02);
        box.add("original", 0, 1, 1, 100);
        Settings broken = box.add("int8", 0, 1, 1, 500);
        Settings alsoBroken = box.add("int8", 0, 2, 1, 500);
        Settings fine = box.add("half", 0, 1, 1, 130);
        Settings laterBroken = box.add("half", 0, 2, 1, 200);
        box.failing.add(broken);
        box.failing.add(laterBroken);
        TuneResult result = box.search(ANY_LATENCY, TIME);

        assertThat(result.chosen().orElseThrow().settings()).isEqualTo(fine);
        assertThat(of(result, broken).why()).isEqualTo("can not be loaded: no such operator");
        assertThat(of(result, alsoBroken).fate()).isEqualTo(Fate.FAILED);
        assertThat(box.runs).doesNotContain(alsoBroken);
        assertThat(of(result, laterBroken).fate()).isEqualTo(Fate.FAILED);
    }

    @Test
    void shouldSayWhyWhenTheDefaultItselfDoesNotRun() {
        FakeBox box = new FakeBox(6, 0);
        box.failing.add(box.add("original", 0, 1, 1, 100));
        assertThatThrownBy(() -> box.search(ANY_LATENCY, TIME))
                .isInstanceOf(TrialException.class)
                .hasMessage("can not be loaded: no such operator");
    }

    @Test
    void shouldNotTryShapesWhenAFamilyIsFarBehind() throws Exception {
        FakeBox box = new FakeBox(7, 0.02);
        box.add("original", 0, 1, 1, 100);
        box.add(FakeBox.settings("original", Backend.OPENCV, 0, 1, 1), 40, 20, 0);
        Settings shape = box.add(FakeBox.settings("original", Backend.OPENCV, 0, 2, 1), 45, 20, 0);
        TuneResult result = box.search(ANY_LATENCY, TIME);
        assertThat(of(result, shape).fate()).isEqualTo(Fate.DOMINATED);
        assertThat(of(result, shape).why()).contains("original opencv, 2x1 does", "original, 2x1");
        assertThat(box.runs).doesNotContain(shape);
    }

    @Test
    void shouldKeepTheBestSoFarWhenItIsEnded() throws Exception {
        for (int after = 0; after < 60; after++) {
            FakeBox box = new FakeBox(8, 0.02);
            Settings standard = box.add("original", 0, 1, 1, 100);
            Settings better = box.add("half", 0, 1, 1, 150);
            Settings best = box.add("int8", 0, 1, 1, 200);
            int runs = after;
            TuneResult result = new TuneSearch(
                            new TuneSearch.Plan(ANY_LATENCY, false, TIME),
                            box,
                            box,
                            () -> box.runs.size() >= runs,
                            line -> {})
                    .run(box.space);
            Settings chosen = result.chosen().orElseThrow().settings();
            assertThat(chosen).isIn(standard, better, best);
            assertThat(result.all()).noneMatch(tried -> tried.fate() == Fate.OPEN);
            if (box.runs.size() >= runs && after < 15) {
                assertThat(result.ended()).isEqualTo("it was ended");
                assertThat(box.runs).hasSizeLessThanOrEqualTo(Math.max(runs, 1));
            }
            if (chosen != standard) {
                assertThat(result.chosen().get().rounds()).isGreaterThanOrEqualTo(Evidence.ROUNDS_MIN);
            }
        }
    }

    @Test
    void shouldEndWithTheDefaultWhenThereIsNoTime() throws Exception {
        FakeBox box = new FakeBox(9, 0.02);
        Settings standard = box.add("original", 0, 1, 1, 100);
        box.add("int8", 0, 1, 1, 200);
        TuneResult result = box.search(ANY_LATENCY, Duration.ofMillis(1_500));
        assertThat(result.chosen().orElseThrow().settings()).isEqualTo(standard);
        assertThat(result.ended()).isEqualTo("the time was over");
        assertThat(box.seconds()).isLessThan(1.5);
    }

    @Test
    void shouldFindNearlyTheBestWithinItsTimeWhenTablesAreRandom() throws Exception {
        int seeds = 300;
        AtomicInteger near = new AtomicInteger();
        for (int seed = 0; seed < seeds; seed++) {
            FakeBox box = randomBox(seed);
            Bounds bounds = new Bounds(60, 1);
            TuneResult result = box.search(bounds, TIME);
            Tried chosen = result.chosen().orElseThrow();
            FakeBox.Truth truth = box.truths.get(chosen.settings());
            FakeBox.Truth standard = box.truths.get(box.space.get(0));
            assertThat(truth.framesPerSecond())
                    .as("seed %d: %s is not slower than the default", seed, chosen)
                    .isGreaterThanOrEqualTo(standard.framesPerSecond());
            assertThat(truth.lossPoints()).isLessThanOrEqualTo(bounds.lossPoints());
            assertThat(truth.runMs()).as("seed %d: %s", seed, chosen).isLessThan(1.06 * bounds.latencyMs());
            assertThat(box.seconds()).as("seed %d: time", seed).isLessThanOrEqualTo(TIME.toSeconds());
            // What is just at the bound may be told to break it.
            if (truth.framesPerSecond() >= 0.95 * box.best(new Bounds(bounds.latencyMs() / 1.1, bounds.lossPoints()))) {
                near.incrementAndGet();
            }
        }
        assertThat(near.get()).as("of %d boxes within 95 %% of the best", seeds).isGreaterThan(seeds * 93 / 100);
    }

    /** Variants, backends, spreads and batches whose factors multiply, each a little off; some do not run, or not with large batches. */
    private static FakeBox randomBox(int seed) {
        Random random = new Random(seed);
        FakeBox box = new FakeBox(seed, 0.03);
        double base = 20 + 200 * random.nextDouble();
        for (String variant : new String[] {"original", "optimised", "int8", "half"}) {
            double ofVariant = variant.equals("original") ? 1 : 0.6 + 1.6 * random.nextDouble();
            double loss = variant.equals("original") ? 0 : 2 * random.nextDouble();
            for (Backend backend : new Backend[] {Backend.AUTO, Backend.OPENCV}) {
                double ofBackend = backend == Backend.AUTO ? 1 : 0.2 + random.nextDouble();
                boolean fails = random.nextInt(10) == 0;
                int batchMax = random.nextInt(5) == 0 ? 2 : 8;
                double ofThreads = 0.6 + 0.5 * random.nextDouble();
                double ofBatch = 0.85 + 0.3 * random.nextDouble();
                for (int[] spread : new int[][] {{0, 1}, {0, 2}, {1, 1}}) {
                    for (int batch = 1; batch <= 8; batch *= 2) {
                        double rate = base * ofVariant * ofBackend * (0.95 + 0.1 * random.nextDouble());
                        rate *= spread[1] == 2 ? ofThreads : spread[0] == 1 ? 0.55 : 1;
                        rate *= Math.pow(ofBatch, Math.log(batch) / Math.log(2));
                        boolean isDefault = box.space.isEmpty();
                        double workers = spread[0] == 1 || spread[1] == 2 ? 1 : 2;
                        double runMs = 1_000 * batch * workers / rate;
                        Settings added = box.add(
                                FakeBox.settings(variant, backend, spread[0], spread[1], batch),
                                rate,
                                isDefault ? Math.min(50, runMs) : runMs,
                                loss);
                        if (!isDefault && (fails || batch > batchMax)) {
                            box.failing.add(added);
                        }
                    }
                }
            }
        }
        return box;
    }
}
