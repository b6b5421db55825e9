package dev.vigil.workshop.quantize;

import dev.vigil.graph.GraphException;
import dev.vigil.workshop.quantize.IntegerParts.Layer;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The layers that a user wants in float. Stateless. */
final class KeptLayers {
    private KeptLayers() {}

    /**
     * Finds them by what they make, before or behind their activation, or by the node's own name.
     *
     * @param words names, in which {@code *} stands for anything
     * @throws GraphException when one is no layer's name
     */
    static Set<String> of(IntegerParts parts, List<String> words) throws GraphException {
        Set<String> kept = new HashSet<>();
        for (String word : words) {
            Pattern pattern = Pattern.compile(
                    Stream.of(word.split("\\*", -1)).map(Pattern::quote).collect(Collectors.joining(".*")));
            List<String> named = parts.layers().values().stream()
                    .filter(layer -> Stream.of(layer.name(), layer.node().getName(), parts.result(layer.name()))
                            .anyMatch(name -> pattern.matcher(name).matches()))
                    .map(Layer::name)
                    .toList();
            if (named.isEmpty()) {
                throw new GraphException("has no layer " + word + " to keep in float; it has "
                        + parts.layers().keySet().stream().limit(5).collect(Collectors.joining(", "))
                        + (parts.layers().size() > 5 ? ", …" : ""));
            }
            kept.addAll(named);
        }
        return kept;
    }
}
