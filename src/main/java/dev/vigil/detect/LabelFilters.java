package dev.vigil.detect;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Which boxes count, by label.
 *
 * @param only labels that count at all; empty for all
 * @param all what holds for every label; its score is null: that is {@link DetectOptions#scoreMin()}
 * @param labels what holds for one label, in place of what holds for all
 */
public record LabelFilters(List<String> only, BoxFilter all, Map<String, BoxFilter> labels) {
    /** Every box counts. */
    public static final LabelFilters NONE = new LabelFilters(List.of(), BoxFilter.NONE, Map.of());

    public LabelFilters {
        only = List.copyOf(only);
        labels = Map.copyOf(labels);
    }

    /** What is said here, and where nothing is said, what {@code other} says. */
    public LabelFilters over(LabelFilters other) {
        Map<String, BoxFilter> merged = new LinkedHashMap<>(other.labels);
        labels.forEach((label, filter) -> merged.merge(label, filter, (theirs, ours) -> ours.over(theirs)));
        return new LabelFilters(only.isEmpty() ? other.only : only, all.over(other.all), merged);
    }

    /** The labels that it names. */
    public Collection<String> named() {
        Set<String> named = new LinkedHashSet<>(only);
        named.addAll(labels.keySet());
        return named;
    }

    /** What holds for a label. */
    public BoxFilter of(String label) {
        return labels.getOrDefault(label, BoxFilter.NONE).over(all);
    }

    boolean wants(String label) {
        return only.isEmpty() || only.contains(label);
    }
}
