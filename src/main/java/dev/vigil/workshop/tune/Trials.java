package dev.vigil.workshop.tune;

/** Tries settings out. Owned by one thread. */
public interface Trials {
    /**
     * Runs a model under full load.
     *
     * @param seconds without loading and warming up
     * @throws TrialException when it does not run so
     */
    Trial run(Settings settings, double seconds) throws TrialException, InterruptedException;

    /**
     * How much worse the boxes are than those of the original by the default settings, in points of a hundred; not a number where
     * the pictures show nothing to compare.
     *
     * @throws TrialException when it does not run so
     */
    double lossPoints(Settings settings) throws TrialException, InterruptedException;
}
