package dev.vigil.workshop.accuracy;

import dev.vigil.detect.Labels;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/** Class ids by labels, as people write them. Immutable. */
public final class LabelIds {
    /** That of a label which nobody has. */
    public static final int UNKNOWN = -1;

    private final Map<String, Integer> ids = new HashMap<>();

    /** @param labels where two are alike, the first is meant */
    public LabelIds(Labels labels) {
        for (int id = 0; id < labels.count(); id++) {
            ids.putIfAbsent(plain(labels.name(id)), id);
        }
    }

    /** @return {@link #UNKNOWN} where there is no such label */
    public int of(String label) {
        return ids.getOrDefault(plain(label), UNKNOWN);
    }

    /** What labels are compared by: {@code Traffic_Light} is {@code traffic light}. */
    public static String plain(String label) {
        return label.strip().toLowerCase(Locale.ROOT).replaceAll("[\\s_-]+", " ");
    }
}
