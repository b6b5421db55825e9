package dev.vigil.lens;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Figures of one picture, from its {@link LumaRows}. Brightness is told in 0 to 255 of full range, black being 0.
 *
 * <p>Focus is the steepness of edges: in each window of {@link #WINDOW_PX} samples of a row, the largest difference of two
 * samples that are two apart, as a share of all the difference there is in the window. A sharp edge has 0.6 to 0.9, one that is
 * blurred with σ = 2 samples 0.3, with σ = 4 0.2. Other than the variance of the Laplacian it does not depend on contrast, and
 * hardly on noise: where noise is strong, only edges count that stand out of it.
 *
 * <p>A look at a 1080p picture costs 0.17 ms with the reading of its rows, under 1 % of a frame's CPU even if it is at every
 * frame; the Laplacian of the whole by OpenCV, on one thread, 3.5 ms ({@code LensBenchmark}).
 *
 * <p>Not threadsafe; allocates nothing but when pictures become of another width.
 */
final class LensMeter {
    static final int WINDOW_PX = 32;
    private static final int HALF_PX = WINDOW_PX / 2;
    /** Rows of windows whose mean is looked at together, for the brightest and the darkest place: noise is none of them. */
    private static final int CELL_ROWS = 4;
    /** The share of places that are left aside at both ends. */
    private static final int TAIL = 50;

    private static final int EDGE_MIN = 32;
    private static final int EDGE_MAX = 64;
    /** An edge is so much more than what lies in the usual window. */
    private static final int EDGE_OVER_NOISE = 4;

    /** A light in the dark. */
    private static final int LIT = 64;
    /** A change of a window's half, in brightness; less is what an encoder does to the same picture. */
    private static final int CHANGE = 1;

    private static final int BLACK_MAX = 20;
    /** Places of a picture that shows nothing differ by no more; a dark scene has lighter and darker ones. */
    private static final int SPREAD_MAX = 8;

    private static final double LIT_MAX = 0.005;
    private static final double UNIFORM_EDGES_MAX = 0.002;
    /** Texture of a wall or of grass, more than noise. */
    private static final int UNIFORM_RANGE_MAX = 40;

    /** With fewer edges, steepness tells nothing. */
    private static final double EDGES_MIN = 0.01;
    /** Out of focus whatever the camera usually shows: edges are as wide as with a blur of σ = 4 of 960 pixels across. */
    private static final double STEEPNESS_MIN = 0.2;

    private final int[] histogram = new int[256];
    private int[] ranges = new int[0];
    private int[] steps = new int[0];
    private int[] cells = new int[0];
    private int[] halves = new int[0];
    /** The halves of windows that a picture is compared with. */
    private int[] reference = new int[0];

    private int windows;
    private int mean;
    private int darkest;
    private int brightest;
    private int usualRange;
    private double litShare;
    private double edgeShare;
    private double steepness;
    private double changedShare;
    private int changeMost;

    /** Measures a picture. */
    void measure(LumaRows rows) {
        int across = rows.widthPx() / WINDOW_PX;
        windows = across * LumaRows.ROWS;
        if (ranges.length != windows) {
            ranges = new int[windows];
            steps = new int[windows];
            cells = new int[windows / CELL_ROWS];
            halves = new int[2 * windows];
            reference = new int[2 * windows];
        }
        Arrays.fill(cells, 0);
        int lit = 0;
        int litFrom = rows.black() + LIT;
        for (int window = 0; window < windows; window++) {
            int row = window / across;
            int column = window % across;
            int most = look(rows.samples(), row * rows.widthPx() + column * WINDOW_PX, window);
            lit += most >= litFrom ? 1 : 0;
            cells[row / CELL_ROWS * across + column] += halves[2 * window] + halves[2 * window + 1];
        }
        litShare = (double) lit / windows;
        places(rows);
        edges(rows);
        compare();
    }

    /** Figures of one window. @return its brightest sample */
    private int look(ByteBuffer samples, int at, int window) {
        int least = 255;
        int most = 0;
        int step = 0;
        int before2 = samples.get(at) & 0xff;
        int before1 = before2;
        for (int half = 0; half < 2; half++) {
            int sum = 0;
            for (int i = at + half * HALF_PX; i < at + (half + 1) * HALF_PX; i++) {
                int value = samples.get(i) & 0xff;
                sum += value;
                least = Math.min(least, value);
                most = Math.max(most, value);
                step = Math.max(step, Math.abs(value - before2));
                before2 = before1;
                before1 = value;
            }
            halves[2 * window + half] = sum;
        }
        ranges[window] = most - least;
        steps[window] = step;
        return most;
    }

    private void places(LumaRows rows) {
        Arrays.fill(histogram, 0);
        long sum = 0;
        for (int cell : cells) {
            int value = cell / (CELL_ROWS * WINDOW_PX);
            sum += value;
            histogram[value]++;
        }
        mean = rows.scaled((int) (sum / cells.length) - rows.black());
        darkest = rows.scaled(ranked(cells.length / TAIL) - rows.black());
        brightest = rows.scaled(ranked(cells.length - 1 - cells.length / TAIL) - rows.black());
    }

    private void edges(LumaRows rows) {
        Arrays.fill(histogram, 0);
        for (int range : ranges) {
            histogram[range]++;
        }
        int usual = ranked(windows / 2);
        usualRange = rows.scaled(usual);
        int least = Math.min(Math.max(EDGE_OVER_NOISE * usual, EDGE_MIN), EDGE_MAX);
        int count = 0;
        double sum = 0;
        for (int window = 0; window < windows; window++) {
            if (ranges[window] >= least) {
                count++;
                sum += (double) steps[window] / ranges[window];
            }
        }
        edgeShare = (double) count / windows;
        steepness = count == 0 ? 0 : sum / count;
    }

    /** The value at a place in the order of those that the histogram holds. */
    private int ranked(int place) {
        int seen = 0;
        for (int value = 0; value < 256; value++) {
            seen += histogram[value];
            if (seen > place) {
                return value;
            }
        }
        return 255;
    }

    private void compare() {
        int changed = 0;
        int most = 0;
        for (int i = 0; i < halves.length; i++) {
            int change = Math.abs(halves[i] - reference[i]);
            changed += change >= CHANGE * HALF_PX ? 1 : 0;
            most = Math.max(most, change);
        }
        changeMost = most / HALF_PX;
        changedShare = (double) changed / halves.length;
    }

    /** Takes this picture as the one that those to come are compared with. */
    void refer() {
        System.arraycopy(halves, 0, reference, 0, halves.length);
    }

    /** Nothing is seen, and it is dark. */
    boolean isBlack() {
        return isEmpty() && brightest <= BLACK_MAX && litShare <= LIT_MAX;
    }

    /** Nothing is seen, and it is not dark. */
    boolean isUniform() {
        return isEmpty() && brightest > BLACK_MAX;
    }

    private boolean isEmpty() {
        return brightest - darkest <= SPREAD_MAX && edgeShare <= UNIFORM_EDGES_MAX && usualRange <= UNIFORM_RANGE_MAX;
    }

    /** Whether there are so many edges that their steepness tells something. */
    boolean hasEdges() {
        return edgeShare >= EDGES_MIN;
    }

    /** Whether the edges are too wide, whatever the camera usually shows. */
    boolean isOutOfFocus() {
        return hasEdges() && steepness < STEEPNESS_MIN;
    }

    int mean() {
        return mean;
    }

    /** Mean of the darkest place. */
    int darkest() {
        return darkest;
    }

    /** Mean of the brightest place. */
    int brightest() {
        return brightest;
    }

    /** From the least to the most of half of the windows: noise and texture. */
    int usualRange() {
        return usualRange;
    }

    /** The share of windows with a light in them. */
    double litShare() {
        return litShare;
    }

    /** The share of windows with an edge in them. */
    double edgeShare() {
        return edgeShare;
    }

    /** Of the edges, 0 to 1; 0 when there is none. */
    double steepness() {
        return steepness;
    }

    /** How much brighter or darker the place is that changed most, of the picture's own values. */
    int changeMost() {
        return changeMost;
    }

    /** The share of places that are not as in the picture which was referred to. */
    double changedShare() {
        return changedShare;
    }
}
