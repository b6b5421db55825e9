package dev.vigil.workshop.prune;

import java.util.Arrays;

/**
 * The channels of a value.
 *
 * @param axis which of its dimensions counts them
 * @param atoms of each place along the axis; one may have several places
 * @param constants what every value of a channel is, whatever the picture; NaN where that is not known
 */
record Channels(int axis, int[] atoms, double[] constants) {
    static double[] unknown(int count) {
        double[] none = new double[count];
        Arrays.fill(none, Double.NaN);
        return none;
    }

    int count() {
        return atoms.length;
    }

    Channels at(int newAxis) {
        return new Channels(newAxis, atoms, constants);
    }

    Channels with(double[] newConstants) {
        return new Channels(axis, atoms, newConstants);
    }

    Channels varying() {
        return with(unknown(atoms.length));
    }

    /** A stretch of them. */
    Channels range(int from, int to) {
        return new Channels(axis, Arrays.copyOfRange(atoms, from, to), Arrays.copyOfRange(constants, from, to));
    }
}
