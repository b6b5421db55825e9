package dev.vigil.publish;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vigil.detect.Detections;
import dev.vigil.detect.Labels;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ObjectCountsTest {
    private static final int PERSON = 0;
    private static final int CAR = 1;
    private static final long START_NS = Long.MAX_VALUE - TimeUnit.HOURS.toNanos(1); // nanoTime may be anything

    private final ObjectCounts counts =
            new ObjectCounts(Labels.of(List.of("person", "car", "say \"hi\"", "car"), "a test"), List.of("person"));

    private static long at(long ms) {
        return START_NS + TimeUnit.MILLISECONDS.toNanos(ms);
    }

    private static Detections found(int... classes) {
        Detections detections = new Detections(classes.length);
        for (int classId : classes) {
            detections.add(0, 0, 1, 1, 0.5f, classId);
        }
        return detections;
    }

    private int[] countsAt(long ms) {
        int[] now = counts.room();
        counts.into(now, at(ms));
        return now;
    }

    private String textAt(long ms) {
        ByteBuf out = Unpooled.buffer();
        counts.write(countsAt(ms), out);
        return out.toString(StandardCharsets.UTF_8);
    }

    @Test
    void shouldCountClassesOfOneNameTogetherWhenFrameHasBoth() {
        counts.seen(found(PERSON, CAR, 3, PERSON), at(0));
        assertThat(textAt(0)).isEqualTo("{\"person\":2,\"car\":2}");
    }

    @Test
    void shouldTellZeroOfConfiguredLabelsOnlyWhenNothingIsThere() {
        assertThat(textAt(0)).isEqualTo("{\"person\":0}");
        counts.seen(found(2), at(0));
        assertThat(textAt(0)).isEqualTo("{\"person\":0,\"say \\\"hi\\\"\":1}");
    }

    @Test
    void shouldHoldWhatWasSeenForASecondWhenFramesMissIt() {
        counts.seen(found(PERSON, PERSON), at(0));
        counts.seen(found(PERSON), at(40));
        for (long ms = 80; ms <= 1_000; ms += 40) {
            counts.seen(found(), at(ms));
            assertThat(countsAt(ms)[PERSON]).as("%d ms", ms).isEqualTo(2);
        }
        counts.seen(found(), at(1_240));
        assertThat(countsAt(1_240)[PERSON]).isZero();
    }

    @Test
    void shouldKeepLatestFrameWhenNoOtherComes() {
        counts.seen(found(CAR), at(0));
        assertThat(countsAt(60_000)[CAR]).isEqualTo(1);
        counts.seen(found(), at(60_000));
        assertThat(countsAt(60_000)[CAR]).as("it was seen a minute ago").isZero();
    }

    @Test
    void shouldKnowNothingWhenAllIsForgotten() {
        counts.seen(found(CAR, PERSON), at(0));
        counts.forget();
        assertThat(countsAt(1)).containsOnly(0);
    }

    /** Never more than the last 1.2 s showed, never fewer than the last second did. */
    @Test
    void shouldLieBetweenTheTwoWindowsWhenFramesAreOfAnyKind() {
        SplittableRandom random = new SplittableRandom(7);
        long[] times = new long[2_000];
        int[] seen = new int[times.length];
        long ms = 0;
        for (int i = 0; i < times.length; i++) {
            ms += random.nextInt(1, random.nextInt(10) == 0 ? 3_000 : 120);
            times[i] = ms;
            seen[i] = random.nextInt(4);
            counts.seen(found(new int[seen[i]]), at(ms));
            int least = seen[i];
            int most = seen[i];
            for (int before = i - 1; before >= 0 && ms - times[before] <= 1_200; before--) {
                most = Math.max(most, seen[before]);
                least = ms - times[before] <= 1_000 ? Math.max(least, seen[before]) : least;
            }
            assertThat(countsAt(ms)[PERSON]).as("frame %d", i).isBetween(least, most);
        }
    }
}
