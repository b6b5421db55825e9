package dev.vigil.workshop.tune;

/**
 * When settings count as faster than the default: by rounds that both ran in turns, so that what the box does besides falls on
 * both.
 */
final class Evidence {
    /** What the median of the ratios must be above. Less is not worth settings of one's own. */
    static final double RATIO_MIN = 1.03;

    static final int ROUNDS_MIN = 7;
    static final int ROUNDS_MAX = 13;

    /** How likely so many wins may be for settings that are no faster (one-sided sign test). */
    private static final double CHANCE_MAX = 0.01;

    private Evidence() {}

    /** Faster, and not by chance. */
    static boolean isFaster(Tried tried) {
        return tried.rounds() >= ROUNDS_MIN
                && tried.ratio() > RATIO_MIN
                && chance(tried.wins(), tried.rounds()) <= CHANCE_MAX;
    }

    /** Not slower but by what could be chance. */
    static boolean isNoSlower(Tried tried) {
        return tried.rounds() >= ROUNDS_MIN && (tried.ratio() >= 1 || isFaster(tried));
    }

    /** Whether further rounds would hardly change it. */
    static boolean isSettled(Tried tried) {
        if (tried.rounds() < ROUNDS_MIN) {
            return false;
        }
        boolean clear = isFaster(tried) || chance(tried.rounds() - tried.wins(), tried.rounds()) <= CHANCE_MAX;
        return clear || tried.rounds() >= ROUNDS_MAX;
    }

    /** Of {@code wins} or more heads of {@code rounds} fair coins. */
    static double chance(int wins, int rounds) {
        double all = 0;
        double ways = 1; // of just `heads` heads
        for (int heads = 0; heads <= rounds; heads++) {
            all += heads >= wins ? ways : 0;
            ways = ways * (rounds - heads) / (heads + 1);
        }
        return all / Math.pow(2, rounds);
    }
}
