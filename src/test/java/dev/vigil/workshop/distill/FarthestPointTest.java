package dev.vigil.workshop.distill;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class FarthestPointTest {
    private static final int DIMENSIONS = 5;

    private static float[] ones(int count) {
        float[] weights = new float[count];
        Arrays.fill(weights, 1);
        return weights;
    }

    private static double distance(float[] a, float[] b) {
        return Math.sqrt(FarthestPoint.squared(a, b));
    }

    /** How far the point is that is farthest from all chosen ones. */
    private static double radius(float[][] points, int[] chosen) {
        return Arrays.stream(points)
                .mapToDouble(point -> Arrays.stream(chosen)
                        .mapToDouble(i -> distance(point, points[i]))
                        .min()
                        .orElseThrow())
                .max()
                .orElseThrow();
    }

    @Test
    void shouldTakeOneOfEachClusterWhenThereAreAsManyAsAreWanted() {
        Random random = new Random(3);
        int clusters = 7;
        float[][] points = new float[300][DIMENSIONS];
        for (int i = 0; i < points.length; i++) {
            // Most are of the first cluster, as most frames of a camera show nothing.
            int cluster = i < 250 ? 0 : i % clusters;
            for (int d = 0; d < DIMENSIONS; d++) {
                points[i][d] = (cluster >> d & 1) * 10 + random.nextFloat();
            }
        }
        for (int first : new int[] {0, 17, 299, -1}) {
            int[] chosen = FarthestPoint.choose(points, ones(points.length), clusters, 0, first);
            Set<Integer> seen = new HashSet<>();
            Arrays.stream(chosen).forEach(i -> seen.add(i < 250 ? 0 : i % clusters));
            assertThat(seen).as("beginning with %d", first).hasSize(clusters);
        }
    }

    @Test
    void shouldEndWhereAllOthersAreCopiesWhenMoreAreWanted() {
        float[][] points = new float[90][];
        for (int i = 0; i < points.length; i++) {
            points[i] = new float[] {i % 3 * 5 + i * 0.001f};
        }
        assertThat(FarthestPoint.choose(points, ones(90), 50, 1, 4)).hasSize(3).doesNotHaveDuplicates();
        assertThat(FarthestPoint.choose(new float[][] {{1}, {1}, {1}}, ones(3), 3, 0, 0))
                .as("the very same is never taken twice")
                .containsExactly(0);
        assertThat(FarthestPoint.choose(new float[0][], ones(0), 3, 0, -1)).isEmpty();
    }

    /** Gonzalez' bound, held against the best of all choices. */
    @Test
    void shouldCoverWithinTwiceTheBestRadiusWhenAllCombinationsAreTried() {
        for (int seed = 0; seed < 200; seed++) {
            Random random = new Random(seed);
            float[][] points = new float[9][2];
            for (float[] point : points) {
                point[0] = random.nextFloat();
                point[1] = random.nextFloat();
            }
            int wanted = 3;
            double best = Double.MAX_VALUE;
            for (int a = 0; a < points.length; a++) {
                for (int b = a + 1; b < points.length; b++) {
                    for (int c = b + 1; c < points.length; c++) {
                        best = Math.min(best, radius(points, new int[] {a, b, c}));
                    }
                }
            }
            int[] chosen = FarthestPoint.choose(points, ones(points.length), wanted, 0, seed % points.length);
            double radius = radius(points, chosen);
            assertThat(radius).as("seed %d", seed).isLessThanOrEqualTo(2 * best + 1e-6);
            for (int i = 0; i < wanted; i++) {
                for (int j = 0; j < i; j++) {
                    assertThat(distance(points[chosen[i]], points[chosen[j]]))
                            .as("chosen ones are no nearer to each other than any is left from them, seed %d", seed)
                            .isGreaterThanOrEqualTo(radius - 1e-6);
                }
            }
        }
    }

    @Test
    void shouldPreferTheHeavierWhenBothAreAsFar() {
        float[][] points = {{0}, {1}, {-1}, {-1.2f}};
        float[] weights = {1, 3, 1, 1};
        assertThat(FarthestPoint.choose(points, weights, 2, 0, 0)).containsExactly(0, 1);
        assertThat(FarthestPoint.choose(points, weights, 1, 0, -1)).containsExactly(1);
        assertThat(FarthestPoint.choose(points, ones(4), 2, 0, 0)).containsExactly(0, 3);
    }
}
