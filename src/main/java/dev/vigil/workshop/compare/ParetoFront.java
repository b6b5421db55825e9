package dev.vigil.workshop.compare;

import java.util.List;
import java.util.stream.IntStream;

/** Which of several things no other is better than in two regards. Stateless. */
public final class ParetoFront {
    private ParetoFront() {}

    /** More is better in both; NaN where it is not known. */
    public record Point(double speed, double accuracy) {
        boolean isKnown() {
            return !Double.isNaN(speed) && !Double.isNaN(accuracy);
        }

        private boolean beats(Point other) {
            return speed >= other.speed
                    && accuracy >= other.accuracy
                    && (speed > other.speed || accuracy > other.accuracy);
        }
    }

    /** Whether each is on the front: equal ones all are; one that is not known never is. */
    public static boolean[] of(List<Point> points) {
        boolean[] front = new boolean[points.size()];
        IntStream.range(0, front.length).forEach(i -> {
            Point point = points.get(i);
            front[i] = point.isKnown() && points.stream().noneMatch(other -> other.isKnown() && other.beats(point));
        });
        return front;
    }
}
