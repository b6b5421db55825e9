package dev.vigil.detect;

import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * NMS of each kind, on boxes as a detector gives them and on the worst there are; {@link OpenCvNmsBenchmark} has OpenCV's on the
 * same. Each run includes writing back what the one before has changed in the candidates. After {@code mvn package}:
 *
 * <pre>
 * java -cp target/classes:target/test-classes:$(cat target/classpath/test) org.openjdk.jmh.Main NmsBenchmark
 * </pre>
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class NmsBenchmark {
    static final float SCORE_MIN = 0.25f;
    static final float IOU_MAX = 0.45f;
    static final int BOXES_MAX = 300;
    private static final int CLASSES = 80;

    /** {@link Suppression.Kind}. */
    @Param
    private Suppression.Kind kind;

    private final Nms nms = new Nms();
    private final Candidates candidates = new Candidates();
    private Candidates survivors;
    private Candidates crowd;
    private Candidates flood;
    private Candidates equals;
    private BoxRules rules;
    private BoxRules anyScore;

    @Setup
    public void setUp() {
        rules = rules(SCORE_MIN);
        anyScore = rules(0);
        survivors = scattered(300, CLASSES);
        crowd = scattered(3_000, 1);
        flood = places(Candidates.MAX, 290);
        equals = chain(Candidates.MAX);
    }

    private BoxRules rules(float scoreMin) {
        return new DetectOptions(scoreMin, IOU_MAX, BOXES_MAX)
                .rules(new Suppression(kind, IOU_MAX), Labels.numbered(CLASSES));
    }

    /** 300 boxes of 80 classes. */
    @Benchmark
    public int nms300() {
        return run(survivors, rules, BOXES_MAX);
    }

    /** 3000 boxes of one class, and no limit to how many stay. */
    @Benchmark
    public int nmsCrowd3000() {
        return run(crowd, rules, Candidates.MAX);
    }

    /**
     * Near the worst there can be with 300 boxes wanted: as many candidates as are let in, of one class, around 290 places,
     * so that the 300th never comes and each candidate is compared with half of what stayed.
     */
    @Benchmark
    public int nmsFlood30000() {
        return run(flood, rules, BOXES_MAX);
    }

    /** Near the worst of the soft kinds: each box lowers all others, and none ever falls out. */
    @Benchmark
    public int nmsChain30000() {
        return run(equals, anyScore, BOXES_MAX);
    }

    private int run(Candidates image, BoxRules imageRules, int boxesMax) {
        candidates.start(0);
        for (int i = 0; i < image.count(); i++) {
            candidates.add(image.x1[i], image.y1[i], image.x2[i], image.y2[i], image.score[i], image.classId[i]);
        }
        return nms.run(candidates, imageRules, boxesMax);
    }

    static Candidates scattered(int count, int classes) {
        Random random = new Random(1);
        Candidates candidates = new Candidates();
        candidates.start(0);
        for (int i = 0; i < count; i++) {
            float x = 600 * random.nextFloat();
            float y = 600 * random.nextFloat();
            candidates.add(
                    x,
                    y,
                    x + 10 + 100 * random.nextFloat(),
                    y + 10 + 100 * random.nextFloat(),
                    0.3f + 0.7f * random.nextFloat(),
                    random.nextInt(classes));
        }
        return candidates;
    }

    /** Boxes of one class that nearly cover one of {@code places} squares which do not touch. */
    private static Candidates places(int count, int places) {
        Random random = new Random(1);
        Candidates candidates = new Candidates();
        candidates.start(0);
        for (int i = 0; i < count; i++) {
            int place = random.nextInt(places);
            float x = 30f * (place % 20) + random.nextFloat();
            float y = 30f * (place / 20) + random.nextFloat();
            candidates.add(x, y, x + 25, y + 25, 0.3f + 0.7f * random.nextFloat(), 0);
        }
        return candidates;
    }

    /** Boxes of one class that all overlap, by 0.46 to 0.5, and have nearly the same score. */
    private static Candidates chain(int count) {
        Random random = new Random(1);
        Candidates candidates = new Candidates();
        candidates.start(0);
        for (int i = 0; i < count; i++) {
            float side = 100 + 400 * random.nextFloat();
            candidates.add(0, 0, side, 500_000 / side, 0.9f + 0.01f * random.nextFloat(), 0);
        }
        return candidates;
    }
}
