package dev.vigil.workshop.tune;

import java.util.List;
import java.util.Optional;

/**
 * What a search has found.
 *
 * @param chosen empty where nothing keeps the bounds without being slower than the default
 * @param standard the default settings
 * @param all in the order in which they were given, the default among them
 * @param ended why it ended early; empty where it came to its end
 * @param seconds that it took
 */
public record TuneResult(Optional<Tried> chosen, Tried standard, List<Tried> all, String ended, double seconds) {}
