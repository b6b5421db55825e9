package dev.vigil.workshop.compare;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A range with round ticks that holds some values.
 *
 * @param from the lower end
 * @param to the upper end
 * @param logarithmic each step is a factor
 * @param ticks rising, within the range, with their text
 */
record Axis(double from, double to, boolean logarithmic, List<Tick> ticks) {
    /** Values that are this much apart are told apart by factors. */
    private static final double LOGARITHMIC_FROM = 30;
    /** Room beside the outermost values, as part of the range. */
    private static final double ROOM = 0.12;
    /** A range around one value only, as part of it. */
    private static final double ROOM_OF_ONE = 0.25;

    record Tick(double value, String text) {}

    /**
     * @param min the least of the values, not below 0
     * @param max the largest
     * @param most what values can be at most
     * @param ticksMax about how many ticks there is room for, two at least
     */
    static Axis of(double min, double max, double most, int ticksMax) {
        return min > 0 && max / min >= LOGARITHMIC_FROM
                ? logarithmic(min, max, ticksMax)
                : linear(min, max, most, ticksMax);
    }

    private static Axis linear(double min, double max, double most, int ticksMax) {
        double span = max - min;
        double room = Math.max(ROOM * span, span == 0 ? ROOM_OF_ONE * max : 0);
        double low = Math.max(0, min - room);
        double high = Math.min(most, max + room);
        if (max == 0) {
            high = Math.min(most, 1);
        }
        double step = roundUp((high - low) / ticksMax);
        double from = Math.floor(low / step + 1e-9) * step;
        double to = Math.min(most, Math.ceil(high / step - 1e-9) * step);
        int decimals = (int) Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
        List<Tick> ticks = new ArrayList<>();
        for (long i = Math.round(from / step); i * step <= to + step * 1e-6; i++) {
            ticks.add(new Tick(i * step, String.format(Locale.ROOT, "%." + decimals + "f", i * step)));
        }
        return new Axis(from, to, false, List.copyOf(ticks));
    }

    /** The next of 1, 2, 5, 10, 20, … */
    private static double roundUp(double step) {
        double power = Math.pow(10, Math.floor(Math.log10(step)));
        double digit = step / power;
        return power * (digit <= 1 + 1e-9 ? 1 : digit <= 2 + 1e-9 ? 2 : digit <= 5 + 1e-9 ? 5 : 10);
    }

    private static Axis logarithmic(double min, double max, int ticksMax) {
        double factor = Math.pow(max / min, ROOM);
        double from = min / factor;
        double to = max * factor;
        List<Tick> ticks = new ArrayList<>();
        for (int[] digits : new int[][] {{1, 2, 5}, {1, 3}, {1}}) {
            ticks.clear();
            for (int power = (int) Math.floor(Math.log10(from)); power <= Math.log10(to); power++) {
                for (int digit : digits) {
                    double value = digit * Math.pow(10, power);
                    if (value >= from && value <= to) {
                        ticks.add(new Tick(value, String.format(Locale.ROOT, "%." + Math.max(0, -power) + "f", value)));
                    }
                }
            }
            if (ticks.size() <= ticksMax) {
                break;
            }
        }
        return new Axis(from, to, true, List.copyOf(ticks));
    }

    /** Where a value lies, 0 for the lower end, 1 for the upper. */
    double part(double value) {
        return logarithmic ? Math.log(value / from) / Math.log(to / from) : (value - from) / (to - from);
    }
}
