package dev.vigil.workshop.compare;

import java.util.ArrayList;
import java.util.List;

/**
 * Finds a place for the name of each point of a chart: beside it, or further away where others are in the way. Filled again for
 * each chart; not threadsafe.
 */
final class NamePlaces {
    /** Right, left, above, below, and the corners: the better ones first. */
    private static final double[][] WAYS = {{1, 0}, {-1, 0}, {0, -1}, {0, 1}, {1, -1}, {1, 1}, {-1, -1}, {-1, 1}};

    private static final int RINGS = 40;
    private static final double GAP_PX = 3;

    /** A rectangle in pixels. */
    record Area(double x1, double y1, double x2, double y2) {
        double overlap(Area other) {
            double width = Math.min(x2, other.x2) - Math.max(x1, other.x1);
            double height = Math.min(y2, other.y2) - Math.max(y1, other.y1);
            return width <= 0 || height <= 0 ? 0 : width * height;
        }

        private boolean holds(Area other) {
            return other.x1 >= x1 && other.y1 >= y1 && other.x2 <= x2 && other.y2 <= y2;
        }
    }

    /** @param far whether it is so far from its point that a line should lead to it */
    record Place(Area area, boolean far) {}

    private final Area within;
    private final List<Area> taken = new ArrayList<>();

    NamePlaces(Area within) {
        this.within = within;
    }

    /** Nothing is put on it. */
    void take(Area area) {
        taken.add(area);
    }

    /**
     * Takes the nearest free place; where none is free, the one that hides least.
     *
     * @param radiusPx of the point's disc
     * @param widthPx no more than there is
     * @param heightPx no more than there is
     */
    Place place(double x, double y, double radiusPx, double widthPx, double heightPx) {
        Place best = null;
        double least = Double.MAX_VALUE;
        for (int ring = 0; ring < RINGS && least > 0; ring++) {
            double awayPx = radiusPx + GAP_PX + ring * heightPx / 2;
            for (double[] way : WAYS) {
                double middleX = x + way[0] * (awayPx + widthPx / 2);
                double middleY = y + way[1] * (awayPx + heightPx / 2);
                Area area = new Area(
                        middleX - widthPx / 2, middleY - heightPx / 2, middleX + widthPx / 2, middleY + heightPx / 2);
                double hidden = taken.stream().mapToDouble(area::overlap).sum();
                if (within.holds(area) && hidden < least) {
                    least = hidden;
                    best = new Place(area, ring > 1);
                }
            }
        }
        if (best == null) { // no room around the point at all: as near as it goes
            double left = Math.max(within.x1, Math.min(x, within.x2 - widthPx));
            double top = Math.max(within.y1, Math.min(y, within.y2 - heightPx));
            best = new Place(new Area(left, top, left + widthPx, top + heightPx), true);
        }
        taken.add(best.area);
        return best;
    }
}
